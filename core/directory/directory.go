package directory

import (
	"crypto/rand"
	"encoding/base32"
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

	turns turns

	mu     sync.RWMutex
	epoch  uint64 // counts what the caches below were told to forget
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

// newToken is 160 bits of chance.
func newToken(prefix string) string {
	b := make([]byte, 20)
	_, _ = rand.Read(b)
	return prefix + strings.ToLower(base32.StdEncoding.EncodeToString(b))
}
