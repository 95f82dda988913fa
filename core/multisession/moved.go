package multisession

import (
	"context"
	"slices"
	"time"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// Where several nodes use a store, another one may commit to a multi-session that is at
// work here. A commit on top of an older turn is stale, and decided again. What needs no
// commit is checked by the turn. Readers are told when the session follows, because of a
// note ([Moved]), or because it was asked for a position that it doesn't know yet: for that
// it reads the changes, and no orders, until something is to be decided here.

// Turn is that of what is known here, see [store.Snapshot].
func (s *Session) Turn() int64 { return s.turn.Load() }

// catchUp follows what other nodes have committed by now: whoever was told of something
// by one of them finds it here.
func (s *Session) catchUp(ctx context.Context) error {
	if s.shared == nil {
		return nil
	}
	turns, err := s.shared.Turns(ctx, []protocol.MultiSessionID{s.ID})
	if err != nil {
		return protocol.AsError(err)
	}
	if turns[s.ID] <= s.Turn() {
		return nil
	}
	return s.Ask(ctx, &Moved{}).Err
}

// TillOpen reports whether the till of a POS is open; another node may have opened it.
func (s *Session) TillOpen(ctx context.Context, pos protocol.POSID) bool {
	if s.Feed.TillOpen(pos) {
		return true
	}
	_ = s.catchUp(ctx) // if that fails, it is closed as far as is known
	return s.Feed.TillOpen(pos)
}

// isNow reports whether a request is about how things are now. There is no commit that
// would be stale if another node knows better. A client that starts over counts on the
// last id that it is told: a tap above that goes to a new client, and would count twice.
func isNow(r Request) bool {
	switch r.(type) {
	case *Moved, *Pin, *Seen:
		return true
	}
	return false
}

// ready loads the engine if there is none, or if another node may have committed and has.
func (s *Session) ready(ctx context.Context, requests []Request) (loaded bool, err error) {
	if s.engine != nil && slices.ContainsFunc(requests, isNow) {
		behind, err := s.behind(ctx)
		if err != nil {
			return false, err
		}
		if behind {
			s.engine = nil
		}
	}
	if s.engine != nil {
		return false, nil
	}
	return true, s.load(ctx)
}

func (s *Session) load(ctx context.Context) error {
	snapshot, err := s.ledger.Load(ctx, s.ID)
	if err != nil {
		return err
	}
	s.engine = NewEngine(s.ID, s.rules, snapshot)
	if err := s.ofHome(snapshot); err != nil {
		return err
	}
	head := Position{Seq: snapshot.Head, Tag: TagOf(snapshot.HeadChange)}
	if s.Feed == nil {
		s.Feed = newFeed(s.cursors, head, s.engine.State())
	} else {
		s.Feed.follow(s.entriesTo(ctx, head.Seq), head, s.engine.State())
	}
	s.turn.Store(s.engine.turn)
	s.missed.Store(s.engine.Missed())
	s.migrated.Store(s.engine.migrated)
	s.loaded.Store(true)
	return nil
}

// follow takes what other nodes have committed into the feed, and drops the engine if that
// is out of date. It is false where only a load will do: for what is read first, for a copy,
// and for who is too far behind.
func (s *Session) follow(ctx context.Context) (done bool, err error) {
	if s.shared == nil || s.Feed == nil || s.isCopy() {
		return false, nil
	}
	at, asked := s.Feed.known()
	m, err := s.shared.Since(ctx, store.Since{MultiSession: s.ID, Seq: at.Seq, Clients: asked})
	switch {
	case err != nil:
		return false, err
	case m.Turn == s.Turn():
		return true, nil
	}
	s.engine = nil
	if m.Head < at.Seq || m.Head-at.Seq != protocol.Seq(len(m.Changes)) {
		return false, nil
	}
	entries, ok := entriesOf(m.Changes)
	if !ok {
		return false, nil
	}
	if len(entries) > 0 {
		at = entries[len(entries)-1].Position
	}
	s.Feed.moved(entries, at, stateOf(s.ID, m.MultiSession.Name, m.MultiSession.Run, tillsOf(m.Tills)), asked, m.Clients)
	s.turn.Store(m.Turn)
	return true, nil
}

// behind reports whether another node has committed since the engine was loaded.
func (s *Session) behind(ctx context.Context) (bool, error) {
	if s.shared == nil {
		return false, nil
	}
	turns, err := s.shared.Turns(ctx, []protocol.MultiSessionID{s.ID})
	return err == nil && turns[s.ID] != s.engine.turn, err
}

// entriesTo are the changes between the feed's head and another one; nil if they are
// too many for the ring, or can't be read.
func (s *Session) entriesTo(ctx context.Context, head protocol.Seq) (entries []Entry) {
	at := s.Feed.Head().Seq
	if head <= at || head-at > ringSize {
		return nil
	}
	changes, err := s.ledger.Changes(ctx, s.ID, at, int(head-at))
	if err != nil || len(changes) < int(head-at) {
		return nil
	}
	entries, _ = entriesOf(changes)
	return entries
}

// entriesOf are changes for the feed; false if one of them can't be read.
func entriesOf(changes []store.Change) (entries []Entry, ok bool) {
	for _, c := range changes {
		if !order.Valid(c.Body) {
			return nil, false
		}
		entries = append(entries, entryOf(c))
	}
	return entries, true
}

// stored notes that a batch is on disk.
func (s *Session) stored(b *store.Batch, began time.Time) {
	if s.stuck {
		s.stuck = false
		s.log.Info("orders are stored again", "multi_session", s.ID)
	}
	s.committed(b, s.now().Sub(began))
}
