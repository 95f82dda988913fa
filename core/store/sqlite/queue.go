package sqlite

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/manytill/manytill/core/store"
)

// job is something to write. Either the writer takes it, or its caller withdraws
// it while it waits.
type job struct {
	do    func(*writer) error
	plain bool // do only calls put, see plain
	// alone is called instead of do, after the others' transaction.
	alone func(*writer) error
	bytes int // about what it writes
	taken atomic.Bool
	done  chan error
	// stored finds out whether the job was stored although COMMIT failed; nil if
	// that can't be found out.
	stored func(*conn) (bool, error)
}

// queueBytes limits the jobs that wait to be written; beyond it, callers wait. A
// job of largeBytes or more is written in a transaction of its own, after the small
// ones that wait, so that a small job doesn't wait for a large one.
const (
	queueBytes = 64 << 20
	largeBytes = 256 << 10
)

// do runs a job and waits until it is on disk. If ctx ends while the job waits,
// it isn't run; once the writer took it, do waits for its end.
func (w *writer) do(ctx context.Context, do func(*writer) error) error {
	return w.submit(ctx, &job{do: do})
}

func (w *writer) submit(ctx context.Context, j *job) error {
	room := int64(min(j.bytes, queueBytes))
	if err := w.room.Acquire(ctx, room); err != nil {
		return err
	}
	defer w.room.Release(room)
	if err := ctx.Err(); err != nil {
		return err
	}
	j.done = make(chan error, 1)
	w.mu.Lock()
	if w.stopped {
		w.mu.Unlock()
		return store.ErrClosed
	}
	w.waiting = append(w.waiting, j)
	w.mu.Unlock()
	w.here()
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		if j.taken.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		return <-j.done
	}
}

// take removes from the queue all small jobs and the first large one.
func (w *writer) take() (small []*job, large *job, stopped bool) {
	small = w.takeSmall()
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, j := range w.waiting {
		if j.bytes >= largeBytes {
			w.waiting = slices.Delete(w.waiting, i, i+1)
			if j.taken.CompareAndSwap(false, true) {
				large = j
			}
			break
		}
	}
	return small, large, w.stopped
}

// takeSmall removes all small jobs.
func (w *writer) takeSmall() (small []*job) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting = slices.DeleteFunc(w.waiting, func(j *job) bool {
		if j.bytes >= largeBytes {
			return false
		}
		if j.taken.CompareAndSwap(false, true) { // else it was withdrawn
			small = append(small, j)
		}
		return true
	})
	return small
}

// waits reports whether any job does.
func (w *writer) waits() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.waiting) > 0
}
