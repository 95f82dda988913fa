package multisession_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// moody is a chain that vetoes some mutations and writes a field into the
// orders and lines of the others, as the mutation alone decides.
type moody struct {
	schema *protocol.Schema
	t      rapid.TB
}

func newMoody(t rapid.TB) *moody {
	schema := protocol.CoreSchema()
	schema.Order["mood"] = protocol.FieldSpec{Type: protocol.TypeNumber, Merge: protocol.Last, Owner: "moody", Derived: true}
	schema.Orderline["mood"] = schema.Order["mood"]
	return &moody{schema, t}
}

func (m *moody) Schema() *protocol.Schema             { return m.schema }
func (m *moody) Active() bool                         { return true }
func (m *moody) Putters() []string                    { return nil }
func (m *moody) Schemas() *hooks.Schemas              { return nil }
func (m *moody) Migrate(context.Context, *hooks.Wave) {}
func (m *moody) Ready([]string) bool                  { return true }
func (m *moody) Serial() bool                         { return false }

func (m *moody) Run(_ context.Context, wave *hooks.Wave) {
	touched := map[protocol.OrderID]bool{}
	for _, mutation := range wave.Mutations {
		for _, r := range append(append([]*hooks.Change{}, mutation.Lines...), mutation.Orders...) {
			head := r.Head()
			if head.Model == protocol.ModelOrder {
				require.False(m.t, touched[head.Order], "no wave holds two mutations that touch the same order")
				touched[head.Order] = true
			}
			require.Equal(m.t, head.New, r.StoredFields() == nil)
			r.Set("mood", protocol.Int(int(head.Seed%7)))
		}
		switch seed := mutation.Orders[0].Head().Seed; {
		case seed%3 != 0:
		case mutation.Stands:
			r := mutation.Orders[len(mutation.Orders)-1]
			mutation.Reviews = append(mutation.Reviews, hooks.Review{
				Order: r.Head().Order, Review: protocol.Review{Extension: "moody", Message: fmt.Sprintf("no, \"%d\"", seed%5)},
			})
		default:
			mutation.Veto = &protocol.Rejection{Code: protocol.Vetoed, Extension: "moody", Message: "no"}
		}
	}
}

// pushAll sends several mutations in one push, as they are.
func (f *memSession) pushAll(client protocol.ClientID, ops []string) []protocol.Result {
	texts := make([]string, len(ops))
	for i, one := range ops {
		f.last[client]++
		texts[i] = fmt.Sprintf(`{"id":%d,"ops":%s}`, f.last[client], one)
	}
	return f.pushTexts(client, texts)
}

// pushTexts sends whole mutations in one push.
func (f *memSession) pushTexts(client protocol.ClientID, texts []string) []protocol.Result {
	p := &multisession.Push{Client: client, POS: protocol.POS{ID: protocol.POSID(client[:1]), Name: string(client[:1])}}
	for _, text := range texts {
		m, err := order.Decode([]byte(text), order.DefaultLimits)
		require.NoError(f.t, err)
		p.Mutations = append(p.Mutations, m)
	}
	reply := f.ask(p)
	require.Nil(f.t, reply.Err)
	results := make([]protocol.Result, len(reply.Results))
	for i, r := range reply.Results {
		require.NoError(f.t, json.Unmarshal(r.JSON, &results[i]))
	}
	return results
}

// TestWavesAreSequential: what is decided in waves is what would have been
// decided one by one; a veto leaves no hole in seqs and numbers.
func TestWavesAreSequential(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		waves, oneByOne := newMemSessionWith(t, newMoody(t)), newMemSessionWith(t, newMoody(t))
		for range rapid.IntRange(1, 8).Draw(t, "pushes") {
			client := rapid.SampledFrom([]protocol.ClientID{"a1", "b1"}).Draw(t, "client")
			ops := make([]string, rapid.IntRange(1, 8).Draw(t, "mutations"))
			for i := range ops {
				ops[i] = randomOps(t, waves.session.Feed.Head().Seq)
			}
			got := waves.pushAll(client, ops)
			for i, one := range ops {
				require.Equal(t, oneByOne.pushAll(client, []string{one}), got[i:i+1], "mutation %d of %v", i, ops)
			}
		}
		require.Equal(t, oneByOne.session.Feed.Head(), waves.session.Feed.Head(), "the same changes, byte for byte")
		want := canonical(t, oneByOne.snapshot())
		require.Equal(t, want, canonical(t, waves.snapshot()))
		waves.restart(0)
		require.Equal(t, want, canonical(t, waves.snapshot()), "and on disk")
		rows, err := waves.store.List(context.Background(), main, store.ListFilter{Limit: 1000})
		require.NoError(t, err)
		for i, row := range rows {
			require.Equal(t, protocol.Number(i+1), row.Number)
		}
	})
}

// refusing says no to every order, in words of its own.
type refusing struct{ *moody }

func (refusing) Run(_ context.Context, wave *hooks.Wave) {
	for _, m := range wave.Mutations {
		for _, r := range m.Orders {
			if m.Stands {
				m.Reviews = append(m.Reviews, hooks.Review{Order: r.Head().Order, Review: protocol.Review{Extension: "age", Message: "no \"wine\" for " + string(r.Head().Order)}})
			}
		}
	}
}

// A veto meets money: the words stand on the order whose hook said no, in the
// change, in the result and on disk; each once, the first twenty.
func TestReviewKeepsTheWords(t *testing.T) {
	f := newMemSessionWith(t, refusing{newMoody(t)})
	create := func(id string) string {
		return fmt.Sprintf(`[{"op":"order.create","order":%q,"set":{}},{"op":"line.add","order":%[1]q,"line":"l1","set":{"product_id":1}}]`, id)
	}
	f.do("a1", create("o1"))
	f.do("a1", create("o2"))
	before := f.session.Feed.Head()
	result := f.do("a1", `[{"op":"order.pay","order":"o1","payment":{"id":"p1","method":"cash","amount":1}},{"op":"order.set","order":"o2","set":{"partner_id":7}}]`)
	one := []protocol.Review{{Extension: "age", Message: `no "wine" for o1`}}
	two := []protocol.Review{{Extension: "age", Message: `no "wine" for o2`}}
	require.Nil(t, result.Rejection)
	require.Equal(t, append(slices.Clone(one), two...), result.Review)
	page, err := f.session.Page(t.Context(), before, "", 10)
	require.Nil(t, err)
	var change protocol.Change
	require.NoError(t, json.Unmarshal(page.Changes, &change))
	require.Equal(t, one, change.Orders["o1"].Review)
	require.Equal(t, two, change.Orders["o2"].Review, "not only on the order that was paid")
	require.Equal(t, protocol.NeedsReview, change.Orders["o2"].Needs)
	f.restart(0)
	f.do("a1", `[{"op":"order.pay","order":"o1","payment":{"id":"p2","method":"cash","amount":1}}]`)
	require.Equal(t, one, f.snapshot()[0].Review, "each once")

	out := order.Outcome{Drafts: []*order.Order{{ID: "o1"}}}
	for i := range 30 {
		out.AddReview("o1", protocol.Review{Extension: "age", Message: fmt.Sprint(i)})
	}
	require.Len(t, out.Drafts[0].Reviews, 20)
	require.Equal(t, "0", out.Drafts[0].Reviews[0].Message)
}

// asking notes whether a mutation was said to hold a payment.
type asking struct {
	*moody
	payment *[]bool
}

func (a asking) Run(_ context.Context, wave *hooks.Wave) {
	for _, m := range wave.Mutations {
		*a.payment = append(*a.payment, m.Stands)
	}
}

// TestFlagIsNoPayment: a cancelling that flags payments may be vetoed as any
// other mutation; only money that comes in can't.
func TestFlagIsNoPayment(t *testing.T) {
	var payment []bool
	f := newMemSessionWith(t, asking{newMoody(t), &payment})
	f.do("a1", createO1)
	f.do("a1", `[{"op":"order.pay","order":"o1","payment":{"id":"p1","method":"cash","amount":1}}]`)
	f.pushAll("a1", []string{`[{"op":"order.create","order":"o2"}]`, `[{"op":"order.close","order":"o1","state":"cancelled"}]`})
	require.Equal(t, []bool{false, true, false, false}, payment)
	before := f.stored("o1")
	require.Equal(t, protocol.NeedsRefund, before.Payments[0].Needs, "on disk")
	f.restart(0)
	require.Equal(t, before, f.stored("o1"))
}

// TestWhyIgnored: a result tells how the value of a field that was left out was
// at fault, and tells it again.
func TestWhyIgnored(t *testing.T) {
	schema := protocol.CoreSchema()
	schema.Order["note"] = protocol.FieldSpec{Type: protocol.TypeString, Merge: protocol.Last, Owner: "notes"}
	f := newMemSessionWith(t, &blind{newMoody(t), schema})
	result := f.do("a1", `[{"op":"order.create","order":"o1","set":{"note":5,"foo":1}}]`)
	require.Equal(t, []string{"o1.foo", "o1.note"}, result.Ignored)
	require.Equal(t, map[string]string{"o1.note": "must be of type string"}, result.Why)
	again := f.result(f.push("a1", 1, `[{"op":"order.create","order":"o1","set":{"note":5,"foo":1}}]`))
	require.Equal(t, result.Why, again.Why)
}
