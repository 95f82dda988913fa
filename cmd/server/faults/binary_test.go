package faults_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/apitest"
	"github.com/manytill/manytill/internal/freeport"
	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/internal/testbin"
	"github.com/manytill/manytill/sdk/protocol"
)

const adminToken = "faults-admin"

func TestMain(m *testing.M) {
	code := m.Run()
	for _, end := range hosts {
		end()
	}
	pgtest.Stop()
	testbin.Remove()
	os.Exit(code)
}

// process is a server in a process of its own, on a database file.
type process struct {
	t                 testing.TB
	binary, dir, addr string
	cmd               *exec.Cmd
	log               *os.File
	entries           map[string]string // of extensions in its config
	env               []string          // beside the test's
	dsn               string            // of its database in PostgreSQL, with the password; "" in a file
	small             string            // the file system of its database, if that is small
}

// newProcess makes a folder for a server, and starts it.
func newProcess(t testing.TB) *process {
	p := newConfiguredProcess(t, "")
	p.start()
	return p
}

// newConfiguredProcess has more lines of configuration and isn't started yet.
func newConfiguredProcess(t testing.TB, more string) *process {
	return newProcessOn(t, "sqlite:manytill.db", more)
}

// newProcessOn does so on a store.
func newProcessOn(t testing.TB, store, more string) *process {
	path, err := testbin.Server()
	require.NoError(t, err)
	p := &process{t: t, binary: path, dir: t.TempDir(), addr: freeport.Address(), entries: map[string]string{}}
	text := fmt.Sprintf("listen: %s\nstore: %s\nlog: {level: warn}\n%s", p.addr, store, more)
	require.NoError(t, os.WriteFile(p.config(), []byte(text), 0o600))
	p.log, err = os.Create(filepath.Join(p.dir, "server.log"))
	require.NoError(t, err)
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("the server's log:\n%s", p.said())
		}
		p.log.Close()
	})
	return p
}

func (p *process) config() string   { return filepath.Join(p.dir, "manytill.yaml") }
func (p *process) database() string { return filepath.Join(p.dir, "manytill.db") }
func (p *process) url() string      { return "http://" + p.addr }

// start runs the server and waits until it answers.
func (p *process) start() {
	p.cmd = exec.Command(p.binary, "serve", "--config", p.config())
	p.cmd.Env = append(os.Environ(), "MANYTILL_ADMIN_TOKEN="+adminToken)
	p.cmd.Env = append(p.cmd.Env, p.env...)
	p.cmd.Stderr = p.log
	require.NoError(p.t, p.cmd.Start())
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if r, err := http.Get(p.url() + "/readyz"); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return
			}
		}
	}
	p.t.Fatalf("the server doesn't answer: %s", p.said())
}

func (p *process) said() string {
	raw, err := os.ReadFile(p.log.Name())
	require.NoError(p.t, err)
	return string(raw)
}

// kill ends it without a word.
func (p *process) kill() {
	if p.cmd != nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
		p.cmd = nil
	}
}

// stop ends it as an operator does.
func (p *process) stop() {
	require.NoError(p.t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(p.t, p.cmd.Wait())
	p.cmd = nil
}

// run runs another command of the binary.
func (p *process) run(args ...string) {
	out, err := exec.Command(p.binary, args...).CombinedOutput()
	require.NoError(p.t, err, "%v: %s", args, out)
}

// call makes a call of the API; out may be nil.
func (p *process) call(method, path, token string, in, out any) error {
	return apitest.Call(context.Background(), http.DefaultClient, method, p.url()+path, token, in, out)
}

// multiSession is a multi-session with the tokens of its POS.
type multiSession struct {
	id     protocol.MultiSessionID
	pos    []protocol.POSID
	tokens []string
}

// newMultiSession makes a multi-session of so many POS, and opens their tills.
func (p *process) newMultiSession(name string, tills int) *multiSession {
	f := &multiSession{}
	var made struct{ ID protocol.MultiSessionID }
	require.NoError(p.t, p.call("POST", "/v1/admin/multi-sessions", adminToken, map[string]any{"name": name, "pos": []string{}}, &made))
	f.id = made.ID
	p.grow(f, name, tills)
	return f
}

// grow puts more POS into a multi-session, and opens their tills.
func (p *process) grow(f *multiSession, name string, tills int) {
	had := len(f.pos)
	for i := range tills {
		id := protocol.POSID(fmt.Sprintf("%s-%d", name, had+i+1))
		var made struct{ Token string }
		require.NoError(p.t, p.call("POST", "/v1/admin/pos", adminToken, map[string]any{"id": id, "name": id}, &made))
		f.pos, f.tokens = append(f.pos, id), append(f.tokens, made.Token)
	}
	require.NoError(p.t, p.call("PATCH", "/v1/admin/multi-sessions/"+string(f.id), adminToken, map[string]any{"pos": f.pos}, nil))
	for _, token := range f.tokens[had:] {
		require.NoError(p.t, p.call("POST", "/v1/till/open", token, map[string]any{}, nil))
	}
}

// orders are all orders of a multi-session, of every run and state.
func (p *process) orders(ms protocol.MultiSessionID) (all []protocol.Order) {
	for after := ""; ; {
		var page struct {
			Orders []protocol.Order
			After  *string
		}
		path := fmt.Sprintf("/v1/admin/multi-sessions/%s/orders?after=%s", ms, after)
		require.NoError(p.t, p.call("GET", path, adminToken, nil, &page))
		all = append(all, page.Orders...)
		if page.After == nil {
			return all
		}
		after = *page.After
	}
}
