package multisession_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/core/wake"
	_ "github.com/manytill/manytill/internal/seeds"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const main protocol.MultiSessionID = "main"

// memSession is a session over a store in memory, with the last mutation id of
// each client and a clock that tests set.
type memSession struct {
	t       rapid.TB
	store   *mem.Store
	session *multisession.Session
	last    map[protocol.ClientID]protocol.MutationID
	clock   time.Time
	chain   multisession.Chain // nil is the core alone
	logTo   io.Writer

	limits  order.Limits
	clients int
	abandon bool
}

func newMemSession(t rapid.TB) *memSession { return newMemSessionWith(t, nil) }

func newMemSessionWith(t rapid.TB, chain multisession.Chain) *memSession {
	f := &memSession{t: t, chain: chain, logTo: io.Discard, limits: order.DefaultLimits, store: mem.New(), last: map[protocol.ClientID]protocol.MutationID{}, clock: time.Unix(1_790_000_000, 0)}
	ctx := context.Background()
	for _, id := range []protocol.POSID{"a", "b", "c"} {
		require.NoError(t, f.store.PutPOS(ctx, store.POS{ID: id, Name: string(id)}))
	}
	require.NoError(t, f.store.PutMultiSession(ctx, store.MultiSession{ID: main, Name: "Main floor", Active: true},
		[]protocol.POSID{"a", "b", "c"}))
	f.restart(0)
	for _, id := range []protocol.POSID{"a", "b", "c"} {
		require.Nil(t, f.ask(&multisession.OpenTill{POS: protocol.POS{ID: id, Name: string(id)}}).Err)
	}
	return f
}

// restart forgets everything that isn't in the store.
func (f *memSession) restart(foldFrom int) {
	identity, err := f.store.Identity(context.Background())
	require.NoError(f.t, err)
	rules := multisession.Rules{Limits: f.limits, Clients: f.clients, Abandon: f.abandon}
	if f.chain != nil {
		rules.Chain = func() multisession.Chain { return f.chain }
	}
	hub := multisession.NewHub(multisession.Config{
		Ledger: f.store, Identity: identity, Bell: wake.NewLocal(), FoldFrom: foldFrom,
		Rules: rules,
		Now:   func() time.Time { return f.clock }, Log: slog.New(slog.NewTextHandler(f.logTo, nil)),
	})
	session, _, bad := hub.Enter(context.Background(), main)
	require.Nil(f.t, bad)
	f.session = session
}

func (f *memSession) ask(r multisession.Request) *multisession.Reply {
	return f.session.Ask(context.Background(), r)
}

// push sends one mutation, in the client's next id or (again) its last.
func (f *memSession) push(client protocol.ClientID, id protocol.MutationID, ops string) *multisession.Reply {
	m, err := order.Decode([]byte(fmt.Sprintf(`{"id":%d,"ops":%s}`, id, ops)), order.DefaultLimits)
	require.NoError(f.t, err)
	return f.ask(&multisession.Push{
		Client: client, POS: protocol.POS{ID: protocol.POSID(client[:1]), Name: string(client[:1])},
		Mutations: []*order.Mutation{m},
	})
}

func (f *memSession) do(client protocol.ClientID, ops string) protocol.Result {
	f.last[client]++
	reply := f.push(client, f.last[client], ops)
	require.Nil(f.t, reply.Err)
	return f.result(reply)
}

func (f *memSession) result(reply *multisession.Reply) protocol.Result {
	require.Len(f.t, reply.Results, 1)
	var result protocol.Result
	require.NoError(f.t, json.Unmarshal(reply.Results[0].JSON, &result))
	return result
}

func (f *memSession) snapshot() []protocol.Order {
	reply := f.ask(&multisession.Pin{})
	require.Nil(f.t, reply.Err)
	orders := make([]protocol.Order, len(reply.Snapshot.Orders))
	for i, raw := range reply.Snapshot.Orders {
		require.NoError(f.t, json.Unmarshal(raw, &orders[i]))
	}
	return orders
}

// read applies everything behind a position, in pages.
func (f *memSession) read(m *mirror, from multisession.Position, limit int) (pages int, folded bool) {
	for from != f.session.Feed.Head() {
		page, err := f.session.Page(context.Background(), from, "", limit)
		require.Nil(f.t, err)
		var changes []protocol.Change
		require.NoError(f.t, json.Unmarshal([]byte("["+string(page.Changes)+"]"), &changes))
		require.Len(f.t, changes, page.Count)
		for _, c := range changes {
			m.apply(c)
		}
		from, folded = page.Position, folded || page.Folded
		pages++
		require.Less(f.t, pages, 10_000)
	}
	return pages, folded
}

// randomOps is a mutation that tills could ask for, sense or not.
func randomOps(t *rapid.T, head protocol.Seq) string {
	o := rapid.SampledFrom([]string{"o1", "o2", "o3", "o4"})
	l := rapid.SampledFrom([]string{"l1", "l2", "l3", "l4", "l5"})
	n := rapid.IntRange(-3, 9)
	op := rapid.Custom(func(t *rapid.T) string {
		on, line, number := o.Draw(t, "order"), l.Draw(t, "line"), n.Draw(t, "n")
		base := ""
		if rapid.Bool().Draw(t, "based") {
			base = fmt.Sprintf(`,"base":%d`, rapid.Int64Range(max(0, int64(head)-4), int64(head)).Draw(t, "base"))
		}
		switch rapid.IntRange(0, 11).Draw(t, "kind") {
		case 0:
			return fmt.Sprintf(`{"op":"order.create","order":%q,"set":{"partner_id":%d}}`, on, number)
		case 1:
			return fmt.Sprintf(`{"op":"order.set","order":%q,"set":{"partner_id":%d,"pricelist_id":null}}`, on, number)
		case 2:
			return fmt.Sprintf(`{"op":"order.pay","order":%q,"payment":{"id":"p%d","method":"cash","amount":%d,"offline":%t}}`, on, number+3, number, number%2 == 0)
		case 3:
			state := "paid"
			if number%2 == 0 {
				state = "cancelled"
			}
			return fmt.Sprintf(`{"op":"order.close","order":%q,"state":%q%s}`, on, state, base)
		case 4, 5, 6:
			return fmt.Sprintf(`{"op":"line.add","order":%q,"line":%q,"set":{"product_id":%d,"qty":%d,"discount":null}}`, on, line, number, number)
		case 7:
			return fmt.Sprintf(`{"op":"line.set","order":%q,"line":%q,"set":{"discount":%d,"description":null}%s}`, on, line, number, base)
		case 8, 9:
			return fmt.Sprintf(`{"op":"line.inc","order":%q,"line":%q,"field":"qty","by":%d.25}`, on, line, number)
		case 10:
			return fmt.Sprintf(`{"op":"line.remove","order":%q,"line":%q}`, on, line)
		}
		return fmt.Sprintf(`{"op":"line.move","order":%q,"lines":[%q],"to":%q}`, on, line, o.Draw(t, "to"))
	})
	ops := "["
	for i, one := range rapid.SliceOfN(op, 1, 3).Draw(t, "ops") {
		if i > 0 {
			ops += ","
		}
		ops += one
	}
	return ops + "]"
}

// TestConvergence: by changes = by snapshot = by folded catch-up = by what the
// store holds, cut at every position.
func TestConvergence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newMemSession(t)
		positions := []multisession.Position{f.session.Feed.Head()}
		states := []*mirror{newMirror()}
		live := newMirror()
		clients := []protocol.ClientID{"a1", "a2", "b1", "c1"}
		steps := rapid.IntRange(1, 40).Draw(t, "steps")
		for range steps {
			client := rapid.SampledFrom(clients).Draw(t, "client")
			before := f.session.Feed.Head()
			f.do(client, randomOps(t, before.Seq))
			f.read(live, before, 100)
			require.LessOrEqual(t, f.session.Feed.Head().Seq-before.Seq, protocol.Seq(1))
			if f.session.Feed.Head() != before {
				positions = append(positions, f.session.Feed.Head())
				states = append(states, live.clone(t))
			}
		}
		want := canonical(t, f.snapshot())
		require.Equal(t, want, live.canonical(t), "by changes = by snapshot")
		f.restart(0)
		require.Equal(t, want, canonical(t, f.snapshot()), "by what the store holds")
		for i, from := range positions {
			m := states[i].clone(t)
			_, folded := f.read(m, from, 3)
			require.False(t, folded)
			require.Equal(t, want, m.canonical(t), "by stored changes from %d", from.Seq)
		}
		f.restart(1)
		for i, from := range positions {
			m := states[i].clone(t)
			_, folded := f.read(m, from, 2)
			require.Equal(t, from != f.session.Feed.Head(), folded)
			require.Equal(t, want, m.canonical(t), "folded from %d", from.Seq)
		}
	})
}

// TestOutcomesForEver: each mutation has one outcome, through any retry and
// restart; numbers are dense.
func TestOutcomesForEver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newMemSession(t)
		type sent struct {
			client protocol.ClientID
			id     protocol.MutationID
			ops    string
			first  protocol.Result
		}
		var all []sent
		clients := []protocol.ClientID{"a1", "b1"}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			switch {
			case len(all) > 0 && rapid.IntRange(0, 3).Draw(t, "again") == 0:
				s := rapid.SampledFrom(all).Draw(t, "sent")
				head := f.session.Feed.Head()
				reply := f.push(s.client, s.id, s.ops)
				require.Nil(t, reply.Err)
				again := f.result(reply)
				require.Equal(t, protocol.Duplicate, again.Status)
				again.Status = s.first.Status
				require.Equal(t, s.first, again)
				require.Equal(t, head, f.session.Feed.Head(), "a repeated push changes nothing")
			case rapid.IntRange(0, 9).Draw(t, "restart") == 0:
				f.restart(0)
			default:
				client := rapid.SampledFrom(clients).Draw(t, "client")
				ops := randomOps(t, f.session.Feed.Head().Seq)
				result := f.do(client, ops)
				all = append(all, sent{client, f.last[client], ops, result})
			}
		}
		rows, err := f.store.List(context.Background(), main, store.ListFilter{Limit: 1000})
		require.NoError(t, err)
		for i, row := range rows {
			require.Equal(t, protocol.Number(i+1), row.Number, "numbers are dense")
		}
	})
}
