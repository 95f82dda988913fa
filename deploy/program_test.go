//go:build linux

package deploy_test

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/internal/testbin"
)

// patience is how long a test waits for what should come at once.
const patience = 20 * time.Second

func TestMain(m *testing.M) {
	code := m.Run()
	testbin.Remove()
	pgtest.Stop()
	os.Exit(code)
}

// program is a process that ends with the test, or with the test's process.
type program struct {
	t     testing.TB
	cmd   *exec.Cmd
	ended chan error

	mu   sync.Mutex
	said bytes.Buffer
}

// start starts a process, whose words are shown if the test fails.
func start(t testing.TB, c *exec.Cmd) *program {
	t.Helper()
	p := &program{t: t, cmd: c, ended: make(chan error, 1)}
	c.Stdout, c.Stderr = p, p
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	c.WaitDelay = time.Second
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // the kernel ties a process to the thread that started it
		err := c.Start()
		started <- err
		if err == nil {
			p.ended <- c.Wait()
		}
	}()
	require.NoError(t, <-started)
	t.Cleanup(func() {
		p.end(syscall.SIGTERM)
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(c.Path), p.words())
		}
	})
	return p
}

func (p *program) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.Write(b)
}

func (p *program) words() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// end sends a signal and waits until the process is over, also if it was before.
func (p *program) end(s os.Signal) {
	_ = p.cmd.Process.Signal(s)
	select {
	case err := <-p.ended:
		p.ended <- err
	case <-time.After(patience):
		_ = p.cmd.Process.Kill()
		p.t.Errorf("%s doesn't end: %s", filepath.Base(p.cmd.Path), p.words())
	}
}

// listening waits until somebody listens at each address.
func (p *program) listening(addresses ...string) {
	p.t.Helper()
	for _, address := range addresses {
		p.until("listens at "+address, func() bool {
			c, err := net.Dial("tcp", address)
			if err != nil {
				return false
			}
			return c.Close() == nil
		})
	}
}

// until waits until something holds, while the process runs.
func (p *program) until(what string, holds func() bool) {
	p.t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(5 * time.Millisecond) {
		select {
		case err := <-p.ended:
			p.ended <- err
			require.FailNow(p.t, filepath.Base(p.cmd.Path)+" ended", "%v: %s", err, p.words())
		default:
		}
		require.True(p.t, time.Now().Before(end), "%s should be so that it %s: %s", filepath.Base(p.cmd.Path), what, p.words())
	}
}

// replaced is the text of a file with ports and paths of the test; each of them stands
// in the file.
func replaced(t testing.TB, file string, pairs ...string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	for i := 0; i < len(pairs); i += 2 {
		require.Contains(t, string(text), pairs[i], "%s", file)
	}
	return strings.NewReplacer(pairs...).Replace(string(text))
}

func write(t testing.TB, path, text string) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}
