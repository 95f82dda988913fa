package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/files"
	sqlite3 "modernc.org/sqlite"
)

// Backup implements [store.Maintenance]. It copies the database
// as it is at one moment, while commits go on (the write-ahead log grows until
// it is done), and renames the copy when it is complete and on disk.
func (s *Store) Backup(ctx context.Context, path string, progress func(done, of int)) (err error) {
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("backup: %s exists already; name a new file (%w)", path, store.ErrExists)
	}
	select {
	case <-s.pool.closed:
		return store.ErrClosed
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
		return fmt.Errorf("backup to %s: %w (check that its folder exists and that this user may write to it)", path, err)
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

// removePart removes an unfinished copy with its journal files: an old journal
// must never be applied to a new copy.
func removePart(part string) error {
	return files.Remove(part, part+"-journal", part+"-wal", part+"-shm")
}

// stepPages are copied between two checks of the context: 1 MiB.
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

// makeFile makes an empty file that only this user can read, unless the file
// exists. A file that SQLite makes can be read by everybody.
func makeFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// BackupFile is [Store.Backup] of a database that this process hasn't opened:
// a server may have it open and go on working. It takes no lock.
func BackupFile(ctx context.Context, path, to string, progress func(done, of int)) error {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := unfinished(path); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := checkLog(path); err != nil {
		return fmt.Errorf("backup of %s: %w", path, err)
	}
	return (&Store{path: path, pool: newPool(path, 0, nil)}).Backup(ctx, to, progress)
}

// Restore replaces the database at to with a copy of the backup at from, under
// a new epoch, by which clients notice it, and with its pending effects held. An existing database is replaced
// only with force, and never while a server has it open. Until the copy is
// complete and checked, to is unchanged. After that it is replaced, if need be
// by the next [Open]. The new file gets the owner and the mode of the old one,
// or the owner of its folder.
func Restore(ctx context.Context, from, to string, force bool) (err error) {
	isThere := func() error {
		if _, err := os.Stat(to); err == nil && !force {
			return fmt.Errorf("restore: %s exists already; move it away, or add --force to replace it", to)
		}
		return nil
	}
	if err := isThere(); err != nil {
		return err
	}
	if hasLog(from) {
		return fmt.Errorf("restore: %s has a write-ahead log (%s-wal), so it is a live database and no backup; make one with the backup command", from, from)
	}
	locked, err := lock(to)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer locked.Close()
	if err := errors.Join(finishRestore(to), isThere()); err != nil {
		return err
	}
	part := to + ".part"
	defer func() { _ = removePart(part) }()
	if err = removePart(part); err == nil {
		err = copyFile(from, part)
	}
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err = checkSize(part); err == nil {
		err = renew(ctx, part)
	}
	if err != nil {
		return fmt.Errorf("restore: %s can't be used: %w", from, err)
	}
	if err = files.Like(part, to); err == nil {
		err = files.Sync(part)
	}
	if err == nil {
		err = files.Rename(part, to+restored)
	}
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return finishRestore(to)
}

// restored is the suffix of a complete copy that is to replace the database. If
// such a file exists, the restore is decided.
const restored = ".restored"

// finishRestore renames a complete copy, and may be interrupted anywhere. The old
// write-ahead log is removed first, durably, since it must never be applied to
// the new file.
func finishRestore(path string) error {
	if _, err := os.Stat(path + restored); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err := replace(path, path+restored); err != nil {
		return fmt.Errorf("finish the restore of %s: %w", path, err)
	}
	return nil
}

// replace puts a complete file, on disk under another name, in a database's place.
func replace(path, by string) error {
	if err := files.Remove(path+"-wal", path+"-shm", path+"-journal"); err != nil {
		return err
	}
	return files.Rename(by, path)
}

// unfinished is an error if a restore was interrupted, for callers that may not
// finish it.
func unfinished(path string) error {
	if _, err := os.Stat(path + restored); err == nil {
		return fmt.Errorf("a restore of %s was interrupted; start the server, which finishes it, or restore again", path)
	}
	return nil
}

// renew checks a copy, gives it a new epoch and holds its effects.
func renew(ctx context.Context, path string) error {
	c, err := connect(path, "synchronous = FULL", "journal_mode = DELETE")
	if err != nil {
		return err
	}
	err = checkCopy(ctx, c)
	if err == nil {
		err = c.once(ctx, "UPDATE identity SET epoch = ?", named(randomID())...)
	}
	if err == nil {
		err = holdEffects(ctx, c)
	}
	return errors.Join(err, c.close())
}

func checkCopy(ctx context.Context, c *conn) error {
	first, more := "", 0
	_, err := c.checkAll(ctx, func(d store.Damage) {
		if first == "" {
			first = d.Place
		} else {
			more++
		}
	})
	if err == nil && first != "" {
		if more > 0 {
			first += fmt.Sprintf(", and %d more places", more)
		}
		err = damagedError("it is damaged: " + first + "; manytill verify lists all places, use another backup")
	}
	return err
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
