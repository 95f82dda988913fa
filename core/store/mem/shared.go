package mem

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// Shared is a [Store] that several nodes in one process work on: it implements
// [store.Shared], and its snapshots have a turn.
type Shared struct {
	*Store

	mu      sync.Mutex
	locks   map[string]chan struct{} // each holds a token while it is free
	tickets map[[32]byte]ticket
}

type ticket struct {
	token [32]byte
	until time.Time
}

var (
	_ store.Store  = (*Shared)(nil)
	_ store.Shared = (*Shared)(nil)
)

// Share has several nodes work on a store.
func Share(s *Store) *Shared {
	return &Shared{Store: s, locks: map[string]chan struct{}{}, tickets: map[[32]byte]ticket{}}
}

// Load implements [store.Ledger].
func (s *Shared) Load(ctx context.Context, id protocol.MultiSessionID) (snap *store.Snapshot, err error) {
	err = s.inSession(ctx, id, func(d *data, r *session) error {
		snap = d.load(r)
		snap.Turn = r.Turn
		return nil
	})
	return snap, err
}

// Turns implements [store.Shared].
func (s *Shared) Turns(ctx context.Context, ids []protocol.MultiSessionID) (turns map[protocol.MultiSessionID]int64, err error) {
	turns = map[protocol.MultiSessionID]int64{}
	err = s.read(ctx, func(d *data) error {
		for _, id := range ids {
			if r := d.Sessions[id]; r != nil {
				turns[id] = r.Turn
			}
		}
		return nil
	})
	return turns, err
}

// Since implements [store.Shared].
func (s *Shared) Since(ctx context.Context, since store.Since) (m *store.Moved, err error) {
	err = s.inSession(ctx, since.MultiSession, func(d *data, r *session) error {
		m = &store.Moved{MultiSession: r.Row, Head: r.Head, Turn: r.Turn, Tills: d.openTills(r.Row.ID)}
		for _, c := range r.Changes {
			if c.Seq > since.Seq && c.Seq <= since.Seq+store.MovedMost && len(c.Body) <= store.MovedBytes {
				m.Changes = append(m.Changes, store.Change{Seq: c.Seq, Body: bytes.Clone(c.Body)})
			}
		}
		for _, id := range since.Clients {
			if c := d.Clients[id]; c != nil && c.MultiSession == since.MultiSession {
				m.Clients = append(m.Clients, c.Client)
			}
		}
		return nil
	})
	return m, err
}

// Lock implements [store.Shared].
func (s *Shared) Lock(ctx context.Context, keys ...string) (release func(), err error) {
	var held []chan struct{}
	release = sync.OnceFunc(func() {
		for _, lock := range held {
			lock <- struct{}{}
		}
	})
	for _, key := range slices.Compact(slices.Sorted(slices.Values(keys))) {
		s.mu.Lock()
		lock := s.locks[key]
		if lock == nil {
			lock = make(chan struct{}, 1)
			lock <- struct{}{}
			s.locks[key] = lock
		}
		s.mu.Unlock()
		select {
		case <-lock:
			held = append(held, lock)
		case <-ctx.Done():
			release()
			return nil, ctx.Err()
		}
	}
	return release, nil
}

// Commit implements [store.Ledger].
func (s *Shared) Commit(ctx context.Context, b *store.Batch) error {
	if !b.Locked {
		release, err := s.Lock(ctx, store.TurnLock(b.MultiSession))
		if err != nil {
			return err
		}
		defer release()
	}
	return s.Store.Commit(ctx, b)
}

// PutTicket implements [store.Shared].
func (s *Shared) PutTicket(_ context.Context, id, token [32]byte, until time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tickets[id] = ticket{token, until}
	return nil
}

// TakeTicket implements [store.Shared].
func (s *Shared) TakeTicket(_ context.Context, id [32]byte, now time.Time) (token [32]byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, known := s.tickets[id]
	if delete(s.tickets, id); !known || now.After(t.until) {
		return token, store.ErrNotFound
	}
	return t.token, nil
}
