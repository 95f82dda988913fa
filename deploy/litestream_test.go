//go:build linux

package deploy_test

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/manytill/manytill/internal/freeport"
	"github.com/manytill/manytill/internal/testbin"
)

// Litestream itself doesn't run here. The test does to the database what it does: tables
// of its own, a read transaction that is always open, writes, and checkpoints, from
// another process. The server serves and stops as ever, and what it leaves is whole. A
// copy of file and log, which is what Litestream restores, becomes the shop's database by
// `restore --from`.
func TestWhatLitestreamDoesBesideTheServer(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("litestream/litestream.yml")
	require.NoError(t, err)
	var c struct{ DBs []struct{ Path string } }
	require.NoError(t, yaml.Unmarshal(text, &c))
	unit, err := os.ReadFile("systemd/manytill.service")
	require.NoError(t, err)
	require.Contains(t, string(unit), "store: sqlite:"+c.DBs[0].Path+"\n", "the same file as the service has")

	bin, err := testbin.Server()
	require.NoError(t, err)
	dir, address := t.TempDir(), freeport.Address()
	file, replica := filepath.Join(dir, "manytill.db"), filepath.Join(dir, "replica.db")
	config := write(t, filepath.Join(dir, "manytill.yaml"), "listen: "+address+"\nstore: sqlite:manytill.db\n")
	run := func(args ...string) string {
		out, err := exec.Command(bin, args...).CombinedOutput()
		require.NoError(t, err, "%v: %s", args, out)
		return string(out)
	}
	serve := func() *program {
		c := exec.Command(bin, "serve", "--config", config)
		c.Env = append(os.Environ(), "MANYTILL_ADMIN_TOKEN="+adminToken)
		p := start(t, c)
		p.ready(address)
		return p
	}
	server := serve()
	s := (&shop{t: t}).behind("l", plainFront(address))
	till := s.newTills(t, "bar")[0]

	db, err := sql.Open("sqlite", file+"?_pragma=busy_timeout(5000)")
	require.NoError(t, err)
	defer db.Close()
	do := func(statement string) {
		_, err := db.Exec(statement)
		require.NoError(t, err, statement)
	}
	do("CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)")
	do("CREATE TABLE _litestream_lock (id INTEGER)")
	hold := func() (release func()) {
		read, err := db.Begin()
		require.NoError(t, err)
		var n int
		require.NoError(t, read.QueryRow("SELECT COUNT(1) FROM _litestream_seq").Scan(&n))
		return func() { _ = read.Rollback() }
	}
	release := hold()
	for i := range 30 {
		require.NoError(t, till.create(t, fmt.Sprint("o", i)))
		do("INSERT INTO _litestream_seq (id, seq) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET seq = seq + 1")
	}
	for _, mode := range []string{"PASSIVE", "RESTART", "TRUNCATE"} {
		release()
		do("PRAGMA wal_checkpoint(" + mode + ")")
		release = hold()
		require.NoError(t, till.create(t, mode))
	}
	for _, end := range []string{"", "-wal"} { // nobody writes now
		copied, err := os.ReadFile(file + end)
		require.NoError(t, err)
		write(t, replica+end, string(copied))
	}
	began := time.Now()
	server.end(syscall.SIGTERM)
	require.Less(t, time.Since(began), 5*time.Second, "Litestream's read transaction doesn't hold up the stop")
	release()
	require.Contains(t, run("verify", file), "is good")
	copied, err := sql.Open("sqlite", replica)
	require.NoError(t, err)
	_, err = copied.Exec("PRAGMA journal_mode = DELETE") // one file, as Litestream restores it
	require.NoError(t, err)
	require.NoError(t, copied.Close())
	run("restore", "--config", config, "--from", replica, "--force")
	server = serve()
	var list struct{ Orders []any }
	till.must(t, "GET", "/v1/orders", nil, &list)
	require.Len(t, list.Orders, 33)
	server.end(syscall.SIGTERM)
}
