package main_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is how long something may take that a person would wait for.
const patience = 20 * time.Second

// program is a process of the binary: what is typed goes in, what it prints is
// read in order.
type program struct {
	t     *testing.T
	name  string
	cmd   *exec.Cmd
	stdin io.WriteCloser
	ended chan error

	mu    sync.Mutex
	out   strings.Builder
	read  int           // how much was expected
	grown chan struct{} // closed when out grows
}

// start runs a command; it is stopped with the test.
func start(t *testing.T, name string, cmd *exec.Cmd) *program {
	t.Helper()
	p := &program{t: t, name: name, cmd: cmd, ended: make(chan error, 1), grown: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = p, p
	var err error
	p.stdin, err = cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	go func() { p.ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		if t.Failed() {
			t.Logf("%s printed:\n%s", name, p.all())
		}
	})
	return p
}

// run starts the binary with arguments.
func run(t *testing.T, name string, args ...string) *program {
	t.Helper()
	cmd := exec.Command(manytill, args...)
	cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+t.TempDir(), "TMPDIR="+t.TempDir())
	return start(t, name, cmd)
}

// Write takes what the process prints.
func (p *program) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out.Write(b)
	close(p.grown)
	p.grown = make(chan struct{})
	return len(b), nil
}

func (p *program) all() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// expect waits for texts, each behind the one before, and returns what was
// printed up to the last.
func (p *program) expect(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		p.match(regexp.QuoteMeta(text))
	}
}

// match waits for a pattern behind what was expected before.
func (p *program) match(pattern string) []string {
	p.t.Helper()
	return p.within(patience, pattern)
}

// within is match with another patience.
func (p *program) within(patience time.Duration, pattern string) []string {
	p.t.Helper()
	wanted := regexp.MustCompile(pattern)
	end := time.NewTimer(patience)
	defer end.Stop()
	for {
		p.mu.Lock()
		text, grown := p.out.String()[p.read:], p.grown
		if at := wanted.FindStringSubmatchIndex(text); at != nil {
			p.read += at[1]
			p.mu.Unlock()
			return wanted.FindStringSubmatch(text)
		}
		p.mu.Unlock()
		select {
		case <-grown:
		case <-end.C:
			require.FailNowf(p.t, "not printed", "%s should print %q; behind what was expected before it printed:\n%s", p.name, pattern, text)
		}
	}
}

// eventually waits for texts in any order, among all that was printed so far
// or will be.
func (p *program) eventually(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		p.mu.Lock()
		p.read = 0
		p.mu.Unlock()
		p.expect(text)
	}
	p.mu.Lock()
	p.read = p.out.Len()
	p.mu.Unlock()
}

func (p *program) types(lines ...string) {
	p.t.Helper()
	for _, line := range lines {
		_, err := fmt.Fprintln(p.stdin, line)
		require.NoError(p.t, err)
	}
}

// stop asks the process to end and waits until it has, without an error.
func (p *program) stop() {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Signal(syscall.SIGTERM))
	p.wait()
}

func (p *program) wait() {
	p.t.Helper()
	select {
	case err := <-p.ended:
		require.NoError(p.t, err)
	case <-time.After(patience):
		require.FailNow(p.t, p.name+" doesn't end")
	}
}

// output runs the binary to its end.
func output(t *testing.T, args ...string) (string, error) {
	t.Helper()
	out, err := exec.Command(manytill, args...).CombinedOutput()
	return string(out), err
}

// must is output of a command that works.
func must(t *testing.T, args ...string) string {
	t.Helper()
	out, err := output(t, args...)
	require.NoError(t, err, out)
	return out
}

// sees is what a till says when an order comes up: as news, or because it was
// there when the till's first look at the server came.
func sees(order int) string { return fmt.Sprintf("started order %d|Order %[1]d is open", order) }
