package main_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/cmd/server/admin"
	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/sdk/protocol"
)

// inPostgres is a fresh database as a configuration names it, with its password in a
// file of a folder; and as pgtest does.
func inPostgres(t *testing.T) (store, name, database string) {
	t.Helper()
	database = pgtest.Database(t)
	u, err := url.Parse(database)
	require.NoError(t, err)
	password, _ := u.User.Password()
	file := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(file, []byte(password+"\n"), 0o600))
	u.User = url.User(u.User.Username())
	return u.String() + "\nstore_password_file: " + file, u.String(), database
}

// An operator's day with a database in PostgreSQL: what works, works; what its own tools
// do is said; the password is nowhere.
func TestOperatorOfPostgres(t *testing.T) {
	t.Parallel()
	store, _, database := inPostgres(t)
	f := newServerOn(t, store)
	f.server.eventually("new database")
	f.hand(f.bar, "c1").do(create("o1", protocol.Fields{}))
	require.Contains(t, f.server.all(), "store=postgres://manytill@127.0.0.1:")

	for _, args := range [][]string{{"backup", "--to", filepath.Join(f.dir, "b.db")}, {"verify"}} {
		out, err := output(t, append(args, "--config", f.config)...)
		require.Error(t, err, out)
		require.Contains(t, out, "pg_dump and pg_basebackup for backups")
	}
	c, err := admin.New(f.url, adminToken, http.DefaultClient)
	require.NoError(t, err)
	require.ErrorContains(t, c.Do(t.Context(), "POST", "/v1/admin/backups", map[string]any{}, nil), "pg_basebackup")
	require.Contains(t, must(t, "prune", "--older", "400d", "--config", f.config), "there is nothing to delete")

	f.server.stop()
	require.Contains(t, must(t, "admin", "token", "--new", "--config", f.config), "The new admin token")
	out, err := output(t, "restore", "--config", f.config, "--from", f.config)
	require.Error(t, err)
	require.Contains(t, out, "run this again without --from")
	require.Contains(t, must(t, "restore", "--config", f.config), "counts as restored from a backup")
	f.start()
	f.server.stop()

	pgtest.Exec(t, database, "DROP SCHEMA manytill CASCADE")
	out, err = output(t, "serve", "--config", f.config)
	require.Error(t, err)
	require.Contains(t, out, "is empty, but there was one with orders")
	f.start("--new")
	require.NotContains(t, f.server.all(), pgtest.Password)
}

// What is wrong with a database is said at the start, with what to do.
func TestMistakesWithPostgres(t *testing.T) {
	t.Parallel()
	store, name, _ := inPostgres(t)
	dir := t.TempDir()
	config, wrong := filepath.Join(dir, "manytill.yaml"), filepath.Join(dir, "wrong")
	require.NoError(t, os.WriteFile(wrong, []byte("wrong-secret\n"), 0o600))
	for says, lines := range map[string]string{
		"the password is wrong":         name + "\nstore_password_file: " + wrong,
		"there is no such database":     strings.Replace(store, "?", "_nowhere?", 1),
		"the database can't be reached": "postgres://a@127.0.0.1:1/manytill",
		"password can't be read":        name + "\nstore_password_file: nothing",
	} {
		require.NoError(t, os.WriteFile(config, []byte("listen: 127.0.0.1:0\nstore: "+lines+"\n"), 0o600))
		out, err := output(t, "serve", "--config", config)
		require.Error(t, err)
		require.Contains(t, out, says)
		require.NotContains(t, out, "-secret")
	}
}

// A shop moves to PostgreSQL: a till goes on from its cursor, and its token is good.
func TestMigrate(t *testing.T) {
	t.Parallel()
	store, name, _ := inPostgres(t)
	f := newServerWithTwoPOS(t)
	bar := f.hand(f.bar, "c1")
	bar.do(create("o1", protocol.Fields{}))
	var before, after struct {
		Cursor  protocol.Cursor
		Changes []protocol.Change
	}
	require.Equal(t, http.StatusOK, bar.call("GET", "/v1/pull", nil, &before))
	bar.do(create("o2", protocol.Fields{}))
	path, file := filepath.Join(f.dir, "manytill.db"), store[strings.Index(store, "file: ")+len("file: "):]
	args := []string{"migrate", "--from", "sqlite:" + path, "--to", name, "--password-file", file}
	out, err := output(t, args...)
	require.Error(t, err)
	require.Contains(t, out, "a migration needs the server stopped")
	f.server.stop()
	out = must(t, args...)
	require.Contains(t, out, "Moved "+path)
	require.Contains(t, out, "comparing changes")
	out, err = output(t, args...)
	require.Error(t, err)
	require.Contains(t, out, "has a shop already")

	f.store = store
	f.configure(f.url[len("http://"):])
	f.start()
	require.Equal(t, http.StatusOK, bar.call("GET", "/v1/pull?cursor="+url.QueryEscape(string(before.Cursor)), nil, &after))
	require.Len(t, after.Changes, 1)
	require.Contains(t, after.Changes[0].Orders, protocol.OrderID("o2"))
	require.Equal(t, protocol.Applied, bar.do(create("o3", protocol.Fields{})).Status)
}
