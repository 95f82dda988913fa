package view_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	_ "github.com/manytill/manytill/internal/seeds"
	"github.com/manytill/manytill/sdk/client/internal/view"
	"github.com/manytill/manytill/sdk/protocol"
)

// schema has a field of each merge rule.
func schema() *protocol.Schema {
	s := protocol.CoreSchema()
	s.Orderline["allergens"] = protocol.FieldSpec{Type: protocol.TypeStrings, Merge: protocol.Union, Owner: "x"}
	return s
}

var (
	orderIDs = rapid.SampledFrom([]protocol.OrderID{"o1", "o2", "__proto__"})
	lineIDs  = rapid.SampledFrom([]protocol.LineID{"l1", "l2", "constructor", "mt:x"})
	lineSet  = rapid.SampledFrom([]protocol.Fields{
		{"qty": "2", "discount": "5"},
		{"qty": "null"},
		{"product_id": "50"},
		{"product_id": "51"},
		{"allergens": `["nuts"]`},
		{"allergens": `["milk","nuts"]`},
		{"description": `"hot"`},
		{"description": "\"\u2028\ufffd\"", "qty": "1e15"},
		{"allergens": `{"add":["milk"],"remove":["nuts"]}`, "qty": "1e-9"},
		{"__proto__": `{"qty":9}`, "constructor": `[]`, "toString": "null"},
		{},
	})
)

func drawOp(t *rapid.T) protocol.Op {
	order, line := orderIDs.Draw(t, "order"), lineIDs.Draw(t, "line")
	orderSet := func() protocol.Fields {
		return rapid.SampledFrom([]protocol.Fields{{}, {"partner_id": "7"}, {"follows": `"o9"`}, {"partner_id": "null"}}).Draw(t, "set")
	}
	switch rapid.SampledFrom([]protocol.OpKind{
		protocol.KindOrderCreate, protocol.KindOrderSet, protocol.KindLineAdd, protocol.KindLineAdd, protocol.KindLineSet, protocol.KindLineSet, protocol.KindLineInc, protocol.KindLineInc,
		protocol.KindLineRemove, protocol.KindLineMove, protocol.KindOrderPay, protocol.KindOrderClose,
	}).Draw(t, "op") {
	case protocol.KindOrderCreate:
		return protocol.OrderCreate{Order: order, Set: orderSet()}
	case protocol.KindOrderSet:
		return protocol.OrderSet{Order: order, Set: orderSet()}
	case protocol.KindLineAdd:
		return protocol.LineAdd{Order: order, Line: line, Set: lineSet.Draw(t, "set")}
	case protocol.KindLineSet:
		return protocol.LineSet{Order: order, Line: line, Set: lineSet.Draw(t, "set")}
	case protocol.KindLineInc:
		field := rapid.SampledFrom([]protocol.Field{"qty", "discount"}).Draw(t, "field")
		return protocol.LineInc{Order: order, Line: line, Field: field, By: protocol.Int(rapid.IntRange(-2, 2).Draw(t, "by"))}
	case protocol.KindLineMove:
		return protocol.LineMove{Order: order, Lines: []protocol.LineID{line}, To: orderIDs.Draw(t, "to")}
	case protocol.KindOrderPay:
		return protocol.OrderPay{Order: order, Payment: protocol.NewPayment{ID: protocol.PaymentID("p" + line), Method: "cash", Amount: "5"}}
	case protocol.KindOrderClose:
		return protocol.OrderClose{Order: order, State: protocol.Paid}
	}
	return protocol.LineRemove{Order: order, Line: line}
}

func drawPending(t *rapid.T) []view.PendingMutation {
	var pending []view.PendingMutation
	for i := range rapid.IntRange(1, 12).Draw(t, "mutations") {
		m := protocol.Mutation{ID: protocol.MutationID(i + 1), User: &protocol.User{ID: "7", Name: "Ana"}, At: "2026-11-21T10:00:00Z"}
		for range rapid.IntRange(1, 3).Draw(t, "ops") {
			m.Ops = append(m.Ops, drawOp(t))
		}
		pending = append(pending, view.PendingMutation{Mutation: m})
	}
	return pending
}

func start() view.Confirmed {
	return view.Confirmed{
		"o1": view.Of(protocol.Order{ID: "o1", Number: 1, State: protocol.Open, Fields: protocol.Fields{}, Lines: []protocol.Line{
			{ID: "l1", N: 1, Fields: protocol.Fields{"qty": "1", "product_id": "50"}}, {ID: "l2", N: 3, Fields: protocol.Fields{"qty": "4"}},
		}}),
		"o2": view.Of(protocol.Order{ID: "o2", Number: 2, State: protocol.Open, Fields: protocol.Fields{"partner_id": "7"}}),
	}
}

func over(c view.Confirmed, pending []view.PendingMutation) *view.View {
	v := view.New(c, schema())
	v.POS, v.Run = protocol.POS{ID: "bar", Name: "Bar"}, 1
	v.Rebuild(pending)
	return v
}

// text is what is shown, without what the server alone gives.
func text(orders map[protocol.OrderID]*view.Order, marks bool) string {
	out := ""
	for _, id := range protocol.SortedKeys(orders) {
		o := *orders[id]
		o.Lines, o.Payments = append([]view.Line{}, o.Lines...), append([]view.Payment{}, o.Payments...)
		if !marks {
			o.Pending, o.Rev, o.Number = false, 0, 0
			for i := range o.Lines {
				o.Lines[i].Pending, o.Lines[i].N = false, 0
			}
			for i := range o.Payments {
				o.Payments[i].Pending = false
			}
		}
		raw, _ := json.Marshal(o)
		out += string(raw) + "\n"
	}
	return out
}

// Tap after tap gives what a replay of all gives, and nothing that was handed
// out changes.
func TestExtendIsReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pending := drawPending(t)
		v := over(start(), nil)
		for i, w := range pending {
			handed := map[protocol.OrderID]*view.Order{}
			for id, o := range v.Orders() {
				handed[id] = o
			}
			before := text(handed, true)
			v.Extend(w)
			require.Equal(t, before, text(handed, true), "handed out orders were changed")
			require.Equal(t, text(over(start(), pending[:i+1]).Orders(), true), text(v.Orders(), true))
		}
	})
}

// fact is the change that a server makes of a mutation that fits: what the
// replay of it alone does to what is confirmed.
func fact(c view.Confirmed, w view.PendingMutation, seq protocol.Seq) protocol.Change {
	v := over(c, []view.PendingMutation{w})
	change := protocol.Change{Seq: seq, ClientID: "c1", ID: w.Mutation.ID, Orders: map[protocol.OrderID]protocol.OrderChange{}}
	for id, o := range v.Orders() {
		if !o.Pending {
			continue
		}
		was := c[id]
		if was == nil {
			was = &view.Order{}
		}
		delta := protocol.OrderChange{Rev: was.Rev + 1, Number: 9, Run: o.Run, State: o.State, Set: protocol.Fields{}, Lines: map[protocol.LineID]protocol.LineChange{}}
		for f := range was.Fields {
			delta.Set[f] = protocol.Null
		}
		for f, value := range o.Fields {
			delta.Set[f] = value
		}
		for _, line := range was.Lines {
			if o.Line(line.ID) == nil {
				delta.Lines[line.ID] = protocol.LineChange{N: line.N, Removed: true}
			}
		}
		for _, line := range o.Lines {
			set := protocol.Fields{}
			if old := was.Line(line.ID); old != nil {
				for f := range old.Fields {
					set[f] = protocol.Null
				}
			}
			for f, value := range line.Fields {
				set[f] = value
			}
			delta.Lines[line.ID] = protocol.LineChange{N: line.N, Set: set}
		}
		for _, p := range o.Payments {
			if p.Pending {
				delta.Payments = append(delta.Payments, p.Payment)
			}
		}
		change.Orders[id] = delta
	}
	return change
}

// When a mutation's own change comes and it leaves the queue, nothing that is
// shown moves.
func TestConfirmingNeverChangesTheView(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, pending := start(), drawPending(t)
		v := over(c, pending)
		shown := text(v.Orders(), false)
		for i, w := range pending {
			touched := c.Absorb(fact(c, w, protocol.Seq(i+1)), true)
			v.Refresh(append(touched, w.Orders()...), view.Find(pending[i+1:]))
			require.Equal(t, shown, text(v.Orders(), false), "after %d", i+1)
			require.Equal(t, text(over(c, pending[i+1:]).Orders(), true), text(v.Orders(), true), "refresh of what was touched is a rebuild")
		}
	})
}

func TestMergeRules(t *testing.T) {
	line := func(ops ...protocol.Op) protocol.Fields {
		v := over(start(), []view.PendingMutation{{Mutation: protocol.Mutation{Ops: ops}}})
		fields := v.Order("o1").Line("l1").Fields
		delete(fields, protocol.FieldMSInfo)
		return fields
	}
	set := func(f protocol.Field, value protocol.Value) protocol.Op {
		return protocol.LineSet{Order: "o1", Line: "l1", Set: protocol.Fields{f: value}}
	}
	inc := func(f protocol.Field, by protocol.Value) protocol.Op {
		return protocol.LineInc{Order: "o1", Line: "l1", Field: f, By: by}
	}
	for _, test := range []struct {
		name  string
		ops   protocol.Ops
		field protocol.Field
		want  protocol.Value
	}{
		{"set overwrites", protocol.Ops{set("discount", "1"), set("discount", "2")}, "discount", "2"},
		{"null clears", protocol.Ops{set("discount", "1"), set("discount", "null")}, "discount", ""},
		{"inc adds exactly", protocol.Ops{inc("qty", "0.1"), inc("qty", "0.2")}, "qty", "1.3"},
		{"inc of no counter is left out", protocol.Ops{set("discount", "1"), inc("discount", "1")}, "discount", "1"},
		{"first keeps", protocol.Ops{set("product_id", "99")}, "product_id", "50"},
		{"union adds", protocol.Ops{set("allergens", `["a"]`), set("allergens", `["b","a"]`)}, "allergens", `["a","b"]`},
		{"union of null clears", protocol.Ops{set("allergens", `["a"]`), set("allergens", "null")}, "allergens", ""},
		{"an unknown field is last", protocol.Ops{set("vendor", `"x"`)}, "vendor", `"x"`},
		{"ms_info is the server's", protocol.Ops{set(protocol.FieldMSInfo, `"x"`)}, protocol.FieldMSInfo, ""},
	} {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, line(test.ops...)[test.field]) })
	}
}

func TestPaymentOfAClosedOrderIsKept(t *testing.T) {
	pay := protocol.OrderPay{Order: "o1", Payment: protocol.NewPayment{ID: "p1", Method: "cash", Amount: "5"}}
	v := over(start(), []view.PendingMutation{{Mutation: protocol.Mutation{Ops: protocol.Ops{
		protocol.OrderClose{Order: "o1", State: protocol.Cancelled},
		pay, pay,
		protocol.LineAdd{Order: "o1", Line: "l9"},
	}}}})
	o := v.Order("o1")
	require.Len(t, o.Payments, 1)
	require.Equal(t, protocol.NeedsRefund, o.Payments[0].Needs)
	require.Equal(t, "5", o.Paid().String())
	require.Nil(t, o.Line("l9"))
}

func TestAttribution(t *testing.T) {
	v := over(start(), []view.PendingMutation{{Mutation: protocol.Mutation{User: &protocol.User{ID: "8", Name: "Bo"}, Ops: protocol.Ops{
		protocol.LineAdd{Order: "o1", Line: "l9", Set: protocol.Fields{}},
	}}}})
	info := v.Order("o1").Line("l9").Fields.MSInfo()
	require.Equal(t, "Bo", info.Changed.User.Name)
	require.EqualValues(t, "bar", info.Created.POS.ID)
	require.True(t, v.Order("o1").Line("l9").Pending)
	require.False(t, v.Order("o1").Line("l1").Pending)
}

func benchmarkOrder(lines int) view.Confirmed {
	o := protocol.Order{ID: "o1", Number: 1, State: protocol.Open, Fields: protocol.Fields{}}
	for i := range lines {
		o.Lines = append(o.Lines, protocol.Line{ID: protocol.LineID(fmt.Sprintf("line-%d", i)), N: i + 1, Fields: protocol.Fields{
			"product_id": "50", "qty": "1", "price_unit": "4.8", "description": `"Coffee"`,
		}})
	}
	return view.Confirmed{"o1": view.Of(o)}
}

func BenchmarkTap(b *testing.B) {
	for _, lines := range []int{1, 500} {
		b.Run(fmt.Sprintf("lines=%d", lines), func(b *testing.B) {
			v := over(benchmarkOrder(lines), nil)
			last := protocol.LineID(fmt.Sprintf("line-%d", lines-1))
			w := view.PendingMutation{Mutation: protocol.Mutation{Ops: protocol.Ops{protocol.LineInc{Order: "o1", Line: last, Field: "qty", By: "1"}}}}
			b.ReportAllocs()
			for b.Loop() {
				v.Extend(w)
			}
		})
	}
}

func BenchmarkRefresh(b *testing.B) {
	for _, size := range []struct{ lines, pending int }{{1, 1}, {500, 1}, {500, 500}} {
		b.Run(fmt.Sprintf("lines=%d/queue=%d", size.lines, size.pending), func(b *testing.B) {
			var pending []view.PendingMutation
			for i := range size.pending {
				line := protocol.LineID(fmt.Sprintf("line-%d", i%size.lines))
				pending = append(pending, view.PendingMutation{Mutation: protocol.Mutation{Ops: protocol.Ops{protocol.LineInc{Order: "o1", Line: line, Field: "qty", By: "1"}}}})
			}
			v, found := over(benchmarkOrder(size.lines), pending), view.Find(pending)
			b.ReportAllocs()
			for b.Loop() {
				v.Refresh([]protocol.OrderID{"o1"}, found)
			}
		})
	}
}
