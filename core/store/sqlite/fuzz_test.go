package sqlite

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/s2"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
)

// FuzzJournal: whatever is on a page of the journal, or in a group of it, reading it ends,
// and rows that are read are those that are written.
func FuzzJournal(f *testing.F) {
	row := func(t byte, values ...driver.Value) []byte {
		_, text := rowSum(nil, "", values)
		return append(append([]byte{t, byte(len(text))}, text...), 1, 2, 3, 4)
	}
	f.Add(row(0, int64(1), "text", []byte{2}, nil))
	f.Add(append(row(3, int64(1), int64(2), nil, "{}"), row(4, int64(1), int64(2), []byte{0}, 1.5)...))
	f.Add((&page{group: 7, parts: 1, text: []byte("text")}).body(make([]byte, 0, pageBytes)))
	f.Add([]byte{0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Add(append([]byte{0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, "text"...)) // longer than can be counted
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = eachRow(b, func(_ int, r journalRow) error {
			values, err := r.values()
			if err != nil {
				return err
			}
			_, again := rowSum(nil, "", values[:len(values)-1])
			require.True(t, bytes.Equal(r.text, again), again)
			return nil
		})
		if g, err := readGroup(s2.Encode(nil, b)); err == nil {
			require.True(t, bytes.Equal(b, g.rows))
		}
		whole := make([]byte, pageBytes)
		copy(whole, b)
		for _, body := range [][]byte{b, whole} {
			if p, err := readPage(body); err == nil {
				require.True(t, bytes.HasPrefix(body, p.body(make([]byte, 0, pageBytes))[:pageHead+len(p.text)]))
			}
		}
	})
}

// FuzzLog: whatever is in a write-ahead log, it is read, or called damaged.
func FuzzLog(f *testing.F) {
	path := filepath.Join(f.TempDir(), "x.db")
	c, err := connect(path, "page_size = 512", "journal_mode = WAL")
	require.NoError(f, err)
	require.NoError(f, c.once(context.Background(), "CREATE TABLE x (y); INSERT INTO x VALUES (1); INSERT INTO x VALUES (2)"))
	log, err := os.ReadFile(path + "-wal")
	require.NoError(f, err)
	require.NoError(f, c.close())
	f.Add(log)
	f.Add(log[:len(log)-100])
	f.Add(log[:logHead])
	f.Fuzz(func(t *testing.T, log []byte) {
		flaws, err := ReadLog(log)
		if err != nil {
			require.True(t, errors.Is(err, store.ErrDamaged), err)
			return
		}
		for _, flaw := range flaws {
			require.Less(t, flaw.At, int64(len(log)))
			require.Equal(t, flaw.Is, log[flaw.At])
		}
	})
}

// FuzzFile: whatever a file is that is said to be a database or a backup, the check of it
// ends. What is opened as one has nothing wrong that the check would find.
func FuzzFile(f *testing.F) {
	path := filepath.Join(f.TempDir(), "x.db")
	s, err := Open(context.Background(), path, Options{})
	require.NoError(f, err)
	require.NoError(f, s.Close())
	good, err := os.ReadFile(path)
	require.NoError(f, err)
	f.Add(0, []byte{})
	f.Add(28, []byte{0, 0, 0, 1})
	f.Add(100, []byte{13, 0, 0, 0, 3, 0})
	f.Add(4096+3, []byte{0xff, 0xff, 0})
	f.Add(-1, []byte("SQLite format 3\x00"))
	f.Fuzz(func(t *testing.T, at int, with []byte) {
		file := filepath.Join(t.TempDir(), "x.db")
		body := with
		if at >= 0 { // written over the good one
			body = bytes.Clone(good)
			copy(body[at%len(body):], with)
		}
		require.NoError(t, os.WriteFile(file, body, 0o600))
		var found []store.Damage
		_, bad := Verify(t.Context(), file, func(d store.Damage) { found = append(found, d) })
		s, err := Open(t.Context(), file, Options{})
		if err != nil {
			return
		}
		noted := len(s.Damage())
		require.NoError(t, s.Close())
		if bad == nil && len(found) == 0 && len(body) > 0 {
			require.Zero(t, noted)
		}
	})
}
