package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/files"
)

// Options tune a store. The zero value is right for a server.
type Options struct {
	// CacheMiB is what the writer's page cache may take; 0 is 64.
	CacheMiB int
	// WALPages is how many pages of 4 KiB the log may hold before a commit
	// writes them into the database file; 0 is 2,000. A smaller number makes that
	// pause shorter and more frequent, and the log is sooner as long as it gets:
	// from then on it is overwritten, which a disk flushes faster.
	WALPages int
	// Damaged, if set, is called once for each damaged place. A database of more
	// than 32 MiB is checked only if it is set.
	Damaged func(store.Damage)
	// Mended, if set, is called with what a new version repaired in the database.
	Mended func(string)
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
	found    findings
	// stopChecking ends the check of a large database in the background, and waits
	// for it.
	stopChecking func()
}

var _ store.Store = (*Store)(nil)

// Open opens a database file, or makes one. It fails if another process has
// it open, if a newer version wrote it, or if its pages are damaged. The time it
// takes doesn't grow with the file beyond 32 MiB: a larger one is checked while
// the store is in use.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	locked, err := lock(path)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(finishRestore(path), removePart(path+".part")); err != nil {
		return nil, errors.Join(err, locked.Close())
	}
	s := &Store{path: path, lock: locked, found: findings{tell: o.Damaged}, stopChecking: func() {}}
	if err := s.open(ctx, o); err != nil {
		_ = locked.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, o Options) error {
	if o.CacheMiB == 0 {
		o.CacheMiB = 64
	}
	if o.WALPages == 0 {
		o.WALPages = 2000
	}
	if o.Readers == 0 {
		o.Readers = 2 * runtime.GOMAXPROCS(0)
	}
	dial := func() (*conn, error) {
		c, err := connect(s.path, "cell_size_check = ON", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "temp_store = MEMORY",
			fmt.Sprintf("cache_size = -%d", o.CacheMiB<<10/pageTakes),
			fmt.Sprintf("wal_autocheckpoint = %d", o.WALPages),
			fmt.Sprintf("journal_size_limit = %d", 2*o.WALPages*4096))
		if err == nil {
			c.found = &s.found
		}
		return c, err
	}
	if isEmpty(s.path) {
		if err := makeNew(s.path); err != nil {
			return err
		}
	}
	if !unapplied(s.path) {
		if err := checkSize(s.path); err != nil {
			return err
		}
	}
	if err := mendLog(s.path, s.found.note); err != nil {
		return err
	}
	info, err := os.Stat(s.path)
	if err != nil {
		return err
	}
	large := info.Size() > checkedAtOnce
	c, err := dial()
	if err != nil {
		return err
	}
	if err = checkLibrary(c); err == nil && !large {
		err = c.checkAtStart(ctx)
	}
	if err == nil {
		err = migrate(c, o.Mended)
	}
	if err == nil {
		err = c.checkDefinitions()
	}
	if err == nil && large {
		err = c.journalStructure(ctx)
	}
	if err == nil {
		s.identity, err = readIdentity(c)
	}
	if err != nil {
		return errors.Join(err, c.close())
	}
	if s.writer, err = startWriter(c, dial); err != nil {
		return errors.Join(err, c.close())
	}
	s.pool = newPool(s.path, o.Readers, &s.found)
	if large && o.Damaged != nil {
		life, stop := context.WithCancel(context.WithoutCancel(ctx))
		var check sync.WaitGroup
		check.Go(func() { s.checkWhileWorking(life) })
		s.stopChecking = func() {
			stop()
			check.Wait()
		}
	}
	return nil
}

func readIdentity(c *conn) (id store.Identity, err error) {
	good := false
	_, err = c.one("SELECT server_id, epoch, sum FROM identity", func(r row) {
		id, good = store.Identity{ServerID: r.text(0), Epoch: r.text(1)}, c.good(identityTable, r, 2)
	})
	if err == nil && !good {
		err = c.damaged("the identity of this database")
	}
	return id, err
}

// Identity implements [store.Maintenance].
func (s *Store) Identity(ctx context.Context) (store.Identity, error) {
	return s.identity, ctx.Err()
}

// Check implements [store.Maintenance]: it writes 16 KiB and deletes them.
func (s *Store) Check(ctx context.Context) error {
	return s.writer.do(ctx, func(w *writer) error {
		_, err := w.exec(probeIn)
		if err == nil {
			_, err = w.exec(probeOut)
		}
		return err
	})
}

// Close waits for waiting commits, writes the write-ahead log into the database
// file and releases the lock. Later calls fail.
func (s *Store) Close() error {
	if !s.writer.stop() {
		return nil
	}
	s.stopChecking()
	err := s.pool.close()
	return errors.Join(err, s.writer.close(), s.lock.Close())
}

// lock takes PATH.lock, so that no two servers use one database, since each would
// number changes on its own. The file itself is never removed: another process
// could then lock a new file of the same name.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w (check that its folder exists and that this user may write to it)", path, err)
	}
	_ = files.Like(path+".lock", path) // a file made by root must be usable for the server's user
	if err := tryLock(f); err != nil {
		holder := "another process"
		if text, _ := io.ReadAll(f); len(text) > 0 {
			holder = "process " + strings.TrimSpace(string(text))
		}
		_ = f.Close()
		return nil, fmt.Errorf("%s is in use by %s: stop that server first, or use another database (%w)", path, holder, err)
	}
	// The process id is only for messages: on a full disk the lock works without.
	pid := fmt.Sprintln(os.Getpid())
	_, _ = f.WriteAt([]byte(pid), 0)
	_ = f.Truncate(int64(len(pid)))
	return f, nil
}
