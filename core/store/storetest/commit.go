package storetest

import (
	"context"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

func loadCommitted(k *kit) {
	f := k.newMultiSession("main")
	o1 := newOrder(1, newLine(1, `{"fields":{"qty":1}}`), newLine(2, `{"gone":{"seq":1}}`))
	o1.Payments = []store.PaymentRow{newPayment(1, `{"amount":4.8}`)}
	first := f.tap(o1)[0]
	second := f.tap(newOrder(2))[0]
	f.tap(closed(second))
	third := newOrder(1)
	third.ID, third.Run = "o3", 2 // of another run, as after a carry
	last := f.batch(third)
	f.commit(last)
	snap := f.load()
	k.Equal(store.MultiSession{
		ID: "main", Name: "Floor main", Active: true, POS: []protocol.POSID{"main-bar"}, Run: 1, RunOpen: true,
	}, snap.MultiSession)
	k.Equal(protocol.Seq(4), snap.Head)
	k.Equal(string(last.Changes[0].Body), string(snap.HeadChange))
	k.Equal(protocol.Number(2), snap.LastNumber, "closed orders keep their number")
	k.Zero(snap.Pruned)
	k.Equal([]store.OrderRows{first, last.Orders[0]}, snap.Open, "open orders, of every run, by run and number")
}

func loadNothing(k *kit) {
	_, err := k.Store.Load(k.ctx, "nowhere")
	k.ErrorIs(err, store.ErrNotFound)
	k.NoError(k.Store.PutMultiSession(k.ctx, store.MultiSession{ID: "new", Name: "New"}, nil))
	snap, err := k.Store.Load(k.ctx, "new")
	k.NoError(err)
	snap.Turn = 0 // the store's own
	k.Equal(&store.Snapshot{MultiSession: store.MultiSession{ID: "new", Name: "New"}}, snap)
	err = k.Store.Commit(k.ctx, &store.Batch{MultiSession: "nowhere", At: noon})
	k.ErrorIs(err, store.ErrNotFound)
}

// wholeOrNothing commits batches whose last row is invalid, for each kind of row.
func wholeOrNothing(k *kit) {
	f := k.newMultiSession("main")
	known := f.tap(newOrder(1))[0]
	k.newMultiSession("other")
	tests := []struct {
		name       string
		invalidate func(*store.Batch)
		want       error // nil is any
	}{
		{"number taken", func(b *store.Batch) {
			o := newOrder(1)
			o.ID, o.Seq, o.Created = "again", 2, 2
			b.Orders = append(b.Orders, o)
		}, store.ErrExists},
		{"outcome exists", func(b *store.Batch) { b.Outcomes = append(b.Outcomes, f.outcome(1)) }, store.ErrExists},
		{"outcome twice", func(b *store.Batch) { b.Outcomes = append(b.Outcomes, b.Outcomes[0]) }, store.ErrExists},
		{"outcome of nobody", func(b *store.Batch) {
			b.Outcomes = append(b.Outcomes, store.Outcome{Client: "nobody", ID: 1, Result: []byte(`{}`)})
		}, store.ErrNotFound},
		{"client bound", func(b *store.Batch) {
			b.Clients = append(b.Clients, store.Client{ID: "other-client", POS: "main-bar", MultiSession: "main"})
		}, store.ErrExists},
		{"till of nobody", func(b *store.Batch) {
			b.Tills = append(b.Tills, store.TillRow{POS: "nobody", Till: store.Till{Open: true, Since: noon}})
		}, store.ErrNotFound},
		{"order of another change", func(b *store.Batch) { b.Orders[1].Seq++ }, nil},
		{"hole in the changes", func(b *store.Batch) {
			b.Changes = append(b.Changes, store.Change{Seq: 9, Body: []byte(`{}`)})
		}, nil},
	}
	for _, test := range tests {
		before := f.load()
		b := f.batch(later(known), newOrder(2, newLine(1, `{}`)))
		b.Run = &store.RunRow{Run: 7}
		b.Clients = []store.Client{{ID: "fresh", POS: "main-bar", MultiSession: "main"}}
		b.Rejections = []store.Rejection{{At: noon, MultiSession: "main", Client: f.client, Mutation: []byte(`{}`), Code: protocol.Invalid}}
		test.invalidate(b)
		err := k.Store.Commit(k.ctx, b)
		k.Error(err, test.name)
		if test.want != nil {
			k.ErrorIs(err, test.want, test.name)
		}
		f.unwritten(test.name, before)
	}
	f.tap(later(known), newOrder(2))
	k.Len(f.load().Open, 2, "the same batch without the invalid row")
}

// unwritten checks that nothing of an invalid batch was written.
func (f *multiSession) unwritten(name string, before *store.Snapshot) {
	f.Equal(before, f.load(), name)
	f.Empty(f.read("o2", "again"), name)
	f.Len(f.changes(0, 10), 1, name)
	_, err := f.Store.Client(f.ctx, "fresh")
	f.ErrorIs(err, store.ErrNotFound, name)
	inbox, _, err := f.Store.ListRejections(f.ctx, store.RejectionFilter{Limit: 10})
	f.NoError(err)
	f.Empty(inbox, name)
}

func staleCommit(k *kit) {
	f := k.newMultiSession("main")
	f.tap(newOrder(1))
	before := f.load()
	for _, expect := range []protocol.Seq{0, 2, 100} {
		b := f.batch(newOrder(2))
		b.Expect, b.Changes[0].Seq = expect, expect+1
		k.ErrorIs(k.Store.Commit(k.ctx, b), store.ErrStale)
	}
	k.Equal(before, f.load())
	k.Empty(f.read("o2"))
	f.tap(newOrder(2))
}

// staleTurn: in a store that several processes use, a batch is stale too if another
// one without changes came before it, or the multi-session was changed.
func staleTurn(k *kit) {
	f := k.newMultiSession("main")
	before := f.load()
	if before.Turn == 0 {
		k.t.Skip("this store is used by one process only")
	}
	open := func(turn int64, run protocol.Run) error {
		return k.Store.Commit(k.ctx, &store.Batch{MultiSession: "main", Turn: turn, At: noon, Run: &store.RunRow{Run: run, Open: true}})
	}
	k.NoError(open(before.Turn, 2))
	k.ErrorIs(open(before.Turn, 3), store.ErrStale)
	k.Equal(protocol.Run(2), f.load().MultiSession.Run)
	k.Equal(before.Turn+1, f.load().Turn, "a commit adds one")
	k.NoError(k.Store.PutMultiSession(k.ctx, store.MultiSession{ID: "main", Name: "Renamed"}, nil))
	k.ErrorIs(open(before.Turn+1, 3), store.ErrStale)
	k.NoError(open(f.load().Turn, 3))
	k.NoError(open(0, 4), "0 is any")
}

func replaceRows(k *kit) {
	f := k.newMultiSession("main")
	o := newOrder(1, newLine(1, `{"a":1}`), newLine(2, `{"b":1}`))
	o.Payments = []store.PaymentRow{newPayment(1, `{}`), newPayment(2, `{}`)}
	first := f.tap(o)[0]
	next := later(first)
	next.Lines = []store.LineRow{newLine(2, `{"b":2}`), newLine(3, `{"c":1}`)}
	next.Payments = []store.PaymentRow{newPayment(1, `{"needs":"refund"}`), newPayment(3, `{}`)}
	second := f.tap(next)[0]
	want := second
	want.Lines = []store.LineRow{first.Lines[0], second.Lines[0], second.Lines[1]}
	want.Payments = []store.PaymentRow{second.Payments[0], first.Payments[1], second.Payments[1]}
	k.Equal([]store.OrderRows{want}, f.load().Open)
	k.Equal(protocol.Seq(1), want.Created)

	moved := later(second)
	moved.Lines = []store.LineRow{{ID: "l1", N: 4, Body: []byte(`{"back":true}`)}}
	moved = f.tap(moved)[0]
	lines := f.load().Open[0].Lines
	k.Len(lines, 3)
	k.Equal(moved.Lines[0], lines[2], "a line that came back has another place")
}

func argumentsStayTheirs(k *kit) {
	f := k.newMultiSession("main")
	b := f.batch(newOrder(1, newLine(1, `{"a":1}`)))
	f.commit(b)
	want := f.load()
	for _, body := range [][]byte{b.Changes[0].Body, b.Orders[0].Body, b.Orders[0].Lines[0].Body, b.Outcomes[0].Result} {
		clear(body)
	}
	b.Orders[0].Lines[0] = store.LineRow{}
	k.Equal(want, f.load(), "what the caller does to its batch afterwards doesn't matter")
	snap := f.load()
	clear(snap.HeadChange)
	clear(snap.Open[0].Body)
	clear(snap.Open[0].Lines)
	k.Equal(want, f.load(), "what was read is the reader's")
}

// outcomesAlone: a batch in which all was rejected has no change.
func outcomesAlone(k *kit) {
	f := k.newMultiSession("main")
	f.tap(newOrder(1))
	f.commit(&store.Batch{MultiSession: "main", Expect: 1, At: noon, Outcomes: []store.Outcome{f.outcome(2), f.outcome(3)}})
	k.Equal(protocol.Seq(1), f.load().Head)
	c, err := k.Store.Client(k.ctx, f.client)
	k.NoError(err)
	k.Equal(protocol.MutationID(3), c.LastID)
	f.tap(newOrder(2))
}

func endedContext(k *kit) {
	f := k.newMultiSession("main")
	ctx, cancel := context.WithCancel(k.ctx)
	cancel()
	k.ErrorIs(k.Store.Commit(ctx, f.batch(newOrder(1))), context.Canceled)
	k.ErrorIs(k.Store.PutPOS(ctx, store.POS{ID: "new"}), context.Canceled)
	_, err := k.Store.Load(ctx, "main")
	k.ErrorIs(err, context.Canceled)
	_, err = k.Store.Changes(ctx, "main", 0, 1)
	k.ErrorIs(err, context.Canceled)
	k.Zero(f.load().Head, "nothing was written")
	f.tap(newOrder(1))
}

// What extensions write may have any character, also a NUL.
func anyText(k *kit) {
	f := k.newMultiSession("main")
	const odd = "a\x00b \u202e🍰"
	b := f.batch(newOrder(1))
	b.Values = []store.KeyValue{{Space: odd, Key: odd, Value: []byte(`{"a\u0000":"\u0000"}`)}, {Space: "s", Key: "\x00", Value: []byte(`1`)}}
	b.Orders[0].Effects = []store.EffectRow{{
		ID: "e1", MultiSession: "main", Order: "o1", Extension: "x", Name: odd, Key: odd, Data: []byte(`"\u0000"`), At: b.At, Next: b.At, State: store.EffectWaiting,
	}}
	f.commit(b)
	k.Equal([]store.KeyValue{{Space: odd, Key: odd, Value: []byte(`{"a\u0000":"\u0000"}`)}, {Space: "s", Key: "\x00", Value: []byte(`1`)}}, f.load().Values)
	e, err := k.Store.Effect(k.ctx, "e1")
	k.NoError(err)
	k.Equal([]string{odd, odd, `"\u0000"`}, []string{e.Name, e.Key, string(e.Data)})
	was := e.State
	e.State, e.Error, e.Result, e.Ends = store.EffectAnswered, odd, []byte(`"\u0000"`), store.EffectDone
	set, err := k.Store.SetEffect(k.ctx, e, was)
	k.NoError(err)
	k.True(set)
	page, _, err := k.Store.Effects(k.ctx, store.EffectFilter{Limit: 10})
	k.NoError(err)
	k.Equal(odd, page[0].Error)
	next := f.batch()
	next.Values = []store.KeyValue{{Space: odd, Key: odd}}
	next.Rejections = []store.Rejection{{
		At: f.now, MultiSession: "main", Client: f.client, Mutation: []byte(`{"a":"\u0000"}`), Code: protocol.OrderClosed, Message: odd,
		By: protocol.Author{POS: protocol.POS{ID: "main-bar", Name: odd}, User: &protocol.User{ID: odd, Name: odd}},
	}}
	f.commit(next)
	k.Len(f.load().Values, 1)
	list, _, err := k.Store.ListRejections(k.ctx, store.RejectionFilter{Limit: 10})
	k.NoError(err)
	k.Equal([]string{odd, odd, odd}, []string{list[0].Message, list[0].By.POS.Name, list[0].By.User.ID})
}

// values are set, replaced and deleted in order, each multi-session's apart, with
// their batch or not at all.
func values(k *kit) {
	f, other := k.newMultiSession("main"), k.newMultiSession("other")
	set := func(f *multiSession, values ...store.KeyValue) {
		b := f.batch()
		b.Values = values
		f.commit(b)
	}
	set(f, store.KeyValue{Space: "a", Key: "y", Value: []byte(`1`)}, store.KeyValue{Space: "b", Key: "x", Value: []byte(`{"é":"\u0001"}`)},
		store.KeyValue{Space: "a", Key: "x", Value: []byte(`"one"`)})
	set(other, store.KeyValue{Space: "a", Key: "x", Value: []byte(`"other"`)})
	want := []store.KeyValue{
		{Space: "a", Key: "x", Value: []byte(`"one"`)}, {Space: "a", Key: "y", Value: []byte(`1`)}, {Space: "b", Key: "x", Value: []byte(`{"é":"\u0001"}`)},
	}
	k.Equal(want, f.load().Values, "by space and key")

	stale := f.batch()
	stale.Expect += 5
	stale.Values = []store.KeyValue{{Space: "a", Key: "x"}}
	k.ErrorIs(k.Store.Commit(k.ctx, stale), store.ErrStale)
	k.Equal(want, f.load().Values)

	set(f, store.KeyValue{Space: "a", Key: "x"}, store.KeyValue{Space: "a", Key: "y", Value: []byte(`2`)},
		store.KeyValue{Space: "b", Key: "x", Value: []byte(`3`)}, store.KeyValue{Space: "b", Key: "x"}, store.KeyValue{Space: "b", Key: "never"})
	k.Equal([]store.KeyValue{{Space: "a", Key: "y", Value: []byte(`2`)}}, f.load().Values)
	k.Equal([]store.KeyValue{{Space: "a", Key: "x", Value: []byte(`"other"`)}}, other.load().Values)
}
