// Package pgtest gives tests a PostgreSQL: one server for a test process, started when
// it is first needed, and a fresh database for each test. A process that has the
// server in MANYTILL_TEST_POSTGRES (postgres://USER:PASSWORD@HOST:PORT/postgres, of a
// user who may make databases) uses that one.
//
// A test that stops and starts the server starts one of its own with [Start].
package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/freeport"
)

// Password is that of the user of a server that this package started.
const Password = "not-a-secret"

// Server is a PostgreSQL server of a test process.
type Server struct {
	URL string // of its database postgres

	bin, dir string
	port     int
	ended    chan error // of the process; nil while none runs
}

var shared struct {
	once   sync.Once
	server *Server
	err    error
}

var named atomic.Int64

// Database makes a fresh database on the shared server, and returns its URL. It goes with
// the server, or after the test on a server that was given.
func Database(t testing.TB) string {
	t.Helper()
	shared.once.Do(func() {
		if given := os.Getenv("MANYTILL_TEST_POSTGRES"); given != "" {
			shared.server = &Server{URL: given}
			return
		}
		shared.server, shared.err = start()
	})
	require.NoError(t, shared.err)
	return shared.server.Database(t)
}

// Main runs the tests of a package, then [Stop].
func Main(m *testing.M) {
	code := m.Run()
	Stop()
	os.Exit(code)
}

// Stop ends the shared server. Without it, the server ends with the process, but leaves
// its folder.
func Stop() {
	if s := shared.server; s != nil && s.dir != "" {
		s.remove()
	}
}

// Start starts a server for one test.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := start()
	require.NoError(t, err)
	t.Cleanup(s.remove)
	return s
}

// Database makes a fresh database, and returns its URL.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("manytill_%d_%d", os.Getpid(), named.Add(1))
	s.Exec(t, "CREATE DATABASE "+name)
	if s.dir == "" { // else it goes with the server: to drop one takes a checkpoint, up to 1 s
		t.Cleanup(func() { DropDatabase(t, s.URL, name) })
	}
	u, err := url.Parse(s.URL)
	require.NoError(t, err)
	u.Path = "/" + name
	return u.String()
}

// DropDatabase drops a database, if the server still answers, over another one's URL.
func DropDatabase(t testing.TB, other, name string) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, other)
	if err != nil {
		return
	}
	if _, err = c.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
		t.Logf("drop %s: %s", name, err)
	}
	_ = c.Close(ctx)
}

// Exec runs a statement in the database postgres.
func (s *Server) Exec(t testing.TB, sql string) {
	t.Helper()
	Exec(t, s.URL, sql)
}

// Exec runs a statement, or several, in a database.
func Exec(t testing.TB, database, sql string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), database)
	require.NoError(t, err)
	defer c.Close(context.Background())
	_, err = c.Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol)
	require.NoError(t, err)
}

// binaries is the folder of PostgreSQL's programs.
func binaries() (string, error) {
	if path, err := exec.LookPath("postgres"); err == nil {
		path, err = filepath.EvalSymlinks(path)
		return filepath.Dir(path), err
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(found) == 0 {
		return "", fmt.Errorf("these tests need PostgreSQL: install it (Debian: apt-get install postgresql), or name a server in MANYTILL_TEST_POSTGRES")
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

func start() (s *Server, err error) {
	s = &Server{}
	if s.bin, err = binaries(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "manytill-pg-"); err != nil {
		return nil, err
	}
	if err = own(s.dir); err == nil {
		err = s.initialize()
	}
	if err == nil {
		err = s.Start()
	}
	if err != nil {
		s.remove()
		return nil, err
	}
	return s, nil
}

func (s *Server) initialize() error {
	secret := filepath.Join(s.dir, "password")
	if err := os.WriteFile(secret, []byte(Password+"\n"), 0o644); err != nil {
		return err
	}
	// --no-sync is for initdb alone: the server itself syncs as ever.
	out, err := s.command("initdb", "-D", s.data(), "-U", "manytill", "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8", "--locale=C", "--no-sync").CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// Start starts the server, again after [Server.Stop] on the same port and data. It
// returns when it answers.
func (s *Server) Start() error {
	if s.port == 0 {
		s.port = freeport.Port()
		s.URL = fmt.Sprintf("postgres://manytill:%s@127.0.0.1:%d/postgres?sslmode=disable", Password, s.port)
	}
	return s.run()
}

func (s *Server) run() error {
	c := s.command("postgres", "-D", s.data(), "-c", "listen_addresses=127.0.0.1", "-c", "port="+strconv.Itoa(s.port), "-c", "unix_socket_directories=",
		"-c", "shared_buffers=32MB", "-c", "max_connections=200")
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	c.Stdout, c.Stderr = log, log
	if s.ended, err = startTied(c); err != nil {
		return err
	}
	deadline := time.Now().Add(time.Minute)
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		conn, err := pgx.Connect(ctx, s.URL)
		cancel()
		if err == nil {
			return conn.Close(context.Background())
		}
		select {
		case ended := <-s.ended:
			s.ended = nil
			text, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return fmt.Errorf("postgres ended: %w: %s", ended, text)
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("postgres doesn't answer: %w", err)
		}
	}
}

// Stop ends the server and waits for it: mode is smart, fast or immediate, the last
// as after a crash.
func (s *Server) Stop(mode string) error {
	if s.ended == nil {
		return nil
	}
	out, err := s.command("pg_ctl", "stop", "-D", s.data(), "-m", mode, "-w", "-t", "60").CombinedOutput()
	if err != nil {
		return fmt.Errorf("pg_ctl stop: %w: %s", err, out)
	}
	<-s.ended
	s.ended = nil
	return nil
}

// Standby starts a server that follows this one. From then on a commit is acknowledged
// once it is on the disks of both; with [Server.Promote] it becomes the primary.
func (s *Server) Standby(t testing.TB) *Server {
	t.Helper()
	dir, err := os.MkdirTemp("", "manytill-pg-")
	require.NoError(t, err)
	standby := &Server{bin: s.bin, dir: dir}
	t.Cleanup(standby.remove)
	require.NoError(t, own(dir))
	from := fmt.Sprintf("host=127.0.0.1 port=%d user=manytill password=%s application_name=standby", s.port, Password)
	out, err := standby.command("pg_basebackup", "-D", standby.data(), "-d", from, "-R", "-X", "stream", "-c", "fast").CombinedOutput()
	require.NoError(t, err, string(out))
	require.NoError(t, standby.Start())
	s.Exec(t, "ALTER SYSTEM SET synchronous_standby_names = 'standby'")
	s.Exec(t, "SELECT pg_reload_conf()")
	return standby
}

// Address is HOST:PORT.
func (s *Server) Address() string { return fmt.Sprintf("127.0.0.1:%d", s.port) }

// Replica makes a stopped server one that starts as a replica: it can only be read
// until [Server.Promote].
func (s *Server) Replica() error {
	return os.WriteFile(filepath.Join(s.data(), "standby.signal"), nil, 0o644)
}

// Promote makes a replica the primary, and waits for it.
func (s *Server) Promote() error {
	out, err := s.command("pg_ctl", "promote", "-D", s.data(), "-w", "-t", "60").CombinedOutput()
	if err != nil {
		return fmt.Errorf("pg_ctl promote: %w: %s", err, out)
	}
	return nil
}

func (s *Server) remove() {
	_ = s.Stop("immediate")
	_ = os.RemoveAll(s.dir)
}

func (s *Server) command(program string, args ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(s.bin, program), args...)
	c.Dir = s.dir
	c.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "PG") }), "LC_ALL=C")
	unprivileged(c)
	return c
}
