package postgres_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/postgres"
	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/sdk/protocol"
)

// Each mistake has a message that says what to do, without the password.
func TestMistakesAtTheStart(t *testing.T) {
	t.Setenv("PGPASSWORD", "")
	good := pgtest.Database(t)
	with := func(change func(*url.URL)) string {
		u, err := url.Parse(good)
		require.NoError(t, err)
		change(u)
		return u.String()
	}
	newer, others := pgtest.Database(t), pgtest.Database(t)
	require.NoError(t, open(t, newer).Close())
	pgtest.Exec(t, newer, "UPDATE manytill.schema_version SET version = 99")
	pgtest.Exec(t, others, "CREATE SCHEMA manytill; CREATE TABLE manytill.something ()")
	for name, c := range map[string]struct{ dsn, want string }{
		"wrong password": {with(func(u *url.URL) { u.User = url.UserPassword("manytill", "wrong-secret") }), "the password is wrong"},
		"no password":    {with(func(u *url.URL) { u.User = url.User("manytill") }), "store_password_file, or PGPASSWORD"},
		"no database":    {with(func(u *url.URL) { u.Path = "/nothing" }), "there is no such database: make it with createdb"},
		"away":           {with(func(u *url.URL) { u.Host = "127.0.0.1:1" }), "the database can't be reached: check that it runs"},
		"newer":          {newer, "written by a newer version of Manytill (schema 99, this one knows"},
		"another's":      {others, "has the tables of another program"},
		"no URL":         {"postgres://:wrong-secret@:x", "postgres://USER@HOST:PORT/DATABASE"},
	} {
		_, err := postgres.Open(t.Context(), c.dsn, postgres.Options{})
		require.ErrorContains(t, err, c.want, name)
		require.NotContains(t, err.Error(), "wrong-secret", name)
		require.NotContains(t, err.Error(), pgtest.Password, name)
	}
	s, err := postgres.Open(t.Context(), with(func(u *url.URL) { u.User = url.User("manytill") }), postgres.Options{Password: pgtest.Password})
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

// What people write comes back byte by byte, in a database of any encoding.
func TestAnyText(t *testing.T) {
	admin, err := url.Parse(pgtest.Database(t))
	require.NoError(t, err)
	name := admin.Path[1:] + "_ascii"
	pgtest.Exec(t, admin.String(), "CREATE DATABASE "+name+" ENCODING 'SQL_ASCII' TEMPLATE template0")
	t.Cleanup(func() { pgtest.DropDatabase(t, admin.String(), name) })
	ascii := *admin
	ascii.Path = "/" + name
	for _, dsn := range []string{admin.String(), ascii.String()} {
		s := open(t, dsn)
		odd := "naïve \x00 \xff 🍷"
		require.NoError(t, s.PutPOS(t.Context(), store.POS{ID: "bar", Name: odd, Till: store.Till{User: &protocol.User{ID: odd, Name: odd}, Since: noon}}))
		pos, err := s.POS(t.Context(), "bar")
		require.NoError(t, err)
		require.Equal(t, odd, pos.Name)
		require.Equal(t, odd, pos.Till.User.Name)
		floor(t, s)
		batch := tap(load(t, s), "o1")
		batch.Orders[0].Body = []byte(odd)
		batch.Values = []store.KeyValue{{Space: "s", Key: odd, Value: []byte(odd)}}
		require.NoError(t, s.Commit(t.Context(), batch))
		snap := load(t, s)
		require.Equal(t, odd, string(snap.Open[0].Body))
		require.Equal(t, odd, snap.Values[0].Key)
		require.NoError(t, s.Close())
	}
}

// An id that PostgreSQL can't take is one that isn't there.
func TestOddIDs(t *testing.T) {
	s := open(t, pgtest.Database(t))
	floor(t, s)
	for _, id := range []string{"\x00", "\xff"} {
		_, err := s.POS(t.Context(), protocol.POSID(id))
		require.ErrorIs(t, err, store.ErrNotFound)
		rows, read, err := s.Orders(t.Context(), "main", []protocol.OrderID{protocol.OrderID(id)})
		require.NoError(t, err)
		require.Empty(t, rows)
		require.Equal(t, 1, read)
	}
}
