package faults_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
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
	ended             chan error // tells of the end of cmd
	alone             bool       // it makes its authority and its admin token itself
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
	p.log, err = os.Create(filepath.Join(t.TempDir(), "server.log"))
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

func (p *process) config() string    { return filepath.Join(p.dir, "manytill.yaml") }
func (p *process) database() string  { return filepath.Join(p.dir, "manytill.db") }
func (p *process) authority() string { return filepath.Join(p.dir, "ca.pem") }
func (p *process) tokenFile() string { return filepath.Join(p.dir, "token") }

func (p *process) url() string {
	if p.alone {
		return "https://" + p.addr
	}
	return "http://" + p.addr
}

// client trusts the authority that the server has made by now, if it makes one.
func (p *process) client() *http.Client {
	if !p.alone {
		return http.DefaultClient
	}
	trusted := x509.NewCertPool()
	text, _ := os.ReadFile(p.authority())
	trusted.AppendCertsFromPEM(text)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}, DisableKeepAlives: true}}
}

// start runs the server and waits until it answers.
func (p *process) start() { require.NoError(p.t, p.starts()) }

// starts is start, whose error has what the server said.
func (p *process) starts() error {
	p.cmd = exec.Command(p.binary, "serve", "--config", p.config())
	if p.alone {
		p.cmd.Args = append(p.cmd.Args, "--tls=self", "--admin-token-file", p.tokenFile())
	}
	p.cmd.Env = append(os.Environ(), "MANYTILL_ADMIN_TOKEN="+adminToken)
	p.cmd.Env = append(p.cmd.Env, p.env...)
	p.cmd.Stderr = p.log
	if err := p.cmd.Start(); err != nil {
		return err
	}
	cmd, ended := p.cmd, make(chan error, 1)
	p.ended = ended
	go func() { ended <- cmd.Wait() }()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if r, err := p.client().Get(p.url() + "/readyz"); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case err := <-p.ended:
			p.cmd = nil
			return fmt.Errorf("the server ended (%v): %s", err, p.said())
		default:
		}
	}
	return fmt.Errorf("the server doesn't answer: %s", p.said())
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
		<-p.ended
		p.cmd = nil
	}
}

// stop ends it as an operator does.
func (p *process) stop() {
	require.NoError(p.t, p.stops())
}

// stops is stop, whose error says how it ended.
func (p *process) stops() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	p.cmd = nil
	return <-p.ended
}

// run runs another command of the binary.
func (p *process) run(args ...string) { require.NoError(p.t, p.runs(args...)) }

// runs is run, whose error has what the command said.
func (p *process) runs(args ...string) error {
	out, err := exec.Command(p.binary, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("manytill %v: %w: %s", args, err, out)
	}
	return nil
}

// call makes a call of the API; out may be nil.
func (p *process) call(method, path, token string, in, out any) error {
	return apitest.Call(context.Background(), p.client(), method, p.url()+path, token, in, out)
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
