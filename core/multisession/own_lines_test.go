package multisession_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// depositing is a chain of an extension that puts a deposit for each line.
type depositing struct {
	*scripted
	away  bool
	price protocol.Value
}

func (d *depositing) Putters() []string {
	if d.away {
		return nil
	}
	return []string{"bottle"}
}

func newDepositing(t *testing.T) (*depositing, *memSession) {
	d := &depositing{price: "0.25"}
	d.scripted = &scripted{moody: newMoody(t), ready: true}
	d.run = func(wave *hooks.Wave) {
		for _, m := range wave.Mutations {
			for _, o := range m.Orders {
				if d.away {
					continue
				}
				var puts []hooks.PutLine
				for _, l := range o.OrderLines() {
					if !protocol.IsOwnLine(l.ID) {
						puts = append(puts, hooks.PutLine{Key: string(l.ID), Fields: protocol.Fields{"product_id": "99", "qty": l.Fields["qty"], "price_unit": d.price}})
					}
				}
				done := o.PutLines("bottle", puts)
				for _, l := range done.Changed {
					require.Equal(t, l.Head().New, l.StoredFields() == nil)
				}
			}
		}
	}
	return d, newMemSessionWith(t, d)
}

// shown are an order's lines, each in short.
func shown(o protocol.Order) (lines []string) {
	for _, l := range o.Lines {
		lines = append(lines, fmt.Sprintf("%d %s %s×%s", l.N, l.ID, l.Fields["qty"], l.Fields["price_unit"]))
	}
	return lines
}

const addLines = `[{"op":"order.create","order":"o1","set":{}},
	{"op":"line.add","order":"o1","line":"a","set":{"product_id":1,"qty":2,"price_unit":3}},
	{"op":"line.add","order":"o1","line":"b","set":{"product_id":2,"qty":1,"price_unit":4}}]`

// Lines of an extension come behind the tills', follow them, go and come back at
// their place; they are the change's, and a restart changes nothing.
func TestOwnLines(t *testing.T) {
	_, f := newDepositing(t)
	before := f.session.Feed.Head()
	f.do("a1", addLines)
	want := []string{"1 a 2×3", "2 b 1×4", "3 mt:bottle:a 2×0.25", "4 mt:bottle:b 1×0.25"}
	require.Equal(t, want, shown(f.snapshot()[0]))
	change := f.changes(before)[0]
	require.Len(t, change.Orders["o1"].Lines, 4, "in the change that they follow from")
	info := f.snapshot()[0].Lines[2].Fields.MSInfo()
	require.Equal(t, protocol.POSID("a"), info.Created.POS.ID)

	f.restart(0)
	f.do("b1", `[{"op":"line.inc","order":"o1","line":"a","field":"qty","by":3},{"op":"line.remove","order":"o1","line":"b"}]`)
	want = []string{"1 a 5×3", "3 mt:bottle:a 5×0.25"}
	require.Equal(t, want, shown(f.snapshot()[0]))
	require.Equal(t, protocol.POSID("b"), f.snapshot()[0].Lines[1].Fields.MSInfo().Changed.POS.ID)

	f.do("a1", `[{"op":"order.create","order":"o2","set":{}},{"op":"line.move","order":"o1","to":"o2","lines":["a","mt:bottle:a"]}]`)
	require.Empty(t, shown(f.snapshot()[0]), "an own line stays, and its hooks drop it")
	require.Equal(t, []string{"1 a 5×3", "2 mt:bottle:a 5×0.25"}, shown(f.snapshot()[1]))
	f.do("a1", `[{"op":"line.move","order":"o2","to":"o1","lines":["a"]}]`)
	require.Equal(t, []string{"3 mt:bottle:a 5×0.25", "5 a 5×3"}, shown(f.snapshot()[0]), "back at its old place")
	want = shown(f.snapshot()[0])
	f.restart(0)
	require.Equal(t, want, shown(f.snapshot()[0]))
}

// What a till may do to such a line.
func TestOwnLinesAndTills(t *testing.T) {
	d, f := newDepositing(t)
	f.do("a1", addLines)
	refused := f.do("a1", `[{"op":"line.add","order":"o1","line":"mt:bottle:x","set":{"product_id":1}}]`).Rejection
	require.Equal(t, []any{protocol.Invalid, "ops[0].line"}, []any{refused.Code, refused.At})
	require.Nil(t, f.do("a1", `[{"op":"line.move","order":"o1","to":"o9","lines":["mt:bottle:a"]}]`).Rejection)
	require.Len(t, f.snapshot(), 1, "nothing else named changes nothing")

	set := f.do("a1", `[{"op":"line.set","order":"o1","line":"mt:bottle:a","set":{"price_unit":9,"discount":10}},{"op":"line.inc","order":"o1","line":"mt:bottle:a","field":"qty","by":1}]`)
	require.Equal(t, []string{"mt:bottle:a.price_unit", "mt:bottle:a.qty"}, set.Ignored)
	require.Equal(t, "is what the extension bottle says", set.Why["mt:bottle:a.qty"])
	require.Equal(t, protocol.Value("10"), f.snapshot()[0].Lines[2].Fields["discount"], "other fields are the tills'")

	// Away, its lines are the tills'; back, they are its own again.
	d.away = true
	f.restart(0)
	require.Empty(t, f.do("a1", `[{"op":"line.set","order":"o1","line":"mt:bottle:a","set":{"price_unit":9}}]`).Ignored)
	require.Equal(t, "3 mt:bottle:a 2×9", shown(f.snapshot()[0])[2])
	d.away, d.price = false, "0.5"
	f.do("a1", `[{"op":"line.inc","order":"o1","line":"b","field":"qty","by":1}]`)
	require.Equal(t, []string{"3 mt:bottle:a 2×0.5", "4 mt:bottle:b 2×0.5"}, shown(f.snapshot()[0])[2:])

	// Removed by a till it is removed for good, on all tills.
	before := f.session.Feed.Head()
	f.do("b1", `[{"op":"line.remove","order":"o1","line":"mt:bottle:a"}]`)
	require.Equal(t, protocol.Value(`["mt:bottle:a"]`), f.changes(before)[0].Orders["o1"].Set[protocol.FieldRemoved])
	f.restart(0)
	f.do("a1", `[{"op":"line.inc","order":"o1","line":"a","field":"qty","by":1}]`)
	require.Equal(t, []string{"1 a 3×3", "2 b 2×4", "4 mt:bottle:b 2×0.5"}, shown(f.snapshot()[0]))

	// One that its hooks dropped just before.
	f.do("a1", `[{"op":"line.remove","order":"o1","line":"b"}]`)
	f.do("b1", `[{"op":"line.remove","order":"o1","line":"mt:bottle:b"}]`)
	require.Equal(t, protocol.Value(`["mt:bottle:a","mt:bottle:b"]`), f.snapshot()[0].Fields[protocol.FieldRemoved])
}

// A product can't change under a key, and an order has no more lines than it may
// have.
func TestOwnLinesThatAreRefused(t *testing.T) {
	product, refused := protocol.Value("99"), map[protocol.LineID]string{}
	d, f := newDepositing(t)
	f.limits.Lines = 3
	d.run = func(wave *hooks.Wave) {
		for _, o := range wave.Mutations[0].Orders {
			puts := []hooks.PutLine{{Key: "a", Fields: protocol.Fields{"product_id": product, "qty": "1"}}, {Key: "b", Fields: protocol.Fields{"qty": "1"}}, {Key: "kept", Keep: true}}
			refused = o.PutLines("bottle", puts).Refused
		}
	}
	f.restart(0)
	f.do("a1", addLines)
	require.Contains(t, refused["mt:bottle:b"], "the order has 3 lines")
	require.Len(t, f.snapshot()[0].Lines, 3)
	product = "98"
	f.do("a1", `[{"op":"order.set","order":"o1","set":{"partner_id":7}}]`)
	require.Contains(t, refused["mt:bottle:a"], "product_id can't change")
	require.Equal(t, protocol.Value("99"), f.snapshot()[0].Lines[2].Fields["product_id"], "it stays as it was")
}

// A close that parts an order leaves own lines where they are: hooks put them on
// both sides in that change.
func TestOwnLinesOfAPartedOrder(t *testing.T) {
	_, f := newDepositing(t)
	f.do("a1", addLines)
	base := f.session.Feed.Head().Seq
	f.do("b1", `[{"op":"line.add","order":"o1","line":"late","set":{"product_id":3,"qty":1,"price_unit":5}}]`)
	r := f.do("a1", fmt.Sprintf(`[{"op":"order.pay","order":"o1","payment":{"id":"p1","method":"cash","amount":10.75,"offline":true}},{"op":"order.close","order":"o1","state":"paid","base":%d}]`, base))
	require.Nil(t, r.Rejection)
	require.Equal(t, []string{"1 a 2×3", "2 b 1×4", "3 mt:bottle:a 2×0.25", "4 mt:bottle:b 1×0.25"}, slices.Sorted(slices.Values(shown(f.stored("o1")))))
	require.Equal(t, []string{"1 late 1×5", "2 mt:bottle:late 1×0.25"}, shown(f.snapshot()[0]))
}
