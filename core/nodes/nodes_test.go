package nodes_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/nodes"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/postgres"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/core/wake/pgnotify"
	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/sdk/protocol"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const main protocol.MultiSessionID = "main"

// node is one server's engine, without what is around it.
type node struct {
	t       *testing.T
	store   *postgres.Store
	session *multisession.Session
	nodes   *nodes.Nodes
	rung    chan struct{}
	pos     chan protocol.POSID
	stop    context.CancelFunc
}

// deaf carries nothing: every note is lost.
type deaf struct{}

func (deaf) Tell(string, []byte) {}
func (deaf) Close() error        { return nil }

func start(t *testing.T, dsn, name string, carries bool) *node {
	t.Helper()
	s, err := postgres.Open(t.Context(), dsn, postgres.Options{Conns: 4})
	require.NoError(t, err)
	log := slog.New(slog.DiscardHandler)
	n := &node{t: t, store: s, rung: make(chan struct{}, 1), pos: make(chan protocol.POSID, 100)}
	n.nodes = nodes.New(nodes.Config{Name: name, Shared: s, Log: log}, func(ear wake.Ear) wake.Carrier {
		if !carries {
			return deaf{}
		}
		return pgnotify.New(s.Connect, name, ear, log)
	})
	identity, err := s.Identity(t.Context())
	require.NoError(t, err)
	hub := multisession.NewHub(multisession.Config{
		Ledger: s, Identity: identity, Bell: wake.NewLocal(), Now: time.Now, Log: log, Rules: multisession.Rules{Limits: order.DefaultLimits},
		Woken: n.nodes.Woken, Present: n.nodes.Present,
		Committed: func(b *store.Batch, _ time.Duration) { n.nodes.Committed(b) },
	})
	if _, err := s.MultiSession(t.Context(), main); err != nil {
		for _, id := range []protocol.POSID{"a", "b"} {
			require.NoError(t, s.PutPOS(t.Context(), store.POS{ID: id, Name: string(id)}))
		}
		require.NoError(t, s.PutMultiSession(t.Context(), store.MultiSession{ID: main, Name: "Main", Active: true}, []protocol.POSID{"a", "b"}))
	}
	n.session, _, err = hub.Enter(t.Context(), main)
	require.NoError(t, err)
	hub.Bell().Listen(main, func() {
		select {
		case n.rung <- struct{}{}:
		default:
		}
	})
	life, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		n.nodes.Run(life, nodes.Peers{Hub: hub, EffectsAsked: func() {}, POSChanged: func(id protocol.POSID) { n.pos <- id }})
	}()
	n.stop = func() {
		stop()
		<-ended
		_ = n.nodes.Close()
	}
	t.Cleanup(func() {
		n.stop()
		_ = s.Close()
	})
	return n
}

// until waits until something holds, looking at each ring.
func (n *node) until(what string, holds func() bool) {
	n.t.Helper()
	late := time.After(20 * time.Second)
	for !holds() {
		select {
		case <-n.rung:
		case <-late:
			n.t.Fatal("it never came to this: " + what)
		}
	}
}

func (n *node) push(client protocol.ClientID, id protocol.MutationID, ops string) *multisession.Reply {
	n.t.Helper()
	m, err := order.Decode(fmt.Appendf(nil, `{"id":%d,"ops":%s}`, id, ops), order.DefaultLimits)
	require.NoError(n.t, err)
	return n.session.Ask(n.t.Context(), &multisession.Push{
		Client: client, POS: protocol.POS{ID: protocol.POSID(client[:1]), Name: "x"}, Mutations: []*order.Mutation{m},
	})
}

func (n *node) open(pos protocol.POSID) {
	n.t.Helper()
	require.NoError(n.t, n.session.Ask(n.t.Context(), &multisession.OpenTill{POS: protocol.POS{ID: pos, Name: string(pos)}, User: &protocol.User{ID: "7", Name: "Ana"}}).Err)
}

const newOrder = `[{"op":"order.create","order":"o%d","set":{}}]`

// What one node commits, the readers of another are told: changes and tills; by notes,
// or without any.
func TestReadersOfAnotherNodeAreTold(t *testing.T) {
	for name, carries := range map[string]bool{"by notes": true, "though all notes are lost": false} {
		t.Run(name, func(t *testing.T) {
			dsn := pgtest.Database(t)
			a, b := start(t, dsn, "one", carries), start(t, dsn, "two", carries)
			a.open("a")
			b.until("the till of a is open", func() bool { return b.session.Feed.TillOpen("a") })
			for n := range 5 {
				require.NoError(t, a.push("a1", protocol.MutationID(n+1), fmt.Sprintf(newOrder, n)).Err)
				b.until("the change is there", func() bool { return b.session.Feed.Head() == a.session.Feed.Head() })
			}
			page, err := b.session.Page(t.Context(), multisession.Position{}, "a1", 100)
			require.NoError(t, err)
			require.Equal(t, 5, page.Count)
			require.EqualValues(t, 5, page.LastID)
		})
	}
}

// A node decides on what is, not on what it knew: though it wasn't told, a till that
// another opened may push, what another decided is a duplicate, and a cursor of another
// isn't ahead.
func TestANodeThatWasNotTold(t *testing.T) {
	dsn := pgtest.Database(t)
	a, b := start(t, dsn, "one", false), start(t, dsn, "two", false)
	a.stop() // and doesn't look either
	b.stop()
	a.open("a")
	require.True(t, b.session.TillOpen(t.Context(), "a"))
	require.NoError(t, a.push("a1", 1, fmt.Sprintf(newOrder, 1)).Err)
	cursor := a.session.Feed.Cursor(a.session.Feed.Head())
	_, err := b.session.Check(t.Context(), cursor)
	require.NoError(t, err)
	require.NoError(t, a.push("a1", 2, fmt.Sprintf(newOrder, 2)).Err)
	again := b.push("a1", 2, fmt.Sprintf(newOrder, 2))
	require.NoError(t, again.Err)
	require.Equal(t, protocol.Duplicate, again.Results[0].Status)
	require.NoError(t, a.push("a1", 3, fmt.Sprintf(newOrder, 3)).Err)
	require.NoError(t, b.push("a1", 4, fmt.Sprintf(newOrder, 4)).Err, "no gap")
	require.NoError(t, a.push("a1", 5, fmt.Sprintf(newOrder, 5)).Err)
	reply := b.session.Ask(t.Context(), &multisession.Pin{})
	require.NoError(t, reply.Err)
	require.Len(t, reply.Snapshot.Orders, 5)
	require.True(t, b.session.Ask(t.Context(), &multisession.CloseTill{POS: "a"}).RunEnded)
	require.Equal(t, protocol.TillClosed, protocol.CodeOf(a.push("a1", 6, fmt.Sprintf(newOrder, 6)).Err))
}

// Who looks at an order is told between nodes, also to one that came later, and ends
// with its node.
func TestPresenceBetweenNodes(t *testing.T) {
	dsn := pgtest.Database(t)
	a, b := start(t, dsn, "one", true), start(t, dsn, "two", true)
	looks := func(n *node) func() bool {
		return func() bool {
			present, _ := n.session.Presence.Now()
			return len(present) == 1 && present[0].Conn == "c-one-1" && present[0].POS.ID == "a"
		}
	}
	o := protocol.OrderID("o1")
	a.session.Presence.Set("c-one-1", protocol.Author{POS: protocol.POS{ID: "a", Name: "a"}}, &o)
	b.until("a looks at o1", looks(b))
	c := start(t, dsn, "three", true)
	c.until("a looks at o1", looks(c))
	a.stop()
	for _, n := range []*node{b, c} {
		n.until("a looks at nothing", func() bool {
			present, _ := n.session.Presence.Now()
			return len(present) == 0
		})
	}
}

// A POS that lost its token is looked at by the other nodes, and not by its own.
func TestPOSThatChanged(t *testing.T) {
	dsn := pgtest.Database(t)
	a, b := start(t, dsn, "one", true), start(t, dsn, "two", true)
	for { // each looks at all once it hears
		a.nodes.POSChanged("bar")
		if id := <-b.pos; id == "bar" {
			break
		}
	}
	for len(a.pos) > 0 {
		require.Empty(t, <-a.pos)
	}
}
