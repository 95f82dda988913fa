package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/manytill/manytill/core/store"
)

// Backup implements [store.Maintenance]. It reads one moment of the database
// while commits go on (the log grows until it is done), and gives the copy its
// name when it is whole and on disk.
func (s *Store) Backup(ctx context.Context, path string) (err error) {
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("backup: %s is there already: name a file that isn't (%w)", path, store.ErrExists)
	}
	select {
	case <-s.pool.closed:
		return errClosed
	default:
	}
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(part)
		}
	}()
	if err = makeFile(part); err != nil {
		return fmt.Errorf("backup to %s: %w (is its directory there, and may this user write it?)", path, err)
	}
	c, err := connect(s.path)
	if err != nil {
		return err
	}
	err = c.once(ctx, "VACUUM INTO ?", named(part)...)
	if err = errors.Join(err, c.close()); err != nil {
		return fmt.Errorf("backup to %s: %w (is there room?)", path, err)
	}
	if err = syncFile(part); err == nil {
		err = os.Rename(part, path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
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

// syncFile has the system write a file to disk.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0) // Windows syncs only what may be written
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncDir has the system write a directory's entries to disk. On Windows a
// program can't ask for that.
func syncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
