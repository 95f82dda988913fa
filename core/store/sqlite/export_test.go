package sqlite

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime"
	"time"

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
	return s.writer.submit(context.Background(), &job{alone: func(w *writer) error {
		w.fault = fail
		return nil
	}})
}

// CommitTogether has batches written in one transaction.
func CommitTogether(s *Store, batches []*store.Batch) error {
	jobs := make([]*job, len(batches))
	for i, b := range batches {
		jobs[i] = batchJob(b)
		jobs[i].done = make(chan error, 1)
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

// Groups is what jobs of these sizes are written in, by their places.
func Groups(sizes ...int) (groups [][]int) {
	w := &writer{}
	place := map[*job]int{}
	for i, size := range sizes {
		j := &job{bytes: size}
		place[j] = i
		w.waiting = append(w.waiting, j)
	}
	for len(w.waiting) > 0 {
		small, large, _ := w.take()
		var group []int
		for _, j := range small {
			group = append(group, place[j])
		}
		if group != nil {
			groups = append(groups, group)
		}
		if large != nil {
			groups = append(groups, []int{place[large]})
		}
	}
	return groups
}

// Queue is of a writer that is busy until Resume.
type Queue struct {
	w      *writer
	Resume func()
}

// HaltWriter gives the writer something that doesn't end.
func HaltWriter(s *Store) *Queue {
	begun, resume := make(chan struct{}), make(chan struct{})
	go func() {
		_ = s.writer.do(context.Background(), func(*writer) error {
			close(begun)
			<-resume
			return nil
		})
	}()
	<-begun
	return &Queue{w: s.writer, Resume: func() { close(resume) }}
}

// Submit waits until a job of that size is done.
func (q *Queue) Submit(ctx context.Context, bytes int) error {
	return q.w.submit(ctx, &job{bytes: bytes, do: func(*writer) error { return nil }})
}

// Await returns when that many wait.
func (q *Queue) Await(n int) {
	for {
		q.w.mu.Lock()
		waiting := len(q.w.waiting)
		q.w.mu.Unlock()
		if waiting == n {
			return
		}
		runtime.Gosched()
	}
}

// Room reports whether there is room for so many bytes.
func (q *Queue) Room(n int64) bool { return q.w.room.TryAcquire(n) }

// MoveLater has the journal moved only when that is asked for.
func MoveLater(s *Store) error {
	return s.writer.submit(context.Background(), &job{alone: func(w *writer) error {
		w.moveAfter = time.Hour
		return nil
	}})
}

// AwaitMove returns when the journal is empty.
func AwaitMove(s *Store) {
	for s.writer.behind.Load() {
		runtime.Gosched()
	}
}

// Journaled is how many groups the journal of a file has.
func Journaled(path string) (n int, err error) {
	c, err := connect(path, "query_only = ON")
	if err != nil {
		return 0, err
	}
	_, _, err = readGroups(c, func(int64, []byte) error {
		n++
		return nil
	})
	return n, errors.Join(err, c.close())
}

// Rows counts those of a table.
func Rows(path, table string) (n int, err error) {
	c, err := connect(path, "query_only = ON")
	if err != nil {
		return 0, err
	}
	_, err = c.one("SELECT count(*) FROM "+table, func(r row) { n = int(r.int(0)) })
	return n, errors.Join(err, c.close())
}

// Script runs SQL on a file, with row_sum.
func Script(path, sql string) error {
	c, err := connect(path)
	if err != nil {
		return err
	}
	return errors.Join(c.once(context.Background(), sql), c.close())
}

// WithOldJournal makes a file one of the schema before the journal had pages.
func WithOldJournal(path string) error {
	c, err := connect(path)
	if err != nil {
		return err
	}
	defer c.close()
	groups := map[int64][]byte{}
	if _, _, err := readGroups(c, func(id int64, text []byte) error {
		groups[id] = text
		return nil
	}); err != nil {
		return err
	}
	before, err := migrations.ReadFile("migrations/0008_journal.sql")
	if err == nil {
		err = c.once(context.Background(), fmt.Sprintf(`DROP TABLE heads; ALTER TABLE changes DROP COLUMN prior; ALTER TABLE orders DROP COLUMN whole;
			DROP TABLE journal_pages; %s; PRAGMA user_version = 10`, before))
	}
	for id, text := range groups {
		if err == nil {
			_, err = c.exec("INSERT INTO journal VALUES (?, ?, ?)", c.summed(oldJournalTable, id, text)...)
		}
	}
	return err
}

// Flaw is a byte of a write-ahead log that is wrong.
type Flaw struct {
	At         int64
	Is, Should byte
}

// ReadLog finds what is wrong in a write-ahead log.
func ReadLog(log []byte) (all []Flaw, err error) {
	l := &logReader{file: bytes.NewReader(log)}
	flaws, err := l.read()
	for _, f := range flaws {
		all = append(all, Flaw{f.at, f.is, f.should})
	}
	return all, err
}

// RootPage is the first page of a table.
func RootPage(path, table string) (n int64, err error) {
	c, err := connect(path, "query_only = ON")
	if err != nil {
		return 0, err
	}
	_, err = c.one("SELECT rootpage FROM sqlite_schema WHERE name = ?", func(r row) { n = r.int(0) }, table)
	return n, errors.Join(err, c.close())
}
