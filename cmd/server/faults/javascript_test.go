package faults_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/protocol"
)

const (
	kit   = "../../../sdk/js"
	pages = "../../../core/web"
)

// needNode skips a test where there is no Node, and says so. What the package in
// that folder needs is installed if it isn't there.
func needNode(t *testing.T, folder string) {
	if _, err := exec.LookPath("node"); err != nil {
		fmt.Fprintf(os.Stderr, "SKIPPED %s: node isn't installed, so TypeScript isn't tested beside Go\n", t.Name())
		t.Skip("node isn't installed")
	}
	if _, err := os.Stat(filepath.Join(folder, "node_modules", "tsx")); err != nil {
		install := exec.Command("npm", "ci", "--no-audit", "--no-fund")
		install.Dir = folder
		out, err := install.CombinedOutput()
		require.NoError(t, err, "npm ci in %s: %s", folder, out)
	}
}

// said is a line of a script's output; test/till-process.ts says which.
type said struct {
	Open, Settled bool
	Doing, Did    protocol.Ops
	Refused       protocol.Ops
	Orders        []protocol.Order
	Rejections    []struct{ Mutation protocol.Mutation }
}

// script is a till of the TypeScript client, in a process of its own.
type script struct {
	t                testing.TB
	url, token, name string
	file             string
	seed             int
	cmd              *exec.Cmd
	in               io.WriteCloser
	errors           *os.File

	mu sync.Mutex
	// did was acknowledged; perhaps was cut off by a kill.
	did, perhaps []protocol.Ops
	doing        protocol.Ops
	told         chan said
}

func newScript(t testing.TB, url, token, name string) *script {
	s := &script{t: t, url: url, token: token, name: name, file: filepath.Join(t.TempDir(), "queue.jsonl")}
	var err error
	s.errors, err = os.Create(filepath.Join(t.TempDir(), "errors"))
	require.NoError(t, err)
	t.Cleanup(func() {
		s.kill()
		if raw, _ := os.ReadFile(s.errors.Name()); t.Failed() && len(raw) > 0 {
			t.Logf("%s said:\n%s", name, raw)
		}
		s.errors.Close()
	})
	s.start()
	return s
}

// start is the start of the app, on what its queue holds.
func (s *script) start() {
	s.seed++
	args, err := json.Marshal(map[string]any{"url": s.url, "token": s.token, "name": s.name, "file": s.file, "seed": s.seed})
	require.NoError(s.t, err)
	s.cmd = exec.Command("node", "--import", "tsx", "test/till-process.ts", string(args))
	s.cmd.Dir, s.cmd.Stderr = kit, s.errors
	s.in, err = s.cmd.StdinPipe()
	require.NoError(s.t, err)
	out, err := s.cmd.StdoutPipe()
	require.NoError(s.t, err)
	require.NoError(s.t, s.cmd.Start())
	s.told = make(chan said, 64)
	go s.read(out, s.told)
	s.await("it opens", func(l said) bool { return l.Open })
}

// read keeps the journal, and passes on the rest.
func (s *script) read(out io.Reader, told chan<- said) {
	defer close(told)
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var l said
		if json.Unmarshal(lines.Bytes(), &l) != nil {
			continue // cut off by a kill
		}
		s.mu.Lock()
		switch {
		case l.Doing != nil:
			s.doing = l.Doing
		case l.Did != nil:
			s.did, s.doing = append(s.did, l.Did), nil
		case l.Refused != nil:
			s.doing = nil
		default:
			told <- l
		}
		s.mu.Unlock()
	}
}

func (s *script) say(format string, args ...any) {
	_, err := fmt.Fprintf(s.in, format+"\n", args...)
	require.NoError(s.t, err)
}

func (s *script) await(what string, is func(said) bool) said {
	s.t.Helper()
	limit := time.After(40 * time.Second)
	for {
		select {
		case l, ok := <-s.told:
			require.True(s.t, ok, "%s ended before: %s", s.name, what)
			if is(l) {
				return l
			}
		case <-limit:
			require.FailNow(s.t, s.name+": didn't happen: "+what)
		}
	}
}

// kill ends it without a word; what it was doing may be done or not.
func (s *script) kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	for range s.told {
	}
	_ = s.cmd.Wait()
	s.cmd = nil
	if s.doing != nil {
		s.perhaps, s.doing = append(s.perhaps, s.doing), nil
	}
}

func (s *script) settle() {
	s.say("settle")
	s.await("all is sent", func(l said) bool { return l.Settled })
}

func (s *script) report() said {
	s.say("report")
	return s.await("a report", func(l said) bool { return l.Orders != nil })
}
