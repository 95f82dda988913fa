// Package directory keeps who may call: multi-sessions, POS, their tokens and
// tills.
//
// It owns the rules of the admin calls and of opening
// and closing tills. It owns no order; a till of an active multi-session opens
// and closes in its room, where the runs are counted.
//
// All writes go through one lock, so that no POS moves while its till opens.
// Reads go through a cache that the writes keep true; this process is the
// only one that writes. It starts no goroutine. Start reading with
// [Directory.Authenticate].
package directory

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk"
)

// Store is what a directory needs of a store.
type Store interface {
	store.Directory
	store.Tokens
}

// Caller is who a token belongs to. MultiSession is nil for the admin, and for
// a POS that is in none or in an inactive one.
type Caller struct {
	Admin        bool
	POS          sdk.POS
	User         *sdk.User
	MultiSession *sdk.MultiSession
	// Token is the hash of the token, by which a revoked one is known.
	Token [32]byte
}

// Event tells that callers' rights changed. Streams of those POS must end.
type Event struct {
	POS     sdk.POSID
	Revoked bool // else: it is in another multi-session now, or in none
}

// Directory is safe for concurrent use.
type Directory struct {
	store Store
	rooms *multisession.Rooms
	now   func() time.Time
	tell  func(Event)

	writing sync.Mutex

	mu     sync.RWMutex
	owners map[[32]byte]store.Owner
	pos    map[sdk.POSID]store.POS
	ms     map[sdk.MultiSessionID]store.MultiSession
	seen   map[sdk.POSID]time.Time
}

// New makes a directory. tell is called after a change of rights, under no
// lock of the directory's but the writers'.
func New(s Store, rooms *multisession.Rooms, now func() time.Time, tell func(Event)) *Directory {
	return &Directory{
		store: s, rooms: rooms, now: now, tell: tell,
		owners: map[[32]byte]store.Owner{}, pos: map[sdk.POSID]store.POS{},
		ms: map[sdk.MultiSessionID]store.MultiSession{}, seen: map[sdk.POSID]time.Time{},
	}
}

// Authenticate finds whose token it is.
func (d *Directory) Authenticate(ctx context.Context, token string) (Caller, *sdk.Error) {
	if token == "" {
		return Caller{}, sdk.Errorf(sdk.Unauthorized, "a token is needed: Authorization: Bearer TOKEN").With("reason", "missing")
	}
	hash := sha256.Sum256([]byte(token))
	owner, err := d.owner(ctx, hash)
	if errors.Is(err, store.ErrNotFound) {
		return Caller{}, sdk.Errorf(sdk.Unauthorized, "the token isn't known here, or was replaced; ask the operator for a new one").With("reason", "unknown")
	}
	if err != nil {
		return Caller{}, sdk.AsError(err)
	}
	if owner.Admin {
		return Caller{Admin: true, Token: hash}, nil
	}
	return d.callerOf(ctx, owner.POS, hash)
}

// Again authenticates a caller anew: its token may have been revoked since, or
// its POS moved.
func (d *Directory) Again(ctx context.Context, c Caller) (Caller, *sdk.Error) {
	owner, err := d.owner(ctx, c.Token)
	if err != nil || owner.POS != c.POS.ID {
		return Caller{}, sdk.Errorf(sdk.Unauthorized, "the token was revoked").With("reason", "revoked").Because(err)
	}
	return d.callerOf(ctx, owner.POS, c.Token)
}

func (d *Directory) callerOf(ctx context.Context, id sdk.POSID, hash [32]byte) (Caller, *sdk.Error) {
	pos, err := d.readPOS(ctx, id)
	if err != nil || pos.Deleted {
		return Caller{}, sdk.Errorf(sdk.Unauthorized, "the POS of this token is no more").With("reason", "unknown").Because(err)
	}
	d.mu.Lock()
	d.seen[id] = d.now()
	d.mu.Unlock()
	c := Caller{POS: sdk.POS{ID: pos.ID, Name: pos.Name}, User: pos.Till.User, Token: hash}
	if pos.MultiSession == "" {
		return c, nil
	}
	ms, err := d.readMultiSession(ctx, pos.MultiSession)
	if err != nil {
		return c, sdk.AsError(err)
	}
	if ms.Active && !ms.Deleted {
		c.MultiSession = &sdk.MultiSession{ID: ms.ID, Name: ms.Name}
	}
	return c, nil
}

func (d *Directory) owner(ctx context.Context, hash [32]byte) (store.Owner, error) {
	d.mu.RLock()
	owner, ok := d.owners[hash]
	d.mu.RUnlock()
	if ok {
		return owner, nil
	}
	owner, err := d.store.TokenOwner(ctx, hash)
	if err != nil {
		return owner, err
	}
	// A token that was replaced while it was read must not be kept.
	d.writing.Lock()
	defer d.writing.Unlock()
	if owner, err = d.store.TokenOwner(ctx, hash); err == nil {
		d.mu.Lock()
		d.owners[hash] = owner
		d.mu.Unlock()
	}
	return owner, err
}

func (d *Directory) readPOS(ctx context.Context, id sdk.POSID) (store.POS, error) {
	d.mu.RLock()
	pos, ok := d.pos[id]
	d.mu.RUnlock()
	if ok {
		return pos, nil
	}
	pos, err := d.store.POS(ctx, id)
	if err == nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		if known, ok := d.pos[id]; ok {
			return known, nil
		}
		d.pos[id] = pos
	}
	return pos, err
}

func (d *Directory) readMultiSession(ctx context.Context, id sdk.MultiSessionID) (store.MultiSession, error) {
	d.mu.RLock()
	ms, ok := d.ms[id]
	d.mu.RUnlock()
	if ok {
		return ms, nil
	}
	ms, err := d.store.MultiSession(ctx, id)
	if err == nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		if known, ok := d.ms[id]; ok {
			return known, nil
		}
		d.ms[id] = ms
	}
	return ms, err
}

// refresh drops what is cached of rows that were written.
func (d *Directory) refresh(pos []sdk.POSID, ms ...sdk.MultiSessionID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range pos {
		delete(d.pos, id)
	}
	for _, id := range ms {
		delete(d.ms, id)
	}
}

// EnsureAdmin makes wanted (or, if it is empty, a new one) the admin token of
// an empty database. It returns the token if it made one.
func (d *Directory) EnsureAdmin(ctx context.Context, wanted string) (made string, err error) {
	d.writing.Lock()
	defer d.writing.Unlock()
	has, err := d.store.HasAdmin(ctx)
	if err != nil || has {
		return "", err
	}
	token := wanted
	if token == "" {
		token = newToken("mta_")
	}
	return token, d.store.PutToken(ctx, store.Owner{Admin: true}, sha256.Sum256([]byte(token)))
}

// newToken is 160 bits of chance.
func newToken(prefix string) string {
	b := make([]byte, 20)
	_, _ = rand.Read(b)
	return prefix + strings.ToLower(base32.StdEncoding.EncodeToString(b))
}
