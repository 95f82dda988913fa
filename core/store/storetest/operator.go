package storetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

func rejections(k *kit) {
	f, other := k.newMultiSession("main"), k.newMultiSession("other")
	reject := func(f *multiSession, message string) store.Rejection {
		r := store.Rejection{
			At: noon, MultiSession: f.id, Client: f.client, Mutation: []byte(`{"id":1,"ops":[]}`), Code: protocol.StaleBase,
			By:      protocol.Author{User: &protocol.User{ID: "7", Name: "Ana"}, POS: protocol.POS{ID: "bar", Name: "Bar"}},
			Message: message, Kept: []protocol.PaymentID{"p1", "p2"},
		}
		if message == "plain" {
			r.By.User, r.Kept = nil, nil
		}
		f.commit(&store.Batch{MultiSession: f.id, At: noon, Rejections: []store.Rejection{r}})
		return r
	}
	want := []store.Rejection{reject(f, "one"), reject(other, "plain"), reject(f, "three")}
	list := func(ms protocol.MultiSessionID, after int64, limit int) []store.Rejection {
		got, _, err := k.Store.ListRejections(k.ctx, store.RejectionFilter{MultiSession: ms, After: after, Limit: limit})
		k.NoError(err)
		return got
	}
	got := list("", 0, 10)
	k.Len(got, 3)
	for i := range got {
		if i > 0 {
			k.Greater(got[i].ID, got[i-1].ID)
		}
		want[i].ID = got[i].ID
	}
	k.Equal(want, got)
	k.Equal([]store.Rejection{want[0], want[2]}, list("main", 0, 10))
	k.Equal(want[1:2], list("", want[0].ID, 1))
	k.Empty(list("", want[2].ID, 10))
	k.NoError(k.Store.ResolveRejection(k.ctx, want[2].ID))
	k.ErrorIs(k.Store.ResolveRejection(k.ctx, want[2].ID), store.ErrNotFound)
	k.ErrorIs(k.Store.ResolveRejection(k.ctx, 1<<40), store.ErrNotFound)
	k.Equal(want[:2], list("", 0, 10))
	want[2].Resolved = true
	open, err := k.Store.CountRejections(k.ctx)
	k.NoError(err)
	inbox, _, err := k.Store.ListRejections(k.ctx, store.RejectionFilter{Limit: 1000})
	k.NoError(err)
	k.NotEmpty(inbox)
	k.Equal(len(inbox), open)
	resolved, _, err := k.Store.ListRejections(k.ctx, store.RejectionFilter{Resolved: true, Limit: 10})
	k.NoError(err)
	k.Equal(want[2:], resolved)
	reject(f, "four")
	k.Greater(list("", 0, 10)[2].ID, want[2].ID, "an id isn't given twice")
}

func history(k *kit) {
	f := k.newMultiSession("main")
	_, _, err := k.Store.History(k.ctx, "main", "o1", 0)
	k.ErrorIs(err, store.ErrNotFound)
	one := f.tap(newOrder(1))[0]
	f.tap(newOrder(11)) // o1 is the beginning of its id
	f.commit(f.batch())
	one = f.tap(later(one), newOrder(2))[0]
	f.tap(closed(one))
	got, more, err := k.Store.History(k.ctx, "main", "o1", 0)
	k.NoError(err)
	k.Equal([]protocol.Seq{1, 4, 5}, seqs(got))
	all := f.changes(0, 10)
	k.Equal([]store.Change{all[0], all[3], all[4]}, got)
	k.False(more)
	got, _, err = k.Store.History(k.ctx, "main", "o1", 1)
	k.NoError(err)
	k.Equal([]store.Change{all[3], all[4]}, got)
	got, _, err = k.Store.History(k.ctx, "main", "o2", 0)
	k.NoError(err)
	k.Equal([]protocol.Seq{4}, seqs(got))
}

// prune deletes o1 and o2, which were closed before the time; o3 is open, and o4
// was closed later.
func prune(k *kit) {
	f, other := k.newMultiSession("main"), k.newMultiSession("other")
	one := newOrder(1, newLine(1, `{}`))
	one.Payments = []store.PaymentRow{newPayment(1, `{}`)}
	one = f.tap(one)[0]                               // 1
	two := f.tap(newOrder(2))[0]                      // 2
	three := f.tap(newOrder(3, newLine(1, `{}`)))[0]  // 3
	four := f.tap(newOrder(4))[0]                     // 4
	both := f.tap(closed(one), later(two))            // 5
	three = mergeLines(three, f.tap(later(three))[0]) // 6
	two = f.tap(closed(both[1]), later(four))[0]      // 7: stays for o4
	f.commit(f.batch())                               // 8: touches nothing
	f.now = noon.Add(time.Hour)
	four = f.tap(closed(four))[0] // 9
	f.commit(&store.Batch{MultiSession: "main", Expect: 9, At: noon, Rejections: []store.Rejection{{
		At: noon, MultiSession: "main", Client: f.client, Mutation: []byte(`{}`), Code: protocol.Gone,
	}}})
	other.tap(newOrder(1))

	want := store.Pruned{Orders: 2, Changes: 3, Newest: noon}
	counted, err := k.Store.Prune(k.ctx, noon.Add(time.Millisecond), true)
	k.NoError(err)
	k.Equal(want, counted)
	k.Len(f.changes(0, 100), 9, "a dry one only counts")
	k.Len(f.read("o1")[0].Lines, 1)
	dropped, err := k.Store.Prune(k.ctx, noon.Add(time.Millisecond), false)
	k.NoError(err)
	k.Equal(want, dropped)

	k.Equal(protocol.Seq(5), f.load().Pruned)
	for after := range protocol.Seq(5) {
		_, err := k.Store.Changes(k.ctx, "main", after, 10)
		k.ErrorIs(err, store.ErrExpired)
	}
	k.Equal([]protocol.Seq{6, 7, 8, 9}, seqs(f.changes(5, 10)))
	bare := []store.OrderRows{{OrderRow: one.OrderRow}, {OrderRow: two.OrderRow}}
	bare[0].OrderRow = both[0].OrderRow
	for i := range bare {
		bare[i].Body = nil
	}
	bare[0].Payments = one.Payments
	k.ElementsMatch(bare, f.read("o1", "o2"), "bare rows stay, and payments")
	list, err := k.Store.List(k.ctx, "main", store.ListFilter{Limit: 10})
	k.NoError(err)
	k.Equal([]store.OrderRows{three, four}, list)
	page, err := k.Store.Touched(k.ctx, "main", store.TouchedAfter{}, 10)
	k.NoError(err)
	k.Equal(&store.TouchedPage{Orders: []store.OrderRows{three, four}, Head: 9}, page)
	outcomes, err := k.Store.Outcomes(k.ctx, f.client, 1, 100)
	k.NoError(err)
	k.Len(outcomes, 9, "outcomes stay")
	inbox, _, err := k.Store.ListRejections(k.ctx, store.RejectionFilter{MultiSession: "main", Limit: 10})
	k.NoError(err)
	k.Len(inbox, 1, "rejections stay")
	k.Len(other.changes(0, 10), 1)
	left, _, err := k.Store.History(k.ctx, "main", "o2", 0)
	k.NoError(err)
	k.Equal([]protocol.Seq{7}, seqs(left), "as far as it wasn't pruned")
	f.tap(newOrder(5))
}

// pruneHead drops the newest change; the numbering goes on from it.
func pruneHead(k *kit) {
	f := k.newMultiSession("main")
	one := f.tap(newOrder(1))[0]
	f.tap(closed(one))
	dropped, err := k.Store.Prune(k.ctx, noon.Add(time.Hour), false)
	k.NoError(err)
	k.Equal(store.Pruned{Orders: 1, Changes: 2, Newest: noon}, dropped)
	check := func() {
		snap := f.load()
		k.Equal(protocol.Seq(2), snap.Head)
		k.Equal(protocol.Seq(2), snap.Pruned)
		k.Nil(snap.HeadChange)
		k.Equal(protocol.Number(1), snap.LastNumber)
		k.Empty(f.changes(2, 10))
	}
	check()
	if k.Reopen != nil {
		k.Store = k.Reopen(k.t)
		check()
	}
	f.tap(newOrder(2))
	k.Equal([]protocol.Seq{3}, seqs(f.changes(2, 10)))
}

// pruneTwice: what an earlier one dropped counts as dropped.
func pruneTwice(k *kit) {
	f := k.newMultiSession("main")
	one, two := f.tap(newOrder(1))[0], f.tap(newOrder(2))[0]
	one = f.tap(later(one), later(two))[0] // 3: of both
	f.tap(closed(one))
	f.now = noon.Add(time.Hour)
	f.tap(closed(two))
	for i, want := range []store.Pruned{{Orders: 1, Changes: 2, Newest: noon}, {}, {Orders: 1, Changes: 3, Newest: noon.Add(time.Hour)}, {}} {
		before := noon.Add(time.Minute)
		if i > 1 {
			before = noon.Add(2 * time.Hour)
		}
		got, err := k.Store.Prune(k.ctx, before, false)
		k.NoError(err)
		k.Equal(want, got)
	}
	k.Equal(protocol.Seq(5), f.load().Pruned)
}

func pruneKeepsIDs(k *kit) {
	f := k.newMultiSession("main")
	one := f.tap(newOrder(1))[0]
	f.tap(closed(one))
	_, err := k.Store.Prune(k.ctx, noon.Add(time.Hour), false)
	k.NoError(err)
	again := newOrder(1)
	again.ID = "another"
	k.ErrorIs(k.Store.Commit(k.ctx, f.batch(again)), store.ErrExists, "its number is taken for ever")
	k.Len(f.read("o1"), 1, "its id is taken for ever")
}

// pruneBySeq: changes of a day on which the clock showed 1970 aren't older than
// those before it, and after a clock that was ahead all later changes are kept.
func pruneBySeq(k *kit) {
	f := k.newMultiSession("main")
	old := f.tap(newOrder(1))[0]
	f.tap(closed(old)) // 2
	f.now = noon.Add(24 * time.Hour)
	two := f.tap(newOrder(2))[0] // 3: the first that is young
	f.now = time.Unix(60, 0)
	three := f.tap(newOrder(3))[0]
	f.tap(closed(three))
	f.tap(closed(two)) // its own time is 1970, too
	for _, want := range []store.Pruned{{Orders: 1, Changes: 2, Newest: noon}, {}} {
		got, err := k.Store.Prune(k.ctx, noon.Add(time.Hour), false)
		k.NoError(err)
		k.Equal(want, got)
	}
	list, err := k.Store.List(k.ctx, "main", store.ListFilter{Limit: 10})
	k.NoError(err)
	k.Equal([]protocol.OrderID{"o2", "o3"}, ids(list))
	k.Equal([]protocol.Seq{3, 4, 5, 6}, seqs(f.changes(2, 10)))
}

// pruneWrongClock: changes of days on which the clock showed 1970 are as young as
// the next change, or as the present if there is none.
func pruneWrongClock(k *kit) {
	wrong, old, young := time.Unix(60, 0).UTC(), noon, noon.Add(24*time.Hour)
	for i, c := range []struct {
		days []time.Time
		want store.Pruned
	}{
		{[]time.Time{wrong, young}, store.Pruned{}},
		{[]time.Time{wrong}, store.Pruned{}},
		{[]time.Time{old, wrong, young}, store.Pruned{Orders: 1, Changes: 2, Newest: old}},
		{[]time.Time{old, wrong, wrong}, store.Pruned{Orders: 1, Changes: 2, Newest: old}},
		{[]time.Time{wrong, old, young}, store.Pruned{Orders: 2, Changes: 4, Newest: old}},
		{[]time.Time{old, young, wrong}, store.Pruned{Orders: 1, Changes: 2, Newest: old}},
	} {
		f := k.newMultiSession(protocol.MultiSessionID(fmt.Sprint("floor-", i)))
		for n, day := range c.days {
			f.now = day
			f.tap(closed(f.tap(newOrder(protocol.Number(n + 1)))[0]))
		}
		got, err := k.Store.Prune(k.ctx, noon.Add(time.Hour), false)
		k.NoError(err)
		k.Equal(c.want, got, "history %d", i)
	}
}

func trimRejections(k *kit) {
	f := k.newMultiSession("main")
	reject := func(pos protocol.POSID, bytes int) {
		f.commit(&store.Batch{MultiSession: f.id, Expect: f.head, At: noon, Rejections: []store.Rejection{{
			At: noon, MultiSession: f.id, Client: f.client, Code: protocol.StaleBase, By: protocol.Author{POS: protocol.POS{ID: pos, Name: "Bar"}},
			Mutation: fmt.Appendf(nil, `{"text":%q}`, strings.Repeat("x", bytes)),
		}}})
	}
	left := func(resolved bool) (ids []int64) {
		got, _, err := k.Store.ListRejections(k.ctx, store.RejectionFilter{Resolved: resolved, Limit: 100})
		k.NoError(err)
		for _, r := range got {
			if r.By.POS.ID == "bar" {
				ids = append(ids, r.ID)
			}
		}
		return ids
	}
	for range 5 {
		reject("bar", 10)
	}
	reject("other", 10)
	all := left(false)
	k.NoError(k.Store.ResolveRejection(k.ctx, all[3]))
	trim := func(count, bytes, dropped int) {
		n, err := k.Store.TrimRejections(k.ctx, "bar", store.RejectionsKept{Count: count, Bytes: bytes})
		k.NoError(err)
		k.Equal(dropped, n)
	}
	trim(5, 1<<20, 0)
	trim(4, 1<<20, 1)
	k.Empty(left(true), "what was taken out of the inbox goes first")
	trim(3, 1<<20, 1)
	k.Equal([]int64{all[1], all[2], all[4]}, left(false), "then the oldest")
	reject("bar", 1000)
	trim(10, 1050, 2)
	k.Len(left(false), 2)
	trim(10, 1, 1)
	k.Len(left(false), 1, "the last one stays, however large")
	open, err := k.Store.CountRejections(k.ctx)
	k.NoError(err)
	k.Equal(2, open, "those of other POS stay")
}

func clientCounts(k *kit) {
	f := k.newMultiSession("main")
	k.newMultiSession("other")
	f.commit(&store.Batch{MultiSession: f.id, At: noon, Clients: []store.Client{
		{ID: "c1", POS: "main-bar", MultiSession: f.id}, {ID: "c2", POS: "till", MultiSession: f.id},
	}})
	k.Equal(map[protocol.POSID]int{"main-bar": 2, "till": 1}, f.load().Clients)
}
