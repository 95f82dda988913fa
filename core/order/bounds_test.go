package order_test

import (
	"encoding/json"
	"fmt"
	"testing"

	_ "github.com/manytill/manytill/internal/seeds"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Whatever is asked for, what is stored is what its field may have, and what
// isn't stored is named.
func TestWhatIsStoredFitsItsField(t *testing.T) {
	values := rapid.SampledFrom([]string{
		`null`, `0`, `1`, `8`, `9`, `-1`, `2.5`, `"rare"`, `"burnt"`, `""`, `"12345678901"`, `[]`, `["milk"]`, `["milk","wasps"]`, `["gluten","nuts","milk"]`,
		`{"add":["nuts"]}`, `{"add":["milk","milk"],"remove":["nuts"]}`, `{"remove":["milk"]}`, `{"add":[7]}`, `{"plus":[]}`, `true`,
		`"2026-11-21T10:00:00Z"`, `"2026-11-21T10:00:00.10-05:30"`, `"tomorrow"`,
	})
	rapid.Check(t, func(t *rapid.T) {
		s := newCommittedOrders()
		_, _ = s.apply(t, "a", `[{"op":"order.create","order":"o1","set":{}},{"op":"line.add","order":"o1","line":"l1","set":{}}]`)
		for range rapid.IntRange(1, 30).Draw(t, "taps") {
			var op, field, id string
			value := values.Draw(t, "value")
			switch rapid.IntRange(0, 2).Draw(t, "kind") {
			case 0:
				field, id = rapid.SampledFrom([]string{"allergens", "due", "tags"}).Draw(t, "field"), "o1"
				op = fmt.Sprintf(`{"op":"order.set","order":"o1","set":{%q:%s}}`, field, value)
			case 1:
				field, id = rapid.SampledFrom([]string{"seat", "doneness", "note"}).Draw(t, "field"), "l1"
				op = fmt.Sprintf(`{"op":"line.set","order":"o1","line":"l1","set":{%q:%s}}`, field, value)
			default:
				field, id = "seat", "l1"
				op = fmt.Sprintf(`{"op":"line.inc","order":"o1","line":"l1","field":"seat","by":%s}`, rapid.SampledFrom([]string{"1", "-1", "7", "0.5"}).Draw(t, "by"))
			}
			before := s.Order("o1").AppendJSON(nil)
			outcome, _ := s.apply(t, "a", "["+op+"]")
			if len(outcome.Ignored) > 0 {
				require.Equal(t, []string{id + "." + field}, outcome.Ignored)
				require.NotEmpty(t, outcome.Why[id+"."+field], op)
				require.JSONEq(t, string(before), string(s.Order("o1").AppendJSON(nil)), op)
			}
			var o protocol.Order
			require.NoError(t, json.Unmarshal(s.Order("o1").AppendJSON(nil), &o))
			for f, v := range o.Fields {
				fits(t, s.schema.Order[f], f, v)
			}
			for f, v := range o.Lines[0].Fields {
				fits(t, s.schema.Orderline[f], f, v)
			}
		}
	})
}

func fits(t *rapid.T, spec protocol.FieldSpec, f protocol.Field, v protocol.Value) {
	if f == protocol.FieldMSInfo {
		return
	}
	kept, err := spec.Fit(v)
	require.NoError(t, err, "%s is %s", f, v)
	require.Equal(t, kept, v, "%s is as it is kept", f)
}
