package storetest

import (
	"fmt"
	"strings"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

func orders(k *kit) {
	f := k.newMultiSession("main")
	k.newMultiSession("other").tap(newOrder(7))
	one := f.tap(newOrder(1, newLine(1, `{"gone":{}}`), newLine(2, `{}`)))[0]
	two := f.tap(newOrder(2))[0]
	paid := closed(two)
	paid.Payments = []store.PaymentRow{newPayment(1, `{"amount":1}`)}
	paid = f.tap(paid)[0]
	k.ElementsMatch([]store.OrderRows{one, paid}, f.read("o1", "o2", "o7", "none"), "unknown ids and other multi-sessions' are left out")
	k.Equal(one.Lines, f.read("o1")[0].Lines, "gone lines are kept")
	k.Empty(f.read())
}

func listPages(k *kit) {
	f := k.newMultiSession("main")
	k.newMultiSession("other").tap(newOrder(1))
	for run := range protocol.Run(3) {
		for _, number := range []protocol.Number{2, 1, 3} {
			o := newOrder(number, newLine(1, `{}`), newLine(2, `{}`))
			o.ID, o.Run = protocol.OrderID(fmt.Sprintf("r%d-%d", run+1, number)), run+1
			written := f.tap(o)[0]
			if number == 2 {
				f.tap(closed(written))
			}
		}
	}
	list := func(filter store.ListFilter) []store.OrderRows {
		page, err := k.Store.List(k.ctx, "main", filter)
		k.NoError(err)
		return page
	}
	all := list(store.ListFilter{Limit: 100})
	k.Equal([]protocol.OrderID{"r1-1", "r1-2", "r1-3", "r2-1", "r2-2", "r2-3", "r3-1", "r3-2", "r3-3"}, ids(all))
	k.Len(all[1].Lines, 2)
	k.Equal([]protocol.OrderID{"r2-1", "r2-2", "r2-3"}, ids(list(store.ListFilter{Run: 2, Limit: 100})))
	k.Equal([]protocol.OrderID{"r1-2", "r2-2", "r3-2"}, ids(list(store.ListFilter{State: protocol.Paid, Limit: 100})))
	k.Equal([]protocol.OrderID{"r3-1", "r3-3"}, ids(list(store.ListFilter{Run: 3, State: protocol.Open, Limit: 100})))
	k.Equal([]protocol.OrderID{"r1-2", "r2-2", "r3-2"}, ids(list(store.ListFilter{Number: 2, Limit: 100})))
	k.Equal([]protocol.OrderID{"r2-3"}, ids(list(store.ListFilter{Run: 2, Number: 3, Limit: 100})))
	for limit := 1; limit <= 10; limit++ {
		var got []store.OrderRows
		filter := store.ListFilter{Limit: limit}
		for page := list(filter); len(page) > 0; page = list(filter) {
			k.LessOrEqual(len(page), limit)
			got = append(got, page...)
			filter.AfterRun, filter.AfterNo = page[len(page)-1].Run, page[len(page)-1].Number
		}
		k.Equal(all, got)
	}
}

func touchedPages(k *kit) {
	f := k.newMultiSession("main")
	var rows []store.OrderRows
	for n := range protocol.Number(5) {
		rows = append(rows, f.tap(newOrder(n+1, newLine(1, `{"old":1}`), newLine(2, `{"old":1}`)))[0])
	}
	next := later(rows[1])
	next.Lines = []store.LineRow{newLine(2, `{"new":1}`)}
	next.Payments = []store.PaymentRow{newPayment(1, `{}`)}
	second := f.tap(next)[0] // seq 6
	fourth := f.tap(closed(rows[3]))[0]
	for limit := 1; limit <= 6; limit++ {
		var got []store.OrderRows
		after := store.TouchedAfter{Since: 4}
		for more := true; more; {
			page, err := k.Store.Touched(k.ctx, "main", after, limit)
			k.NoError(err)
			k.Equal(protocol.Seq(7), page.Head)
			k.LessOrEqual(len(page.Orders), limit)
			got = append(got, page.Orders...)
			if more = page.More; more {
				after.Order = page.Orders[len(page.Orders)-1].Seq
			}
		}
		k.Equal([]store.OrderRows{rows[4], second, fourth}, got, "by the seq of the last change, with newer lines only")
	}
	page, err := k.Store.Touched(k.ctx, "main", store.TouchedAfter{Since: 7}, 10)
	k.NoError(err)
	k.Equal(&store.TouchedPage{Head: 7}, page)
}

func touchedWhileWriting(k *kit) {
	f := k.newMultiSession("main")
	var rows []store.OrderRows
	for n := range protocol.Number(6) {
		rows = append(rows, f.tap(newOrder(n+1, newLine(1, `{}`)))[0])
	}
	after := store.TouchedAfter{}
	held := map[protocol.OrderID]store.OrderRows{}
	for more, step := true, 0; more; step++ {
		page, err := k.Store.Touched(k.ctx, "main", after, 2)
		k.NoError(err)
		for _, o := range page.Orders {
			held[o.ID] = o
			after.Order = o.Seq
		}
		more = page.More
		if step < 3 { // one that was handed over, and one that wasn't, move to the end
			rows[step] = mergeLines(rows[step], f.tap(later(rows[step]))[0])
			rows[5-step] = mergeLines(rows[5-step], f.tap(later(rows[5-step]))[0])
		}
	}
	k.Len(held, 6)
	for i, o := range rows[:3] {
		k.Equal(o, held[o.ID], "row %d", i)
	}
}

// mergeLines is an order's newer row with the lines it had before.
func mergeLines(before, now store.OrderRows) store.OrderRows {
	now.Lines = before.Lines
	return now
}

func touchedTies(k *kit) {
	f := k.newMultiSession("main")
	first := f.tap(newOrder(1), newOrder(2), newOrder(3)) // one change, three orders
	last := f.tap(newOrder(4))
	page, err := k.Store.Touched(k.ctx, "main", store.TouchedAfter{}, 2)
	k.NoError(err)
	k.ElementsMatch(ids(first), ids(page.Orders), "the next page starts behind their seq, so none may be left")
	k.True(page.More)
	page, err = k.Store.Touched(k.ctx, "main", store.TouchedAfter{Order: 1}, 2)
	k.NoError(err)
	k.Equal(&store.TouchedPage{Orders: last, Head: 2}, page)
}

func changePages(k *kit) {
	f := k.newMultiSession("main")
	k.newMultiSession("other").tap(newOrder(1))
	var want []store.Change
	for n := range protocol.Number(7) {
		b := f.batch(newOrder(n + 1))
		want = append(want, b.Changes...)
		f.commit(b)
	}
	b := f.batch() // two changes that touch nothing
	b.Changes = append(b.Changes, store.Change{Seq: 9, Body: []byte(`{"seq":9,"orders":{}}`)})
	b.Outcomes = append(b.Outcomes, f.outcome(9))
	want = append(want, b.Changes...)
	f.commit(b)
	for after := range protocol.Seq(11) {
		for limit := 1; limit < 11; limit++ {
			rest := want[min(int(after), len(want)):]
			rest = rest[:min(limit, len(rest))]
			k.Equal(seqs(rest), seqs(f.changes(after, limit)))
		}
	}
	k.Equal(want, f.changes(0, 100))
}

// bytePages: a page ends with the row that makes it large, and what follows is
// on the next one.
func bytePages(k *kit) {
	f := k.newMultiSession("main")
	large := fmt.Sprintf(`{"text":%q}`, strings.Repeat("x", store.PageBytes*2/5))
	var all []store.OrderRows
	for n := range protocol.Number(5) {
		b := f.batch(newOrder(n+1, newLine(1, large)))
		b.Changes[0].Body = fmt.Appendf(nil, `{"seq":%d,"at":"2026-11-21T12:00:00Z","orders":{},"text":%q}`, b.Changes[0].Seq, strings.Repeat("y", store.PageBytes*2/5))
		all = append(all, f.commit(b).Orders...)
	}
	first, err := k.Store.List(k.ctx, "main", store.ListFilter{Limit: 100})
	k.NoError(err)
	k.Equal(all[:3], first)
	rest, err := k.Store.List(k.ctx, "main", store.ListFilter{Limit: 100, AfterRun: first[2].Run, AfterNo: first[2].Number})
	k.NoError(err)
	k.Equal(all[3:], rest)

	touched, err := k.Store.Touched(k.ctx, "main", store.TouchedAfter{}, 100)
	k.NoError(err)
	k.True(touched.More)
	k.Equal(all[:3], touched.Orders)
	touched, err = k.Store.Touched(k.ctx, "main", store.TouchedAfter{Order: touched.Orders[2].Seq}, 100)
	k.NoError(err)
	k.False(touched.More)
	k.Equal(all[3:], touched.Orders)

	changes, err := k.Store.Changes(k.ctx, "main", 0, 100)
	k.NoError(err)
	k.Len(changes, 3)
	changes, err = k.Store.Changes(k.ctx, "main", 3, 100)
	k.NoError(err)
	k.Len(changes, 2)

	snap, err := k.Store.Load(k.ctx, "main")
	k.NoError(err)
	k.Len(snap.Open, 5, "a start reads all")
	k.Len(f.read("o1", "o2", "o3", "o4", "o5"), 5)
	some, read, err := k.Store.Orders(k.ctx, "main", []protocol.OrderID{"o0", "o1", "o2", "o3", "o4", "o5"})
	k.NoError(err)
	k.Equal(4, read)
	k.Equal(all[:3], some)

	one := all[0]
	for range 4 {
		next := later(one)
		b := f.batch(next)
		b.Changes[0].Body = fmt.Appendf(nil, `{"seq":%d,"at":"2026-11-21T12:00:00Z","orders":{"o1":{}},"text":%q}`, b.Changes[0].Seq, strings.Repeat("y", store.PageBytes*2/5))
		b.Rejections = []store.Rejection{{
			At: b.At, MultiSession: "main", Client: "c", Mutation: fmt.Appendf(nil, `{"text":%q}`, strings.Repeat("z", store.PageBytes*2/5)), Code: protocol.Invalid,
		}}
		one = f.commit(b).Orders[0]
	}
	history, more, err := k.Store.History(k.ctx, "main", "o1", 5)
	k.NoError(err)
	k.True(more)
	k.Equal([]protocol.Seq{6, 7, 8}, seqs(history))
	history, more, err = k.Store.History(k.ctx, "main", "o1", 8)
	k.NoError(err)
	k.False(more)
	k.Equal([]protocol.Seq{9}, seqs(history))
	inbox, more, err := k.Store.ListRejections(k.ctx, store.RejectionFilter{Limit: 100})
	k.NoError(err)
	k.True(more)
	k.Len(inbox, 3)
	inbox, more, err = k.Store.ListRejections(k.ctx, store.RejectionFilter{Limit: 100, After: inbox[2].ID})
	k.NoError(err)
	k.False(more)
	k.Len(inbox, 1)
}
