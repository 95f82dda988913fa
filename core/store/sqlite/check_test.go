package sqlite_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/sdk/protocol"
)

func verify(t *testing.T, path string) (places []string, checked sqlite.Verified) {
	t.Helper()
	checked, err := sqlite.Verify(context.WithoutCancel(t.Context()), path, func(d store.Damage) { places = append(places, d.Place) })
	require.NoError(t, err)
	return places, checked
}

// TestChecksumsOfAnOlderDatabase: its rows get some when it is opened.
func TestChecksumsOfAnOlderDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	for _, file := range []string{"0001_start.sql", "0002_known_fields.sql", "0003_mend.sql"} {
		text, err := os.ReadFile(filepath.Join("migrations", file))
		require.NoError(t, err)
		script(t, path, string(text))
	}
	script(t, path, `
		INSERT INTO identity VALUES ('server', 'epoch');
		INSERT INTO multi_sessions (key, id, name, active, deleted) VALUES (1, 'main', 'Main', 1, 0);
		INSERT INTO orders VALUES (1, 1, 'o1', 1, 1, 'open', 3, 1, 1, 0, '{}'), (2, 1, 'o2', 1, 2, 'open', 3, 1, 1, 0, '{}');
		INSERT INTO lines VALUES (1, 'l1', 1, 1, '{"price":17.5}');
		INSERT INTO changes VALUES (1, 1, NULL, '{"seq":1,"orders":{"o1":{}}}');
		PRAGMA user_version = 3;`)
	places, checked := verify(t, path)
	require.Empty(t, places)
	require.Zero(t, checked)
	require.NoError(t, open(t, path).Close())
	places, checked = verify(t, path)
	require.Empty(t, places)
	require.Equal(t, sqlite.Verified{Sums: true, Histories: true}, checked)
	script(t, path, "UPDATE lines SET body = '{\"price\":0.5}'")
	places, _ = verify(t, path)
	require.Equal(t, []string{"line l1 of order o1 of main"}, places)

	var told []store.Damage
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{Damaged: func(d store.Damage) { told = append(told, d) }})
	require.NoError(t, err)
	defer s.Close()
	for range 2 {
		snap, err := s.Load(t.Context(), "main")
		require.NoError(t, err)
		require.Equal(t, store.OrderRows{OrderRow: store.OrderRow{ID: "o1", Run: 1, Number: 1, Seq: 1}, Damaged: true}, snap.Open[0])
		require.False(t, snap.Open[1].Damaged)
	}
	require.Equal(t, []store.Damage{{Place: "line l1 of order o1 of main"}}, told, "each place once")
	require.Equal(t, told, s.Damage())
}

// TestADamagedIndexIsMadeAnew: its table has all that stands in it.
func TestADamagedIndexIsMadeAnew(t *testing.T) {
	const mutations = 40
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	shop(t, good, mutations)
	s := open(t, good)
	want, _ := everything(t, s, mutations)
	require.NoError(t, s.Close())
	body, err := os.ReadFile(good)
	require.NoError(t, err)
	id, made := []byte("018f3c1e-77aa-00000003"), 0
	for at := 0; ; {
		next := bytes.Index(body[at:], id)
		if next < 0 {
			break
		}
		at += next + 1
		flipped := bytes.Clone(body)
		flipped[at] = 'x'
		path := filepath.Join(dir, "flipped.db")
		require.NoError(t, os.WriteFile(path, flipped, 0o600))
		s := open(t, path)
		got, told := everything(t, s, mutations)
		if !told && len(s.Damage()) > 0 {
			made++
			require.Contains(t, s.Damage()[0].Place, "rebuilt")
			require.Equal(t, want, got)
		}
		require.NoError(t, s.Close())
		if !told {
			places, _ := verify(t, path)
			require.Empty(t, places)
		}
	}
	require.Positive(t, made)
}

// TestMissing: rows that are gone without a trace in the pages.
func TestMissing(t *testing.T) {
	for sql, want := range map[string]string{
		"DELETE FROM changes WHERE seq = 3":                "the change before change 4 of main",
		"DELETE FROM changes WHERE seq > 7":                "whose last change 10 is missing",
		"UPDATE sqlite_sequence SET seq = 0":               "",
		"DROP INDEX orders_open":                           "index orders_open",
		"CREATE VIEW of_an_operator AS SELECT 1":           "",
		"UPDATE outcomes SET id = 99 WHERE id = 5":         "outcome 99",
		"UPDATE multi_sessions SET name = 'x', sum = sum":  "no such function",
		"UPDATE clients SET pos = 'another'":               "client 018f3c1e-77aa-main",
		"UPDATE orders SET state = 'paid' WHERE number= 3": "order 018f3c1e-77aa-00000002 of main",
	} {
		t.Run(sql, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.db")
			s := open(t, path)
			f := newBusyMultiSession(t, s, "main", 5)
			require.NoError(t, f.commit(s, 5))
			require.NoError(t, f.commit(s, 5))
			require.NoError(t, s.Close())
			if err := scriptError(path, sql); err != nil {
				require.ErrorContains(t, err, want)
				return
			}
			places, _ := verify(t, path)
			if want == "" {
				require.Empty(t, places)
				return
			}
			require.Contains(t, strings.Join(places, "\n"), want)
		})
	}
}

// TestALargeDatabaseIsCheckedWhileItWorks: it starts at once, and what is found
// then is told.
func TestALargeDatabaseIsCheckedWhileItWorks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	s := open(t, path)
	require.NoError(t, newBusyMultiSession(t, s, "main", 5).commit(s, 100))
	require.NoError(t, s.Close())
	body, err := os.ReadFile(path)
	require.NoError(t, err)
	last := len(body) - 4096 + 3 // the number of a page's cells
	body[last] ^= 4
	require.NoError(t, os.WriteFile(path, body, 0o600))
	_, err = sqlite.Open(t.Context(), path, sqlite.Options{})
	require.ErrorContains(t, err, "the database is damaged")

	defer sqlite.CheckAtOnce(0)()
	told := make(chan store.Damage, 100)
	s, err = sqlite.Open(t.Context(), path, sqlite.Options{Damaged: func(d store.Damage) { told <- d }})
	require.NoError(t, err)
	require.NotEmpty(t, (<-told).Place)
	require.NoError(t, s.Close())
}

// TestADamagedPOS takes nobody else with it.
func TestADamagedPOS(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	shop(t, path, 20)
	s := open(t, path)
	require.NoError(t, s.PutPOS(t.Context(), store.POS{ID: "second", Name: "The second of main", Till: store.Till{Open: true}}))
	require.NoError(t, s.PutMultiSession(t.Context(), store.MultiSession{ID: "main", Name: "Floor", Active: true}, []protocol.POSID{"main-bar", "second"}))
	require.NoError(t, s.Close())
	body, err := os.ReadFile(path)
	require.NoError(t, err)
	for at := 0; ; { // free parts of pages may hold it, too
		next := bytes.Index(body[at:], []byte("The bar of main"))
		if next < 0 {
			break
		}
		at += next
		body[at] = 'D'
	}
	require.NoError(t, os.WriteFile(path, body, 0o600))
	s = open(t, path)
	_, err = s.POS(t.Context(), "main-bar")
	require.ErrorIs(t, err, store.ErrDamaged)
	require.ErrorContains(t, err, "POS main-bar is damaged")
	all, err := s.AllPOS(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 2)
	snap, err := s.Load(t.Context(), "main")
	require.NoError(t, err)
	require.Len(t, snap.Tills, 1)
	require.Equal(t, protocol.POSID("second"), snap.Tills[0].ID)
	require.ErrorIs(t, s.PutPOS(t.Context(), store.POS{ID: "main-bar", Name: "Anew"}), store.ErrDamaged, "what isn't known of it isn't summed anew")
}

// TestCut: a file that lost its end is refused.
func TestCut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	s := open(t, path)
	require.NoError(t, newBusyMultiSession(t, s, "main", 5).commit(s, 100))
	require.NoError(t, s.Close())
	body, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, body[:len(body)-10], 0o600))
	places, _ := verify(t, path)
	require.Contains(t, places[0], "it was truncated")
	_, err = sqlite.Open(t.Context(), path, sqlite.Options{})
	require.ErrorContains(t, err, "it was truncated")
	require.ErrorIs(t, err, store.ErrDamaged)
}

// TestPruneLeavesWhatIsDamaged, and says so.
func TestPruneLeavesWhatIsDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	s := open(t, path)
	f := newBusyMultiSession(t, s, "main", 2)
	require.NoError(t, f.commit(s, 4))
	b := f.batch(2)
	for i := range b.Orders {
		b.Orders[i].State = protocol.Paid
	}
	require.NoError(t, s.Commit(t.Context(), b))
	require.NoError(t, s.Close())
	script(t, path, "UPDATE orders SET rev = 77 WHERE number = 1")
	s = open(t, path)
	count, err := s.Prune(t.Context(), b.At.AddDate(1, 0, 0), false)
	require.NoError(t, err)
	require.EqualValues(t, 1, count.Orders)
	require.NoError(t, s.Close())
	places, _ := verify(t, path)
	require.Equal(t, []string{"order 018f3c1e-77aa-00000000 of main"}, places)
}

// TestIDsOfADamagedMultiSession: what belongs to a multi-session isn't served as another
// one's if that one's row is damaged in its id.
func TestIDsOfADamagedMultiSession(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	shop(t, path, 20)
	body, err := os.ReadFile(path)
	require.NoError(t, err)
	at := bytes.Index(body, []byte("mainFloor")) // id and name, in the one row that has both
	require.Positive(t, at)
	body[at] = 'g'
	require.NoError(t, os.WriteFile(path, body, 0o600))
	s := open(t, path)
	all, err := s.AllPOS(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, protocol.MultiSessionID("garden"), all[0].MultiSession)
	_, err = s.POS(t.Context(), "main-bar")
	require.ErrorIs(t, err, store.ErrDamaged)
	client, err := s.Client(t.Context(), "018f3c1e-77aa-main")
	require.NoError(t, err)
	require.Equal(t, store.Client{ID: "018f3c1e-77aa-main", Damaged: true}, client)
	require.NoError(t, s.Close())
}
