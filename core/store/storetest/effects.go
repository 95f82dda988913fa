package storetest

import (
	"path/filepath"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// newEffect is an effect of an order that waits, as a batch inserts it.
func newEffect(order protocol.OrderID, extension, key string) store.EffectRow {
	id := string(order) + "/" + extension + "/" + key
	return store.EffectRow{
		ID: id, Extension: extension, Name: "book", Key: key, Hash: [8]byte{1, byte(len(key))}, At: noon,
		Data: []byte(`{"key":"` + key + `"}`), State: store.EffectWaiting, Next: noon,
	}
}

func (f *multiSession) effects(filter store.EffectFilter) []store.EffectRow {
	f.t.Helper()
	if filter.Limit == 0 {
		filter.Limit = 100
	}
	page, _, err := f.Store.Effects(f.ctx, filter)
	f.NoError(err)
	return page
}

func (f *multiSession) set(e store.EffectRow, was store.EffectState) bool {
	f.t.Helper()
	set, err := f.Store.SetEffect(f.ctx, e, was)
	f.NoError(err)
	return set
}

func effectIDs(page []store.EffectRow) (list []string) {
	for _, e := range page {
		list = append(list, e.ID)
	}
	return list
}

// asked is o1 with two effects of loyalty and one of kitchen, and o2 of another
// multi-session with one.
func asked(k *kit) (main, other *multiSession) {
	main, other = k.newMultiSession("main"), k.newMultiSession("other")
	one := newOrder(1)
	one.Effects = []store.EffectRow{newEffect("o1", "loyalty", "p1"), newEffect("o1", "kitchen", "l1")}
	one = main.tap(one)[0]
	two := newOrder(2)
	two.Effects = []store.EffectRow{newEffect("o2", "loyalty", "p1")}
	other.tap(two)
	next := later(one)
	next.Effects = []store.EffectRow{newEffect("o1", "loyalty", "p2")}
	main.tap(next)
	return main, other
}

// askedTurned: an order that was touched first asks for an effect last.
func askedTurned(k *kit) {
	f := k.newMultiSession("main")
	one, two := newOrder(1), newOrder(2)
	one.Effects = []store.EffectRow{newEffect("o1", "loyalty", "p1"), newEffect("o1", "loyalty", "p2")}
	two.Effects = []store.EffectRow{newEffect("o2", "loyalty", "p1")}
	one.Effects[0].Asked, two.Effects[0].Asked, one.Effects[1].Asked = 1, 2, 3
	f.tap(one, two)
	k.Equal([]string{"o1/loyalty/p1", "o2/loyalty/p1", "o1/loyalty/p2"}, effectIDs(f.effects(store.EffectFilter{})))
	bare := f.read("o1")[0].Effects
	k.Equal([]string{"o1/loyalty/p1", "o1/loyalty/p2"}, effectIDs(bare))
}

func effectRows(k *kit) {
	f, _ := asked(k)
	all := f.effects(store.EffectFilter{})
	k.Equal([]string{"o1/loyalty/p1", "o1/kitchen/l1", "o2/loyalty/p1", "o1/loyalty/p2"}, effectIDs(all), "in the order in which they were asked for")
	want := newEffect("o1", "loyalty", "p1")
	want.Pos, want.MultiSession, want.Order = all[0].Pos, "main", "o1"
	k.Equal(want, all[0])
	one, err := k.Store.Effect(k.ctx, "o1/loyalty/p1")
	k.NoError(err)
	k.Equal(want, one)
	_, err = k.Store.Effect(k.ctx, "nothing")
	k.ErrorIs(err, store.ErrNotFound)

	bare := []store.EffectRow{all[0].Bare(), all[1].Bare(), all[3].Bare()}
	k.Equal(bare, f.read("o1")[0].Effects)
	k.Equal(bare, f.load().Open[0].Effects)
	list, err := k.Store.List(k.ctx, "main", store.ListFilter{Limit: 10})
	k.NoError(err)
	k.Nil(list[0].Effects)
	touched, err := k.Store.Touched(k.ctx, "main", store.TouchedAfter{}, 10)
	k.NoError(err)
	k.Nil(touched.Orders[0].Effects)

	for name, c := range map[string]struct {
		filter store.EffectFilter
		want   []string
	}{
		"multi-session": {store.EffectFilter{MultiSession: "other"}, []string{"o2/loyalty/p1"}},
		"extension":     {store.EffectFilter{Extension: "kitchen"}, []string{"o1/kitchen/l1"}},
		"order":         {store.EffectFilter{Order: "o1", Extension: "loyalty"}, []string{"o1/loyalty/p1", "o1/loyalty/p2"}},
		"state":         {store.EffectFilter{States: []store.EffectState{store.EffectHeld, store.EffectDone}}, nil},
		"after":         {store.EffectFilter{States: []store.EffectState{store.EffectWaiting}, After: all[1].Pos, Limit: 1}, []string{"o2/loyalty/p1"}},
	} {
		k.Equal(c.want, effectIDs(f.effects(c.filter)), name)
	}
	_, more, err := k.Store.Effects(k.ctx, store.EffectFilter{Limit: 3})
	k.NoError(err)
	k.True(more)
	_, more, err = k.Store.Effects(k.ctx, store.EffectFilter{Limit: 4})
	k.NoError(err)
	k.False(more)
	k.Nil(f.effects(store.EffectFilter{Bodiless: true})[0].Data)
}

func effectOnce(k *kit) {
	f, _ := asked(k)
	before := f.load()
	again := later(before.Open[0])
	again.Effects = []store.EffectRow{newEffect("o1", "loyalty", "p9"), newEffect("o1", "loyalty", "p1")}
	k.ErrorIs(k.Store.Commit(k.ctx, f.batch(again)), store.ErrExists)
	k.Equal(before, f.load())
	again.Effects = []store.EffectRow{newEffect("o1", "loyalty", "p9"), newEffect("o1", "loyalty", "p9")}
	k.ErrorIs(k.Store.Commit(k.ctx, f.batch(again)), store.ErrExists, "nor twice in one batch")
	k.Len(f.effects(store.EffectFilter{}), 4)
}

// effectStates goes from waiting over an outcome to the end, in the transaction of
// a change.
func effectStates(k *kit) {
	f, _ := asked(k)
	e := f.effects(store.EffectFilter{})[0]
	e.Attempts, e.Next, e.Since, e.Error = 2, noon.Add(time.Minute), noon.Add(time.Second), "status 500"
	k.True(f.set(e, store.EffectWaiting))
	e.State, e.Result, e.Ends = store.EffectAnswered, []byte(`{"status":200}`), store.EffectDone
	k.False(f.set(e, store.EffectHeld), "it isn't in that state")
	k.True(f.set(e, store.EffectWaiting))
	changed := e
	changed.Data, changed.Key = []byte(`{}`), "other"
	k.True(f.set(changed, store.EffectAnswered))
	k.Equal(e, f.effects(store.EffectFilter{States: []store.EffectState{store.EffectAnswered}})[0], "what names it doesn't change")
	_, err := k.Store.SetEffect(k.ctx, store.EffectRow{ID: "nothing"}, store.EffectWaiting)
	k.ErrorIs(err, store.ErrNotFound)

	counts, err := k.Store.CountEffects(k.ctx)
	k.NoError(err)
	k.Equal([]store.EffectCount{
		{Extension: "kitchen", State: store.EffectWaiting, Count: 1, Oldest: noon},
		{Extension: "loyalty", State: store.EffectAnswered, Count: 1, Oldest: noon},
		{Extension: "loyalty", State: store.EffectWaiting, Count: 2, Oldest: noon},
	}, counts)

	b := f.batch(later(f.load().Open[0]))
	b.EffectsEnded = []store.EffectEnd{
		{ID: e.ID, State: store.EffectDone},
		{ID: "o1/loyalty/p2", State: store.EffectDone},
		{ID: "nothing", State: store.EffectDone},
	}
	stale := *b
	stale.Expect = 9
	k.ErrorIs(k.Store.Commit(k.ctx, &stale), store.ErrStale)
	k.Len(f.effects(store.EffectFilter{States: []store.EffectState{store.EffectAnswered}}), 1)
	f.commit(b)
	e.State = store.EffectDone
	k.Equal([]store.EffectRow{e}, f.effects(store.EffectFilter{States: []store.EffectState{store.EffectDone}}), "one that isn't answered stays as it is")
}

// pruneEffects: an order stays while one of its effects is pending; afterwards its
// effects' names stay.
func pruneEffects(k *kit) {
	f, _ := asked(k)
	f.tap(closed(f.load().Open[0]))
	prune := func(dry bool) store.Pruned {
		got, err := k.Store.Prune(k.ctx, noon.Add(time.Hour), dry)
		k.NoError(err)
		return got
	}
	for _, state := range []store.EffectState{store.EffectWaiting, store.EffectHeld, store.EffectAnswered} {
		for _, e := range f.effects(store.EffectFilter{Order: "o1"}) {
			was := e.State
			e.State = state
			if e.Key != "p1" {
				e.State = store.EffectDone
			}
			k.True(f.set(e, was))
		}
		k.Zero(prune(true), state)
		k.Zero(prune(false), state)
	}
	e, err := k.Store.Effect(k.ctx, "o1/loyalty/p1")
	k.NoError(err)
	e.State = store.EffectDropped
	k.True(f.set(e, store.EffectAnswered))
	names := f.read("o1")[0].Effects
	k.Equal(store.Pruned{Orders: 1, Changes: 3, Newest: noon}, prune(true))
	k.Equal(store.Pruned{Orders: 1, Changes: 3, Newest: noon}, prune(false))
	k.Len(names, 3)
	k.Equal(names, f.read("o1")[0].Effects)
	k.Equal([]string{"o2/loyalty/p1"}, effectIDs(f.effects(store.EffectFilter{})))
	_, err = k.Store.Effect(k.ctx, e.ID)
	k.ErrorIs(err, store.ErrNotFound)
	_, err = k.Store.SetEffect(k.ctx, e, store.EffectDropped)
	k.ErrorIs(err, store.ErrNotFound)
	again := newOrder(3)
	again.Effects = []store.EffectRow{newEffect("o1", "loyalty", "p1")}
	k.ErrorIs(k.Store.Commit(k.ctx, f.batch(again)), store.ErrExists, "its id is taken for ever")
}

func effectRelease(k *kit) {
	f, _ := asked(k)
	all := f.effects(store.EffectFilter{})
	for i, e := range all[:3] {
		e.State = store.EffectHeld
		if i == 1 {
			e.Result, e.Ends = []byte(`{}`), store.EffectDone
		}
		k.True(f.set(e, store.EffectWaiting))
	}
	n, err := k.Store.ReleaseEffects(k.ctx, noon.Add(time.Hour))
	k.NoError(err)
	k.Equal(3, n)
	for i := range all[:3] {
		all[i].Next, all[i].Since = noon.Add(time.Hour), noon.Add(time.Hour)
	}
	all[1].State, all[1].Result, all[1].Ends = store.EffectAnswered, []byte(`{}`), store.EffectDone
	k.Equal(all, f.effects(store.EffectFilter{}))
	n, err = k.Store.ReleaseEffects(k.ctx, noon)
	k.NoError(err)
	k.Zero(n)
}

func effectLease(k *kit) {
	second := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Second) }
	for i, c := range []struct {
		node       string
		now, until int
		want       bool
	}{
		{"a", 0, 30, true},
		{"b", 10, 40, false},
		{"a", 20, 50, true},
		{"b", 49, 80, false},
		{"b", 50, 80, true},
		{"a", 51, 81, false},
		{"b", 52, 52, true}, // gives it back
		{"a", 52, 82, true},
	} {
		got, err := k.Store.Lease(k.ctx, c.node, second(c.now), second(c.until))
		k.NoError(err)
		k.Equal(c.want, got, i)
	}
	if k.Reopen != nil {
		k.Store = k.Reopen(k.t)
		got, err := k.Store.Lease(k.ctx, "b", second(60), second(90))
		k.NoError(err)
		k.False(got, "it outlives a restart")
	}
}

func effectBackup(k *kit) {
	if k.OpenBackup == nil {
		k.t.Skip("this store's copies can't be opened")
	}
	f, _ := asked(k)
	want := f.effects(store.EffectFilter{})
	path := filepath.Join(k.t.TempDir(), "copy")
	k.NoError(k.Store.Backup(k.ctx, path, nil))
	got, _, err := k.OpenBackup(k.t, path).Effects(k.ctx, store.EffectFilter{Limit: 10})
	k.NoError(err)
	k.Equal(want, got)
}
