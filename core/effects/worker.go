package effects

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Doer does the effects of one extension.
type Doer interface {
	// Spec describes an effect; false where the extension has none of that name.
	Spec(name string) (hooks.EffectSpec, bool)
	// Do does one effect; id is its idempotency key. The result is JSON and an
	// outcome; after an error it is tried again, with the same id. It returns when
	// ctx ends, which is when the spec's Timeout is over at the latest.
	Do(ctx context.Context, id string, at hooks.EffectAddress, data protocol.Value) (protocol.Value, error)
}

// Taker has an effect's order take its outcome: a change, and in its transaction a
// [store.EffectEnd] with the state that the row Ends in. After an error it is asked
// again; the effect isn't done again.
type Taker interface {
	Take(ctx context.Context, effect store.EffectRow, result protocol.Value) error
}

// Config is what a [Worker] works with.
type Config struct {
	Outbox store.Outbox
	// Node names this process among those that use the database. One that is started
	// again with its old name needn't wait for its old lease to end.
	Node string
	// Doer is of an extension that runs now; nil if it doesn't.
	Doer  func(extension string) Doer
	Taker Taker
	Now   func() time.Time
	Log   *slog.Logger
	// Ended, if set, is told of each effect whose outcome was taken.
	Ended func(extension string, state store.EffectState)
}

// How the lease is kept: it is prolonged when half of it is over, as long as there
// is something to do; a node without it looks again after leaseLook.
const (
	leaseLife = 30 * time.Second
	leaseLook = 10 * time.Second
	// lookAgain is how often the schedule looks for extensions that came back.
	lookAgain = time.Minute
)

// Worker does effects. Its methods are safe for concurrent use.
type Worker struct {
	config Config
	woken  chan struct{} // holds a token if there is something in fresh or all

	mu    sync.Mutex
	fresh map[string]bool // extensions with effects that the schedule doesn't know
	all   bool            // what it knows may be wrong
}

// New is a worker that does nothing until Run.
func New(c Config) *Worker {
	if c.Ended == nil {
		c.Ended = func(string, store.EffectState) {}
	}
	return &Worker{config: c, woken: make(chan struct{}, 1), fresh: map[string]bool{}, all: true}
}

// Committed tells the worker of a batch that is on disk.
func (w *Worker) Committed(b *store.Batch) {
	for i := range b.Orders {
		for j := range b.Orders[i].Effects {
			w.wake(b.Orders[i].Effects[j].Extension, false)
		}
	}
}

// Wake tells the worker that anything may have changed: extensions, or effects that
// the operator retried, dropped or released.
func (w *Worker) Wake() { w.wake("", true) }

func (w *Worker) wake(extension string, all bool) {
	w.mu.Lock()
	if w.all = w.all || all; !all {
		w.fresh[extension] = true
	}
	w.mu.Unlock()
	select {
	case w.woken <- struct{}{}:
	default:
	}
}

// takeWoken is what Wake and Committed left.
func (w *Worker) takeWoken() (fresh map[string]bool, all bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fresh, all = w.fresh, w.all
	w.fresh, w.all = map[string]bool{}, false
	return fresh, all
}
