package store

import (
	"context"
	"errors"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// Store is the whole contract. Every implementation passes storetest.
//
// All methods are safe for concurrent use. A reader doesn't wait for a batch that is
// being written; it may wait until those that were acknowledged are in their place. The
// caller may change what a method returned; a method doesn't keep or change its
// arguments.
type Store interface {
	Ledger
	Directory
	Tokens
	Relays
	POSValues
	Operator
	Outbox
	Maintenance
}

// Shared is what a store has beside, that several nodes use at the same time.
type Shared interface {
	// Turns reads the turns of multi-sessions, see [Snapshot.Turn]; unknown ones are left out.
	Turns(context.Context, []protocol.MultiSessionID) (map[protocol.MultiSessionID]int64, error)
	// Since reads what is new of a multi-session; ErrNotFound if there is none.
	Since(context.Context, Since) (*Moved, error)
	// Lock waits until no other caller, of any node, has a lock of one of these keys, or
	// until ctx ends. A lock ends with its node, too. While one has [TurnLock] of a
	// multi-session, its commits by others wait.
	Lock(ctx context.Context, keys ...string) (release func(), err error)
	// PutTicket stores what a ticket stands for, a token, until a time. Both are hashes.
	PutTicket(ctx context.Context, ticket, token [32]byte, until time.Time) error
	// TakeTicket takes a ticket that is good now, once; ErrNotFound if there is none.
	TakeTicket(ctx context.Context, ticket [32]byte, now time.Time) (token [32]byte, err error)
}

// Since is where somebody knows a multi-session.
type Since struct {
	MultiSession protocol.MultiSessionID
	Seq          protocol.Seq
	Clients      []protocol.ClientID
}

// Moved is what is new of a multi-session, read at one moment.
type Moved struct {
	// MultiSession is without its POS.
	MultiSession MultiSession
	Head         protocol.Seq
	Turn         int64
	// Changes are those above the seq asked for, in order; not all if they are more than
	// [MovedMost], or one is pruned, or larger than [MovedBytes].
	Changes []Change
	// Tills are the POS whose till is open.
	Tills []POS
	// Clients are those asked for that ever pushed to this multi-session.
	Clients []Client
}

// MovedMost and MovedBytes bound [Moved].
const (
	MovedMost  = 64
	MovedBytes = 64 << 10
)

// TurnLock is the key of [Shared.Lock] for who commits to a multi-session.
func TurnLock(id protocol.MultiSessionID) string { return "turn of " + string(id) }

// Errors for errors.Is.
var (
	// ErrStale: the head, or the turn, isn't the one that the commit expects; nothing was
	// written. Load again and decide again.
	ErrStale = errors.New("another writer has committed to the multi-session")
	// ErrReadOnly: nothing can be made durable now (disk full, a failed
	// commit); nothing was written, reading goes on. Each later commit tries
	// again, so writing works again as soon as there is room.
	ErrReadOnly = errors.New("the store can only be read now")
	// ErrNotFound: no such row.
	ErrNotFound = errors.New("not found")
	// ErrExists: the id or number is in use.
	ErrExists = errors.New("exists already")
	// ErrDamaged: a record isn't what was written; see [Damage].
	ErrDamaged = errors.New("damaged")
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("the store is closed")
	// ErrExpired: the changes asked for were pruned.
	ErrExpired = errors.New("changes were pruned")
)

// PageBytes is the size in memory of a page of orders or changes. A page ends
// with the row that reaches it.
const PageBytes = 4 << 20

// Ledger is what the engine of a multi-session reads and writes.
type Ledger interface {
	// Load reads what an engine starts with: the multi-session's position and its
	// open orders, of every run. ErrNotFound if there is no such multi-session. Of
	// a damaged order, this and the reads below return OrderRows.Damaged, and ID,
	// Run, Number and Seq, which may be wrong.
	Load(context.Context, protocol.MultiSessionID) (*Snapshot, error)
	// Orders reads orders of any state, with their lines (removed ones
	// too), payments and effects. Unknown ids are left out. It stops once it has taken
	// PageBytes: read is how many of the ids it looked at, one at least.
	Orders(ctx context.Context, ms protocol.MultiSessionID, ids []protocol.OrderID) (rows []OrderRows, read int, err error)
	// List reads orders by run and number, with lines and payments. This, Touched
	// and Changes end a page early, but never empty, once it takes PageBytes.
	List(context.Context, protocol.MultiSessionID, ListFilter) ([]OrderRows, error)
	// Touched reads the orders that changed after a seq, by the seq of their
	// last change, with only those lines and payments that changed after it. Folded
	// changes are built from this.
	Touched(ctx context.Context, ms protocol.MultiSessionID, after TouchedAfter, limit int) (*TouchedPage, error)
	// Changes reads the log above a seq, in order, at most limit. ErrExpired
	// if the log was pruned above that seq, ErrDamaged if one of them is damaged
	// or missing.
	Changes(ctx context.Context, ms protocol.MultiSessionID, after protocol.Seq, limit int) ([]Change, error)
	// Client reads a client and its last id; ErrNotFound if it never pushed. A
	// damaged one has only its id and Damaged.
	Client(context.Context, protocol.ClientID) (Client, error)
	// Outcomes reads a client's outcomes with ids from…to, in order. One that
	// is damaged has only its id.
	Outcomes(ctx context.Context, client protocol.ClientID, from, to protocol.MutationID) ([]Outcome, error)
	// Commit writes one batch of one multi-session, all of it or nothing, and
	// returns when it is on disk. Concurrent commits may share a transaction and
	// an fsync; if one fails, the others don't.
	Commit(context.Context, *Batch) error
}

// Directory stores multi-sessions and POS. Its writes are durable on return.
type Directory interface {
	// MultiSessions and AllPOS leave out damaged rows; reading one of them is
	// ErrDamaged.
	MultiSessions(context.Context) ([]MultiSession, error)
	MultiSession(context.Context, protocol.MultiSessionID) (MultiSession, error)
	// PutMultiSession creates or changes name, active and deleted, and makes
	// pos the complete set of its POS (each leaves its old multi-session), in one
	// transaction. A nil pos doesn't change the set. Run and RunOpen are only
	// written by Commit.
	PutMultiSession(ctx context.Context, ms MultiSession, pos []protocol.POSID) error
	// AllPOS reads those that aren't deleted, by id.
	AllPOS(context.Context) ([]POS, error)
	POS(context.Context, protocol.POSID) (POS, error)
	// PutPOS creates or changes a POS: name, deleted and till. A deleted one
	// leaves its multi-session and loses its token.
	PutPOS(context.Context, POS) error
}

// Tokens stores hashes, never tokens.
type Tokens interface {
	// PutToken makes hash the only token of its owner. ErrNotFound if there is no such POS
	// or relay.
	PutToken(ctx context.Context, owner Owner, hash [32]byte) error
	// TokenOwner is the owner of a token; ErrNotFound if it is unknown.
	TokenOwner(ctx context.Context, hash [32]byte) (Owner, error)
	// HasAdmin reports whether there is an admin token yet.
	HasAdmin(context.Context) (bool, error)
}

// Relays stores shops' servers whose multi-sessions are copied here. Their tokens are among
// [Tokens]. Its writes are durable on return.
type Relays interface {
	// Relays reads those that aren't deleted, by id.
	Relays(context.Context) ([]Relay, error)
	// Relay reads one, also a deleted one.
	Relay(context.Context, protocol.RelayID) (Relay, error)
	// PutRelay creates or changes one. A deleted one loses its token.
	PutRelay(context.Context, Relay) error
}

// POSValues is what an adapter for clients of another protocol must know of each POS,
// as JSON by key. They go with their POS when it is deleted.
type POSValues interface {
	// POSValues reads values by their keys. Unknown keys and damaged values are left out.
	POSValues(ctx context.Context, pos protocol.POSID, keys ...string) (map[string][]byte, error)
	// POSKeys lists the keys, sorted.
	POSKeys(ctx context.Context, pos protocol.POSID) ([]string, error)
	// PutPOSValues sets values, or (nil) deletes them: all or none, durable on return.
	// ErrNotFound if there is no such POS.
	PutPOSValues(ctx context.Context, pos protocol.POSID, values map[string][]byte) error
}

// Operator is what operators look up: rejections and histories.
type Operator interface {
	// ListRejections reads those that a filter selects, by id, without damaged
	// ones, until it has taken PageBytes. Commit fills the inbox.
	ListRejections(context.Context, RejectionFilter) (page []Rejection, more bool, err error)
	// CountRejections is how many are in the inbox.
	CountRejections(context.Context) (int, error)
	// ResolveRejection removes one from the inbox; ErrNotFound if it isn't there.
	ResolveRejection(ctx context.Context, id int64) error
	// TrimRejections deletes rejections of a POS beyond what is kept: first the
	// oldest of those that were resolved, then the oldest in the inbox.
	// Outcomes stay, so a mutation that is pushed again gets its first answer.
	TrimRejections(ctx context.Context, pos protocol.POSID, keep RejectionsKept) (dropped int, err error)
	// History reads the changes above a seq that touched an order, in order, as
	// far as they weren't pruned. It stops once it has taken PageBytes; more is
	// whether there are others. ErrNotFound if there is no such order.
	History(ctx context.Context, ms protocol.MultiSessionID, order protocol.OrderID, after protocol.Seq) (page []Change, more bool, err error)
}

// Maintenance is identity, backup, pruning and checks of a store.
type Maintenance interface {
	// Identity is made with the store.
	Identity(context.Context) (Identity, error)
	// KnownFields is what PutKnownFields wrote last; nil at first. It is JSON: the
	// fields of every extension that was ever enabled. With them the fields of a
	// disabled extension go on syncing.
	KnownFields(context.Context) ([]byte, error)
	PutKnownFields(context.Context, []byte) error
	// Backup writes a consistent copy to a file that doesn't exist yet, while
	// commits go on. It calls progress, unless that is nil, from the caller's
	// goroutine, with the number of pages copied and the number of all.
	Backup(ctx context.Context, path string, progress func(done, of int)) error
	// Prune finds in each multi-session the first change to keep: the first whose
	// At isn't before the time, or the first of the changes directly before it
	// that are older than [Begin]. It deletes the lines and bodies of orders that
	// aren't open, have no pending effect, and whose last change is before that one,
	// and the changes that touch only such orders. It never deletes outcomes and
	// rejections. The row of a pruned order stays, with a nil Body, and so do its
	// payments and its effects' names: its id and number, and their ids, stay in use. Orders still returns it, List and
	// Touched don't. Snapshot.Pruned is then the seq of the newest deleted change.
	// With dry it only counts.
	Prune(ctx context.Context, before time.Time, dry bool) (Pruned, error)
	// Damage lists the damaged places that reads and checks have found so far.
	Damage() []Damage
	// Check reports whether writes can be made durable.
	Check(context.Context) error
	Close() error
}
