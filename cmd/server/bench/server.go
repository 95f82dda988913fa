package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/manytill/manytill/internal/freeport"
	"github.com/manytill/manytill/sdk/protocol"
)

const adminToken = "mta_only-for-bench"

// server is a Manytill in a process of its own.
type server struct {
	dir, addr string
	config    string
	process   *exec.Cmd
	others    []*server // on the same database
}

// nodes are this one and the others.
func (s *server) nodes() []*server { return append([]*server{s}, s.others...) }

// startServer runs binary on the database in dir and waits until it answers.
func startServer(ctx context.Context, binary, dir, store string, more ...string) (*server, error) {
	s := &server{dir: dir, addr: freeport.Address(), config: filepath.Join(dir, "manytill.yaml")}
	text := fmt.Sprintf("listen: %s\nstore: %q\nlog: {level: warn}\n%s", s.addr, store, strings.Join(more, ""))
	if err := os.WriteFile(s.config, []byte(text), 0o600); err != nil {
		return nil, err
	}
	return s, s.start(ctx, binary)
}

func (s *server) start(ctx context.Context, binary string) error {
	s.process = exec.CommandContext(ctx, binary, "serve", "--config", s.config)
	s.process.Env = append(os.Environ(), "MANYTILL_ADMIN_TOKEN="+adminToken)
	s.process.Stderr = os.Stderr
	if err := s.process.Start(); err != nil {
		return err
	}
	return s.listening(30 * time.Second)
}

func (s *server) listening(within time.Duration) error {
	for deadline := time.Now().Add(within); time.Now().Before(deadline); {
		if conn, err := net.Dial("tcp", s.addr); err == nil {
			return conn.Close()
		}
		time.Sleep(time.Millisecond) // until the port is there
	}
	return fmt.Errorf("the server did not listen on %s", s.addr)
}

func (s *server) stop() error {
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.process.Wait()
}

// call makes one call of the API; out may be nil.
func (s *server) call(ctx context.Context, method, path, token string, in, out any) error {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://"+s.addr+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, raw)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(raw, out)
}

// letters are a name for the till of that place: a, b, … z, ba, bb …
func letters(place int) string {
	const n = 'z' - 'a' + 1
	last := string(rune('a' + place%n))
	if place < n {
		return last
	}
	return letters(place/n) + last
}

// openSession is a multi-session with its tills open.
type openSession struct {
	tokens []string
	pos    []protocol.POSID
}

// makeMultiSession creates a multi-session with a number of tills and opens them.
func (s *server) makeMultiSession(ctx context.Context, name string, tills int) (openSession, error) {
	var r openSession
	for i := range tills {
		id := protocol.POSID(name + letters(i))
		var made struct{ Token string }
		if err := s.call(ctx, "POST", "/v1/admin/pos", adminToken, map[string]any{"id": id, "name": "Bar"}, &made); err != nil {
			return r, err
		}
		r.tokens, r.pos = append(r.tokens, made.Token), append(r.pos, id)
	}
	if err := s.call(ctx, "POST", "/v1/admin/multi-sessions", adminToken, map[string]any{"name": name, "pos": r.pos}, nil); err != nil {
		return r, err
	}
	return r, s.openTills(ctx, r)
}

func (s *server) openTills(ctx context.Context, r openSession) error {
	for _, token := range r.tokens {
		if err := s.call(ctx, "POST", "/v1/till/open", token, map[string]any{}, nil); err != nil {
			return err
		}
	}
	return nil
}

// usage is the memory of the server's process, and the CPU time that it and the others took so far; processes
// is that of the processes that it started, load that of this one.
type usage struct {
	rss                  int64 // bytes
	cpu, processes, load time.Duration
}

func (s *server) usage() (u usage, err error) {
	pid := s.process.Process.Pid
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u, err
	}
	for _, line := range strings.Split(string(status), "\n") {
		if kb, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, _ := strconv.ParseInt(strings.Fields(kb)[0], 10, 64)
			u.rss = n << 10
		}
	}
	if u.cpu, err = cpuOf(pid); err != nil {
		return u, err
	}
	for _, other := range s.others {
		took, err := cpuOf(other.process.Process.Pid)
		if err != nil {
			return u, err
		}
		u.cpu += took
	}
	if u.load, err = cpuOf(os.Getpid()); err != nil {
		return u, err
	}
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, thread := range threads {
		started, _ := os.ReadFile(thread)
		for _, child := range strings.Fields(string(started)) {
			number, _ := strconv.Atoi(child)
			took, _ := cpuOf(number) // it may have ended
			u.processes += took
		}
	}
	return u, err
}

func cpuOf(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	const ticksPerSecond = 100
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * time.Second / ticksPerSecond, nil
}
