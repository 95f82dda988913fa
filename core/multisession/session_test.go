package multisession_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const createO1 = `[{"op":"order.create","order":"o1","set":{}},{"op":"line.add","order":"o1","line":"l1","set":{"qty":1}}]`

// Nothing is acknowledged that isn't on disk; reading goes on; it ends by
// itself. The log has its beginning and its end.
func TestReadOnly(t *testing.T) {
	var log bytes.Buffer
	f := newMemSession(t)
	f.logTo = &log
	f.restart(0)
	f.do("a1", createO1)
	before := canonical(t, f.snapshot())
	f.store.FailNext(mem.Before)
	f.push("a1", 2, `[{"op":"line.inc","order":"o1","line":"l1","field":"qty","by":1}]`)
	f.store.FailNext(mem.Before)
	reply := f.push("a1", 2, `[{"op":"line.inc","order":"o1","line":"l1","field":"qty","by":1}]`)
	require.Equal(t, protocol.ReadOnly, protocol.CodeOf(reply.Err))
	require.NotZero(t, protocol.AsError(reply.Err).RetryAfter())
	require.Equal(t, before, canonical(t, f.snapshot()))
	require.Equal(t, protocol.Applied, f.do("a1", `[{"op":"line.inc","order":"o1","line":"l1","field":"qty","by":1}]`).Status)
	require.EqualValues(t, 2, f.session.Feed.Head().Seq)
	require.Equal(t, 2, strings.Count(log.String(), "\n"), log.String())
	require.Regexp(t, `level=WARN msg="nothing can be stored.*\n.*level=INFO msg="orders are stored again"`, log.String())
}

// Committed, but nobody was told: the repeated push finds its outcome.
func TestAnswerLost(t *testing.T) {
	f := newMemSession(t)
	f.store.FailNext(mem.After)
	require.NotNil(t, f.push("a1", 1, createO1).Err)
	again := f.result(f.push("a1", 1, createO1))
	require.Equal(t, protocol.Duplicate, again.Status)
	require.EqualValues(t, 1, again.Seq)
	require.Len(t, f.snapshot(), 1)
}

func TestRuns(t *testing.T) {
	f := newMemSession(t)
	f.do("a1", createO1)
	open := protocol.OpenOrder{Order: "o1", Number: 1, Run: 1}
	for _, pos := range []protocol.POSID{"a", "b"} {
		reply := f.ask(&multisession.CloseTill{POS: pos})
		require.False(t, reply.RunEnded)
		require.Equal(t, []protocol.OpenOrder{open}, reply.Open)
	}
	reply := f.ask(&multisession.CloseTill{POS: "c"})
	require.True(t, reply.RunEnded)
	require.Equal(t, []protocol.OpenOrder{open}, reply.Open)
	require.Equal(t, protocol.TillClosed, protocol.CodeOf(f.push("a1", 2, createO1).Err))

	f.restart(0)
	require.EqualValues(t, 2, f.ask(&multisession.OpenTill{POS: protocol.POS{ID: "a", Name: "a"}}).Run)
	f.do("a1", strings.ReplaceAll(createO1, "o1", "o2"))
	orders := f.snapshot()
	require.Len(t, orders, 2)
	require.EqualValues(t, []any{protocol.Run(1), protocol.Number(1), protocol.Run(2), protocol.Number(1)},
		[]any{orders[0].Run, orders[0].Number, orders[1].Run, orders[1].Number})
}

// The engine forgets closed orders in time and finds them again in the store.
func TestForgottenOrders(t *testing.T) {
	f := newMemSession(t)
	const many = 600
	for i := range many {
		f.do("a1", fmt.Sprintf(`[{"op":"order.create","order":"x%d","set":{}},{"op":"order.close","order":"x%d","state":"cancelled"}]`, i, i))
	}
	require.Equal(t, protocol.OrderClosed, f.do("b1", `[{"op":"order.set","order":"x0","set":{}}]`).Code)
	require.Equal(t, protocol.Exists, f.do("b1", `[{"op":"order.create","order":"x1","set":{}}]`).Code)
	require.Equal(t, protocol.Applied, f.do("b1", `[{"op":"order.pay","order":"x2","payment":{"id":"p","method":"cash","amount":1}}]`).Status)
	rows, _, err := f.store.Orders(context.Background(), main, []protocol.OrderID{"x2"})
	require.NoError(t, err)
	require.Len(t, rows[0].Payments, 1)
}

// A page of a snapshot is pinned to one position and may be asked for again.
func TestPins(t *testing.T) {
	f := newMemSession(t)
	for i := range 5 {
		f.do("a1", fmt.Sprintf(`[{"op":"order.create","order":"x%d","set":{}}]`, i))
	}
	first, err := f.session.Pins.First(f.ask(&multisession.Pin{Client: "a1"}).Snapshot, 2)
	require.Nil(t, err)
	f.do("a1", `[{"op":"order.close","order":"x4","state":"cancelled"}]`)
	second, err := f.session.Pins.Page(first.Next)
	require.Nil(t, err)
	again, err := f.session.Pins.Page(first.Next)
	require.Nil(t, err)
	require.Equal(t, second, again)
	third, err := f.session.Pins.Page(second.Next)
	require.Nil(t, err)
	require.Len(t, third.Orders, 1)
	require.Contains(t, string(third.Orders[0]), `"state":"open"`)
	require.Empty(t, third.Next)
	require.EqualValues(t, 5, third.Position.Seq)
	require.EqualValues(t, 5, third.LastID)
	f.clock = f.clock.Add(100 * time.Second)
	again, err = f.session.Pins.Page(first.Next)
	require.Nil(t, err)
	require.Equal(t, second, again)
	f.clock = f.clock.Add(30 * time.Second) // asking for it gave it no more time, but the next one
	_, err = f.session.Pins.Page(first.Next)
	require.Equal(t, protocol.CursorExpired, protocol.ReasonOf(err))
	_, err = f.session.Pins.Page(second.Next)
	require.Nil(t, err)
	f.clock = f.clock.Add(100 * time.Second)
	_, err = f.session.Pins.Page(second.Next)
	require.Equal(t, protocol.CursorExpired, protocol.ReasonOf(err))
	for _, token := range []string{"", "x", "a.b.c", first.Next + "9"} {
		_, err = f.session.Pins.Page(token)
		require.Equal(t, protocol.ResetRequired, protocol.CodeOf(err))
	}
}

// However many snapshots are read at once, a page that was promised is given:
// it is the newcomer who is told to come back.
func TestPinsKeepTheirPromise(t *testing.T) {
	f := newMemSession(t)
	for i := range 3 {
		f.do("a1", fmt.Sprintf(`[{"op":"order.create","order":"x%d","set":{}}]`, i))
	}
	var all []multisession.SnapshotPage
	for range 300 {
		page, err := f.session.Pins.First(f.ask(&multisession.Pin{Client: "a1"}).Snapshot, 1)
		require.Nil(t, err)
		all = append(all, page)
	}
	huge := &multisession.Snapshot{Orders: make([][]byte, 2<<20)}
	_, err := f.session.Pins.First(huge, 1)
	require.Equal(t, protocol.Overloaded, protocol.CodeOf(err))
	for _, page := range all {
		_, err := f.session.Pins.Page(page.Next)
		require.Nil(t, err)
	}
	f.clock = f.clock.Add(3 * 60e9)
	_, err = f.session.Pins.First(huge, 1)
	require.Nil(t, err, "one alone always fits")
}

// The reasons of a reset, the first that holds.
func TestCheck(t *testing.T) {
	f := newMemSession(t)
	f.do("a1", createO1)
	ctx := context.Background()
	old := f.session.Feed.Cursor(f.session.Feed.Head())
	backup := f.store.Clone()
	f.do("a1", `[{"op":"order.set","order":"o1","set":{"partner_id":1}}]`)
	ahead := f.session.Feed.Cursor(f.session.Feed.Head())

	reason := func(c protocol.Cursor) any {
		_, bad := f.session.Check(ctx, c)
		if bad == nil {
			return nil
		}
		return protocol.ReasonOf(bad)
	}
	require.Nil(t, reason(old))
	f.store = backup // copied back by hand: the same epoch, another history
	f.restart(0)
	require.Nil(t, reason(old))
	require.Equal(t, protocol.CursorAhead, reason(ahead))
	f.last["a1"] = 1
	f.do("a1", `[{"op":"order.set","order":"o1","set":{"partner_id":2}}]`)
	require.Equal(t, protocol.Diverged, reason(ahead))

	f.store = f.store.Restored("EPOCH2")
	f.restart(0)
	require.Equal(t, protocol.EpochChanged, reason(old))
	other := multisession.NewCursors(store.Identity{ServerID: "elsewhere", Epoch: "e"}, main)
	require.Equal(t, protocol.OtherServer, reason(other.Cursor(multisession.Position{})))
	identity, err := f.store.Identity(ctx)
	require.NoError(t, err)
	another := multisession.NewCursors(identity, "another")
	require.Equal(t, protocol.OtherMultiSession, reason(another.Cursor(multisession.Position{})))
}

// FuzzCursor: no text makes the reader of cursors fail, and what it reads it
// can write.
func FuzzCursor(f *testing.F) {
	c := multisession.NewCursors(store.Identity{ServerID: "s", Epoch: "e"}, main)
	f.Add(string(c.Cursor(multisession.Position{Seq: 1042, Tag: multisession.Tag{1, 2, 3}})))
	f.Add(string(c.Cursor(multisession.Position{Seq: 1042, Tag: multisession.Tag{1, 2, 3}, Folded: true, Folding: 7})))
	f.Add("a.b.c.d.e")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := c.Read(protocol.Cursor(text))
		if err != nil {
			return
		}
		q, err := c.Read(c.Cursor(p))
		require.Nil(t, err)
		require.Equal(t, p, q)
	})
}

func TestPresence(t *testing.T) {
	f := newMemSession(t)
	p := f.session.Presence
	who := protocol.Author{POS: protocol.POS{ID: "a", Name: "a"}}
	one, two := protocol.OrderID("o1"), protocol.OrderID("o2")
	_, version := p.Now()
	require.True(t, p.Set("c1", who, &one))
	require.False(t, p.Set("c1", who, &one), "no news")
	own, _ := p.Since(version, "c1")
	require.Empty(t, own, "not echoed to its own connection")
	seen, next := p.Since(version, "c2")
	require.Equal(t, []protocol.Presence{{Conn: "c1", POS: who.POS, Order: &one}}, seen)
	require.True(t, p.Set("c1", who, &two))
	require.True(t, p.Set("c1", who, nil))
	require.False(t, p.Set("c1", who, nil))
	seen, _ = p.Since(next, "c2")
	require.Equal(t, []protocol.Presence{{Conn: "c1", POS: who.POS}}, seen, "only where it is now")
	present, _ := p.Now()
	require.Empty(t, present)
}

// A connection is of whoever told of it last: a link, or a node, that ends late takes
// nothing of that along.
func TestPresenceAcrossLinks(t *testing.T) {
	p := newMemSession(t).session.Presence
	o := protocol.OrderID("o1")
	at := func(conn string, order *protocol.OrderID) []protocol.Presence {
		return []protocol.Presence{{Conn: conn, Order: order}}
	}
	shown := func() (conns []string) {
		all, _ := p.Now()
		for _, one := range all {
			conns = append(conns, one.Conn)
		}
		return conns
	}
	require.True(t, p.Across("link 1", "shop", at("c1", &o), true))
	require.Equal(t, []string{"shop:c1"}, shown())
	require.Len(t, p.Here(), 1, "other nodes are told")
	require.False(t, p.Across("link 2", "shop", at("c1", &o), true), "no news")
	require.False(t, p.Across("link 1", "", nil, true))
	require.False(t, p.Hear("node", protocol.Presence{Conn: "shop:c1"}))
	require.Equal(t, []string{"shop:c1"}, shown())
	require.False(t, p.Hear("node", at("shop:c1", &o)[0]), "the link is there now")
	require.False(t, p.Across("link 2", "", nil, true))
	require.Empty(t, p.Here())
	require.True(t, p.Gone("node"))
	require.Empty(t, shown())

	p.Set("own", protocol.Author{}, &o)
	p.Across("link 3", "shop", at("c1", &o), true)
	news, version := p.ForLink(0)
	require.Equal(t, at("own", &o), news, "nothing comes back")
	p.Set("own", protocol.Author{}, nil)
	news, _ = p.ForLink(version)
	require.Equal(t, at("own", nil), news)
}

// TestLastIDAtACursor: it says of every position the same, from the ring, after
// a restart and after a load that forgot all, whatever became of the mutations.
func TestLastIDAtACursor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newMemSession(t)
		f.do("b1", createO1)
		f.do("b1", `[{"op":"order.create","order":"o2","set":{}},{"op":"order.close","order":"o2","state":"paid"}]`)
		kinds := []string{
			`[{"op":"line.inc","order":"o1","line":"l1","field":"qty","by":1}]`,
			`[{"op":"line.inc","order":"o1","line":"none","field":"qty","by":1}]`,
			`[{"op":"order.pay","order":"o1","payment":{"id":"p%d","method":"cash","amount":1}},{"op":"line.remove","order":"o1","line":"none"}]`,
			`[{"op":"order.set","order":"o2","set":{"partner_id":1}}]`, // its seq is that of another's change
		}
		for n := range rapid.IntRange(1, 12).Draw(t, "mutations") {
			client := rapid.SampledFrom([]protocol.ClientID{"a1", "b1"}).Draw(t, "client")
			f.do(client, strings.ReplaceAll(rapid.SampledFrom(kinds).Draw(t, "kind"), "%d", fmt.Sprint(n)))
		}
		told := func() (all []protocol.MutationID) {
			head := f.session.Feed.Head().Seq
			for at := range head {
				for _, client := range []protocol.ClientID{"a1", "b1", "c9"} {
					page, err := f.session.Page(context.Background(), multisession.Position{Seq: at}, client, 1)
					require.Nil(t, err)
					all = append(all, page.LastID)
				}
			}
			return all
		}
		before := told()
		require.IsNonDecreasing(t, everyThird(before))
		f.restart(0)
		require.Equal(t, before, told(), "after a restart")
		f.store.FailNext(mem.After) // the engine loads anew, and the feed becomes what it found
		f.push("c1", 1, `[{"op":"line.inc","order":"o1","line":"l1","field":"qty","by":0}]`)
		f.ask(&multisession.Seen{})
		require.Equal(t, before, told()[:len(before)], "after another load")
	})
}

// TestLastIDBesideAStoreThatIsAhead: what another node committed, and this one's feed
// doesn't have yet, isn't in the last_id of a position before it.
func TestLastIDBesideAStoreThatIsAhead(t *testing.T) {
	f := newMemSession(t)
	f.do("a1", createO1)
	behind, more := f.session, `[{"op":"line.inc","order":"o1","line":"l1","field":"qty","by":1}]`
	f.restart(0) // another node
	f.do("b1", more)
	f.do("b1", `[{"op":"line.inc","order":"o1","line":"none","field":"qty","by":1}]`)
	f.do("a1", more)
	for client, last := range map[protocol.ClientID]protocol.MutationID{"a1": 1, "b1": 0, "c1": 0} {
		for at := range protocol.Seq(2) {
			page, err := behind.Page(t.Context(), multisession.Position{Seq: at}, client, 1)
			require.NoError(t, err)
			require.EqualValues(t, 1, page.Position.Seq)
			require.Equal(t, last, page.LastID, "%s, from seq %d", client, at)
		}
	}
	// A node without a ring reads all from the store, also what its feed doesn't have yet.
	f.restart(0)
	behind = f.session
	f.restart(0)
	f.do("a1", more)
	for client, last := range map[protocol.ClientID]protocol.MutationID{"a1": 3, "b1": 2, "c1": 0} {
		page, err := behind.Page(t.Context(), multisession.Position{}, client, 9)
		require.NoError(t, err)
		require.EqualValues(t, 4, page.Position.Seq)
		require.Equal(t, last, page.LastID, "%s, at the store's head", client)
	}
}

func everyThird(all []protocol.MutationID) (some []protocol.MutationID) {
	for i := 0; i < len(all); i += 3 {
		some = append(some, all[i])
	}
	return some
}

// What a connection looks at takes one entry, whatever it says how often; those that are
// gone are kept for readers that weren't told, up to a number.
func TestPresenceIsBounded(t *testing.T) {
	const kept = 256
	p := newMemSession(t).session.Presence
	who := protocol.Author{POS: protocol.POS{ID: "a", Name: "a"}}
	for i := range 3000 {
		o := protocol.OrderID(fmt.Sprintf("o%d", i))
		require.True(t, p.Set("c1", who, &o))
	}
	all, _ := p.Since(-1, "")
	require.Len(t, all, 1)
	o := protocol.OrderID("o")
	for i := range 3 * kept {
		conn := fmt.Sprintf("c-%d", i)
		require.True(t, p.Set(conn, who, &o))
		require.True(t, p.Set(conn, who, nil))
	}
	all, _ = p.Since(-1, "")
	require.Equal(t, 1+kept, len(all))
	now, _ := p.Now()
	require.Len(t, now, 1)
}
