package sqlite_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/sdk/protocol"
)

// resum is SQL that gives the rows of a table their right checksums, as if they had been
// written so.
const resum = `; UPDATE changes SET sum = row_sum('changes', ms, seq, newest, body)`

// TestRowsThatArentMissed: each row alone is good, with its checksum, and all indexes
// agree. The histories' hashes and digests tell what is wrong, and where.
func TestRowsThatArentMissed(t *testing.T) {
	tests := []struct{ name, sql, want string }{
		{"two changes swapped", `UPDATE changes SET seq = -1 WHERE ms = 1 AND seq = 30; UPDATE changes SET seq = 30 WHERE ms = 1 AND seq = 31;
			UPDATE changes SET seq = 31 WHERE ms = 1 AND seq = -1` + resum, "change 30, which doesn't follow the one before it, of main"},
		{
			"another's change", "UPDATE changes SET body = (SELECT body FROM other.changes AS o WHERE o.ms = changes.ms AND o.seq = changes.seq) WHERE ms = 1 AND seq = 33" + resum,
			"change 34, which doesn't follow the one before it, of main",
		},
		{
			"another database's row", "DELETE FROM changes WHERE ms = 1 AND seq = 33; INSERT INTO changes SELECT * FROM other.changes WHERE ms = 1 AND seq = 33",
			"change 33, which doesn't follow the one before it, of main",
		},
		{
			"another database's last row", "UPDATE changes SET body = (SELECT body FROM other.changes AS o WHERE o.ms = changes.ms AND o.seq = changes.seq) WHERE ms = 2 AND seq = 40" + resum,
			"change 40, which isn't the one that was written last, of garden",
		},
		{"a deleted change", "DELETE FROM changes WHERE ms = 1 AND seq = 35", "the change before change 36 of main, which is missing,"},
		{"the last changes deleted", "DELETE FROM changes WHERE ms = 1 AND seq > 37", "the changes after change 37 up to change 40, which are missing, of main"},
		{"all changes deleted", "DELETE FROM changes WHERE ms = 2", "the changes after change 0 up to change 40, which are missing, of garden"},
		{
			"a change more", "INSERT INTO changes SELECT ms, 41, newest, replace(body, '\"seq\":40', '\"seq\":41'), 0, prior FROM changes WHERE ms = 2 AND seq = 40" + resum,
			"change 41, which doesn't follow the one before it, of garden",
		},
		{"a deleted line", "DELETE FROM lines WHERE order_key = 2 AND n = 3", "a missing or outdated line or payment of order 018f3c1e-77aa-00000002 of main"},
		{
			"another database's line", "INSERT OR REPLACE INTO lines SELECT * FROM other.lines WHERE order_key = 2 AND n = 3",
			"a missing or outdated line or payment of order 018f3c1e-77aa-00000002 of main",
		},
		{"an older line", "INSERT OR REPLACE INTO lines SELECT * FROM older.lines WHERE order_key = 4 AND n = 3", "a missing or outdated line or payment of order 018f3c1e-77aa-00000004 of main"},
		{
			"a line more", "INSERT INTO lines SELECT 2, 'x', n, seq, body, row_sum('lines', 2, 'x', n, seq, body) FROM lines WHERE order_key = 1 LIMIT 1",
			"a missing or outdated line or payment of order 018f3c1e-77aa-00000002 of main",
		},
		{
			"all lines of an order that isn't there", "INSERT INTO lines SELECT 99, id, n, seq, body, row_sum('lines', 99, id, n, seq, body) FROM lines WHERE order_key = 1 LIMIT 1",
			"the order with the key 99, which is missing and has lines or payments,",
		},
		{"a deleted payment", "DELETE FROM payments WHERE order_key = 3", "a missing or outdated line or payment of order 018f3c1e-77aa-00000003 of main"},
		{
			"a deleted order", "DELETE FROM orders WHERE key = 3; DELETE FROM lines WHERE order_key = 3; DELETE FROM payments WHERE order_key = 3",
			"the order with the key 3, which change 38 changed and which is missing, of main",
		},
		{
			"an older order", "INSERT OR REPLACE INTO orders SELECT * FROM older.orders WHERE key = 1; DELETE FROM lines WHERE order_key = 1; INSERT INTO lines SELECT * FROM older.lines WHERE order_key = 1;" +
				"DELETE FROM payments WHERE order_key = 1; INSERT INTO payments SELECT * FROM older.payments WHERE order_key = 1",
			"order 018f3c1e-77aa-00000001, which is older than change 36, of main",
		},
		{
			"another database's order", "INSERT OR REPLACE INTO orders SELECT * FROM other.orders WHERE key = 1; DELETE FROM lines WHERE order_key = 1; INSERT INTO lines SELECT * FROM other.lines WHERE order_key = 1; " +
				"DELETE FROM payments WHERE order_key = 1; INSERT INTO payments SELECT * FROM other.payments WHERE order_key = 1",
			"the orders' rows, of which one is missing, or of another time or database, each of main",
		},
		{"a deleted head", "DELETE FROM heads WHERE ms = 2", "the head of the history, which is missing, of garden"},
		{"an older head", "INSERT OR REPLACE INTO heads SELECT * FROM older.heads WHERE ms = 2", "the head of the history, which is older than change 40 of garden"},
		{"a changed head", "UPDATE heads SET seq = 39 WHERE ms = 1", "the head of the history of main"},
		{"a changed hash", "UPDATE changes SET prior = x'00112233445566778899aabbccddeeff' WHERE ms = 1 AND seq = 32", "change 32, which doesn't follow the one before it, of main"},
		{"a changed digest", "UPDATE orders SET whole = whole + 1 WHERE key = 1", "a missing or outdated line or payment of order 018f3c1e-77aa-00000001 of main"},
	}
	dir := t.TempDir()
	older, good, other := filepath.Join(dir, "older.db"), filepath.Join(dir, "good.db"), filepath.Join(dir, "other.db")
	chained(t, good, "good", older)
	chained(t, other, "other", "")
	for _, path := range []string{older, good, other} {
		places, checked := verify(t, path)
		require.Empty(t, places)
		require.True(t, checked.Histories)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.db")
			require.NoError(t, sqlite.BackupFile(t.Context(), good, path, nil))
			require.NoError(t, sqlite.Script(path, fmt.Sprintf("ATTACH '%s' AS other; ATTACH '%s' AS older; %s", other, older, test.sql)))
			places, _ := verify(t, path)
			require.NotEmpty(t, places)
			require.Contains(t, strings.Join(places, "\n"), test.want)
			require.ErrorContains(t, sqlite.Restore(t.Context(), path, filepath.Join(t.TempDir(), "to.db"), false), "it is damaged")
		})
	}
}

// chained makes a database with two histories whose rows hold one change each: of 40
// changes, with lines and payments. At change 30 it is copied to older.
func chained(t *testing.T, path, text, older string) {
	s := open(t, path)
	floors := []*busyMultiSession{newBusyMultiSession(t, s, "main", 5), newBusyMultiSession(t, s, "garden", 4)}
	for _, f := range floors {
		require.NoError(t, f.commit(s, 6))
	}
	for floors[1].head < 40 {
		for _, f := range floors {
			b := f.batch(1)
			seq := b.Changes[0].Seq
			b.Changes[0].Body = fmt.Appendf(nil, `{"seq":%d,"text":%q,"orders":{}}`, seq, text)
			line := &b.Orders[0].Lines[0]
			line.N = line.N%3 + 1
			line.ID = protocol.LineID(fmt.Sprint("l", line.N))
			line.Body = fmt.Appendf(nil, `{"text":%q,"seq":%d}`, text, seq)
			b.Orders[0].Payments = []store.PaymentRow{{ID: protocol.PaymentID(fmt.Sprint("p", seq)), N: 1, Seq: seq, Body: []byte(`{"amount":5}`)}}
			require.NoError(t, s.Commit(t.Context(), b))
			f.head++
			_, err := s.Load(t.Context(), f.id) // moves the journal
			require.NoError(t, err)
		}
		if older != "" && floors[0].head == 30 {
			require.NoError(t, s.Backup(t.Context(), older, nil))
		}
	}
	require.NoError(t, s.Close())
}

// TestAPrunedHistoryIsChecked: what is left of it, too.
func TestAPrunedHistoryIsChecked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	s := open(t, path)
	require.NoError(t, sqlite.MoveLater(s))
	head, noon := chunked(t, s, func(ms store.MultiSession) { require.NoError(t, s.PutMultiSession(t.Context(), ms, nil)) })
	count, err := s.Prune(t.Context(), noon.AddDate(0, 0, 1), false)
	require.NoError(t, err)
	require.Positive(t, count.Changes)
	places, _ := verify(t, path)
	require.Empty(t, places)
	f := &busyMultiSession{id: "main", client: "c1", orders: 12, count: make([]int, 12), head: head}
	for range 2 {
		require.NoError(t, f.commit(s, 6))
	}
	require.NoError(t, s.Close())
	places, _ = verify(t, path)
	require.Empty(t, places)
	for sql, want := range map[string]string{
		"DELETE FROM changes WHERE seq = (SELECT min(seq) FROM changes)":                                       "a change up to change ",
		"UPDATE changes SET seq = seq - 1 WHERE seq = (SELECT min(seq) FROM changes)" + resum:                  "a change up to change ",
		"UPDATE heads SET kept = kept + 1, sum = row_sum('heads', ms, seq, hash, cut, kept + 1, base, orders)": "a change up to change ",
		"DELETE FROM changes WHERE seq = (SELECT max(seq) FROM changes)":                                       "which are missing, of main",
		"DELETE FROM lines WHERE rowid = (SELECT max(rowid) FROM lines)":                                       "a missing or outdated line",
		"UPDATE changes SET prior = x'' WHERE seq = (SELECT max(seq) FROM changes)":                            "which doesn't follow the one before it",
	} {
		t.Run(sql, func(t *testing.T) {
			copied := filepath.Join(t.TempDir(), "x.db")
			require.NoError(t, sqlite.BackupFile(t.Context(), path, copied, nil))
			require.NoError(t, sqlite.Script(copied, sql))
			places, _ := verify(t, copied)
			require.Contains(t, strings.Join(places, "\n"), want)
		})
	}
}

// TestAHistoryThatLostItsEnd isn't gone on with: numbers that were given would be given
// again. Others are.
func TestAHistoryThatLostItsEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	chained(t, path, "text", "")
	require.NoError(t, sqlite.Script(path, "DELETE FROM changes WHERE ms = 1 AND seq > 38"))
	s := open(t, path)
	_, err := s.Load(t.Context(), "main")
	require.ErrorIs(t, err, store.ErrDamaged)
	require.ErrorContains(t, err, "the changes after change 38 up to change 40")
	f := &busyMultiSession{id: "main", orders: 5, count: make([]int, 5), head: 38}
	require.ErrorIs(t, f.commit(s, 1), store.ErrDamaged)
	garden := &busyMultiSession{id: "garden", client: "018f3c1e-77aa-garden", orders: 4, count: make([]int, 4), head: 40}
	require.NoError(t, garden.commit(s, 1))
	require.Len(t, s.Damage(), 1)
}

// TestAnOrderThatLostALine is set apart.
func TestAnOrderThatLostALine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	chained(t, path, "text", "")
	require.NoError(t, sqlite.Script(path, "DELETE FROM lines WHERE order_key = 2 AND n = 1"))
	s := open(t, path)
	snap, err := s.Load(t.Context(), "main")
	require.NoError(t, err)
	for _, o := range snap.Open {
		require.Equal(t, o.ID == "018f3c1e-77aa-00000002", o.Damaged, o.ID)
	}
	require.Equal(t, []store.Damage{{Place: "a missing or outdated line or payment of order 018f3c1e-77aa-00000002 of main"}}, s.Damage())
}

// TestAJournalThatDoesntFollow: what is in the journal begins behind the tables' end.
func TestAJournalThatDoesntFollow(t *testing.T) {
	s, _, path := journaled(t)
	crashed := crash(t, path)
	places, _ := verify(t, crashed)
	require.Empty(t, places)
	// The tables as they were before change 4.
	require.NoError(t, sqlite.Script(crashed, `UPDATE heads SET seq = 3, hash = (SELECT prior FROM changes WHERE seq = 4); DELETE FROM changes WHERE seq = 4;
		UPDATE heads SET sum = row_sum('heads', ms, seq, hash, cut, kept, base, orders)`))
	places, _ = verify(t, crashed)
	require.Contains(t, strings.Join(places, "\n"), "the changes after change 3 up to change 5, the first one in the journal, which are missing, of main")
	require.NoError(t, s.Close())
}
