package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/manytill/manytill/core/store"
)

// Options tune a store. The zero value is right for a server.
type Options struct {
	// CacheMiB is the writer's page cache; 0 is 64.
	CacheMiB int
	// WALPages is how many pages of 4 KiB the log may hold before a commit
	// writes them into the database file; 0 is 8,000. Fewer make that pause
	// shorter and the work more.
	WALPages int
	// Readers is how many may read at a time; 0 is two for each processor.
	Readers int
}

// Store implements [store.Store] in a SQLite file.
type Store struct {
	path     string
	lock     *os.File
	writer   *writer
	pool     *pool
	identity store.Identity
}

var _ store.Store = (*Store)(nil)

// Open opens a database file, or makes one. It fails if another process has
// it open, or if a newer version wrote it. The time it takes doesn't grow with
// what lies in the file.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	locked, err := lock(path)
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, lock: locked}
	if err := s.open(o); err != nil {
		_ = locked.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return s, nil
}

func (s *Store) open(o Options) error {
	if o.CacheMiB == 0 {
		o.CacheMiB = 64
	}
	if o.WALPages == 0 {
		o.WALPages = 8000
	}
	if o.Readers == 0 {
		o.Readers = 2 * runtime.GOMAXPROCS(0)
	}
	dial := func() (*conn, error) {
		return connect(s.path, "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON",
			fmt.Sprintf("cache_size = -%d", o.CacheMiB<<10),
			fmt.Sprintf("wal_autocheckpoint = %d", o.WALPages),
			fmt.Sprintf("journal_size_limit = %d", 2*o.WALPages*4096))
	}
	if err := makeFile(s.path); err != nil {
		return err
	}
	c, err := dial()
	if err != nil {
		return err
	}
	if err = checkLibrary(c); err == nil {
		err = migrate(c)
	}
	if err == nil {
		_, err = c.one("SELECT server_id, epoch FROM identity", func(r row) {
			s.identity = store.Identity{ServerID: r.text(0), Epoch: r.text(1)}
		})
	}
	if err != nil {
		return errors.Join(err, c.close())
	}
	if s.writer, err = startWriter(c, dial); err != nil {
		return errors.Join(err, c.close())
	}
	s.pool = newPool(s.path, o.Readers)
	return nil
}

// Identity implements [store.Maintenance].
func (s *Store) Identity(ctx context.Context) (store.Identity, error) {
	return s.identity, ctx.Err()
}

// Check implements [store.Maintenance]: it writes 16 KiB and takes them away.
func (s *Store) Check(ctx context.Context) error {
	return s.writer.do(ctx, func(w *writer) error {
		_, err := w.exec(probeIn)
		if err == nil {
			_, err = w.exec(probeOut)
		}
		return err
	})
}

// Close waits for the commits that wait, empties the log into the database
// file and lets go of the lock. Later calls fail.
func (s *Store) Close() error {
	if !s.writer.stop() {
		return nil
	}
	err := s.pool.close()
	return errors.Join(err, s.writer.close(), s.lock.Close())
}
