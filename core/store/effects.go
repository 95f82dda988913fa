package store

import (
	"context"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// EffectState is how far an effect is.
type EffectState string

// The states. The first three are pending: such an effect is still to be done, or
// its outcome to be taken.
const (
	EffectWaiting EffectState = "waiting"
	// EffectHeld waits until the operator releases it, since a backup was restored.
	EffectHeld EffectState = "held"
	// EffectAnswered has an outcome that its order hasn't taken yet.
	EffectAnswered EffectState = "answered"
	EffectDone     EffectState = "done"
	EffectGivenUp  EffectState = "given_up"
	EffectDropped  EffectState = "dropped"
)

// Pending reports whether there is still something to do.
func (s EffectState) Pending() bool {
	return s == EffectWaiting || s == EffectHeld || s == EffectAnswered
}

// EffectRow is something that an extension wants done after a commit. What names
// it (ID to At) never changes and is never deleted; the rest is deleted with its
// order's lines, see [Maintenance.Prune].
type EffectRow struct {
	// Pos is given by the store; effects that were asked for later have higher ones.
	Pos             int64
	ID              string // hooks.EffectAddress.ID
	MultiSession    protocol.MultiSessionID
	Order           protocol.OrderID
	Extension, Name string
	Key             string
	Hash            [8]byte   // of Data, to tell another call's data
	At              time.Time // of the change that asked for it
	// Asked is, in a batch, its place among the batch's effects: the store gives
	// positions in this order.
	Asked int
	Data  []byte // JSON

	State    EffectState
	Attempts int
	// Next is when it may be tried, or its outcome taken, at the earliest.
	Next time.Time
	// Since is when it was last retried or released; zero means At. An effect is
	// given up some time after that.
	Since time.Time
	// Error is of the last try; "" if that didn't fail.
	Error string
	// Result is the outcome, JSON; nil without one.
	Result []byte
	// Ends is the state in which an answered one is once its outcome is taken.
	Ends EffectState
}

// Bare is the row as orders are read with it: what names it, with its hash.
func (e *EffectRow) Bare() EffectRow {
	return EffectRow{ID: e.ID, Extension: e.Extension, Name: e.Name, Key: e.Key, Hash: e.Hash}
}

// EffectEnd ends an effect in the transaction of the change that takes its
// outcome. One that isn't answered any more, since the operator retried it
// meanwhile, stays as it is.
type EffectEnd struct {
	ID     string
	State  EffectState
	Result []byte // JSON; nil leaves what is stored
}

// EffectFilter selects effects with a higher position than After. Empty members
// select all.
type EffectFilter struct {
	States       []EffectState
	MultiSession protocol.MultiSessionID
	Extension    string
	Order        protocol.OrderID
	After        int64
	Limit        int
	// Bodiless leaves out Data and Result.
	Bodiless bool
}

// Selects reports whether a filter selects a row, whatever its position.
func (f *EffectFilter) Selects(e *EffectRow) bool {
	state := len(f.States) == 0
	for _, s := range f.States {
		state = state || s == e.State
	}
	return state && (f.MultiSession == "" || f.MultiSession == e.MultiSession) &&
		(f.Extension == "" || f.Extension == e.Extension) && (f.Order == "" || f.Order == e.Order)
}

// EffectCount counts the pending effects of one extension in one state.
type EffectCount struct {
	Extension string
	State     EffectState
	Count     int
	Oldest    time.Time // the smallest At
}

// Outbox is the effects of all multi-sessions, those of pruned orders apart.
// [Ledger.Commit] adds and ends them.
type Outbox interface {
	// Effects reads those that a filter selects, by position, without damaged ones,
	// until it has taken PageBytes.
	Effects(context.Context, EffectFilter) (page []EffectRow, more bool, err error)
	// Effect reads one; ErrNotFound if there is none, or its order is pruned.
	Effect(ctx context.Context, id string) (EffectRow, error)
	// SetEffect writes State and what follows it, if the stored row is still in the
	// state was; otherwise set is false. ErrNotFound as for Effect.
	SetEffect(ctx context.Context, row EffectRow, was EffectState) (set bool, err error)
	// ReleaseEffects lets all that are held go on, from now: those with a result are
	// answered again, the others wait. Now is their Next and Since.
	ReleaseEffects(ctx context.Context, now time.Time) (n int, err error)
	// CountEffects counts the pending ones, by extension and state.
	CountEffects(context.Context) ([]EffectCount, error)
	// Lease takes or prolongs, until a time, the right to do effects. It is false
	// while another node has it. A time that isn't after now gives it back.
	Lease(ctx context.Context, node string, now, until time.Time) (bool, error)
}
