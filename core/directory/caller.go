package directory

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// TokenMissing is the reason of unauthorized if a call has no token.
const TokenMissing = "missing"

// Caller is who a token belongs to. MultiSession is nil for the admin, and for
// a POS that is in none or in an inactive one.
type Caller struct {
	Admin        bool
	Relay        protocol.RelayID // of a shop's server; "" for others
	POS          protocol.POS
	User         *protocol.User
	MultiSession *protocol.MultiSession
	// Token is the hash of the token, by which a revoked token is recognized.
	Token [32]byte
}

// Authenticate finds the caller that a token belongs to.
//
// Errors: unauthorized, with the reason missing, unknown or revoked; read_only while
// the database is away; internal.
func (d *Directory) Authenticate(ctx context.Context, token string) (Caller, error) {
	if token == "" {
		return Caller{}, protocol.Errorf(protocol.Unauthorized, "a token is needed: Authorization: Bearer TOKEN").With(protocol.TokenProblem{Reason: TokenMissing})
	}
	return d.AuthenticateHash(ctx, sha256.Sum256([]byte(token)))
}

// AuthenticateHash is Authenticate by the hash of a token.
func (d *Directory) AuthenticateHash(ctx context.Context, hash [32]byte) (Caller, error) {
	owner, err := d.owner(ctx, hash)
	if errors.Is(err, store.ErrNotFound) {
		return Caller{}, protocol.Errorf(protocol.Unauthorized, "the token isn't known here, or was replaced; ask the operator for a new one").With(protocol.TokenProblem{Reason: "unknown"})
	}
	if err != nil {
		return Caller{}, storeError(err)
	}
	if owner.Admin {
		return Caller{Admin: true, Token: hash}, nil
	}
	if owner.Relay != "" {
		return Caller{Relay: owner.Relay, Token: hash}, nil
	}
	return d.callerOf(ctx, owner.POS, hash)
}

// Caller is the caller that a POS is, for an adapter that authenticates its tills in
// another way. It has no token.
//
// Errors: not_found, internal.
func (d *Directory) Caller(ctx context.Context, id protocol.POSID) (Caller, error) {
	caller, err := d.callerOf(ctx, id, [32]byte{})
	if protocol.CodeOf(err) == protocol.Unauthorized {
		return Caller{}, protocol.Errorf(protocol.NotFound, "there is no POS %s", id)
	}
	return caller, err
}

// Reauthenticate reads a caller again: its token may have been revoked, or its
// POS moved, since [Directory.Authenticate].
//
// Errors: those of Authenticate.
func (d *Directory) Reauthenticate(ctx context.Context, c Caller) (Caller, error) {
	owner, err := d.owner(ctx, c.Token)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Caller{}, storeError(err)
	}
	if err != nil || owner.POS != c.POS.ID {
		return Caller{}, protocol.Errorf(protocol.Unauthorized, "the token was revoked").With(protocol.TokenProblem{Reason: "revoked"}).Because(err)
	}
	return d.callerOf(ctx, owner.POS, c.Token)
}

func (d *Directory) callerOf(ctx context.Context, id protocol.POSID, hash [32]byte) (Caller, error) {
	pos, err := d.readPOS(ctx, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Caller{}, storeError(err)
	}
	if err != nil || pos.Deleted {
		return Caller{}, protocol.Errorf(protocol.Unauthorized, "the POS of this token was deleted").With(protocol.TokenProblem{Reason: "unknown"}).Because(err)
	}
	d.mu.Lock()
	d.seen[id] = d.now()
	d.mu.Unlock()
	c := Caller{POS: protocol.POS{ID: pos.ID, Name: pos.Name}, User: pos.Till.User, Token: hash}
	if pos.MultiSession == "" {
		return c, nil
	}
	ms, err := d.readMultiSession(ctx, pos.MultiSession)
	if err != nil {
		return c, storeError(err)
	}
	if ms.Active && !ms.Deleted {
		c.MultiSession = &protocol.MultiSession{ID: ms.ID, Name: ms.Name}
	}
	return c, nil
}

func (d *Directory) owner(ctx context.Context, hash [32]byte) (store.Owner, error) {
	return read(d, d.owners, hash, func() (store.Owner, error) { return d.store.TokenOwner(ctx, hash) })
}

func (d *Directory) readPOS(ctx context.Context, id protocol.POSID) (store.POS, error) {
	return read(d, d.pos, id, func() (store.POS, error) { return d.store.POS(ctx, id) })
}

// WithCurrentName is a POS with the name that it has now, for connections, which
// hold an older one.
func (d *Directory) WithCurrentName(ctx context.Context, pos protocol.POS) protocol.POS {
	if row, err := d.readPOS(ctx, pos.ID); err == nil && !row.Deleted {
		pos.Name = row.Name
	}
	return pos
}

func (d *Directory) readMultiSession(ctx context.Context, id protocol.MultiSessionID) (store.MultiSession, error) {
	return read(d, d.ms, id, func() (store.MultiSession, error) { return d.store.MultiSession(ctx, id) })
}

// read reads from a cache, or else from the store. It doesn't cache the value if
// something was written meanwhile: it may be out of date. Where other nodes write, too,
// nothing is cached: a token that one of them revoked is refused at once.
func read[K comparable, V any](d *Directory, cache map[K]V, key K, stored func() (V, error)) (V, error) {
	if d.shared != nil {
		return stored()
	}
	d.mu.RLock()
	value, ok := cache[key]
	epoch := d.epoch
	d.mu.RUnlock()
	if ok {
		return value, nil
	}
	value, err := stored()
	if err != nil {
		return value, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.epoch == epoch {
		cache[key] = value
	}
	return value, nil
}

// refresh removes rows that were written from the caches.
func (d *Directory) refresh(pos []protocol.POSID, ms ...protocol.MultiSessionID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.epoch++
	for _, id := range pos {
		delete(d.pos, id)
	}
	for _, id := range ms {
		delete(d.ms, id)
	}
}

// ShortestAdminToken is how many characters an admin token has at least.
const ShortestAdminToken = 12

// AdminToken is the admin token that an operator gave, without the blanks and line
// ends around it; "" is none. A token that is too short or has other characters
// than printable ASCII is an error.
func AdminToken(given string) (string, error) {
	token := strings.TrimSpace(given)
	switch n := len(token); {
	case n == 0:
		return "", nil
	case n < ShortestAdminToken:
		return "", fmt.Errorf("it has %d characters; an admin token needs at least %d, so that nobody can guess it", n, ShortestAdminToken)
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", fmt.Errorf("an admin token may only have ASCII letters, digits and punctuation, and no blanks")
	}
	return token, nil
}

// EnsureAdmin sets the admin token of a database that has none: to wanted or, if
// that is empty, to a new token, which it returns.
func (d *Directory) EnsureAdmin(ctx context.Context, wanted string) (made string, err error) {
	release, err := d.locks.acquire(ctx, "admin token")
	if err != nil {
		return "", err
	}
	defer release()
	has, err := d.store.HasAdmin(ctx)
	if err != nil || has {
		return "", err
	}
	if wanted == "" {
		wanted = NewAdminToken()
	}
	return wanted, PutAdmin(ctx, d.store, wanted)
}

// NewAdminToken is one that no database knows yet.
func NewAdminToken() string { return newToken("mta_") }

// PutAdmin replaces the admin token of a store that nobody else uses now. The old one
// is invalid from then on.
func PutAdmin(ctx context.Context, s store.Tokens, token string) error {
	return s.PutToken(ctx, store.Owner{Admin: true}, sha256.Sum256([]byte(token)))
}
