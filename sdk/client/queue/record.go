package queue

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/view"
	"github.com/manytill/manytill/sdk/client/wire"
)

// Record is one step of a state. One member is set; records that stand or fall
// together are stored in one batch.
type Record struct {
	// Client starts a queue: a new client_id, no entries, ids from 1.
	Client sdk.ClientID `json:"client,omitempty"`
	// Entry adds a mutation or replaces the one of its id.
	Entry *Entry `json:"entry,omitempty"`
	// Drop takes entries out.
	Drop []sdk.MutationID `json:"drop,omitempty"`
	// Draft is an order that stays here until its first line: the order.create
	// as a mutation without an id.
	Draft *sdk.Mutation `json:"draft,omitempty"`
	// Undraft ends a draft.
	Undraft sdk.OrderID `json:"undraft,omitempty"`
	// Changes were received, and applied as far as they lie above the position.
	Changes *wire.Changes `json:"changes,omitempty"`
	// Snapshot was received to its last page.
	Snapshot *wire.Snapshot `json:"snapshot,omitempty"`
	// Order is a confirmed order, in a rewritten store.
	Order *view.Order `json:"order,omitempty"`
	// Clear drops everything confirmed.
	Clear bool `json:"clear,omitempty"`
	// Forget drops a closed order that nobody wants to see any more.
	Forget sdk.OrderID `json:"forget,omitempty"`
	// At is where the confirmed orders stand, in a rewritten store.
	At *Position `json:"at,omitempty"`
	// Place is what the server said of where this till is.
	Place *Place `json:"place,omitempty"`
	// Recovery is a reset under way; Recovered ends it.
	Recovery  *Recovery `json:"recovery,omitempty"`
	Recovered bool      `json:"recovered,omitempty"`
	// Aside puts a queue aside; Unset, the client_id of one, ends that.
	Aside *Aside       `json:"aside,omitempty"`
	Unset sdk.ClientID `json:"unset,omitempty"`
	// Start, in a rewritten store, is the next id.
	Start sdk.MutationID `json:"start,omitempty"`
}

// Position is how far the confirmed orders go.
type Position struct {
	Cursor sdk.Cursor `json:"cursor,omitempty"`
	Seq    sdk.Seq    `json:"seq"`
	// Decided is the highest last_id read at or below that position.
	Decided sdk.MutationID `json:"decided,omitempty"`
}

// Place is where this till is: from welcome, till frames and till/open.
type Place struct {
	ServerID     string            `json:"server_id,omitempty"`
	POS          sdk.POS           `json:"pos"`
	MultiSession *sdk.MultiSession `json:"multi_session,omitempty"`
	Run          sdk.Run           `json:"run,omitempty"`
}

// Recovery is a reset that isn't over: first a snapshot under the old
// client_id is awaited (Known false), then the outcomes up to LastID are asked
// for, then a new client_id takes what is left.
type Recovery struct {
	Reason string         `json:"reason"`
	Known  bool           `json:"known,omitempty"`
	LastID sdk.MutationID `json:"last_id,omitempty"`
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
