package faults_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/sdk/protocol"
)

// server is the real engine, sessions, feeds, cursors and pages over a store in
// memory, without a goroutine: what core/api does around them is done here in
// the caller's. It may be several nodes on one store: the first one is then nobody's
// but the witness's.
type server struct {
	w     *simulation
	store *mem.Store
	nodes []*simNode
	notes []simNote // on their way between nodes
	// said is every outcome that was told in this life of the numbering: it
	// must never be another.
	said map[outcomeKey]protocol.Result
	skew time.Duration // of its clock
}

type outcomeKey struct {
	client protocol.ClientID
	id     protocol.MutationID
}

func newServer(w *simulation) *server {
	s := &server{w: w, store: mem.New(), said: map[outcomeKey]protocol.Result{}}
	s.register()
	s.start()
	return s
}

// firstServer is the server_id of a new store in memory.
const firstServer = "MEMSERVER1"

// register writes the POS and their multi-sessions into an empty store.
func (s *server) register() {
	all := []protocol.POSID{"pos0", "pos1", "pos2"}
	for _, id := range all {
		require.NoError(s.w.t, s.store.PutPOS(context.Background(), store.POS{ID: id, Name: string(id)}))
	}
	apart := len(all)
	if s.w.faults.split {
		apart = 2
	}
	s.setPOS(mainFloor, all[:apart])
	s.setPOS(terrace, all[apart:])
}

// now is the time by the server's clock.
func (s *server) now() time.Time { return s.w.clock.Add(s.skew) }

// setPOS makes these the POS of a multi-session.
func (s *server) setPOS(ms protocol.MultiSessionID, pos []protocol.POSID) {
	row := store.MultiSession{ID: ms, Name: string(ms), Active: true}
	require.NoError(s.w.t, s.store.PutMultiSession(context.Background(), row, pos))
}

// start is a new process on what is on disk.
func (s *server) start() {
	s.store = s.store.Clone()
	identity, err := s.store.Identity(context.Background())
	require.NoError(s.w.t, err)
	rules := multisession.Rules{Limits: s.w.faults.limits(), Abandon: s.w.faults.abandon}
	if chain := s.w.chain(s); chain != nil {
		rules.Chain = func() multisession.Chain { return chain }
	}
	config := multisession.Config{
		Ledger: s.store, Identity: identity, Bell: wake.NewLocal(), FoldFrom: s.w.faults.fold,
		Rules: rules, Now: s.now, Log: slog.New(slog.DiscardHandler),
	}
	s.nodes, s.notes = nil, nil
	s.join(config)
}

// session is a multi-session as it is now.
func (s *server) session(ms protocol.MultiSessionID) *multisession.Session {
	return s.nodes[0].enter(ms)
}

// sessionOf is where a POS is.
func (s *server) sessionOf(pos protocol.POSID) *multisession.Session {
	row, err := s.store.POS(context.Background(), pos)
	require.NoError(s.w.t, err)
	return s.session(row.MultiSession)
}

func (s *server) ask(session *multisession.Session, r multisession.Request) *multisession.Reply {
	return &session.DecideNow(r)[0]
}

// openTill opens a till and tells it, as its call of till/open would.
func (s *server) openTill(t *till) {
	session := s.sessionOf(t.pos.ID)
	reply := s.ask(session, &multisession.OpenTill{POS: t.pos, User: t.user})
	if reply.Err != nil {
		return
	}
	t.told(session, true, reply.Run)
}

func (s *server) closeTill(t *till) {
	session := s.sessionOf(t.pos.ID)
	reply := s.ask(session, &multisession.CloseTill{POS: t.pos.ID})
	if reply.Err != nil {
		return
	}
	t.told(session, false, reply.Run)
}

// snapshot is the open orders of a multi-session.
func (s *server) snapshot(ms protocol.MultiSessionID) []protocol.Order {
	reply := s.ask(s.session(ms), &multisession.Pin{})
	require.Nil(s.w.t, reply.Err)
	orders := make([]protocol.Order, len(reply.Snapshot.Orders))
	for i, raw := range reply.Snapshot.Orders {
		require.NoError(s.w.t, json.Unmarshal(raw, &orders[i]))
	}
	return orders
}

// hear holds results of a push against what was said before; script: a till of the TypeScript
// client pushed.
func (s *server) hear(push *multisession.Push, results multisession.Results, script bool) {
	client := push.Client
	for i, result := range results {
		var r protocol.Result
		require.NoError(s.w.t, json.Unmarshal(result.JSON, &r))
		s.w.reached.of(script).outcome(push.Mutations[i], &r)
		key := outcomeKey{client, r.ID}
		first, known := s.said[key]
		if !known {
			s.said[key] = r
			continue
		}
		require.Equal(s.w.t, protocol.Duplicate, r.Status, "decided once, %s %d", client, r.ID)
		r.Status = first.Status
		require.Equal(s.w.t, first, r, "one outcome for ever, %s %d", client, r.ID)
	}
}

// forget drops what was said of outcomes that a restored store doesn't have.
func (s *server) forget() {
	for key := range s.said {
		known, err := s.store.Outcomes(context.Background(), key.client, key.id, key.id)
		require.NoError(s.w.t, err)
		if len(known) == 0 {
			delete(s.said, key)
		}
	}
}

func decodeMutations(t *simulation, list []json.RawMessage) []*order.Mutation {
	all := make([]*order.Mutation, len(list))
	for i, raw := range list {
		m, err := order.Decode(slices.Clone(raw), order.DefaultLimits)
		require.NoError(t.t, err)
		all[i] = m
	}
	return all
}
