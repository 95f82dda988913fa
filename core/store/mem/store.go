package mem

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// ErrLost is the error of a commit that was stored, with the fault [After]: the
// caller can't know whether it was, as after a broken connection.
var ErrLost = errors.New("the commit was stored, but its answer was lost")

var errAsked = fmt.Errorf("%w: a test injected this fault", store.ErrReadOnly)

// Fault is how a commit fails.
type Fault int

// The faults.
const (
	NoFault Fault = iota
	// Before: nothing is stored; the error is store.ErrReadOnly.
	Before
	// After: it is stored; the error is [ErrLost].
	After
)

// Store implements [store.Store] in memory.
type Store struct {
	mu       sync.Mutex
	closed   bool
	next     Fault
	readOnly bool
	data     *data
}

// data is what another store has on disk. Its fields are exported for gob.
type data struct {
	Identity      store.Identity
	Sessions      map[protocol.MultiSessionID]*session
	POS           map[protocol.POSID]store.POS
	POSValues     map[protocol.POSID]map[string][]byte // inner maps are never changed
	Tokens        map[[32]byte]store.Owner
	Relays        map[protocol.RelayID]store.Relay
	Clients       map[protocol.ClientID]*client
	Inbox         []store.Rejection
	LastRejection int64
	KnownFields   []byte
	Effects       []store.EffectRow // each at its Pos - 1; of pruned orders without State
	EffectAt      map[string]int
	Lease         lease
}

// session is the data of one multi-session. Row.POS is empty: the rows of POS say
// in which multi-session they are.
type session struct {
	Row          store.MultiSession
	Head, Pruned protocol.Seq
	Turn         int64
	Changes      []store.Change
	Orders       map[protocol.OrderID]*store.OrderRows // pruned ones have no Body
	Values       map[valueKey][]byte
}

type valueKey struct{ Space, Key string }

type client struct {
	store.Client
	Outcomes map[protocol.MutationID]store.Outcome
}

// New is an empty store. Its identity is always the same; a test that needs
// another takes [NewAs].
func New() *Store {
	return NewAs(store.Identity{ServerID: "MEMSERVER1", Epoch: "MEMEPOCH01"})
}

// NewAs is an empty store with an identity.
func NewAs(id store.Identity) *Store {
	return &Store{data: &data{
		Identity: id,
		Sessions: map[protocol.MultiSessionID]*session{}, POS: map[protocol.POSID]store.POS{},
		Tokens: map[[32]byte]store.Owner{}, Clients: map[protocol.ClientID]*client{}, EffectAt: map[string]int{},
	}}
}

// Open reads what Backup wrote.
func Open(path string) (*Store, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open a backup of a mem store: %w", err)
	}
	defer f.Close()
	s := New()
	if err := gob.NewDecoder(f).Decode(s.data); err != nil {
		return nil, fmt.Errorf("%s isn't a backup of a mem store: %w", path, err)
	}
	return s, nil
}

// FailNext makes the next Commit fail, once.
func (s *Store) FailNext(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = f
}

// SetReadOnly makes all writes fail as on a full disk, until it is switched off.
func (s *Store) SetReadOnly(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readOnly = on
}

// Identity implements [store.Maintenance].
func (s *Store) Identity(ctx context.Context) (id store.Identity, err error) {
	err = s.read(ctx, func(d *data) error {
		id = d.Identity
		return nil
	})
	return id, err
}

// KnownFields implements [store.Maintenance].
func (s *Store) KnownFields(ctx context.Context) (fields []byte, err error) {
	err = s.read(ctx, func(d *data) error {
		fields = bytes.Clone(d.KnownFields)
		return nil
	})
	return fields, err
}

// PutKnownFields implements [store.Maintenance].
func (s *Store) PutKnownFields(ctx context.Context, fields []byte) error {
	return s.write(ctx, func(d *data) error {
		d.KnownFields = bytes.Clone(fields)
		return nil
	})
}

// Backup writes a copy for [Open].
func (s *Store) Backup(ctx context.Context, path string, progress func(done, of int)) error {
	if progress != nil {
		defer progress(1, 1)
	}
	return s.read(ctx, func(d *data) error {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		return errors.Join(gob.NewEncoder(f).Encode(d), f.Sync(), f.Close())
	})
}

// Damage implements [store.Maintenance].
func (s *Store) Damage() []store.Damage { return nil }

// Check implements [store.Maintenance].
func (s *Store) Check(ctx context.Context) error {
	return s.write(ctx, func(*data) error { return nil })
}

// Close makes every later call fail.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

func (s *Store) read(ctx context.Context, do func(*data) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errors.New("the store is closed")
	}
	return do(s.data)
}

// write runs do, which must check everything before it changes anything.
func (s *Store) write(ctx context.Context, do func(*data) error) error {
	return s.read(ctx, func(d *data) error {
		if s.readOnly {
			return errAsked
		}
		return do(d)
	})
}
