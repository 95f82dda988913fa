package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/manytill/manytill/core/store"
)

// Fill lets the database file grow no more, as on a full disk, or lets it.
func Fill(s *Store, full bool) error {
	return s.writer.do(context.Background(), func(w *writer) error {
		limit := "PRAGMA max_page_count = 4294967294"
		if full {
			limit = "PRAGMA max_page_count = 1" // which is as large as it is
		}
		return w.c.once(context.Background(), limit)
	})
}

// FailCommits has COMMITs of the writer go through fail until it is nil.
func FailCommits(s *Store, fail func(commit func() error) error) error {
	return s.writer.do(context.Background(), func(w *writer) error {
		w.fault = fail
		return nil
	})
}

// CommitTogether has batches written in one transaction.
func CommitTogether(s *Store, batches []*store.Batch) error {
	jobs := make([]*job, len(batches))
	for i, b := range batches {
		jobs[i] = &job{do: func(w *writer) error { return w.batch(b) }, done: make(chan error, 1)}
	}
	s.writer.mu.Lock()
	s.writer.waiting = append(s.writer.waiting, jobs...)
	s.writer.mu.Unlock()
	s.writer.wake <- struct{}{}
	var errs []error
	for _, j := range jobs {
		errs = append(errs, <-j.done)
	}
	return errors.Join(errs...)
}

// CheckAtOnce has databases up to a size checked before they are used, until
// back is called.
func CheckAtOnce(size int64) (back func()) {
	was := checkedAtOnce
	checkedAtOnce = size
	return func() { checkedAtOnce = was }
}

// RowSum is a row's checksum. The scratch is for the next call.
func RowSum(scratch []byte, table string, values ...driver.Value) (int64, []byte) {
	return rowSum(scratch, table, values)
}

// Older tells whether a version of SQLite is.
var Older = older
