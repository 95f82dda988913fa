//go:build unix

package main_test

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestServiceManagerIsTold: what systemd hears of a unit with Type=notify and a watchdog.
// When it hears that the server is ready, the server serves.
func TestServiceManagerIsTold(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "mt") // a socket's path must be short
	require.NoError(t, err)
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	require.NoError(t, err)
	defer manager.Close()
	hears := func(wanted string) (state string) {
		t.Helper()
		require.NoError(t, manager.SetReadDeadline(time.Now().Add(patience)))
		for b := make([]byte, 4096); ; {
			n, err := manager.Read(b)
			require.NoError(t, err, "it should say %s", wanted)
			if state = string(b[:n]); strings.HasPrefix(state, wanted) {
				return state
			}
			require.True(t, strings.HasPrefix(state, "STATUS=") || state == "WATCHDOG=1", "it said %s before %s", state, wanted)
		}
	}
	f := &serverWithTwoPOS{t: t, dir: t.TempDir()}
	f.write("products.csv", "id,name,price\n11,Coffee,2.50\n")
	f.write("manytill.yaml", "listen: 127.0.0.1:0\nstore: sqlite:manytill.db\ncatalogue: {products: products.csv}\n")
	config, log := filepath.Join(f.dir, "manytill.yaml"), filepath.Join(f.dir, "log")
	// Into a file, so that what was logged before a word to the manager is there when it is heard.
	cmd := exec.Command("/bin/sh", "-c", `exec "$0" serve --config "$1" 2>"$2"`, manytill, config, log)
	cmd.Env = append(os.Environ(), "NOTIFY_SOCKET="+socket, "WATCHDOG_USEC=150000", "MANYTILL_ADMIN_TOKEN="+adminToken)
	f.server = start(t, "server", cmd)

	hears("READY=1")
	url, _ := strings.CutPrefix(hears("STATUS=serving at "), "STATUS=serving at ")
	answer, err := http.Get(url + "/readyz")
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
	for range 3 {
		hears("WATCHDOG=1")
	}

	f.write("products.csv", "id,name,price\n11,Coffee,2.70\n20,Tea,2.30\n")
	require.NoError(t, cmd.Process.Signal(syscall.SIGHUP))
	require.Regexp(t, `^RELOADING=1\nMONOTONIC_USEC=\d+\n$`, hears("RELOADING=1"))
	hears("READY=1")
	said, err := os.ReadFile(log)
	require.NoError(t, err)
	require.Contains(t, string(said), "products=2", "all was read again by then")
	require.Contains(t, string(said), "extensions loaded")

	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	hears("STOPPING=1")
	f.server.wait()

	// Nobody hears: that is said, and the server serves all the same.
	require.NoError(t, manager.Close())
	cmd = exec.Command(manytill, "serve", "--config", config)
	cmd.Env = append(os.Environ(), "NOTIFY_SOCKET="+socket, "WATCHDOG_USEC=soon")
	f.server = start(t, "server", cmd)
	f.server.eventually("the service manager can't be told how the server is", "there will be no signs of life for the service manager")
	f.server.stop()
}
