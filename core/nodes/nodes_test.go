package nodes_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/nodes"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/core/store/postgres"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/core/wake/natswake"
	"github.com/manytill/manytill/core/wake/pgnotify"
	"github.com/manytill/manytill/internal/natstest"
	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/sdk/protocol"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const main protocol.MultiSessionID = "main"

// node is one server's engine, without what is around it.
type node struct {
	t       *testing.T
	store   store.Store
	session *multisession.Session
	nodes   *nodes.Nodes
	rung    chan struct{}
	pos     chan protocol.POSID
	stop    context.CancelFunc
	said    lines

	mu     sync.Mutex
	runs   []protocol.NodeExtension
	schema string
}

// carriers makes the carrier of a node.
type carriers func(s store.Store, name string, ear wake.Ear) (wake.Carrier, error)

// deaf carries nothing: every note is lost.
type deaf struct{}

func (deaf) Tell(string, []byte) {}
func (deaf) Trouble() string     { return "" }
func (deaf) Close() error        { return nil }

func nothing(store.Store, string, wake.Ear) (wake.Carrier, error) { return deaf{}, nil }

func overNotify(s store.Store, name string, ear wake.Ear) (wake.Carrier, error) {
	return pgnotify.New(s.(*postgres.Store).Connect, name, ear, slog.New(slog.DiscardHandler)), nil
}

func overNATS(t *testing.T) carriers {
	url := natstest.Start(t).URL
	return func(_ store.Store, name string, ear wake.Ear) (wake.Carrier, error) {
		return natswake.New(natswake.Config{Servers: url, Subject: "manytill.test", Node: name, Ear: ear, Log: slog.New(slog.DiscardHandler)})
	}
}

// start starts a node on a database in PostgreSQL.
func start(t *testing.T, dsn, name string, carry carriers) *node {
	t.Helper()
	s, err := postgres.Open(t.Context(), dsn, postgres.Options{Conns: 4})
	require.NoError(t, err)
	n := startOn(t, s, name, carry)
	t.Cleanup(func() {
		n.stop()
		_ = s.Close()
	})
	return n
}

// startOn starts one on a store; it must be stopped.
func startOn(t *testing.T, s store.Store, name string, carry carriers) *node {
	t.Helper()
	n := &node{t: t, store: s, rung: make(chan struct{}, 1), pos: make(chan protocol.POSID, 100), runs: []protocol.NodeExtension{{Name: "tips", Version: "1.0", Sum: "aa"}}}
	log := slog.New(slog.NewTextHandler(&n.said, nil))
	var err error
	n.nodes, err = nodes.New(nodes.Config{Name: name, At: name + ":80", Shared: s.(store.Shared), Log: log}, func(ear wake.Ear) (wake.Carrier, error) {
		return carry(s, name, ear)
	})
	require.NoError(t, err)
	identity, err := s.Identity(t.Context())
	require.NoError(t, err)
	hub := multisession.NewHub(multisession.Config{
		Ledger: s, Identity: identity, Bell: wake.NewLocal(), Now: time.Now, Log: slog.New(slog.DiscardHandler), Rules: multisession.Rules{Limits: order.DefaultLimits},
		Go:    func(do func()) { go do() }, // and none stays in a bubble of time
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
		n.nodes.Run(life, nodes.Peers{
			Hub: hub, EffectsAsked: func() {}, POSChanged: func(id protocol.POSID) { n.pos <- id },
			Extensions: func() ([]protocol.NodeExtension, string) {
				n.mu.Lock()
				defer n.mu.Unlock()
				return slices.Clone(n.runs), n.schema
			},
		})
	}()
	n.stop = func() {
		stop()
		<-ended
		_ = n.nodes.Close()
	}
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

// push pushes mutations with the ids from one on.
func (n *node) push(client protocol.ClientID, from protocol.MutationID, ops ...string) *multisession.Reply {
	n.t.Helper()
	push := &multisession.Push{Client: client, POS: protocol.POS{ID: protocol.POSID(client[:1]), Name: "x"}}
	for i, op := range ops {
		m, err := order.Decode(fmt.Appendf(nil, `{"id":%d,"ops":%s}`, int(from)+i, op), order.DefaultLimits)
		require.NoError(n.t, err)
		push.Mutations = append(push.Mutations, m)
	}
	return n.session.Ask(n.t.Context(), push)
}

func (n *node) open(pos protocol.POSID) {
	n.t.Helper()
	require.NoError(n.t, n.session.Ask(n.t.Context(), &multisession.OpenTill{POS: protocol.POS{ID: pos, Name: string(pos)}, User: &protocol.User{ID: "7", Name: "Ana"}}).Err)
}

const newOrder = `[{"op":"order.create","order":"o%d","set":{}}]`

func newOrderNamed(n int) string { return fmt.Sprintf(newOrder, n) }

// What one node commits, the readers of another are told: changes and tills; by notes,
// or without any.
func TestReadersOfAnotherNodeAreTold(t *testing.T) {
	for name, carry := range map[string]carriers{"by NOTIFY": overNotify, "by NATS": overNATS(t), "though all notes are lost": nothing} {
		t.Run(name, func(t *testing.T) {
			dsn := pgtest.Database(t)
			a, b := start(t, dsn, "one", carry), start(t, dsn, "two", carry)
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
	a, b := start(t, dsn, "one", nothing), start(t, dsn, "two", nothing)
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
	a, b := start(t, dsn, "one", overNotify), start(t, dsn, "two", overNotify)
	looks := func(n *node) func() bool {
		return func() bool {
			present, _ := n.session.Presence.Now()
			return len(present) == 1 && present[0].Conn == "c-one-1" && present[0].POS.ID == "a"
		}
	}
	o := protocol.OrderID("o1")
	a.session.Presence.Set("c-one-1", protocol.Author{POS: protocol.POS{ID: "a", Name: "a"}}, &o)
	b.until("a looks at o1", looks(b))
	c := start(t, dsn, "three", overNotify)
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
	a, b := start(t, dsn, "one", overNotify), start(t, dsn, "two", overNotify)
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

// outrun is a store on which another node commits whenever this one has loaded.
type outrun struct {
	*mem.Shared
	on    bool
	loads int
}

func (o *outrun) Load(ctx context.Context, id protocol.MultiSessionID) (*store.Snapshot, error) {
	snap, err := o.Shared.Load(ctx, id)
	if err == nil && o.on {
		o.loads++
		_ = o.other(ctx, snap)
	}
	return snap, err
}

// other commits, unless it has to wait.
func (o *outrun) other(ctx context.Context, snap *store.Snapshot) error {
	within, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	return o.Commit(within, &store.Batch{
		MultiSession: main, Expect: snap.Head, Turn: snap.Turn, At: time.Now(), Values: []store.KeyValue{{Space: "test", Key: "key", Value: []byte("1")}},
	})
}

// A node that has to load isn't outrun for ever by one that needn't.
func TestWhoLoadsIsNotOutrun(t *testing.T) {
	s := &outrun{Shared: mem.Share(mem.New())}
	n := startOn(t, s, "one", nothing)
	defer n.stop()
	n.open("a")
	snap, err := s.Load(t.Context(), main)
	require.NoError(t, err)
	require.NoError(t, s.other(t.Context(), snap))
	s.on = true
	require.NoError(t, n.push("a1", 1, newOrderNamed(1)).Err)
	require.Equal(t, 1, s.loads)
}
