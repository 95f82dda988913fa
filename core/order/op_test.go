package order_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// TestOpsAreProtocols: the reader of ops knows each op of sdk/protocol with each
// of its members. Every member is filled here; a new one fails this test until
// its shape is checked.
func TestOpsAreProtocols(t *testing.T) {
	seq, fields := protocol.Seq(3), protocol.Fields{"qty": "1"}
	ops := protocol.Ops{
		protocol.OrderCreate{Order: "o1", Set: fields},
		protocol.OrderSet{Order: "o1", Set: fields, Base: &seq},
		protocol.OrderPay{Order: "o1", Payment: protocol.NewPayment{ID: "p1", Method: "cash", Amount: "2.5", Offline: true, Ref: "r"}},
		protocol.OrderClose{Order: "o1", State: protocol.Paid, Base: &seq},
		protocol.LineAdd{Order: "o1", Line: "l1", Set: fields},
		protocol.LineSet{Order: "o1", Line: "l1", Set: fields, Base: &seq},
		protocol.LineInc{Order: "o1", Line: "l1", Field: "qty", By: "1.5"},
		protocol.LineRemove{Order: "o1", Line: "l1"},
		protocol.LineMove{Order: "o1", Lines: []protocol.LineID{"l1"}, To: "o2"},
	}
	var kinds []protocol.OpKind
	for _, op := range ops {
		kinds = append(kinds, op.Kind())
		filled(t, reflect.ValueOf(op), string(op.Kind()))
		raw, err := json.Marshal(protocol.Ops{op})
		require.NoError(t, err)
		require.Nil(t, decoded(t, raw).Shape, "%s", raw)

		var list []map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(raw, &list))
		misread(t, "ops[0]", list[0], func(members map[string]json.RawMessage) string { return text(t, members) })
		var payment map[string]json.RawMessage
		if json.Unmarshal(list[0]["payment"], &payment) == nil && payment != nil {
			misread(t, "ops[0].payment", payment, func(members map[string]json.RawMessage) string {
				whole := maps.Clone(list[0])
				whole["payment"] = json.RawMessage(text(t, members))
				return text(t, whole)
			})
		}
	}
	slices.Sort(kinds)
	require.Equal(t, protocol.OpKinds(), kinds)
}

// filled: no member of the value is left out of this test.
func filled(t *testing.T, v reflect.Value, at string) {
	for i := range v.NumField() {
		require.False(t, v.Field(i).IsZero(), "%s: give %s a value here", at, v.Type().Field(i).Name)
		if v.Field(i).Kind() == reflect.Struct {
			filled(t, v.Field(i), at)
		}
	}
}

// misread: each member with a value of another type is refused by its place.
func misread(t *testing.T, at string, members map[string]json.RawMessage, whole func(map[string]json.RawMessage) string) {
	for name, value := range members {
		wrong := maps.Clone(members)
		wrong[name] = json.RawMessage(`{"of":"another type"}`)
		if value[0] == '{' {
			wrong[name] = json.RawMessage(`"of another type"`)
		}
		m := decoded(t, []byte("["+whole(wrong)+"]"))
		require.NotNil(t, m.Shape, "%s.%s isn't looked at", at, name)
		require.Equal(t, at+"."+name, m.Shape.At)
		require.True(t, strings.HasPrefix(m.Shape.Message, m.Shape.At+" "), m.Shape.Message)
	}
}

func decoded(t *testing.T, ops []byte) *order.Mutation {
	m, err := order.Decode([]byte(fmt.Sprintf(`{"id":1,"ops":%s}`, ops)), order.DefaultLimits)
	require.NoError(t, err)
	return m
}

func text(t *testing.T, v any) string {
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}
