package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/core/store"
	"golang.org/x/sync/semaphore"
)

// writer is the one connection that writes. Whoever holds turn writes: its
// goroutine, or a caller who finds nobody writing, since waking a goroutine takes
// longer than writing a few rows. What isn't under mu belongs to turn.
type writer struct {
	mu      sync.Mutex
	waiting []*job
	stopped bool
	wake    chan struct{} // holds a token if waiting may have jobs
	ended   chan struct{}
	room    *semaphore.Weighted // of queueBytes, for the jobs that wait

	turn  sync.Mutex
	c     *conn // nil after it broke, until it could be opened again
	dial  func() (*conn, error)
	keys  *keys
	wrote bool // whether the job under way has written
	// changed: the transaction under way has.
	changed bool
	// See journal.go. group is nil unless the journal is being written; rows, packed, texts,
	// page and values are used again and again.
	backlog *backlog
	group   *group
	rows    []byte
	packed  []byte
	texts   []byte
	page    [pageBytes]byte
	values  []driver.Value
	// behind: readers have to wait for a move.
	behind    atomic.Bool
	moveAfter time.Duration
	later     *time.Timer // of the next move
	armed     bool
	// fault, if a test set it, is called in place of COMMIT, to simulate a failing
	// disk.
	fault func(commit func() error) error
}

// startWriter starts the goroutine, which owns c from then on. If it fails, the
// caller owns c.
func startWriter(c *conn, dial func() (*conn, error)) (*writer, error) {
	w := &writer{
		wake: make(chan struct{}, 1), ended: make(chan struct{}), later: time.NewTimer(time.Hour),
		c: c, dial: dial, keys: newKeys(), moveAfter: moveAfter, room: semaphore.NewWeighted(queueBytes),
	}
	w.later.Stop()
	err := w.keys.start(c)
	if err == nil {
		w.backlog, err = readBacklog(c)
	}
	if err != nil {
		return nil, err
	}
	w.behind.Store(!w.backlog.empty())
	_ = w.moveAlone() // readers see to it that it is tried again
	go w.run()
	return w, nil
}

// run writes groups of waiting jobs, and moves the journal, until it is stopped and
// none waits.
func (w *writer) run() {
	defer close(w.ended)
	for {
		due := false
		select {
		case <-w.wake:
		case <-w.later.C:
			due = true
		}
		if w.all(due) {
			return
		}
	}
}

// all writes until no job waits, and reports whether the writer was stopped.
func (w *writer) all(due bool) (stopped bool) {
	w.turn.Lock()
	defer w.turn.Unlock()
	if due {
		w.armed = false
	}
	if due || w.backlog.full() {
		_ = w.moveAlone() // if it fails, it is tried again
	}
	for {
		runtime.Gosched() // whoever is about to submit shares the flush
		small, large, stopped := w.take()
		if len(small) == 0 && large == nil {
			w.arm()
			return stopped
		}
		w.write(small)
		if large != nil {
			w.write([]*job{large})
		}
		if w.backlog.full() {
			_ = w.moveAlone() // if it fails, the next group is written into the tables, or not at all
		}
	}
}

// here writes what waits in the caller's goroutine, unless somebody is writing or
// there is more to do than a small group.
func (w *writer) here() {
	if !w.turn.TryLock() {
		w.poke()
		return
	}
	defer w.turn.Unlock()
	runtime.Gosched()
	if !w.backlog.full() {
		w.write(w.takeSmall())
		w.arm()
	}
	if w.backlog.full() || w.waits() {
		w.poke()
	}
}

// poke wakes the goroutine.
func (w *writer) poke() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// arm sees to it that the journal is moved before long.
func (w *writer) arm() {
	if !w.armed && !w.backlog.empty() {
		w.later.Reset(w.moveAfter)
		w.armed = true
	}
}

// moveAfter is how long rows wait in the journal at most, while little is written.
const moveAfter = 250 * time.Millisecond

// write runs a group, then what must run outside of its transaction.
func (w *writer) write(group []*job) {
	defer w.recovered(group)
	var after []*job
	isAlone := func(j *job) bool { return j.alone != nil }
	if slices.ContainsFunc(group, isAlone) {
		after = slices.DeleteFunc(slices.Clone(group), func(j *job) bool { return !isAlone(j) })
		group = slices.DeleteFunc(group, isAlone)
	}
	w.writeJobs(group)
	for _, j := range after {
		j.done <- j.alone(w)
	}
}

// recovered ends a group that panicked: what it began is rolled back, and whoever
// waits is told.
func (w *writer) recovered(group []*job) {
	p := recover()
	if p == nil {
		return
	}
	w.group = nil
	w.closeBroken()
	err := fmt.Errorf("writing panicked: %v\n%s", p, debug.Stack())
	for _, j := range group {
		select {
		case j.done <- err:
		default: // it was answered
		}
	}
}

// writeJobs runs a group in one transaction. If that fails, it runs the jobs one by
// one, so that only the bad ones fail.
func (w *writer) writeJobs(group []*job) {
	if len(group) == 0 {
		return
	}
	if !w.backlog.full() && journalable(group) {
		if errs, ok := w.journal(group); ok {
			for i, j := range group {
				j.done <- errs[i]
			}
			return
		}
	}
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
	w.poke()
	<-w.ended
	return true
}

// close is called after stop.
func (w *writer) close() error {
	if w.c == nil {
		return nil
	}
	err := w.moveAlone()
	if err == nil { // somebody else who reads, such as a backup, holds the log for longer than a stop may take
		err = w.c.once(context.Background(), "PRAGMA busy_timeout = 1000")
	}
	if err == nil {
		err = w.c.once(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
	}
	if errors.Is(err, store.ErrReadOnly) {
		err = nil // the write-ahead log stays, and nothing is lost
	}
	if w.c != nil {
		err = errors.Join(err, w.c.close())
	}
	if err != nil {
		return fmt.Errorf("close: %w", err)
	}
	return nil
}

// transaction runs jobs and commits. A job that fails before it wrote fails alone,
// with its error in errs. Otherwise everything is rolled back and err says why.
func (w *writer) transaction(group []*job) (errs []error, err error) {
	if err = w.begin(); err != nil {
		return make([]error, len(group)), err
	}
	if err = w.move(); err != nil {
		w.rollback()
		return make([]error, len(group)), err
	}
	w.changed = !w.backlog.empty()
	if errs, err = w.jobs(group); err != nil || !w.changed {
		w.rollback()
		return errs, err
	}
	if err = w.commit(); err == nil {
		w.moved()
		return errs, nil
	}
	if w.recoverCommit(group) {
		return errs, nil
	}
	return errs, err
}

// jobs runs jobs within a transaction. One that fails before it wrote fails alone;
// otherwise err is its error.
func (w *writer) jobs(group []*job) (errs []error, err error) {
	errs = make([]error, len(group))
	for i, j := range group {
		w.wrote = false
		errs[i] = j.do(w)
		if errs[i] != nil && w.wrote {
			return errs, errs[i]
		}
		w.changed = w.changed || w.wrote
	}
	return errs, nil
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
	if err := w.writeHeads(); err != nil {
		return err
	}
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
