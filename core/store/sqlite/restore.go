package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/manytill/manytill/core/store"
)

// Restore makes the database at to a copy of the backup at from, with a new
// epoch: by it clients notice that the numbering began another life. A
// database that is there is replaced only with force, and never while a server
// has it open. Until the copy is checked and whole, to is left as it was.
func Restore(ctx context.Context, from, to string, force bool) (err error) {
	if _, err := os.Stat(to); err == nil && !force {
		return fmt.Errorf("restore: %s is there already: move it away, or say --force to replace it", to)
	}
	if info, err := os.Stat(from + "-wal"); err == nil && info.Size() > 0 {
		return fmt.Errorf("restore: %s has a log beside it (%s-wal), so it is a live database and no backup: make one with the backup command", from, from)
	}
	locked, err := lock(to)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer locked.Close()
	part := to + ".part"
	defer func() {
		for _, name := range []string{part, part + "-wal", part + "-shm", part + "-journal"} {
			_ = os.Remove(name)
		}
	}()
	if err = copyFile(from, part); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err = checkSize(part); err == nil {
		err = renew(ctx, part)
	}
	if err != nil {
		return fmt.Errorf("restore: %s can't be used: %w", from, err)
	}
	// The old log goes first: it must never be applied to the new file.
	for _, name := range []string{to + "-wal", to + "-shm"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("restore: %w", err)
		}
	}
	if err = os.Rename(part, to); err == nil {
		err = syncDir(filepath.Dir(to))
	}
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

// renew checks a copy and gives it a new epoch.
func renew(ctx context.Context, path string) error {
	c, err := connect(path, "synchronous = FULL", "journal_mode = DELETE")
	if err != nil {
		return err
	}
	err = checkCopy(ctx, c)
	if err == nil {
		err = c.once(ctx, "UPDATE identity SET epoch = ?", named(chance())...)
	}
	if err = errors.Join(err, c.close()); err != nil {
		return err
	}
	return syncFile(path)
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
		err = damagedError(fmt.Sprintf("it is damaged: %s, and %d more places; manytill verify lists them, take another backup", first, more))
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
