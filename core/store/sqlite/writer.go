package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/manytill/manytill/core/store"
	"golang.org/x/sync/semaphore"
)

// writer is the one connection that writes, and its goroutine. What isn't
// under mu belongs to that goroutine.
type writer struct {
	mu      sync.Mutex
	waiting []*job
	stopped bool
	wake    chan struct{} // holds a token if waiting may have jobs
	ended   chan struct{}
	room    *semaphore.Weighted // of queueBytes, for the jobs that wait

	c     *conn // nil after it broke, until it could be opened again
	dial  func() (*conn, error)
	keys  *keys
	wrote bool // whether the job under way has written
	// fault, if a test set it, is called in place of COMMIT, to simulate a failing
	// disk.
	fault func(commit func() error) error
}

// job is something to write. Either the writer takes it, or its caller withdraws
// it while it waits.
type job struct {
	do    func(*writer) error
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

// startWriter starts the goroutine, which owns c from then on. If it fails, the
// caller owns c.
func startWriter(c *conn, dial func() (*conn, error)) (*writer, error) {
	w := &writer{
		wake: make(chan struct{}, 1), ended: make(chan struct{}),
		c: c, dial: dial, keys: newKeys(), room: semaphore.NewWeighted(queueBytes),
	}
	if err := w.keys.start(c); err != nil {
		return nil, err
	}
	go w.run()
	return w, nil
}

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
		return errClosed
	}
	w.waiting = append(w.waiting, j)
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
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

// run writes groups of waiting jobs until it is stopped and none waits.
func (w *writer) run() {
	defer close(w.ended)
	for range w.wake {
		for {
			small, large, stopped := w.take()
			if len(small) > 0 {
				w.write(small)
			}
			if large != nil {
				w.write([]*job{large})
			}
			if len(small) == 0 && large == nil {
				if stopped {
					return
				}
				break
			}
		}
	}
}

// take removes from the queue all small jobs and the first large one.
func (w *writer) take() (small []*job, large *job, stopped bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	left := w.waiting[:0:0]
	for _, j := range w.waiting {
		switch {
		case j.bytes >= largeBytes && large != nil:
			left = append(left, j)
		case !j.taken.CompareAndSwap(false, true): // withdrawn
		case j.bytes >= largeBytes:
			large = j
		default:
			small = append(small, j)
		}
	}
	w.waiting = left
	return small, large, w.stopped
}

// write runs a group in one transaction. If that fails, it runs the jobs one by
// one, so that only the bad ones fail.
func (w *writer) write(group []*job) {
	errs, err := w.transaction(group)
	if err != nil && len(group) > 1 {
		for i, j := range group {
			var one []error
			if one, err = w.transaction([]*job{j}); err == nil {
				err = one[0]
			}
			errs[i] = err
		}
	} else if err != nil {
		errs[0] = err
	}
	for i, j := range group {
		j.done <- errs[i]
	}
}

// stop accepts no more jobs and waits for the waiting ones; false if it was
// stopped before.
func (w *writer) stop() bool {
	w.mu.Lock()
	was := w.stopped
	w.stopped = true
	w.mu.Unlock()
	if was {
		return false
	}
	select {
	case w.wake <- struct{}{}:
	default:
	}
	<-w.ended
	return true
}

// close is called after stop.
func (w *writer) close() error {
	if w.c == nil {
		return nil
	}
	err := w.c.once(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
	if errors.Is(err, store.ErrReadOnly) {
		err = nil // the write-ahead log stays, and nothing is lost
	}
	if err = errors.Join(err, w.c.close()); err != nil {
		return fmt.Errorf("close: %w", err)
	}
	return nil
}

// transaction runs jobs and commits. A job that fails before it wrote fails alone,
// with its error in errs. Otherwise everything is rolled back and err says why.
func (w *writer) transaction(group []*job) (errs []error, err error) {
	errs = make([]error, len(group))
	if err = w.begin(); err != nil {
		return errs, err
	}
	changed := false
	for i, j := range group {
		w.wrote = false
		errs[i] = j.do(w)
		if errs[i] != nil && w.wrote {
			w.rollback()
			return errs, errs[i]
		}
		changed = changed || w.wrote
	}
	if !changed {
		w.rollback()
		return errs, nil
	}
	if err = w.commit(); err == nil {
		return errs, nil
	}
	if w.recoverCommit(group) {
		return errs, nil
	}
	return errs, err
}

func (w *writer) begin() error {
	if w.c == nil {
		if err := w.reopen(); err != nil {
			return err
		}
	}
	_, err := w.c.exec("BEGIN IMMEDIATE")
	if err != nil {
		w.closeBroken()
	}
	return err
}

func (w *writer) commit() error {
	commit := func() error {
		_, err := w.c.exec("COMMIT")
		return err
	}
	if w.fault != nil {
		return w.fault(commit)
	}
	return commit()
}

// exec runs a statement of a job that writes, and notes that the job wrote.
func (w *writer) exec(query string, args ...driver.Value) (int64, error) {
	w.wrote = true
	return w.c.exec(query, args...)
}

// rollback ends a transaction without committing. SQLite may have ended it
// itself, as it does when the disk is full; then ROLLBACK is an error.
func (w *writer) rollback() {
	w.keys.forget()
	if _, err := w.c.exec("ROLLBACK"); errors.Is(err, store.ErrReadOnly) {
		w.closeBroken()
	}
}

// recoverCommit is called after a failed COMMIT, and reports whether the group
// was stored after all. The COMMIT may have left a whole transaction at the end
// of the write-ahead log, which this process doesn't read, but which a process
// that starts after a crash could take for committed. So the connection is
// reopened, and a small transaction overwrites it, before anything else is
// acknowledged.
func (w *writer) recoverCommit(group []*job) bool {
	w.keys.forget()
	w.closeBroken()
	if w.reopen() != nil {
		return false
	}
	for _, j := range group {
		if j.stored != nil {
			stored, err := j.stored(w.c)
			return err == nil && stored // one transaction: all of it or nothing
		}
	}
	return false
}

// closeBroken closes the connection, and with it the transaction it was in.
func (w *writer) closeBroken() {
	w.keys.forget()
	if w.c != nil {
		_ = w.c.close()
		w.c = nil
	}
}

// probe writes 16 KiB and deletes them, in one transaction.
func probe(c *conn) error {
	for _, step := range []string{"BEGIN IMMEDIATE", probeIn, probeOut, "COMMIT"} {
		if _, err := c.exec(step); err != nil {
			return err
		}
	}
	return nil
}

const (
	probeIn  = "INSERT INTO probe VALUES (zeroblob(16384))"
	probeOut = "DELETE FROM probe"
)

// reopen connects and runs probe, which overwrites what a failed commit may have
// left and shows whether writing works again.
func (w *writer) reopen() error {
	c, err := w.dial()
	if err != nil {
		return err
	}
	if err := probe(c); err != nil {
		_ = c.close()
		return err
	}
	if err := w.keys.start(c); err != nil {
		_ = c.close()
		return err
	}
	w.c = c
	return nil
}
