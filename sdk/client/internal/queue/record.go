package queue

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/manytill/manytill/sdk/client/internal/view"
	"github.com/manytill/manytill/sdk/protocol"
)

// Record is one step of a state. One member is set; records that stand or fall
// together are stored in one batch.
type Record struct {
	// Client starts a queue: a new client_id, no entries, ids from 1.
	Client protocol.ClientID `json:"client,omitempty"`
	// Entry adds a mutation or replaces the one of its id.
	Entry *Entry `json:"entry,omitempty"`
	// Drop takes entries out.
	Drop []protocol.MutationID `json:"drop,omitempty"`
	// Draft is an order that stays here until its first line: the order.create
	// as a mutation without an id.
	Draft *protocol.Mutation `json:"draft,omitempty"`
	// Undraft ends a draft.
	Undraft protocol.OrderID `json:"undraft,omitempty"`
	// Changes were received, and applied as far as they lie above the position.
	Changes *protocol.Changes `json:"changes,omitempty"`
	// Snapshot was received to its last page.
	Snapshot *protocol.Snapshot `json:"snapshot,omitempty"`
	// Order is a confirmed order, in a rewritten store.
	Order *view.Order `json:"order,omitempty"`
	// Clear drops everything confirmed.
	Clear bool `json:"clear,omitempty"`
	// Forget drops a closed order that nobody wants to see any more.
	Forget protocol.OrderID `json:"forget,omitempty"`
	// At is where the confirmed orders stand, in a rewritten store.
	At *Position `json:"at,omitempty"`
	// Place is what the server said of where this till is.
	Place *Place `json:"place,omitempty"`
	// Recovery is a reset under way; Recovered ends it.
	Recovery  *Recovery `json:"recovery,omitempty"`
	Recovered bool      `json:"recovered,omitempty"`
	// Stranded puts a queue aside; Unset, the client_id of one, ends that.
	Stranded *StrandedQueue    `json:"aside,omitempty"`
	Unset    protocol.ClientID `json:"unset,omitempty"`
	// Start, in a rewritten store, is the next id.
	Start protocol.MutationID `json:"start,omitempty"`
}

// Position is how far the confirmed orders go.
type Position struct {
	Cursor protocol.Cursor `json:"cursor,omitempty"`
	Seq    protocol.Seq    `json:"seq"`
	// Decided is the highest last_id read at or below that position.
	Decided protocol.MutationID `json:"decided,omitempty"`
}

// Place is where this till is: from welcome, till frames and till/open.
type Place struct {
	ServerID     string                 `json:"server_id,omitempty"`
	POS          protocol.POS           `json:"pos"`
	MultiSession *protocol.MultiSession `json:"multi_session,omitempty"`
	Run          protocol.Run           `json:"run,omitempty"`
}

// Recovery is a reset that isn't over: first a snapshot under the old
// client_id is awaited (Known false), then the outcomes up to LastID are asked
// for, then a new client_id takes what is left.
type Recovery struct {
	Reason string              `json:"reason"`
	Known  bool                `json:"known,omitempty"`
	LastID protocol.MutationID `json:"last_id,omitempty"`
}

// Store keeps records. It is used by one goroutine at a time.
type Store interface {
	// Load gives everything that was appended, or nothing for a new store.
	Load() (*State, error)
	// Append adds a batch: all of it is found by a later Load, or nothing.
	// With sync it is on disk when Append returns. After an error the store
	// holds what it held before, and takes a Rewrite only.
	Append(batch []Record, sync bool) error
	// Rewrite replaces everything by a state, on disk when it returns.
	Rewrite(s *State) error
	// Grown reports whether a rewrite would make the store much smaller.
	Grown() bool
	// Close frees the store for others.
	Close() error
}

// Entry is a mutation of this client and what is known of it. It is replaced,
// never changed.
type Entry struct {
	Mutation protocol.Mutation `json:"mutation"`
	// Result is the outcome, from the server's answer or, without heads, from
	// the mutation's own change; nil while it isn't known.
	Result *protocol.Result `json:"result,omitempty"`
	// Settled is when the outcome became known.
	Settled time.Time `json:"settled,omitzero"`
	// Anew: it was pushed anew to a restored server.
	Anew bool `json:"anew,omitempty"`
	// Waiting: it was pushed anew and answered not_found; another till holds
	// its order or line, and will bring it.
	Waiting bool `json:"waiting,omitempty"`
	// Foreign: the server knows another mutation by this id.
	Foreign bool `json:"foreign,omitempty"`
	// Blank: it is larger than the server takes, so an empty one is pushed to
	// use up its id.
	Blank bool `json:"blank,omitempty"`
}

// ID is the mutation's id.
func (e *Entry) ID() protocol.MutationID { return e.Mutation.ID }

// Decided reports whether the outcome is known.
func (e *Entry) Decided() bool { return e.Result != nil }

// Rejected reports whether it was refused for ever.
func (e *Entry) Rejected() bool { return e.Result != nil && Refused(*e.Result) }

// Refused reports whether a result means rejected: a code does, whatever the
// status says.
func Refused(r protocol.Result) bool {
	return r.Status == protocol.Rejected || (r.Rejection != nil && r.Code != "")
}

// StrandedQueue is a queue that belongs to another server or multi-session. It is kept
// for a person to see and never mixed in.
type StrandedQueue struct {
	ClientID     protocol.ClientID   `json:"client_id"`
	ServerID     string              `json:"server_id,omitempty"`
	MultiSession string              `json:"multi_session,omitempty"`
	Reason       string              `json:"reason"`
	At           time.Time           `json:"at"`
	Mutations    []protocol.Mutation `json:"mutations"`
}

// Mem is a store in memory, for tests. It keeps JSON, as a file would, and
// loses at Crash what wasn't synced.
type Mem struct {
	mu      sync.Mutex
	batches [][]byte
	synced  int
	fail    error
}

// NewMem is an empty store.
func NewMem() *Mem { return &Mem{} }

// Fail makes every write fail with err; nil ends that.
func (m *Mem) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = err
}

// Crash loses what was appended without sync since the last sync.
func (m *Mem) Crash() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.batches = m.batches[:m.synced]
}

// Load implements [Store].
func (m *Mem) Load() (*State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := NewState()
	for _, raw := range m.batches {
		var batch []Record
		if err := json.Unmarshal(raw, &batch); err != nil {
			return nil, err
		}
		s.Apply(batch...)
	}
	return s, nil
}

// Append implements [Store].
func (m *Mem) Append(batch []Record, sync bool) error {
	raw, err := json.Marshal(batch)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	m.batches = append(m.batches, raw)
	if sync {
		m.synced = len(m.batches)
	}
	return nil
}

// Rewrite implements [Store].
func (m *Mem) Rewrite(s *State) error {
	raw, err := json.Marshal(s.Records())
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	m.batches, m.synced = [][]byte{raw}, 1
	return nil
}

// Grown implements [Store].
func (m *Mem) Grown() bool { return false }

// Close implements [Store].
func (m *Mem) Close() error { return nil }
