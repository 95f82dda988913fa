package conformance_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/manytill/manytill/core/api/conformance"
	"github.com/stretchr/testify/require"
)

// TestRealServer holds the binary that operators run, on a database on disk,
// against every sentence of the protocol: the one that MANYTILL_BINARY names,
// else one built from this tree.
func TestRealServer(t *testing.T) {
	binary := os.Getenv("MANYTILL_BINARY")
	if binary == "" {
		binary = filepath.Join(t.TempDir(), "manytill")
		out, err := exec.Command("go", "build", "-o", binary, "github.com/manytill/manytill/cmd/server").CombinedOutput()
		require.NoError(t, err, string(out))
	}
	conformance.Run(t, func(t *testing.T, yaml string) conformance.Server {
		return start(t, binary, yaml)
	})
}

const adminToken = "conformance-admin"

func start(t *testing.T, binary, yaml string) conformance.Server {
	dir := t.TempDir()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	require.NoError(t, l.Close())
	config := filepath.Join(dir, "manytill.yaml")
	text := fmt.Sprintf("listen: %s\nstore: sqlite:%s\n%s\n", addr, filepath.Join(dir, "manytill.db"), yaml)
	require.NoError(t, os.WriteFile(config, []byte(text), 0o600))
	p := &process{t: t, binary: binary, config: config, addr: addr}
	p.start()
	t.Cleanup(func() { p.end(syscall.SIGKILL) })
	return conformance.Server{
		URL: "http://" + addr, AdminToken: adminToken,
		Restart: func() {
			p.end(syscall.SIGTERM)
			p.start()
		},
		Kill:    func() { p.end(syscall.SIGKILL) },
		LogTail: p.log.tail,
	}
}

type process struct {
	t                    *testing.T
	binary, config, addr string
	cmd                  *exec.Cmd
	log                  logBuffer
}

func (p *process) start() {
	p.cmd = exec.Command(p.binary, "serve", "--config", p.config)
	p.cmd.Env = append(os.Environ(), "MANYTILL_ADMIN_TOKEN="+adminToken)
	p.cmd.Stderr, p.cmd.Stdout = &p.log, &p.log
	require.NoError(p.t, p.cmd.Start())
	require.Eventually(p.t, func() bool {
		conn, err := net.Dial("tcp", p.addr)
		if err != nil {
			return false
		}
		return conn.Close() == nil
	}, 20*time.Second, 5*time.Millisecond, "the server did not start")
}

func (p *process) end(signal syscall.Signal) {
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Signal(signal)
	_ = p.cmd.Wait()
	p.cmd = nil
}

// logBuffer keeps what a server writes.
type logBuffer struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *logBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(b)
}

func (l *logBuffer) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := strings.Split(l.all.String(), "\n")
	return strings.Join(lines[max(0, len(lines)-40):], "\n")
}
