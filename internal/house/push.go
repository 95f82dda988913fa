package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"github.com/manytill/manytill/internal/freeport"
)

// A push is followed by counting what the server runs: once with pushes over a
// WebSocket and once without, so that what starts, beats and stops counts in
// both. Each push creates an order of one line; there are no extensions.
const pushes = 40

// shapesOfWire is one home of what is sent and stored; its files count as one.
const shapesOfWire = "sdk/protocol"

// passed are the server's files in which something runs for each push, from the
// socket to the disk and back.
func (s *source) passed() (string, error) {
	dir, err := os.MkdirTemp("", "house")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	build := exec.Command("go", "build", "-cover", "-covermode=atomic", "-coverpkg=./...", "-o", dir+"/manytill", "./cmd/server")
	build.Dir = s.folder
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w: %s", err, out)
	}
	without, err := counted(dir, 0)
	if err != nil {
		return "", err
	}
	with, err := counted(dir, pushes)
	if err != nil {
		return "", err
	}
	var files []string
	for block, n := range with {
		file, _, _ := strings.Cut(block, ":")
		file = strings.TrimPrefix(file, "github.com/manytill/manytill/")
		if strings.HasPrefix(file, shapesOfWire+"/") {
			file = shapesOfWire
		}
		if n-without[block] >= pushes && !slices.Contains(files, file) {
			files = append(files, file)
		}
	}
	slices.Sort(files)
	list := ""
	for _, f := range files {
		list += "\n  " + f
	}
	told, err := s.named(files)
	return fmt.Sprintf("files that a push passes in the server: %d%s\n%s", len(files), list, told), err
}

// architecture is the page that names those files, in a part of its own.
const (
	architecture = "docs/architecture.md"
	partOfPush   = "## The files that a push passes\n"
)

var linked = regexp.MustCompile(`\]\(\.\./([^)]*)\)`)

// named compares the files with those that the page names.
func (s *source) named(files []string) (string, error) {
	text, err := s.read(architecture)
	if err != nil {
		return "", err
	}
	_, part, _ := strings.Cut(text, partOfPush)
	part, _, _ = strings.Cut(part, "\n## ")
	var names []string
	for _, link := range linked.FindAllStringSubmatch(part, -1) {
		names = append(names, link[1])
	}
	without := func(all, others []string) string {
		return fmt.Sprint(slices.DeleteFunc(slices.Clone(all), func(f string) bool { return slices.Contains(others, f) }))
	}
	return fmt.Sprintf("%s names %d of them; it lacks %s and names beside them %s",
		architecture, len(names), without(files, names), without(names, files)), nil
}

// counted runs a server for some pushes and gives how often each block ran.
func counted(dir string, pushes int) (map[string]int, error) {
	name := dir + "/" + strconv.Itoa(pushes)
	if err := os.MkdirAll(name+"/cover", 0o700); err != nil {
		return nil, err
	}
	address := freeport.Address()
	config := fmt.Sprintf("listen: %s\nstore: sqlite:%s/store.db\n", address, name)
	if err := os.WriteFile(name+"/config.yaml", []byte(config), 0o600); err != nil {
		return nil, err
	}
	const admin = "house-admin-token-0123456789abcdef"
	server := exec.Command(dir+"/manytill", "serve", "--config", name+"/config.yaml")
	server.Env = append(os.Environ(), "GOCOVERDIR="+name+"/cover", "MANYTILL_ADMIN_TOKEN="+admin)
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		return nil, err
	}
	c := &caller{base: "http://" + address}
	err := c.sell(admin, pushes)
	_ = server.Process.Signal(syscall.SIGTERM)
	if ended := server.Wait(); err == nil {
		err = ended
	}
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, log.String())
	}
	return readCounts(name)
}

func readCounts(name string) (map[string]int, error) {
	if out, err := exec.Command("go", "tool", "covdata", "textfmt", "-i="+name+"/cover", "-o="+name+"/profile").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go tool covdata: %w: %s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(name, "profile"))
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, line := range strings.Split(string(text), "\n") {
		if fields := strings.Fields(line); len(fields) == 3 {
			counts[fields[0]], _ = strconv.Atoi(fields[2])
		}
	}
	return counts, nil
}

// caller makes calls with one token.
type caller struct{ base, token string }

// sell makes a till, opens it and pushes over a socket.
func (c *caller) sell(admin string, pushes int) error {
	c.token = admin
	if err := c.awaitStart(); err != nil {
		return err
	}
	var made struct{ Token string }
	for _, step := range []struct {
		method, path, body string
		into               any
	}{
		{"POST", "/v1/admin/pos", `{"id":"bar","name":"Bar"}`, &made},
		{"POST", "/v1/admin/multi-sessions", `{"name":"Main","pos":["bar"]}`, nil},
	} {
		if err := c.call(step.method, step.path, step.body, step.into); err != nil {
			return err
		}
	}
	c.token = made.Token
	if err := c.call("POST", "/v1/till/open", `{"user":{"id":"7","name":"Ana"}}`, nil); err != nil {
		return err
	}
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(c.base, "http")+"/v1/socket", nil)
	if err != nil {
		return err
	}
	defer ws.Close()
	if err := ws.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		return err
	}
	if err := ws.WriteJSON(map[string]any{"t": "hello", "protocol": 1, "token": c.token, "client_id": "c1"}); err != nil {
		return err
	}
	if err := await(ws, "snapshot"); err != nil {
		return err
	}
	for n := 1; n <= pushes; n++ {
		frame := fmt.Sprintf(`{"t":"push","ref":%d,"mutations":[{"id":%d,"ops":[{"op":"order.create","order":"o%d","set":{}},
			{"op":"line.add","order":"o%d","line":"l1","set":{"product_id":50,"qty":1,"price_unit":4.8}}]}]}`, n, n, n, n)
		if err := ws.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
			return err
		}
		if err := await(ws, "pushed"); err != nil {
			return err
		}
	}
	return nil
}

// await reads frames up to one of a kind.
func await(ws *websocket.Conn, kind string) error {
	for {
		var frame struct{ T, Code, Message string }
		if err := ws.ReadJSON(&frame); err != nil {
			return fmt.Errorf("no %s came: %w", kind, err)
		}
		switch frame.T {
		case kind:
			return nil
		case "error":
			return fmt.Errorf("no %s came: %s: %s", kind, frame.Code, frame.Message)
		}
	}
}

func (c *caller) awaitStart() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		err := c.call("GET", "/readyz", "", nil)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(errors.New("the server doesn't start"), err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (c *caller) call(method, path, body string, into any) error {
	request, err := http.NewRequest(method, c.base+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, raw)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(raw, into)
}
