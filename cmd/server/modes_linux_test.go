package main_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/freeport"
	"github.com/manytill/manytill/sdk/protocol"
)

// unmasked runs the binary under a mask that takes nothing away from what it writes.
func (f *serverWithTwoPOS) unmasked(args ...string) *exec.Cmd {
	cmd := exec.Command("sh", append([]string{"-c", `umask 0 && exec "$@"`, "sh", manytill}, args...)...)
	cmd.Env = append(os.Environ(), "TMPDIR="+filepath.Join(f.dir, "tmp"), "XDG_RUNTIME_DIR=", "RUNTIME_DIRECTORY=")
	return cmd
}

// TestModesOfFiles has the program write all that it writes, in a shop's life, and looks
// for what other users could read or change. They may read the certificate of the server's
// own authority, and the public half of a vendor's key.
func TestModesOfFiles(t *testing.T) {
	t.Parallel()
	f := &serverWithTwoPOS{t: t, dir: t.TempDir(), store: "sqlite:manytill.db"}
	f.config, f.url = filepath.Join(f.dir, "manytill.yaml"), "http://"+freeport.Address()
	require.NoError(t, os.Mkdir(filepath.Join(f.dir, "tmp"), 0o700))
	f.write("products.csv", "id,name,price\n11,Coffee,2.50\n")
	f.write("cashiers.csv", "id,name\n7,Ana\n")
	require.NoError(t, os.Mkdir(filepath.Join(f.dir, "throws"), 0o700))
	f.write("throws/extension.yaml", "name: throws\nversion: 1.0.0\njs: throws.js\ncan_reject: true\n"+
		"fields: {order: {act: {type: string}, sum: {type: number, derived: true}}}\n")
	f.write("throws/throws.js", sourceOf(t, "throws.js"))
	f.enable("  - path: throws\n    timeout: 30s\n    config: {key: k}\n")
	serve := func(cmd *exec.Cmd) {
		f.server = start(t, "server", cmd)
		f.url = f.server.match(`serving url=(\S+)`)[1]
	}
	run := func(args ...string) {
		t.Helper()
		out, err := f.unmasked(args...).CombinedOutput()
		require.NoError(t, err, string(out))
	}

	cmd := f.unmasked("serve", "--config", f.config)
	cmd.Env = append(cmd.Env, "MANYTILL_ADMIN_TOKEN="+adminToken)
	serve(cmd)
	f.bar = f.createPOS("bar", "Bar")
	f.admin("POST", "/v1/admin/multi-sessions", map[string]any{"name": "Main floor", "pos": []string{"bar"}}, nil)
	f.hand(f.bar, "c1").do(create("o1", protocol.Fields{"act": protocol.Text("throw")}))
	f.keptRun("throws", "failed", "no card")
	f.admin("POST", "/v1/admin/backups", map[string]string{"name": "by-hand"}, nil)
	require.Eventually(t, func() bool {
		var now backupsNow
		f.admin("GET", "/v1/admin/backups", nil, &now)
		return len(now.Backups) == 1
	}, patience, 5*time.Millisecond)
	f.admin("PATCH", "/v1/admin/extensions/throws", map[string]bool{"enabled": true}, nil)
	open := openToOthers(t, f.dir) // while its sockets and its journal are there
	f.server.stop()

	run("backup", "--config", f.config, "--to", filepath.Join(f.dir, "by-command.db"))
	readable := filepath.Join(f.dir, "readable-token")
	require.NoError(t, os.WriteFile(readable, nil, 0o644))
	run("admin", "token", "--new", "--config", f.config, "--admin-token-file", readable)
	run("extension", "keygen", filepath.Join(f.dir, "vendor"))
	serve(f.unmasked("serve", "--config", f.config, "--tls", "self"))
	f.server.stop()
	for _, file := range []string{"manytill.db", "manytill.db.known", "manytill.yaml.database"} {
		_ = os.Remove(filepath.Join(f.dir, file))
	}
	serve(f.unmasked("serve", "--config", f.config, "--admin-token-file", filepath.Join(f.dir, "admin-token")))
	f.server.stop()
	run("restore", "--config", f.config, "--from", filepath.Join(f.dir, "by-command.db"), "--force")
	serve(f.unmasked("serve", "--config", f.config))
	till := start(t, "till", f.unmasked("till", "--server", f.url, "--token", f.bar, "--user", "7:Ana", "--data", filepath.Join(f.dir, "queue")))
	till.expect("Order 1 is open")
	open = append(open, openToOthers(t, f.dir)...)

	for _, path := range []string{"by-command.db", "admin-token", "readable-token", "ca-key.pem", "vendor", "backups/by-hand.db", "manytill.db.known"} {
		require.FileExists(t, filepath.Join(f.dir, path))
	}
	require.DirExists(t, filepath.Join(f.dir, "queue"))
	require.DirExists(t, filepath.Join(f.dir, "manytill.db.runs"))
	require.ElementsMatch(t, []string{"-rw-r--r-- ca.pem", "-rw-r--r-- vendor.pub"}, open)
}

// openToOthers are the files of a folder, each with its mode, that other users may use.
// What is in a folder that they can't enter is safe whatever its mode, as sockets are.
func openToOthers(t *testing.T, dir string) (open []string) {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // a temporary file
		}
		require.NoError(t, err)
		if info.Mode().Perm()&0o077 != 0 {
			open = append(open, info.Mode().String()+" "+e.Name())
		}
	}
	return open
}
