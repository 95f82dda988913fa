package suite

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
)

// watched is a host that fails when it is told to, and notes what calls took. Safe
// for concurrent use.
type watched struct {
	extensions.Host

	mu      sync.Mutex
	fails   int    // how many calls fail; below 0: all
	before  func() // of the next call
	slowest time.Duration
	records int // of the slowest call
	late    bool
	answers int
}

var errTold = errors.New("this call was made to fail, to see what becomes of it")

func (w *watched) Run(ctx context.Context, batch *extensions.Batch) ([]hooks.Result, error) {
	w.mu.Lock()
	fails, before := w.fails != 0, w.before
	w.before = nil
	if w.fails > 0 {
		w.fails--
	}
	w.mu.Unlock()
	if fails {
		return nil, errTold
	}
	if before != nil {
		before()
	}
	began := time.Now()
	results, err := w.Host.Run(ctx, batch)
	took := time.Since(began)
	w.mu.Lock()
	if w.slowest < took {
		w.slowest, w.records = took, len(batch.Records)
	}
	w.late = w.late || ctx.Err() != nil
	if err == nil {
		w.answers++
	}
	w.mu.Unlock()
	return results, err
}

// failing makes the next calls fail, or all (below 0), or none.
func (w *watched) failing(calls int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fails = calls
}

// next has something done before the next call.
func (w *watched) next(before func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.before = before
}

// wasLate reports whether a call had not ended when its time was up, and forgets it.
func (w *watched) wasLate() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	late := w.late
	w.late = false
	return late
}

// took is the slowest call since it was asked last.
func (w *watched) took() (slowest time.Duration, records int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	slowest, records = w.slowest, w.records
	w.slowest, w.records = 0, 0
	return slowest, records
}

// answered is how many calls were answered, by whatever words.
func (w *watched) answered() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.answers
}
