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
	store.Relays
	store.POSValues
}

// Event is a change of what a POS may do. Its streams must end.
type Event struct {
	POS     protocol.POSID
	Relay   protocol.RelayID // in place of a POS
	Revoked bool             // its token is invalid; otherwise it is in another multi-session now, or in none
}

// Directory is safe for concurrent use.
type Directory struct {
	store  Store
	hub    *multisession.Hub
	now    func() time.Time
	notify func(Event)

	locks keyLocks

	shared store.Shared // nil where this process alone uses the store; else nothing is cached

	mu     sync.RWMutex
	epoch  uint64 // counts how often entries of the caches below were dropped
	owners map[[32]byte]store.Owner
	pos    map[protocol.POSID]store.POS
	ms     map[protocol.MultiSessionID]store.MultiSession
	seen   map[protocol.POSID]time.Time
}

// New makes a directory. notify is called after each [Event], while the locks of
// the changed POS and multi-sessions are held, but no other lock.
func New(s Store, hub *multisession.Hub, now func() time.Time, notify func(Event)) *Directory {
	d := &Directory{
		store: s, hub: hub, now: now, notify: notify,
		owners: map[[32]byte]store.Owner{}, pos: map[protocol.POSID]store.POS{},
		ms: map[protocol.MultiSessionID]store.MultiSession{}, seen: map[protocol.POSID]time.Time{},
	}
	d.shared, _ = s.(store.Shared)
	d.locks.shared = d.shared
	return d
}

// newToken has 160 random bits.
func newToken(prefix string) string {
	b := make([]byte, 20)
	_, _ = rand.Read(b)
	return prefix + strings.ToLower(base32.StdEncoding.EncodeToString(b))
}

// keyLocks is a lock for each key: a POS or a multi-session. A blocked call
// blocks only calls with the same keys. The zero value is ready.
type keyLocks struct {
	shared store.Shared // nil where this process alone uses the store

	mu  sync.Mutex
	all map[string]*keyLock
}

type keyLock struct {
	free  chan struct{} // holds one token while the lock is free
	users int           // calls that hold it or wait for it
}

func ofPOS(id protocol.POSID) string                   { return "pos " + string(id) }
func ofMultiSession(id protocol.MultiSessionID) string { return "multi-session " + string(id) }

// acquire waits for the locks of all keys, of this node and then of all, or until ctx
// ends.
//
// Errors: overloaded, read_only while the database is away.
func (l *keyLocks) acquire(ctx context.Context, keys ...string) (release func(), err error) {
	keys = slices.Compact(slices.Sorted(slices.Values(keys))) // in one order, so that no two wait for each other
	var held []string
	release = sync.OnceFunc(func() { l.release(held) })
	for _, key := range keys {
		lock := l.use(key)
		select {
		case <-lock.free:
			held = append(held, key)
		case <-ctx.Done():
			l.unuse(key)
			release()
			return nil, protocol.Errorf(protocol.Overloaded, "another call for the same till or multi-session takes too long; try again").
				With(protocol.Pause{RetryAfterMS: 500}).Because(ctx.Err())
		}
	}
	if l.shared == nil {
		return release, nil
	}
	everywhere, err := l.shared.Lock(ctx, keys...)
	if err != nil {
		release()
		return nil, storeError(err)
	}
	return sync.OnceFunc(func() {
		everywhere()
		l.release(held)
	}), nil
}

func (l *keyLocks) use(key string) *keyLock {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = map[string]*keyLock{}
	}
	one := l.all[key]
	if one == nil {
		one = &keyLock{free: make(chan struct{}, 1)}
		one.free <- struct{}{}
		l.all[key] = one
	}
	one.users++
	return one
}

func (l *keyLocks) release(keys []string) {
	for _, key := range keys {
		l.mu.Lock()
		l.all[key].free <- struct{}{}
		l.mu.Unlock()
		l.unuse(key)
	}
}

func (l *keyLocks) unuse(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all[key].users--; l.all[key].users == 0 {
		delete(l.all, key)
	}
}

// lockMultiSession acquires the locks of a multi-session, of the POS in it and of
// others, and reads it.
func (d *Directory) lockMultiSession(ctx context.Context, id protocol.MultiSessionID, others []protocol.POSID) (store.MultiSession, func(), error) {
	for row, err := d.existingMultiSession(ctx, id); ; {
		if err != nil {
			return row, nil, err
		}
		release, err := d.locks.acquire(ctx, append(keysOf(row.POS, others), ofMultiSession(id))...)
		if err != nil {
			return row, nil, err
		}
		was := row.POS
		if row, err = d.existingMultiSession(ctx, id); err == nil && slices.Equal(row.POS, was) {
			return row, release, nil
		}
		release() // its POS changed before the locks were held
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
