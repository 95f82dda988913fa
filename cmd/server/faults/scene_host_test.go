package faults_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/protocol"
)

// appHost is a process of Node that has tills of many scenarios: of the TypeScript
// client, or pages of one Chromium. It reads and writes JSON, a line each.
type appHost struct {
	in     io.Writer
	failed error

	mu    sync.Mutex
	n     int
	waits map[int]chan hostAnswer
	apps  map[string]*hostedApp
	ended chan struct{}
}

type hostAnswer struct {
	N      int
	Till   string // of news, without N
	Error  string
	Answer json.RawMessage
}

// hostOf starts a host at its first use; it ends with the package's tests.
func hostOf(folder, file string) func() *appHost {
	return sync.OnceValue(func() *appHost {
		h := &appHost{waits: map[int]chan hostAnswer{}, apps: map[string]*hostedApp{}, ended: make(chan struct{})}
		cmd := exec.Command("node", "--import", "tsx", file)
		cmd.Dir, cmd.Stderr = folder, os.Stderr
		in, err := cmd.StdinPipe()
		h.in = in
		out, bad := cmd.StdoutPipe()
		if h.failed = errors.Join(err, bad); h.failed != nil {
			return h
		}
		if h.failed = cmd.Start(); h.failed != nil {
			return h
		}
		go h.read(out)
		hosts = append(hosts, func() {
			_ = in.Close() // it ends by itself, and closes what it opened
			<-h.ended
			_ = cmd.Wait()
		})
		return h
	})
}

// hosts are ended by TestMain.
var hosts []func()

var (
	typeScriptHost = hostOf(kit, "test/scene-tills.ts")
	browserHost    = hostOf(pages, "test/scene-pages.ts")
)

func (h *appHost) read(out io.Reader) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var a hostAnswer
		if json.Unmarshal(lines.Bytes(), &a) != nil {
			continue
		}
		h.mu.Lock()
		if wait := h.waits[a.N]; wait != nil {
			wait <- a
			delete(h.waits, a.N)
		} else if it := h.apps[a.Till]; it != nil {
			it.wake()
		}
		h.mu.Unlock()
	}
	close(h.ended)
}

// hostedApp is a till of a host.
type hostedApp struct {
	h    *appHost
	name string
	ways string
	file string
	news chan struct{}
}

func newHostedApp(t testing.TB, h *appHost, name, ways string) *hostedApp {
	require.NoError(t, h.failed)
	a := &hostedApp{h, t.Name() + "/" + name, ways, filepath.Join(t.TempDir(), "queue.jsonl"), make(chan struct{}, 1)}
	h.mu.Lock()
	h.apps[a.name] = a
	h.mu.Unlock()
	t.Cleanup(func() { _, _ = a.call("end", nil) })
	return a
}

func (a *hostedApp) wake() {
	select {
	case a.news <- struct{}{}:
	default:
	}
}

// call asks the host for something and waits for its answer.
func (a *hostedApp) call(what string, with map[string]any) (json.RawMessage, error) {
	wait := make(chan hostAnswer, 1)
	a.h.mu.Lock()
	a.h.n++
	line := map[string]any{"n": a.h.n, "till": a.name, "do": what}
	for k, v := range with {
		line[k] = v
	}
	a.h.waits[a.h.n] = wait
	raw, err := json.Marshal(line)
	if err == nil {
		_, err = fmt.Fprintf(a.h.in, "%s\n", raw)
	}
	a.h.mu.Unlock()
	if err != nil {
		return nil, err
	}
	select {
	case answer := <-wait:
		if answer.Error != "" {
			return nil, errors.New(answer.Error)
		}
		return answer.Answer, nil
	case <-a.h.ended:
		return nil, errors.New("the process that has the tills ended")
	}
}

func (a *hostedApp) open(url, token string) error {
	_, err := a.call("start", map[string]any{"url": url, "token": token, "file": a.file, "ways": a.ways})
	return err
}

func (a *hostedApp) quit() error {
	_, err := a.call("quit", nil)
	return err
}

func (a *hostedApp) copyTo(other app) error {
	to, ok := other.(*hostedApp)
	if !ok {
		return errors.New("storage of the TypeScript client can't be read by another")
	}
	raw, err := os.ReadFile(a.file)
	if err != nil {
		return err
	}
	return os.WriteFile(to.file, raw, 0o600)
}

func (a *hostedApp) tap(ops ...protocol.Op) error {
	_, err := a.call("tap", map[string]any{"ops": protocol.Ops(ops)})
	return err
}

func (a *hostedApp) told() <-chan struct{} { return a.news }

func (a *hostedApp) see() (s screen, err error) {
	raw, err := a.call("see", nil)
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(raw, &s)
}

func (a *hostedApp) ask(what, about string) (said string, err error) {
	raw, err := a.call(what, map[string]any{"about": about})
	if err != nil || len(raw) == 0 {
		return "", err
	}
	return said, json.Unmarshal(raw, &said)
}
