package main_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/protocol"
)

// TestAMissingDatabaseIsNoNewShop: a disk that isn't mounted, a file that is
// gone or empty; serve says so and waits for a word.
func TestAMissingDatabaseIsNoNewShop(t *testing.T) {
	t.Parallel()
	f := newServerWithTwoPOS(t)
	f.server.eventually("new database")
	f.hand(f.bar, "c1").do(create("o1", protocol.Fields{}))
	f.server.stop()
	path, backup := filepath.Join(f.dir, "manytill.db"), filepath.Join(f.dir, "backup.db")
	must(t, "backup", "--config", f.config, "--to", backup)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	refused := func(want string) {
		t.Helper()
		out, err := output(t, "serve", "--config", f.config)
		require.Error(t, err)
		require.Contains(t, out, want)
	}
	require.NoError(t, os.Remove(path))
	refused("is missing or empty, but there was one")
	require.NoFileExists(t, path, "nothing was made")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	refused("Check that its disk is mounted")
	for _, args := range [][]string{{"prune", "--older", "400d"}, {"backup", "--to", filepath.Join(f.dir, "b.db")}, {"verify"}} {
		out, err := output(t, append(args, "--config", f.config)...)
		require.Error(t, err)
		require.Contains(t, out, "is missing or empty; check that store in")
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Zero(t, info.Size(), "nor by these")

	require.NoError(t, os.WriteFile(path+"-wal", []byte("the log of the one that is gone"), 0o600))
	refused("its write-ahead log")
	require.NoError(t, os.Remove(path+"-wal"))

	for _, other := range []string{strings.Repeat("\x00", 4096), "id,name,price\n", strings.Repeat("a text, longer than any head of a database\n", 9)} {
		require.NoError(t, os.WriteFile(path, []byte(other), 0o600))
		refused(path + " is not a database")
		refused("move it away and start once with --new")
		out, err := output(t, "prune", "--older", "400d", "--config", f.config)
		require.Error(t, err)
		require.Contains(t, out, "is not a database")
		left, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, other, string(left))
		must(t, "restore", "--config", f.config, "--from", backup, "--force")
	}

	require.NoError(t, os.WriteFile(path, whole, 0o600))
	f.start()
	require.Len(t, f.orders(), 1, "it was put back")
	f.server.stop()

	require.NoError(t, os.Remove(path))
	f.start("--new")
	f.server.eventually("new database")
	f.server.stop()
	f.start("--new")
	f.server.eventually("--new has no effect")
}

// TestAStartThatFailsMakesNoDatabase: what can be wrong is found before.
func TestAStartThatFailsMakesNoDatabase(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for says, config := range map[string]string{
		"another program listens there": "listen: " + taken.Addr().String() + "\n",
		"cert.pem":                      "listen: 127.0.0.1:0\ntls: {cert: cert.pem, key: key.pem}\n",
		"gone.js":                       "listen: 127.0.0.1:0\nextensions: [{path: gone.js}]\n",
		"sha256 is for a Go plugin":     "listen: 127.0.0.1:0\nextensions: [{path: bad.js, sha256: abc}]\n",
		"memory is for a process":       "listen: 127.0.0.1:0\nextensions: [{path: bad.js, memory: 64MB, inprocess: true}]\n",
		"thrown on purpose":             "listen: 127.0.0.1:0\nextensions: [{path: bad.js}]\n",
		"tls.names are for":             "listen: 127.0.0.1:0\ntls: {names: [till.example]}\n",
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, "manytill.yaml")
		require.NoError(t, os.WriteFile(file, []byte(config+"store: sqlite:manytill.db\n"), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "bad.js"), []byte(`throw new Error("thrown on purpose");`), 0o600))
		out, err := output(t, "serve", "--config", file)
		require.Error(t, err)
		require.Contains(t, out, says)
		left, err := filepath.Glob(filepath.Join(dir, "*"))
		require.NoError(t, err)
		require.Equal(t, []string{filepath.Join(dir, "bad.js"), file}, left, says)
	}
}

// TestAnUnmountedDisk takes the mark beside the database with it; there is
// another beside the configuration.
func TestAnUnmountedDisk(t *testing.T) {
	t.Parallel()
	f := newServerWithTwoPOS(t)
	f.server.stop()
	disk := filepath.Join(f.dir, "disk")
	require.NoError(t, os.Mkdir(disk, 0o700))
	use := func(name string) {
		f.write("manytill.yaml", "listen: 127.0.0.1:0\nstore: sqlite:"+filepath.Join("disk", name)+"\n")
	}
	use("a.db")
	f.start()
	f.server.stop()
	require.NoError(t, os.RemoveAll(disk))
	require.NoError(t, os.Mkdir(disk, 0o700))
	out, err := output(t, "serve", "--config", f.config)
	require.Error(t, err)
	require.Contains(t, out, "manytill.yaml.database)")
	left, err := os.ReadDir(disk)
	require.NoError(t, err)
	require.Empty(t, left, "nothing was written below the mount point")
	use("b.db")
	f.start()
	f.server.eventually("new database")
}
