package storetest

import (
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

func relays(k *kit) {
	list, err := k.Store.Relays(k.ctx)
	k.NoError(err)
	k.Empty(list)
	_, err = k.Store.Relay(k.ctx, "b")
	k.ErrorIs(err, store.ErrNotFound)
	token := func(r protocol.RelayID, hash byte) error {
		return k.Store.PutToken(k.ctx, store.Owner{Relay: r}, [32]byte{hash})
	}
	k.ErrorIs(token("b", 1), store.ErrNotFound)
	a, b := store.Relay{ID: "a", Name: "Café № 2"}, store.Relay{ID: "b", Name: "B", ServerID: "x", Seen: noon}
	k.NoError(k.Store.PutPOS(k.ctx, store.POS{ID: "b"}))
	for _, r := range []store.Relay{b, a} {
		k.NoError(k.Store.PutRelay(k.ctx, r))
	}
	k.NoError(k.Store.PutToken(k.ctx, store.Owner{POS: "b"}, [32]byte{9}))
	k.NoError(token("b", 1))
	k.NoError(token("b", 2))
	if k.Reopen != nil {
		k.Store = k.Reopen(k.t)
	}
	list, err = k.Store.Relays(k.ctx)
	k.NoError(err)
	k.Equal([]store.Relay{a, b}, list)
	owner, err := k.Store.TokenOwner(k.ctx, [32]byte{2})
	k.NoError(err)
	k.Equal(store.Owner{Relay: "b"}, owner)
	_, err = k.Store.TokenOwner(k.ctx, [32]byte{1})
	k.ErrorIs(err, store.ErrNotFound, "a new token replaces the old one")

	b.Deleted = true
	k.NoError(k.Store.PutRelay(k.ctx, b))
	list, err = k.Store.Relays(k.ctx)
	k.NoError(err)
	k.Equal([]store.Relay{a}, list)
	row, err := k.Store.Relay(k.ctx, "b")
	k.NoError(err)
	k.Equal(b, row)
	_, err = k.Store.TokenOwner(k.ctx, [32]byte{2})
	k.ErrorIs(err, store.ErrNotFound, "a deleted one loses its token")
	owner, err = k.Store.TokenOwner(k.ctx, [32]byte{9})
	k.NoError(err)
	k.Equal(store.Owner{POS: "b"}, owner, "a POS of the same id is another owner")
}

// copiedRows writes rows whose seqs another store gave: the order comes with its last
// change, or after it.
func copiedRows(k *kit) {
	f := k.newMultiSession("shop:main")
	first := f.batch(newOrder(1, newLine(1, `{}`)))
	first.Orders, first.Copied = nil, true // the order follows
	f.commit(first)
	old := newOrder(2)
	old.Created, old.Seq, old.At = 1, 1, noon
	late := f.batch(newOrder(1, newLine(1, `{}`), newLine(2, `{}`)))
	late.Orders[0].Created = 1
	late.Orders = append(late.Orders, old)
	late.Copied = true
	f.commit(late)
	k.Equal(late.Orders, f.load().Open)
	page, err := k.Store.Touched(k.ctx, f.id, store.TouchedAfter{Since: 1, Order: 1}, 9)
	k.NoError(err)
	k.Equal(&store.TouchedPage{Head: 2, Orders: late.Orders[:1]}, page)
	wrong := f.batch(newOrder(3))
	wrong.Orders[0].Seq = 2
	k.Error(k.Store.Commit(k.ctx, wrong), "what isn't copied belongs to its batch")
	wrong.Orders[0].Seq, wrong.Copied = 4, true
	k.Error(k.Store.Commit(k.ctx, wrong), "no row is ahead of the log")
	f.tap(newOrder(3))
}

// copiedAnew drops what a multi-session has, and begins at another seq.
func copiedAnew(k *kit) {
	other := k.newMultiSession("other")
	f := k.newMultiSession("shop:main")
	of := func(f *multiSession) {
		o := newOrder(1, newLine(1, `{}`))
		o.Payments = []store.PaymentRow{newPayment(1, `{}`)}
		o.Effects = []store.EffectRow{newEffect(o.ID, "loyalty", string(f.id))}
		b := f.batch(o)
		b.Values = []store.KeyValue{{Space: "s", Key: "k", Value: []byte(`1`)}}
		b.Rejections = []store.Rejection{{At: noon, MultiSession: f.id, Client: f.client, Mutation: []byte(`{}`), Code: protocol.Invalid}}
		f.commit(b)
		for range 4 {
			f.tap(later(newOrder(1)))
		}
	}
	of(other)
	of(f)
	want := other.load()
	b := f.batch(newOrder(7), newOrder(1))
	for i := range b.Orders {
		b.Orders[i].Created, b.Orders[i].Seq = 30, 30
	}
	b.Changes, b.Expect, b.Copied, b.Anew = nil, 30, true, true
	b.Run = &store.RunRow{Run: 1, Open: true}
	b.Values = []store.KeyValue{{Space: "s", Key: "other", Value: []byte(`2`)}}
	k.NoError(k.Store.Commit(k.ctx, b))
	f.head = 30
	f.last++
	check := func() {
		snap := f.load()
		k.Equal(protocol.Seq(30), snap.Head)
		k.Equal(protocol.Seq(30), snap.Pruned)
		k.Nil(snap.HeadChange)
		k.Equal(b.Values, snap.Values)
		k.Equal([]store.OrderRows{b.Orders[1], b.Orders[0]}, snap.Open)
		_, err := k.Store.Changes(k.ctx, f.id, 29, 9)
		k.ErrorIs(err, store.ErrExpired)
		inbox, _, err := k.Store.ListRejections(k.ctx, store.RejectionFilter{Limit: 9})
		k.NoError(err)
		k.Len(inbox, 1)
		k.Equal(other.id, inbox[0].MultiSession)
		effects, _, err := k.Store.Effects(k.ctx, store.EffectFilter{Limit: 9})
		k.NoError(err)
		k.Len(effects, 1)
		c, err := k.Store.Client(k.ctx, f.client)
		k.NoError(err)
		k.Equal(protocol.MutationID(6), c.LastID, "clients stay")
		now := other.load()
		now.Turn = want.Turn
		k.Equal(want, now)
	}
	check()
	if k.Reopen != nil {
		k.Store = k.Reopen(k.t)
		f.Store, other.Store = k.Store, k.Store
		check()
	}
	for n := range protocol.Number(3) {
		f.tap(newOrder(10 + n))
	}
	k.Equal([]protocol.Seq{31, 32, 33}, seqs(f.changes(30, 9)))
	k.NoError(k.Store.Commit(k.ctx, &store.Batch{MultiSession: f.id, Expect: 2, At: noon, Copied: true, Anew: true}), "lower than before")
	f.head = 2
	k.Empty(f.load().Open)
	f.tap(newOrder(1))
}
