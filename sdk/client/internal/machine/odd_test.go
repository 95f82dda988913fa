package machine_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client/internal/machine"
	"github.com/manytill/manytill/sdk/client/internal/view"
	"github.com/manytill/manytill/sdk/protocol"
)

// odd is data that the protocol lets in, at its edges: ids and keys that every
// JavaScript object has, numbers of any size and digits, texts, values.
type odd struct {
	IDs, Keys, Numbers, Texts, Values []string
}

func oddData(t testing.TB) (o odd) {
	raw, err := os.ReadFile("testdata/odd.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &o))
	return o
}

// oddSchema has a field of each merge rule for any value.
func oddSchema() *protocol.Schema {
	s := protocol.CoreSchema()
	for _, fields := range []map[protocol.Field]protocol.FieldSpec{s.Order, s.Orderline} {
		fields["any"] = protocol.FieldSpec{Type: "from a later version", Merge: protocol.Last, Owner: "x"}
		fields["constructor"] = protocol.FieldSpec{Type: protocol.TypeAny, Merge: protocol.First, Owner: "x"}
		fields["toString"] = protocol.FieldSpec{Type: protocol.TypeArray, Merge: protocol.Union, Owner: "x"}
		fields["valueOf"] = protocol.FieldSpec{Type: protocol.TypeNumber, Merge: protocol.Counter, Owner: "x"}
	}
	return s
}

// oddTaps draws the ops of a tap, as JSON text.
type oddTaps struct {
	odd
	*rand.Rand
}

func (o oddTaps) of(from []string) string { return from[o.IntN(len(from))] }

func (o oddTaps) text(s string) string {
	return `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`, "\x00", `\u0000`, "\x1f", `\u001f`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + `"`
}

// surrogate is a text with one that has no partner, which Go can't hold.
func (o oddTaps) anyText() string {
	if o.IntN(6) == 0 {
		return o.of([]string{`"\ud800"`, `"\udc00x\ud800"`, `"\ud83d"`})
	}
	return o.text(o.of(o.Texts))
}

func (o oddTaps) value() string {
	switch o.IntN(4) {
	case 0:
		return o.of(o.Numbers)
	case 1:
		return o.anyText()
	}
	return o.of(o.Values)
}

func (o oddTaps) set(line bool) string {
	fields := []string{}
	seen := map[string]bool{}
	for range o.IntN(4) {
		key := o.of([]string{"any", "any", "constructor", "toString", "toString", "valueOf", "other", o.of(o.Keys)})
		value := o.value()
		switch {
		case line && o.IntN(3) == 0:
			key, value = o.of([]string{"qty", "price_unit", "discount"}), o.of(o.Numbers)
		case line && o.IntN(4) == 0:
			key, value = "description", o.anyText()
		case o.IntN(8) == 0:
			key, value = "partner_id", o.of([]string{o.of(o.Numbers), o.anyText()})
		}
		if !seen[key] {
			seen[key] = true
			fields = append(fields, o.text(key)+":"+value)
		}
	}
	return "{" + strings.Join(fields, ",") + "}"
}

func (o oddTaps) op(orders, lines []string) string {
	order, line := o.text(o.of(orders)), o.text(o.of(lines))
	switch o.IntN(10) {
	case 0:
		return fmt.Sprintf(`{"op":"order.create","order":%s,"set":%s}`, order, o.set(false))
	case 1, 2:
		return fmt.Sprintf(`{"op":"order.set","order":%s,"set":%s}`, order, o.set(false))
	case 3, 4:
		return fmt.Sprintf(`{"op":"line.add","order":%s,"line":%s,"set":%s}`, order, line, o.set(true))
	case 5, 6:
		return fmt.Sprintf(`{"op":"line.set","order":%s,"line":%s,"set":%s}`, order, line, o.set(true))
	case 7:
		return fmt.Sprintf(`{"op":"line.inc","order":%s,"line":%s,"field":%s,"by":%s}`, order, line, o.text(o.of([]string{"qty", "valueOf", "toString", "__proto__"})), o.of(o.Numbers))
	case 8:
		return fmt.Sprintf(`{"op":"order.pay","order":%s,"payment":{"id":%s,"method":%s,"amount":%s,"ref":%s}}`, order, line, o.text("m"+o.of(o.Texts)), o.of(o.Numbers), o.anyText())
	}
	return o.of([]string{
		fmt.Sprintf(`{"op":"line.move","order":%s,"lines":[%s],"to":%s}`, order, line, o.text(o.of(orders))),
		fmt.Sprintf(`{"op":"line.remove","order":%s,"line":%s}`, order, line),
	})
}

// oddCase is taps on a machine, which of them are refused, and what is shown.
type oddCase struct {
	Taps    []json.RawMessage `json:"taps"`
	Refused []bool            `json:"refused"`
	Shown   []json.RawMessage `json:"shown"`
}

// TestOddTaps shows odd data as testdata/odd_taps.json says; the TypeScript
// client shows the same.
func TestOddTaps(t *testing.T) {
	const file = "testdata/odd_taps.json"
	if *rewrite {
		taps := oddTaps{oddData(t), rand.New(rand.NewPCG(1, 2))}
		var lines []string
		for range 110 {
			orders, ids := []string{taps.of(taps.IDs), taps.of(taps.IDs)}, []string{taps.of(taps.IDs), taps.of(taps.IDs)}
			c := oddCase{Taps: []json.RawMessage{json.RawMessage(fmt.Sprintf(`[{"op":"order.create","order":%q},{"op":"line.add","order":%q,"line":%q,"set":{}}]`, orders[0], orders[0], ids[0]))}}
			for range 1 + taps.IntN(5) {
				if tap := "[" + taps.op(orders, ids) + "]"; len(tap) < 1000 {
					c.Taps = append(c.Taps, json.RawMessage(tap))
				}
			}
			playOdd(t, &c)
			raw, err := json.Marshal(c)
			require.NoError(t, err)
			lines = append(lines, string(raw))
		}
		require.NoError(t, os.WriteFile(file, []byte("[\n"+strings.Join(lines, ",\n")+"\n]\n"), 0o644))
	}
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	var cases []oddCase
	require.NoError(t, json.Unmarshal(raw, &cases))
	require.NotEmpty(t, cases)
	for i, want := range cases {
		got := oddCase{Taps: want.Taps}
		playOdd(t, &got)
		require.Equal(t, want.Refused, got.Refused, "case %d", i)
		a, err := json.Marshal(want.Shown)
		require.NoError(t, err)
		b, err := json.Marshal(got.Shown)
		require.NoError(t, err)
		require.JSONEq(t, string(a), string(b), "case %d", i)
	}
}

func playOdd(t *testing.T, c *oddCase) {
	s := newMachineFixture(t)
	s.run("connect")
	s.step(machine.SetSchema{Schema: oddSchema()})
	for _, raw := range c.Taps {
		var ops protocol.Ops
		refused := json.Unmarshal(raw, &ops) != nil // a number that is no Decimal
		if !refused {
			s.out.Reset()
			s.step(machine.Tap{N: 1, Ops: ops})
			refused = strings.Contains(s.out.String(), "refused")
		}
		c.Refused = append(c.Refused, refused)
	}
	c.Shown = []json.RawMessage{}
	for _, id := range protocol.SortedKeys(s.m.Orders()) {
		raw, err := json.Marshal(shownOf(s.m.Order(id)))
		require.NoError(t, err)
		c.Shown = append(c.Shown, raw)
	}
	// And so it stays over the wire and a restart.
	before := s.m.Orders()
	s.run("crash")
	s.step(machine.SetSchema{Schema: oddSchema()})
	require.Equal(t, before, s.m.Orders())
	_, err := protocol.EncodeClientFrame(protocol.Push{Mutations: pushed(s)})
	require.NoError(t, err)
}

func pushed(s *machineFixture) (all []protocol.Mutation) {
	for _, e := range s.m.State().Entries {
		all = append(all, e.Mutation)
	}
	return all
}

// shownOf is what of an order both clients show.
func shownOf(o *view.Order) map[string]any {
	lines, payments := []any{}, []any{}
	for _, l := range o.Lines {
		lines = append(lines, map[string]any{"id": l.ID, "n": l.N, "fields": l.Fields})
	}
	for _, p := range o.Payments {
		payments = append(payments, map[string]any{"id": p.ID, "method": p.Method, "amount": p.Amount, "ref": p.Ref})
	}
	return map[string]any{"id": o.ID, "state": o.State, "fields": o.Fields, "lines": lines, "payments": payments}
}
