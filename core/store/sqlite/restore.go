package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/files"
)

// Restore makes the database at to a copy of the backup at from, with a new
// epoch: by it clients notice that the numbering began another life. A
// database that is there is replaced only with force, and never while a server
// has it open. Until the copy is checked and whole, to is left as it was; from
// then on it is replaced, if need be by the next [Open]. The new file has the
// owner and the mode of the old one, or else its folder's owner.
func Restore(ctx context.Context, from, to string, force bool) (err error) {
	isThere := func() error {
		if _, err := os.Stat(to); err == nil && !force {
			return fmt.Errorf("restore: %s is there already: move it away, or say --force to replace it", to)
		}
		return nil
	}
	if err := isThere(); err != nil {
		return err
	}
	if hasLog(from) {
		return fmt.Errorf("restore: %s has a log beside it (%s-wal), so it is a live database and no backup: make one with the backup command", from, from)
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

// restored is what the name of a copy ends with that is whole and is to take
// the database's place. That it is there is what decides.
const restored = ".restored"

// finishRestore puts a whole copy into its place, and can be cut off anywhere.
// The old log goes first, and is gone on disk before the copy has its name: it
// must never be applied to the new file.
func finishRestore(path string) error {
	if _, err := os.Stat(path + restored); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	err := files.Remove(path+"-wal", path+"-shm", path+"-journal")
	if err == nil {
		err = files.Rename(path+restored, path)
	}
	if err != nil {
		return fmt.Errorf("finish the restore of %s: %w", path, err)
	}
	return nil
}

// unfinished refuses a database whose restore was cut off, for who may not
// finish it.
func unfinished(path string) error {
	if _, err := os.Stat(path + restored); err == nil {
		return fmt.Errorf("a restore of %s was cut off: start the server, which finishes it, or restore again", path)
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
		err = damagedError("it is damaged: " + first + "; manytill verify says where, take another backup")
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
