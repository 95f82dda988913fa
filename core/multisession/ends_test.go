package multisession_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// scripted is a chain whose run is a test's.
type scripted struct {
	*moody
	ready, serial bool
	run           func(*hooks.Wave)
}

func (s *scripted) Run(_ context.Context, wave *hooks.Wave) { s.run(wave) }
func (s *scripted) Ready([]string) bool                     { return s.ready }
func (s *scripted) Serial() bool                            { return s.serial }

func newScripted(t *testing.T, run func(*hooks.Wave)) (*scripted, *memSession) {
	chain := &scripted{moody: newMoody(t), ready: true, run: run}
	return chain, newMemSessionWith(t, chain)
}

// changes are those since a position, as the feed has them.
func (f *memSession) changes(since multisession.Position) (list []protocol.Change) {
	page, err := f.session.Page(context.Background(), since, "", 100)
	require.Nil(f.t, err)
	require.NoError(f.t, json.Unmarshal([]byte("["+string(page.Changes)+"]"), &list))
	return list
}

const (
	payO1    = `{"op":"order.pay","order":"o1","payment":{"id":"p1","method":"cash","amount":1}}`
	closeO1  = `{"op":"order.close","order":"o1","state":"paid"}`
	offline1 = `[{"op":"order.pay","order":"o1","payment":{"id":"p0","method":"cash","amount":1,"offline":true}}]`
)

// Hooks see how the order will be, and which of that a change changes.
func TestHooksSeeStateNumberAndTap(t *testing.T) {
	type seen struct {
		head    hooks.RecordHead
		changed []protocol.Field
		lines   int
	}
	var last map[protocol.OrderID]seen
	_, f := newScripted(t, func(wave *hooks.Wave) {
		for _, m := range wave.Mutations {
			for _, o := range m.Orders {
				last[o.Head().Order] = seen{*o.Head(), o.Changed, len(o.OtherLines())}
			}
			for _, l := range m.Lines {
				require.Equal(t, m.Orders[0].Head().State, l.Head().State, "a line's is its order's")
			}
		}
	})
	look := func(what string) seen {
		last = map[protocol.OrderID]seen{}
		m, err := order.Decode([]byte(fmt.Sprintf(`{"id":%d,"at":"2026-01-02T03:04:05.5+01:00","ops":%s}`, f.last["a1"]+1, what)), order.DefaultLimits)
		require.NoError(t, err)
		f.last["a1"]++
		reply := f.ask(&multisession.Push{Client: "a1", POS: protocol.POS{ID: "a", Name: "a"}, Mutations: []*order.Mutation{m}})
		require.Equal(t, protocol.Applied, f.result(reply).Status)
		require.Equal(t, "2026-01-02T02:04:05.5Z", protocol.FormatTime(last["o1"].head.Tapped))
		require.Equal(t, fmt.Sprintf("a1/%d", f.last["a1"]), last["o1"].head.Mutation)
		return last["o1"]
	}
	keys := func(s seen) (mt []protocol.Field) {
		for _, f := range s.changed {
			if slices.Contains(protocol.KeysMT(), f) {
				mt = append(mt, f)
			}
		}
		return mt
	}
	created := look(createO1)
	require.Equal(t, []any{protocol.Open, protocol.Number(0), 0}, []any{created.head.State, created.head.Number, created.lines})
	second := look(`[{"op":"order.set","order":"o1","set":{"partner_id":7}}]`)
	require.Equal(t, []any{protocol.Number(1), 1}, []any{second.head.Number, second.lines}, "its lines, where they are asked for")
	require.Equal(t, []protocol.Field{protocol.KeyMTNumber}, keys(second), "the number is news once")
	require.Empty(t, keys(look(`[{"op":"order.set","order":"o1","set":{"partner_id":8}}]`)))
	require.Equal(t, []protocol.Field{protocol.KeyMTPayments}, keys(look(`[`+payO1+`]`)))
	end := look(`[` + closeO1 + `]`)
	require.Equal(t, []protocol.Field{protocol.KeyMTState}, keys(end))
	require.Equal(t, protocol.Paid, end.head.State)
}

// A veto refuses an end, unless money was taken for it: in the same mutation, or
// without the server.
func TestVetoOfAnEnd(t *testing.T) {
	_, f := newScripted(t, func(wave *hooks.Wave) {
		for _, m := range wave.Mutations {
			o := m.Orders[0]
			switch no := (protocol.Review{Extension: "age", Message: "nobody looked"}); {
			case o.Head().State == protocol.Open:
			case m.Stands:
				m.Reviews = append(m.Reviews, hooks.Review{Order: o.Head().Order, Review: no})
			default:
				m.Veto = &protocol.Rejection{Code: protocol.Vetoed, Extension: no.Extension, Message: no.Message}
			}
		}
	})
	f.do("a1", createO1)
	f.do("a1", `[`+payO1+`]`)
	require.Equal(t, protocol.Vetoed, f.do("a1", `[`+closeO1+`]`).Rejection.Code)
	require.Equal(t, protocol.Vetoed, f.do("a1", `[{"op":"order.close","order":"o1","state":"cancelled"}]`).Rejection.Code)
	require.Equal(t, protocol.Open, f.stored("o1").State)
	require.Equal(t, protocol.Applied, f.do("a1", `[`+payO1+`,`+closeO1+`]`).Status, "the payment was known, and is in it all the same")
	require.Equal(t, "nobody looked", f.stored("o1").Review[0].Message)

	second := func(ops string) string {
		var again []map[string]any
		require.NoError(t, json.Unmarshal([]byte(ops), &again))
		for _, op := range again {
			op["order"] = "o2"
		}
		text, err := json.Marshal(again)
		require.NoError(t, err)
		return string(text)
	}
	f.do("a1", second(createO1))
	f.do("a1", second(offline1))
	require.Equal(t, protocol.Applied, f.do("a1", second(`[`+closeO1+`]`)).Status, "money was taken without the server")
	require.Equal(t, protocol.NeedsReview, f.stored("o2").Needs)
}

// The server's own changes of open orders run hooks, which can't refuse them. A
// late payment on a closed order runs none.
func TestHooksOnOwnChanges(t *testing.T) {
	refuses := false
	var ran []string
	_, f := newScripted(t, func(wave *hooks.Wave) {
		for _, m := range wave.Mutations {
			o := m.Orders[0]
			ran = append(ran, fmt.Sprint(o.Head().Order, " ", o.Head().State, " ", o.Head().Mutation))
			o.Set("mood", protocol.Int(len(ran)))
			switch {
			case m.Stands && o.Head().Mutation == "":
				m.Reviews = append(m.Reviews, hooks.Review{Order: o.Head().Order, Review: protocol.Review{Extension: "age", Message: "no"}})
			case refuses && !m.Stands:
				m.Veto = &protocol.Rejection{Code: protocol.Vetoed, Extension: "age", Message: "no"}
			}
		}
	})
	f.abandon = true
	f.restart(0)
	create := func(id string) {
		f.do("a1", fmt.Sprintf(`[{"op":"order.create","order":%q,"set":{}},{"op":"line.add","order":%[1]q,"line":"l1","set":{"product_id":1}}]`, id))
	}
	for i := range 4 {
		create(fmt.Sprint("o", i+1))
	}
	ran = nil
	flagged := func(id protocol.OrderID, state protocol.State) {
		t.Helper()
		o := f.stored(id)
		require.Equal(t, []any{state, protocol.NeedsReview, "no", protocol.Int(len(ran))}, []any{o.State, o.Needs, o.Review[0].Message, o.Fields["mood"]})
	}
	require.Nil(t, f.ask(&multisession.Void{Order: "o1", Reason: "test"}).Err)
	require.Equal(t, []string{"o1 cancelled "}, ran)
	flagged("o1", protocol.Cancelled)

	// A payment that is kept of a refused mutation.
	before := f.session.Feed.Head()
	kept := f.do("a1", `[{"op":"order.pay","order":"o2","payment":{"id":"p1","method":"cash","amount":1}},{"op":"line.set","order":"o2","line":"none","set":{}}]`)
	require.Equal(t, []protocol.PaymentID{"p1"}, kept.Kept)
	require.Equal(t, []string{"o1 cancelled ", "o2 open "}, ran)
	flagged("o2", protocol.Open)
	require.Equal(t, protocol.ByKeptPayment, f.changes(before)[0].By.Server)

	late := f.do("a1", `[{"op":"order.pay","order":"o1","payment":{"id":"late","method":"cash","amount":1}}]`)
	require.Equal(t, protocol.Applied, late.Status)
	require.Len(t, ran, 2, "a late payment on a closed order runs no hook")

	for _, pos := range []protocol.POSID{"a", "b", "c"} {
		require.Nil(t, f.ask(&multisession.CloseTill{POS: pos}).Err)
	}
	require.Equal(t, []string{"o2 abandoned ", "o3 abandoned ", "o4 abandoned "}, ran[2:], "one wave, in order")
	flagged("o4", protocol.Abandoned)
	require.NotEqual(t, f.stored("o3").Fields["mood"], f.stored("o4").Fields["mood"])
	rows := f.snapshot()
	require.Empty(t, rows)
}

// An end that an extension missed is made up for, once, after a restart too. The
// chain is told that it is late, and whose run it is.
func TestMissedEnd(t *testing.T) {
	works := false
	var late []string
	chain, f := newScripted(t, nil)
	chain.run = func(wave *hooks.Wave) {
		for _, m := range wave.Mutations {
			o := m.Orders[0]
			if !works {
				o.Missed = []string{"book", "gone"}
				continue
			}
			require.True(t, m.Late)
			late = append(late, fmt.Sprint(o.Head().Order, " ", o.Head().State, " ", m.Missed, " ", len(m.Lines)))
			if slices.Contains(m.Missed, "book") {
				o.Set("mood", `"booked"`)
				o.By = "book"
			}
			o.Missed = slices.DeleteFunc(slices.Clone(m.Missed), func(name string) bool { return name == "book" })
		}
	}
	f.do("a1", createO1)
	f.do("a1", `[`+payO1+`,`+closeO1+`]`)
	f.restart(0)
	f.ask(&multisession.Rerun{})
	f.restart(0)

	works = true
	before := f.session.Feed.Head()
	f.ask(&multisession.Rerun{})
	require.Equal(t, []string{"o1 paid [book gone] 1"}, late)
	change := f.changes(before)[0]
	require.Equal(t, []any{"extension:book", protocol.Value(`"booked"`), protocol.Paid}, []any{change.By.Server, change.Orders["o1"].Set["mood"], f.stored("o1").State})

	chain.ready = false // "gone" is no part of the chain
	head := f.session.Feed.Head()
	f.ask(&multisession.Rerun{})
	f.restart(0)
	f.ask(&multisession.Rerun{})
	require.Len(t, late, 1)
	chain.ready = true
	f.ask(&multisession.Rerun{})
	require.Equal(t, "o1 paid [gone] 1", late[1], "what is left is known after a restart")
	require.Equal(t, head, f.session.Feed.Head(), "and nothing is said twice")
}

// What lines' hooks read of orders is known after a restart, moves with the
// line, and is no change by itself.
func TestLineReadsAreKept(t *testing.T) {
	var note []protocol.Field
	seen := map[protocol.OrderID]bool{}
	_, f := newScripted(t, func(wave *hooks.Wave) {
		for _, m := range wave.Mutations {
			for _, o := range m.Orders {
				seen[o.Head().Order] = o.ReadOrder("fire", []protocol.Field{"course"}) && !o.ReadOrder("other", nil)
				if note != nil {
					o.OtherLines()[0].NoteReads("fire", note)
				}
			}
		}
	})
	f.do("a1", createO1)
	before := f.session.Feed.Head()
	note = []protocol.Field{"table", "course"}
	f.do("a1", `[`+payO1+`]`)
	require.True(t, !seen["o1"])
	require.Empty(t, f.changes(before)[0].Orders["o1"].Lines)
	note = nil
	f.restart(0)
	f.do("a1", `[{"op":"order.create","order":"o2","set":{}}]`)
	require.False(t, seen["o2"])
	f.do("a1", `[{"op":"line.move","order":"o1","to":"o2","lines":["l1"]}]`)
	require.True(t, seen["o1"])
	require.True(t, seen["o2"])
}

// What a hook writes into core fields counts as the change's client's: it makes
// nothing of that till stale, but of another's, and ms_info names it.
func TestWrittenCoreFields(t *testing.T) {
	var price protocol.Value
	_, f := newScripted(t, func(wave *hooks.Wave) {
		for _, m := range wave.Mutations {
			if price == "" {
				continue
			}
			for _, l := range m.Orders[0].OtherLines() {
				l.Write("price_unit", price)
			}
			m.Orders[0].Write("partner_id", "7")
		}
	})
	f.do("a1", createO1)
	f.do("b1", `[{"op":"line.add","order":"o1","line":"l2","set":{"product_id":2,"price_unit":1}}]`)
	base := f.session.Feed.Head()
	price = "3.5"
	f.do("a1", `[{"op":"order.set","order":"o1","set":{"pricelist_id":1}}]`)
	price = ""
	change := f.changes(base)[0]
	require.Equal(t, protocol.Value("7"), change.Orders["o1"].Set["partner_id"])
	for _, id := range []protocol.LineID{"l1", "l2"} {
		require.Equal(t, protocol.Value("3.5"), change.Orders["o1"].Lines[id].Set["price_unit"])
	}
	o := f.snapshot()[0]
	require.Equal(t, protocol.POSID("a"), o.Lines[1].Fields.MSInfo().Changed.POS.ID, "whose tap it was")
	require.Equal(t, protocol.POSID("b"), o.Lines[1].Fields.MSInfo().Created.POS.ID)
	f.restart(0)
	set := func(client protocol.ClientID) *protocol.Rejection {
		return f.do(client, fmt.Sprintf(`[{"op":"line.set","order":"o1","line":"l2","set":{"price_unit":4},"base":%d},{"op":"order.set","order":"o1","set":{"partner_id":8},"base":%[1]d}]`, base.Seq)).Rejection
	}
	require.Equal(t, protocol.StaleBase, set("b1").Code)
	require.Equal(t, protocol.StaleBase, f.do("b1", fmt.Sprintf(`[{"op":"order.close","order":"o1","state":"paid","base":%d}]`, base.Seq)).Rejection.Code, "the total is another")
	require.Nil(t, set("a1"))
	require.Nil(t, f.do("a1", fmt.Sprintf(`[{"op":"order.close","order":"o1","state":"paid","base":%d}]`, base.Seq)).Rejection)
}

// Where many orders wait, all of them are looked at in turn, whatever fails again.
func TestManyMissedEnds(t *testing.T) {
	works := false
	ran := map[protocol.OrderID]int{}
	chain, f := newScripted(t, nil)
	chain.run = func(wave *hooks.Wave) {
		for _, m := range wave.Mutations {
			if m.Late {
				ran[m.Orders[0].Head().Order]++
			}
			if !works || m.Orders[0].Head().Order < "o5" {
				m.Orders[0].Missed = []string{"book"}
			}
		}
	}
	for i := range 80 {
		r := f.do("a1", fmt.Sprintf(`[{"op":"order.create","order":"o%03d","set":{}},{"op":"order.close","order":"o%03[1]d","state":"paid"}]`, i))
		require.Nil(t, r.Rejection)
	}
	for range 3 {
		f.ask(&multisession.Rerun{})
	}
	require.Len(t, ran, 80)
	chain.ready = false
	f.restart(0)
	f.ask(&multisession.Rerun{})
	require.Equal(t, 96, sum(ran), "it waits while they aren't ready")
	chain.ready, works = true, true
	for range 6 {
		f.ask(&multisession.Rerun{})
	}
	require.Equal(t, 96+6*32, sum(ran), "those that fail again go on")
}

func sum(of map[protocol.OrderID]int) (n int) {
	for _, one := range of {
		n += one
	}
	return n
}
