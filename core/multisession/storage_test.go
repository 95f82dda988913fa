package multisession_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// values are what a store has under the storage of extensions.
func (f *memSession) values() (values []store.KeyValue) {
	snapshot, err := f.store.Load(context.Background(), main)
	require.NoError(f.t, err)
	for _, v := range snapshot.Values {
		if strings.HasPrefix(v.Space, "storage:") {
			values = append(values, v)
		}
	}
	return values
}

// texts are those of one extension, as key=value.
func (f *memSession) storage() (texts []string) {
	for _, v := range f.values() {
		texts = append(texts, v.Key+"="+string(v.Value))
	}
	return texts
}

func newStoring(t *testing.T, run func(m *hooks.Mutation)) (*scripted, *memSession) {
	chain, f := newScripted(t, func(wave *hooks.Wave) {
		require.Len(t, wave.Mutations, 1, "each is a wave of its own")
		run(wave.Mutations[0])
	})
	chain.serial = true
	return chain, f
}

func leave(m *hooks.Mutation, entries ...hooks.Entry) {
	m.Storage["s"] = m.Storage["s"].With(entries...)
	m.Orders[0].By = "s"
}

// What hooks leave is found by the mutations after, in the same batch and after a
// restart; a veto leaves nothing, and multi-sessions are apart.
func TestStorage(t *testing.T) {
	var seen []protocol.Value
	_, f := newStoring(t, func(m *hooks.Mutation) {
		n, _ := strconv.Atoi(string(m.Storage["s"].Get("n").Value))
		seen = append(seen, m.Storage["s"].Get("n").Value)
		leave(m, hooks.Entry{Key: "n", Value: protocol.Int(n + 1)})
		if m.Orders[0].MergedFields()["partner_id"] == "13" {
			m.Veto = &protocol.Rejection{Code: protocol.Vetoed, Extension: "s", Message: "no"}
		}
	})
	set := func(partner string) string {
		return `[{"op":"order.set","order":"o1","set":{"partner_id":` + partner + `}}]`
	}
	results := f.pushAll("a1", []string{createO1, set("13"), set("1"), set("13"), set("2"), `[{"op":"line.remove","order":"o1","line":"none"}]`})
	require.Equal(t, []protocol.Value{"", "1", "1", "2", "2"}, seen)
	require.Equal(t, protocol.Vetoed, results[3].Code)
	require.Equal(t, []string{`n={"v":3}`}, f.storage())
	f.restart(0)
	require.Equal(t, protocol.Applied, f.do("a1", set("3")).Status)
	require.Equal(t, []string{`n={"v":4}`}, f.storage())
}

// A decision that can't be written leaves nothing: it is made anew, from what
// another node left.
func TestStorageOfTwoNodes(t *testing.T) {
	var seen []protocol.Value
	_, f := newStoring(t, func(m *hooks.Mutation) {
		n, _ := strconv.Atoi(string(m.Storage["s"].Get("n").Value))
		seen = append(seen, m.Storage["s"].Get("n").Value)
		leave(m, hooks.Entry{Key: "n", Value: protocol.Int(n + 1)})
	})
	set := func(partner int) string {
		return fmt.Sprintf(`[{"op":"order.set","order":"o1","set":{"partner_id":%d}}]`, partner)
	}
	f.applied("a1", createO1)
	other := f.session
	f.restart(0)
	f.applied("a1", set(1))
	f.session = other
	f.applied("b1", set(2))
	require.Equal(t, []protocol.Value{"", "1", "1", "2"}, seen, "the third was decided in vain")
	require.Equal(t, []string{`n={"v":3}`}, f.storage())
}

// An entry that goes with an order's end goes with it, whoever ends it: also while
// its extension is off, and where it is set in the end itself.
func TestStorageUntilEnd(t *testing.T) {
	for name, end := range map[string]func(f *memSession){
		"closed":    func(f *memSession) { f.applied("a1", `[`+closeO1+`]`) },
		"paid":      func(f *memSession) { f.applied("a1", `[`+payO1+`,`+closeO1+`]`) },
		"void":      func(f *memSession) { require.Nil(t, f.ask(&multisession.Void{Order: "o1"}).Err) },
		"abandoned": func(f *memSession) { f.endRun() },
		"off": func(f *memSession) {
			f.chain = nil
			f.restart(0)
			f.applied("a1", `[`+closeO1+`]`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, f := newStoring(t, func(m *hooks.Mutation) {
				o := m.Orders[0].Head()
				leave(m, hooks.Entry{Key: "order " + string(o.Order), Value: "1", Until: o.Order}, hooks.Entry{Key: "all", Value: "true"})
				if o.State != protocol.Open {
					require.True(t, m.Storage["s"].Get("order o1").There(), "the hooks of the end find it still")
					leave(m, hooks.Entry{Key: "late", Value: "1", Until: o.Order})
				}
			})
			f.abandon = true
			f.restart(0)
			f.applied("a1", createO1)
			require.Equal(t, []string{`all={"v":true}`, `order o1={"v":1,"order":"o1"}`}, f.storage())
			f.restart(0)
			end(f)
			require.Equal(t, []string{`all={"v":true}`}, f.storage())
		})
	}
}

// endRun closes all tills, so that the run ends.
func (f *memSession) endRun() {
	for _, id := range []protocol.POSID{"a", "b", "c"} {
		require.Nil(f.t, f.ask(&multisession.CloseTill{POS: id}).Err)
	}
}

// A run that is made up for and leaves an entry is a change, of an order that
// ended too.
func TestStorageOfAMissedRun(t *testing.T) {
	for _, ended := range []bool{false, true} {
		works := false
		_, f := newStoring(t, func(m *hooks.Mutation) {
			if !works {
				m.Orders[0].Missed = []string{"s"}
				return
			}
			o := m.Orders[0].Head()
			require.Equal(t, ended, m.Late)
			leave(m, hooks.Entry{Key: "seen", Value: "1"}, hooks.Entry{Key: "tied", Value: "1", Until: o.Order})
		})
		f.applied("a1", createO1)
		want := []string{`seen={"v":1}`, `tied={"v":1,"order":"o1"}`}
		if ended {
			f.applied("a1", `[`+closeO1+`]`)
			want = want[:1]
		}
		works = true
		before := f.session.Feed.Head()
		require.Nil(t, f.ask(&multisession.Rerun{}).Err)
		require.Equal(t, want, f.storage())
		changes := f.changes(before)
		require.Len(t, changes, 1)
		require.Equal(t, "extension:s", changes[0].By.Server)
	}
}

// A damaged value is one that can't be read: the others are.
func TestStorageDamaged(t *testing.T) {
	_, f := newStoring(t, func(m *hooks.Mutation) {
		require.True(t, m.Storage["s"].Get("bad").Damaged)
		require.Equal(t, protocol.Value("2"), m.Storage["s"].Get("good").Value)
	})
	ctx := context.Background()
	require.NoError(t, f.store.Commit(ctx, &store.Batch{MultiSession: main, Expect: f.session.Feed.Head().Seq, Values: []store.KeyValue{
		{Space: "storage:s", Key: "bad", Value: []byte(`"no object"`)}, {Space: "storage:s", Key: "good", Value: []byte(`{"v":2}`)},
	}}))
	f.restart(0)
	f.applied("a1", createO1)
	require.Len(t, f.values(), 2, "it is left alone")
	require.Equal(t, []protocol.StoredEntry{{Key: "bad", Bytes: 3, Value: protocol.Null, Damaged: true}, {Key: "good", Bytes: 5, Value: "2"}},
		f.ask(&multisession.Look{Extension: "s"}).Stored)
	require.Equal(t, protocol.NotFound, protocol.CodeOf(f.ask(&multisession.Drop{Extension: "s", Key: "other"}).Err))
	require.Equal(t, protocol.NotFound, protocol.CodeOf(f.ask(&multisession.Drop{Extension: "other", Key: "bad"}).Err))
	head := f.session.Feed.Head()
	require.Nil(t, f.ask(&multisession.Drop{Extension: "s", Key: "bad"}).Err)
	require.Equal(t, []string{`good={"v":2}`}, f.storage())
	require.Equal(t, head, f.session.Feed.Head(), "tills aren't told")
	f.restart(0)
	require.Len(t, f.ask(&multisession.Look{Extension: "s"}).Stored, 1)
}

// storingMoody is moody, and stores what it is asked: counts, and entries that go
// with orders, as the mutation alone decides.
type storingMoody struct{ *moody }

func (storingMoody) Serial() bool { return true }

func (s storingMoody) Run(ctx context.Context, wave *hooks.Wave) {
	s.moody.Run(ctx, wave)
	for _, m := range wave.Mutations {
		head := m.Orders[0].Head()
		name := "x" + strconv.Itoa(int(head.Seed%2))
		n, _ := strconv.Atoi(string(m.Storage[name].Get("n").Value))
		e := hooks.Entry{Key: "k" + strconv.Itoa(int(head.Seed%5))}
		if head.Seed%4 > 0 {
			e.Value = protocol.Int(n)
		}
		if head.Seed%8 > 3 && e.There() {
			e.Until = head.Order
		}
		m.Storage[name] = m.Storage[name].With(hooks.Entry{Key: "n", Value: protocol.Int(n + 1)}, e)
	}
}

// Whatever the batches, vetoes and restarts: what is stored is what would have
// been, one by one.
func TestStorageIsSequential(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		batches, oneByOne := newMemSessionWith(t, storingMoody{newMoody(t)}), newMemSessionWith(t, storingMoody{newMoody(t)})
		for range rapid.IntRange(1, 6).Draw(t, "pushes") {
			client := rapid.SampledFrom([]protocol.ClientID{"a1", "b1"}).Draw(t, "client")
			ops := make([]string, rapid.IntRange(1, 8).Draw(t, "mutations"))
			for i := range ops {
				ops[i] = randomOps(t, batches.session.Feed.Head().Seq)
			}
			got := batches.pushAll(client, ops)
			for i, one := range ops {
				require.Equal(t, oneByOne.pushAll(client, []string{one}), got[i:i+1])
			}
			if rapid.Bool().Draw(t, "restart") {
				batches.restart(0)
			}
		}
		require.Equal(t, oneByOne.values(), batches.values())
		open := map[protocol.OrderID]bool{}
		for _, o := range batches.snapshot() {
			open[o.ID] = true
		}
		require.False(t, slices.ContainsFunc(batches.values(), func(v store.KeyValue) bool {
			_, after, tied := strings.Cut(string(v.Value), `"order":"`)
			return tied && !open[protocol.OrderID(strings.TrimSuffix(after, `"}`))]
		}), "what goes with an order is gone with it")
	})
}
