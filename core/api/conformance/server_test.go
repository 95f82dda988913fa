package conformance_test

import (
	"bytes"
	"flag"
	"fmt"
	"hash/crc32"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/manytill/manytill/core/api/conformance"
	"github.com/manytill/manytill/internal/freeport"
	"github.com/manytill/manytill/internal/natstest"
	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/internal/testbin"
	"github.com/stretchr/testify/require"
)

var (
	nodeCount = flag.Int("nodes", 2, "how many nodes TestTwoNodes has")
	carrier   = flag.String("wake", "postgres", "how they tell each other of changes: postgres or nats")
)

func TestMain(m *testing.M) {
	code := m.Run()
	pgtest.Stop()
	testbin.Remove()
	os.Exit(code)
}

// TestRealServer holds the binary that operators run, on a database on disk,
// against every sentence of the protocol: the one that MANYTILL_BIN names,
// else one built from this tree.
func TestRealServer(t *testing.T) {
	t.Parallel()
	binary, err := testbin.Server()
	require.NoError(t, err)
	conformance.Run(t, func(t *testing.T, yaml string) conformance.Server {
		return start(t, binary, yaml)
	})
}

// TestTwoNodes holds two of it (or more, by -nodes), on one database in PostgreSQL, to the same. Each request
// goes to the other node than the one before, but for pulls: the pages of a snapshot are
// at the node that began it, so the pulls of a token go to one node.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	binary, err := testbin.Server()
	require.NoError(t, err)
	conformance.Run(t, func(t *testing.T, yaml string) conformance.Server {
		return startNodes(t, binary, yaml)
	})
}

func startNodes(t *testing.T, binary, yaml string) conformance.Server {
	database, err := url.Parse(pgtest.Database(t))
	require.NoError(t, err)
	password := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(password, []byte(pgtest.Password), 0o600))
	database.User = url.User(database.User.Username())
	yaml += fmt.Sprintf("\nstore: %s\nstore_password_file: %s\n", database, password)
	if *carrier == "nats" {
		yaml += "wake: " + natstest.Start(t).URL + "\n"
	}
	var nodes []*process
	var urls []string
	var next atomic.Int64
	for range *nodeCount {
		p := configured(t, binary, yaml)
		nodes, urls = append(nodes, p), append(urls, "http://"+p.addr)
	}
	each := func(do func(*process)) {
		for _, p := range nodes {
			do(p)
		}
	}
	start := func() { each((*process).start) }
	kill := func() { each(func(p *process) { p.end(syscall.SIGKILL) }) }
	start()
	t.Cleanup(kill)
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		FlushInterval: -1,
		Rewrite: func(r *httputil.ProxyRequest) {
			node := next.Add(1)
			if r.In.URL.Path == "/v1/pull" {
				node = int64(crc32.ChecksumIEEE([]byte(r.In.Header.Get("Authorization"))))
			}
			r.SetURL(&url.URL{Scheme: "http", Host: nodes[node%int64(len(nodes))].addr})
			r.Out.Host = r.In.Host
		},
		ErrorLog: log.New(io.Discard, "", 0),
	})
	t.Cleanup(proxy.Close)
	return conformance.Server{
		URL: proxy.URL, AdminToken: adminToken, Kill: kill, Nodes: urls,
		Restart: func() {
			each(func(p *process) { p.end(syscall.SIGTERM) })
			start()
		},
		LogTail: func() (all string) {
			each(func(p *process) { all += p.log.tail() })
			return all
		},
	}
}

const adminToken = "conformance-admin"

func start(t *testing.T, binary, yaml string) conformance.Server {
	p := configured(t, binary, fmt.Sprintf("store: sqlite:%s\n%s\n", filepath.Join(t.TempDir(), "manytill.db"), yaml))
	p.start()
	t.Cleanup(func() { p.end(syscall.SIGKILL) })
	return conformance.Server{
		URL: "http://" + p.addr, AdminToken: adminToken,
		Restart: func() {
			p.end(syscall.SIGTERM)
			p.start()
		},
		Kill:    func() { p.end(syscall.SIGKILL) },
		LogTail: p.log.tail,
	}
}

// configured is a server that isn't started, on a port of its own.
func configured(t *testing.T, binary, yaml string) *process {
	addr := freeport.Address()
	config := filepath.Join(t.TempDir(), "manytill.yaml")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, "listen: %s\n%s", addr, yaml), 0o600))
	return &process{t: t, binary: binary, config: config, addr: addr}
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
