package directory

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// Store is what a directory needs of a store.
type Store interface {
	store.Directory
	store.Tokens
}

// Event tells that callers' rights changed. Streams of those POS must end.
type Event struct {
	POS     protocol.POSID
	Revoked bool // else: it is in another multi-session now, or in none
}

// Directory is safe for concurrent use.
type Directory struct {
	store Store
	hub   *multisession.Hub
	now   func() time.Time
	tell  func(Event)

	turns turns

	mu     sync.RWMutex
	epoch  uint64 // counts how often entries of the caches below were dropped
	owners map[[32]byte]store.Owner
	pos    map[protocol.POSID]store.POS
	ms     map[protocol.MultiSessionID]store.MultiSession
	seen   map[protocol.POSID]time.Time
}

// New makes a directory. tell is called after a change of rights. The turns of
// the writing call are held then, but no other lock.
func New(s Store, hub *multisession.Hub, now func() time.Time, tell func(Event)) *Directory {
	return &Directory{
		store: s, hub: hub, now: now, tell: tell,
		owners: map[[32]byte]store.Owner{}, pos: map[protocol.POSID]store.POS{},
		ms: map[protocol.MultiSessionID]store.MultiSession{}, seen: map[protocol.POSID]time.Time{},
	}
}

// newToken has 160 random bits.
func newToken(prefix string) string {
	b := make([]byte, 20)
	_, _ = rand.Read(b)
	return prefix + strings.ToLower(base32.StdEncoding.EncodeToString(b))
}

// turns lets one call at a time work on a POS or a multi-session. A stuck call
// blocks only calls for the same POS and multi-session.
type turns struct {
	mu    sync.Mutex
	taken map[string]*turn
}

type turn struct {
	free  chan struct{} // holds one token while nobody has the turn
	users int           // calls that have it or wait for it
}

func ofPOS(id protocol.POSID) string                   { return "pos " + string(id) }
func ofMultiSession(id protocol.MultiSessionID) string { return "multi-session " + string(id) }

// take waits for the turns of all keys, or until ctx ends.
func (t *turns) take(ctx context.Context, keys ...string) (release func(), err error) {
	keys = slices.Compact(slices.Sorted(slices.Values(keys))) // in one order, so that no two wait for each other
	var held []string
	release = sync.OnceFunc(func() { t.release(held) })
	for _, key := range keys {
		turn := t.of(key)
		select {
		case <-turn.free:
			held = append(held, key)
		case <-ctx.Done():
			t.leave(key)
			release()
			return nil, protocol.Errorf(protocol.Overloaded, "another call for the same till or multi-session takes too long; try again").
				With(protocol.Pause{RetryAfterMS: 500}).Because(ctx.Err())
		}
	}
	return release, nil
}

func (t *turns) of(key string) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.taken == nil {
		t.taken = map[string]*turn{}
	}
	one := t.taken[key]
	if one == nil {
		one = &turn{free: make(chan struct{}, 1)}
		one.free <- struct{}{}
		t.taken[key] = one
	}
	one.users++
	return one
}

func (t *turns) release(keys []string) {
	for _, key := range keys {
		t.mu.Lock()
		t.taken[key].free <- struct{}{}
		t.mu.Unlock()
		t.leave(key)
	}
}

func (t *turns) leave(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.taken[key].users--; t.taken[key].users == 0 {
		delete(t.taken, key)
	}
}

// forMultiSession takes the turns of a multi-session, of the POS in it and of
// others, and reads it.
func (d *Directory) forMultiSession(ctx context.Context, id protocol.MultiSessionID, others []protocol.POSID) (store.MultiSession, func(), error) {
	for row, err := d.existingMultiSession(ctx, id); ; {
		if err != nil {
			return row, nil, err
		}
		release, err := d.turns.take(ctx, append(keysOf(row.POS, others), ofMultiSession(id))...)
		if err != nil {
			return row, nil, err
		}
		was := row.POS
		if row, err = d.existingMultiSession(ctx, id); err == nil && slices.Equal(row.POS, was) {
			return row, release, nil
		}
		release() // others came or went meanwhile
		if err != nil {
			return row, nil, err
		}
	}
}

func keysOf(lists ...[]protocol.POSID) []string {
	keys := map[string]bool{}
	for _, list := range lists {
		for _, id := range list {
			keys[ofPOS(id)] = true
		}
	}
	return slices.Collect(maps.Keys(keys))
}
