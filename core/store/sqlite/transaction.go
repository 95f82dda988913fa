package sqlite

import (
	"database/sql/driver"
	"errors"

	"github.com/manytill/manytill/core/store"
)

// One transaction of the writer.

// transaction does jobs and commits. A job that fails before it wrote fails
// alone, with its error in errs. Else err is why all was rolled back.
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
	if w.settle(group) {
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
		w.broken()
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

// exec writes. Jobs must use it, so that it is known that they wrote.
func (w *writer) exec(query string, args ...driver.Value) (int64, error) {
	w.wrote = true
	return w.c.exec(query, args...)
}

// rollback ends a transaction that isn't to be. SQLite may have ended it
// itself (when the disk is full, it does), and then says so.
func (w *writer) rollback() {
	w.keys.forget()
	if _, err := w.c.exec("ROLLBACK"); errors.Is(err, store.ErrReadOnly) {
		w.broken()
	}
}
