package storetest

import (
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

func clients(k *kit) {
	f := k.newMultiSession("main")
	_, err := k.Store.Client(k.ctx, "nobody")
	k.ErrorIs(err, store.ErrNotFound)
	c, err := k.Store.Client(k.ctx, f.client)
	k.NoError(err)
	k.Equal(store.Client{ID: "main-client", POS: "main-bar", MultiSession: "main"}, c)
	for n := range protocol.Number(4) {
		f.tap(newOrder(n + 1))
	}
	c, err = k.Store.Client(k.ctx, f.client)
	k.NoError(err)
	k.Equal(protocol.MutationID(4), c.LastID)
	tests := []struct {
		client   protocol.ClientID
		from, to protocol.MutationID
		want     []store.Outcome
	}{
		{f.client, 1, 4, []store.Outcome{f.outcome(1), f.outcome(2), f.outcome(3), f.outcome(4)}},
		{f.client, 2, 3, []store.Outcome{f.outcome(2), f.outcome(3)}},
		{f.client, 4, protocol.MaxMutationID, []store.Outcome{f.outcome(4)}},
		{f.client, 5, 9, nil},
		{"nobody", 1, 9, nil},
	}
	for _, test := range tests {
		got, err := k.Store.Outcomes(k.ctx, test.client, test.from, test.to)
		k.NoError(err)
		k.Equal(test.want, got)
	}
}

func runsAndTills(k *kit) {
	f := k.newMultiSession("main")
	k.NoError(k.Store.PutPOS(k.ctx, store.POS{ID: "away", Till: store.Till{Open: true, Since: noon}}))
	k.Empty(f.load().Tills)
	ana := &protocol.User{ID: "7", Name: "Ana"}
	till := store.Till{Open: true, User: ana, Since: noon}
	f.commit(&store.Batch{
		MultiSession: "main", At: noon, Run: &store.RunRow{Run: 2, Open: true},
		Tills: []store.TillRow{{POS: "main-bar", Till: till}},
	})
	snap := f.load()
	k.Equal(protocol.Run(2), snap.MultiSession.Run)
	k.True(snap.MultiSession.RunOpen)
	k.Equal([]store.POS{{ID: "main-bar", Name: "Bar", MultiSession: "main", Till: till}}, snap.Tills)
	f.tap(newOrder(1))
	k.Zero(f.load().LastNumber, "numbers count within the run")
	k.Equal(snap.MultiSession, f.load().MultiSession, "a batch without Run leaves it")

	k.NoError(k.Store.PutMultiSession(k.ctx, store.MultiSession{ID: "main", Name: "Renamed", Run: 9}, nil))
	row, err := k.Store.MultiSession(k.ctx, "main")
	k.NoError(err)
	k.Equal(store.MultiSession{ID: "main", Name: "Renamed", POS: []protocol.POSID{"main-bar"}, Run: 2, RunOpen: true}, row)

	f.commit(&store.Batch{
		MultiSession: "main", Expect: 1, At: noon, Run: &store.RunRow{Run: 2},
		Tills: []store.TillRow{{POS: "main-bar", Till: store.Till{Since: noon}}},
	})
	snap = f.load()
	k.False(snap.MultiSession.RunOpen)
	k.Empty(snap.Tills)
	pos, err := k.Store.POS(k.ctx, "main-bar")
	k.NoError(err)
	k.Equal(store.Till{Since: noon}, pos.Till)
}

func multiSessions(k *kit) {
	list, err := k.Store.MultiSessions(k.ctx)
	k.NoError(err)
	k.Empty(list)
	_, err = k.Store.MultiSession(k.ctx, "a")
	k.ErrorIs(err, store.ErrNotFound)
	for _, id := range []protocol.POSID{"p1", "p2"} {
		k.NoError(k.Store.PutPOS(k.ctx, store.POS{ID: id}))
	}
	b := store.MultiSession{ID: "b", Name: "B", Active: true}
	a := store.MultiSession{ID: "a", Name: "A"}
	k.NoError(k.Store.PutMultiSession(k.ctx, b, []protocol.POSID{"p2", "p1"}))
	k.NoError(k.Store.PutMultiSession(k.ctx, a, []protocol.POSID{}))
	b.POS = []protocol.POSID{"p1", "p2"}
	list, err = k.Store.MultiSessions(k.ctx)
	k.NoError(err)
	k.Equal([]store.MultiSession{a, b}, list)

	b.Name, b.Active, b.Deleted = "Gone", false, true
	k.NoError(k.Store.PutMultiSession(k.ctx, b, []protocol.POSID{}))
	b.POS = nil
	row, err := k.Store.MultiSession(k.ctx, "b")
	k.NoError(err)
	k.Equal(b, row, "a deleted one stays readable, and says so")
	err = k.Store.PutMultiSession(k.ctx, store.MultiSession{ID: "c"}, []protocol.POSID{"p1", "nobody"})
	k.ErrorIs(err, store.ErrNotFound)
	_, err = k.Store.MultiSession(k.ctx, "c")
	k.ErrorIs(err, store.ErrNotFound, "nothing of it was written")
}

func posMove(k *kit) {
	for _, id := range []protocol.POSID{"p1", "p2", "p3"} {
		k.NoError(k.Store.PutPOS(k.ctx, store.POS{ID: id, Name: "POS"}))
	}
	a, b := store.MultiSession{ID: "a", Active: true}, store.MultiSession{ID: "b", Active: true}
	k.NoError(k.Store.PutMultiSession(k.ctx, a, []protocol.POSID{"p1", "p2"}))
	k.NoError(k.Store.PutMultiSession(k.ctx, b, []protocol.POSID{"p2", "p3"}))
	members := func() [2][]protocol.POSID {
		rowA, err := k.Store.MultiSession(k.ctx, "a")
		k.NoError(err)
		rowB, err := k.Store.MultiSession(k.ctx, "b")
		k.NoError(err)
		return [2][]protocol.POSID{rowA.POS, rowB.POS}
	}
	k.Equal([2][]protocol.POSID{{"p1"}, {"p2", "p3"}}, members(), "each leaves where it was")
	k.NoError(k.Store.PutMultiSession(k.ctx, b, nil))
	k.Equal([2][]protocol.POSID{{"p1"}, {"p2", "p3"}}, members(), "nil leaves the set alone")
	k.NoError(k.Store.PutPOS(k.ctx, store.POS{ID: "p2", Name: "New name", MultiSession: "a"}))
	k.Equal([2][]protocol.POSID{{"p1"}, {"p2", "p3"}}, members(), "only PutMultiSession moves a POS")
	k.NoError(k.Store.PutPOS(k.ctx, store.POS{ID: "p2", Deleted: true}))
	k.Equal([2][]protocol.POSID{{"p1"}, {"p3"}}, members(), "a deleted one leaves")
	k.NoError(k.Store.PutMultiSession(k.ctx, b, []protocol.POSID{}))
	k.Equal([2][]protocol.POSID{{"p1"}, nil}, members())
}

func posRows(k *kit) {
	_, err := k.Store.POS(k.ctx, "p1")
	k.ErrorIs(err, store.ErrNotFound)
	p1 := store.POS{ID: "p1", Name: "Bar", Till: store.Till{Open: true, User: &protocol.User{ID: "7", Name: "Ana"}, Since: noon}}
	p2 := store.POS{ID: "p2", Name: "Café № 2"}
	for _, row := range []store.POS{p2, p1} {
		k.NoError(k.Store.PutPOS(k.ctx, row))
	}
	got, err := k.Store.AllPOS(k.ctx)
	k.NoError(err)
	k.Equal([]store.POS{p1, p2}, got)
	p1.Deleted, p1.Till = true, store.Till{}
	k.NoError(k.Store.PutPOS(k.ctx, p1))
	got, err = k.Store.AllPOS(k.ctx)
	k.NoError(err)
	k.Equal([]store.POS{p2}, got, "without deleted ones")
	row, err := k.Store.POS(k.ctx, "p1")
	k.NoError(err)
	k.Equal(p1, row)
	p1.Deleted = false
	k.NoError(k.Store.PutPOS(k.ctx, p1))
	row, err = k.Store.POS(k.ctx, "p1")
	k.NoError(err)
	k.Equal(p1, row, "an id may come back")
}

func tokens(k *kit) {
	k.NoError(k.Store.PutPOS(k.ctx, store.POS{ID: "p1"}))
	has, err := k.Store.HasAdmin(k.ctx)
	k.NoError(err)
	k.False(has)
	admin, bar := store.Owner{Admin: true}, store.Owner{POS: "p1"}
	owner := func(hash byte) (store.Owner, error) { return k.Store.TokenOwner(k.ctx, [32]byte{hash, 0, 255}) }
	put := func(o store.Owner, hash byte) error { return k.Store.PutToken(k.ctx, o, [32]byte{hash, 0, 255}) }
	_, err = owner(1)
	k.ErrorIs(err, store.ErrNotFound)
	k.NoError(put(bar, 1))
	has, err = k.Store.HasAdmin(k.ctx)
	k.NoError(err)
	k.False(has)
	k.NoError(put(admin, 2))
	has, err = k.Store.HasAdmin(k.ctx)
	k.NoError(err)
	k.True(has)
	k.NoError(put(bar, 3))
	k.NoError(put(admin, 4))
	k.NoError(put(admin, 4), "again")
	for hash, want := range map[byte]store.Owner{3: bar, 4: admin} {
		got, err := owner(hash)
		k.NoError(err)
		k.Equal(want, got)
	}
	for _, hash := range []byte{1, 2} {
		_, err = owner(hash)
		k.ErrorIs(err, store.ErrNotFound, "a new token replaces the old one")
	}
	k.ErrorIs(put(store.Owner{POS: "nobody"}, 5), store.ErrNotFound)
	k.ErrorIs(put(bar, 4), store.ErrExists)
	_, err = owner(3)
	k.NoError(err, "nothing of that was written")
	k.NoError(k.Store.PutPOS(k.ctx, store.POS{ID: "p1", Deleted: true}))
	_, err = owner(3)
	k.ErrorIs(err, store.ErrNotFound, "a deleted POS loses its token")
}
