package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/files"
	sqlite3 "modernc.org/sqlite"
)

// Backup implements [store.Maintenance]. It reads one moment of the database
// while commits go on (the log grows until it is done), and gives the copy its
// name when it is whole and on disk.
func (s *Store) Backup(ctx context.Context, path string, progress func(done, of int)) (err error) {
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("backup: %s is there already: name a file that isn't (%w)", path, store.ErrExists)
	}
	select {
	case <-s.pool.closed:
		return errClosed
	default:
	}
	part := path + ".part"
	if err := removePart(part); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() {
		if err != nil {
			_ = removePart(part)
		}
	}()
	if err = makeFile(part); err != nil {
		return fmt.Errorf("backup to %s: %w (is its directory there, and may this user write it?)", path, err)
	}
	if err = s.copyPages(ctx, part, progress); err != nil {
		return fmt.Errorf("backup to %s: %w", path, classify(err))
	}
	if err = files.Sync(part); err == nil {
		err = files.Rename(part, path)
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

// removePart takes away what is there of an unfinished copy, with what SQLite
// lays beside it: an old journal must never be applied to a new copy.
func removePart(part string) error {
	return files.Remove(part, part+"-journal", part+"-wal", part+"-shm")
}

// stepPages are copied between two looks at the context: 1 MiB.
const stepPages = 256

// copyPages runs SQLite's backup. Its source stays in one transaction, so that
// commits of others don't make it begin again.
func (s *Store) copyPages(ctx context.Context, part string, progress func(done, of int)) error {
	c, err := connect(s.path, "query_only = ON")
	if err != nil {
		return err
	}
	_, err = c.exec("BEGIN")
	if err == nil {
		_, err = c.one("SELECT count(*) FROM sqlite_schema", func(row) {})
	}
	var name string
	if err == nil {
		name, err = uri(part)
	}
	var backup *sqlite3.Backup
	if err == nil {
		backup, err = c.c.(interface {
			NewBackup(string) (*sqlite3.Backup, error)
		}).NewBackup(name)
	}
	if err != nil {
		return errors.Join(err, c.close())
	}
	for more := true; more && err == nil; {
		if more, err = backup.Step(stepPages); err == nil && progress != nil {
			of := backup.PageCount()
			progress(of-backup.Remaining(), of)
		}
		err = errors.Join(err, ctx.Err())
	}
	if err != nil {
		return errors.Join(err, backup.Finish(), c.close())
	}
	copied, err := backup.Commit()
	if err == nil { // a copy is one file, without a log beside it
		to := &conn{c: copied, stmts: map[string]driver.Stmt{}}
		err = errors.Join(to.once(ctx, "PRAGMA journal_mode = DELETE"), to.close())
	}
	return errors.Join(err, c.close())
}

// makeFile makes an empty file that only this user can read, unless there is
// one. SQLite would let everybody read it, and takes over what it finds.
func makeFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}
