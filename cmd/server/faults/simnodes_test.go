package faults_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/sdk/protocol"
)

var nodeSeeds = flag.Int("node-seeds", 12, "how many seeds TestSeededNodes tries")

// TestSeededNodes is TestSeededRun with two or three nodes on one store: each connection
// and each call may be at another one, notes between nodes are late or lost, and a node
// stops while the others go on. The witness holds them to the same after each step.
func TestSeededNodes(t *testing.T) {
	needNode(t, kit)
	met := reached{}
	run := func(seed uint64) (story string) {
		w := &simulation{}
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			failed := attempted(func(t rapid.TB) {
				newSimulation(t, seeded(seed), w, func(f *faultPlan) { f.nodes = 2 + int(seed%2) })
				w.play()
			})
			if failed.key != "" {
				t.Fatalf("%s\nto see it again: go test ./cmd/server/faults -run TestSeededNodes -seed=%d", failed.message, seed)
			}
		})
		met.add(w.reached)
		return w.story()
	}
	if overSeeds(t, *nodeSeeds, run) {
		require.Empty(t, met.missing([]string{"fault note", "fault note lost", "fault node", "nodes decided again", "status applied", "status duplicate"}))
	}
	t.Logf("met were\n%s", met)
}

// simNode is one node of the server.
type simNode struct {
	s      *server
	config multisession.Config
	hub    *multisession.Hub
	awake  map[protocol.MultiSessionID]*multisession.Session
	looked time.Time
}

// simNote tells a node that another one committed to a multi-session.
type simNote struct {
	to *simNode
	ms protocol.MultiSessionID
}

// join starts the nodes on the server's store.
func (s *server) join(c multisession.Config) {
	if s.w.faults.nodes > 0 {
		c.Ledger = &retries{mem.Share(s.store), s.w}
	}
	for range 1 + s.w.faults.nodes {
		n := &simNode{s: s, config: c}
		n.config.Committed = func(b *store.Batch, _ time.Duration) { n.committed(b.MultiSession) }
		n.config.Go = func(do func()) { do() }
		n.start()
		s.nodes = append(s.nodes, n)
	}
}

// retries counts the commits that another node was faster than.
type retries struct {
	*mem.Shared
	w *simulation
}

func (r *retries) Commit(ctx context.Context, b *store.Batch) error {
	err := r.Shared.Commit(ctx, b)
	if errors.Is(err, store.ErrStale) {
		r.w.reached.note("nodes", "decided again")
	}
	return err
}

func (n *simNode) start() {
	n.hub, n.awake, n.looked = multisession.NewHub(n.config), map[protocol.MultiSessionID]*multisession.Session{}, n.s.w.clock
}

// enter is a session for a request that comes now.
func (n *simNode) enter(ms protocol.MultiSessionID) *multisession.Session {
	session := n.awake[ms]
	if session == nil || n.s.w.faults.nodes > 0 {
		var bad error
		session, _, bad = n.hub.Enter(context.Background(), ms)
		require.NoError(n.s.w.t, bad)
		n.awake[ms] = session
	}
	return session
}

func (n *simNode) committed(ms protocol.MultiSessionID) {
	for _, other := range n.s.nodes {
		if other != n {
			n.s.notes = append(n.s.notes, simNote{other, ms})
		}
	}
}

func (n *simNode) follow(ms protocol.MultiSessionID) {
	if session := n.awake[ms]; session != nil {
		require.NoError(n.s.w.t, n.s.ask(session, &multisession.Moved{}).Err)
	}
}

// any is the node that a connection or a call comes to.
func (s *server) any() *simNode {
	if s.w.faults.nodes == 0 {
		return s.nodes[0]
	}
	return s.nodes[1+s.w.dice(s.w.faults.nodes)]
}

// at is the node that a call comes to: for the pages of a snapshot, the one that has them.
func (s *server) at(c protocol.Request) *simNode {
	if pull, is := c.(protocol.PullRequest); is && s.w.faults.nodes > 0 {
		return s.nodes[1+len(pull.ClientID)%s.w.faults.nodes]
	}
	return s.any()
}

// follow has the nodes look for what others committed, each once a second.
func (s *server) follow() {
	for _, n := range s.nodes[1:] {
		if s.w.clock.Sub(n.looked) >= time.Second {
			n.looked = s.w.clock
			for _, ms := range floors {
				n.follow(ms)
			}
		}
	}
}

func (w *simulation) takeNote() (note simNote) {
	notes := w.server.notes
	if w.idle = len(notes) == 0; w.idle {
		return note
	}
	i := w.dice(len(notes))
	note = notes[i]
	w.server.notes = slices.Delete(notes, i, i+1)
	return note
}

func (w *simulation) noteArrives() {
	if note := w.takeNote(); note.to != nil {
		note.to.follow(note.ms)
	}
}

func (w *simulation) noteLost() { w.takeNote() }

// nodeStops is the end of one node and its next start: its tills come back, to any.
func (w *simulation) nodeStops() {
	n := w.server.any()
	w.tell("a node stops")
	n.start()
	w.late = slices.DeleteFunc(w.late, func(l *lateMessages) bool { return l.socket.node == n })
	for _, t := range w.tills {
		if t.socket != nil && t.socket.node == n {
			t.up = nil
			t.cut()
		}
	}
}
