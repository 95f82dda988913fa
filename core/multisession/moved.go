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
// note ([Moved]), or because it was asked for a position that it doesn't know yet.

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
	for _, c := range changes {
		if !order.Valid(c.Body) {
			return nil
		}
		entries = append(entries, entryOf(c))
	}
	return entries
}

// stored notes that a batch is on disk.
func (s *Session) stored(b *store.Batch, began time.Time) {
	if s.stuck {
		s.stuck = false
		s.log.Info("orders are stored again", "multi_session", s.ID)
	}
	s.committed(b, s.now().Sub(began))
}
