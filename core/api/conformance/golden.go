package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"
)

// golden is one file of testdata/protocol; README.md there says what the
// members mean.
type golden struct {
	Name      string    `json:"name"`
	About     string    `json:"about"`
	NotDriven string    `json:"not_driven,omitempty"`
	Config    string    `json:"config,omitempty"`
	Before    []before  `json:"before,omitempty"`
	As        string    `json:"as,omitempty"`
	Request   *asked    `json:"request,omitempty"`
	Response  *answered `json:"response,omitempty"`
	Frames    []frame   `json:"frames,omitempty"`
	Events    []sent    `json:"events,omitempty"`
}

// before is a step that makes ready: ops of a till, or a call.
type before struct {
	As     string `json:"as"`
	Ops    any    `json:"ops,omitempty"`
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`
	Body   any    `json:"body,omitempty"`
}

type asked struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Body   any    `json:"body,omitempty"`
}

type answered struct {
	Status int    `json:"status"`
	Type   string `json:"type,omitempty"`
	Body   any    `json:"body,omitempty"`
}

// frame is one thing that happens at a socket: exactly one member beside As.
type frame struct {
	As      string `json:"as"`
	Send    any    `json:"send,omitempty"`
	Receive any    `json:"receive,omitempty"`
	Close   int    `json:"close,omitempty"`
	Ops     any    `json:"ops,omitempty"` // pushed over HTTP, its answer not looked at
	Call    *asked `json:"call,omitempty"`
}

// sent is one event of a stream, or something done to make the next one.
type sent struct {
	Event string `json:"event,omitempty"`
	ID    string `json:"id,omitempty"`
	Data  any    `json:"data,omitempty"`
	As    string `json:"as,omitempty"`
	Ops   any    `json:"ops,omitempty"`
	Call  *asked `json:"call,omitempty"`
}

// GoldenFolder is testdata/protocol, found from the module's root.
func GoldenFolder(t testing.TB) string {
	t.Helper()
	for dir, err := os.Getwd(); err == nil; dir = filepath.Dir(dir) {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return filepath.Join(dir, "testdata", "protocol")
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	t.Fatal("no go.mod above the working directory")
	return ""
}

// goldenFiles are the paths of the golden files, sorted.
func goldenFiles(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(GoldenFolder(t), "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	sort.Strings(paths)
	return paths
}

func readGolden(t testing.TB, path string) *golden {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	g := &golden{}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	d.DisallowUnknownFields()
	if err := d.Decode(g); err != nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	return g
}

// format is the one form in which golden files are kept.
func (g *golden) format(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Golden plays every golden file against the server and compares, each on a
// multi-session of its own. With -update the files take what the server said.
func Golden(t *testing.T, start func(t *testing.T, yaml string) Server) {
	shared, other := start(t, ""), start(t, "")
	for _, path := range goldenFiles(t) {
		g := readGolden(t, path)
		t.Run(g.Name, func(t *testing.T) {
			t.Parallel()
			if g.NotDriven != "" {
				t.Skip(g.NotDriven)
			}
			server := shared
			if len(shared.Nodes) > 0 && g.Name == "socket-present" {
				// To another node, who is where comes a moment later, as a frame of its own.
				server.URL = shared.Nodes[0]
			}
			if g.Config != "" {
				server = start(t, g.Config)
			}
			newPlayer(t, server, other, g).play()
			if *update && !t.Failed() {
				if err := os.WriteFile(path, g.format(t), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// names translates between what a golden file says (the same in every run)
// and what this run's server says.
type names struct {
	said map[string]string // real → in the file
	real map[string]string // in the file → real
	next map[string]int    // for numbered names
}

func newNames() *names {
	return &names{said: map[string]string{}, real: map[string]string{}, next: map[string]int{}}
}

func (n *names) know(said, real string) {
	n.said[real], n.real[said] = said, real
}

// learn gives a real value a numbered name, unless it has one.
func (n *names) learn(kind string, real any) {
	text := fmt.Sprint(real)
	if _, known := n.said[text]; real == nil || text == "" || known {
		return
	}
	n.next[kind]++
	n.know(fmt.Sprintf("%s-%d", kind, n.next[kind]), text)
}

// Words and times that only inform; TypeScript tests read them as they stand.
const (
	someWords = "words"
	someTime  = "2026-11-21T10:00:00Z"
)

// say is a value of the server's as a golden file has it.
func (n *names) say(v any) any {
	n.discover(v, "")
	return walk(v, n.sayString, n.settle)
}

// discover names what the server chose: cursors by their position, ids by
// the order in which they turn up.
func (n *names) discover(v any, parent string) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			if parent == "rejections" {
				n.learn("rejection", dig(item, "id"))
			}
			n.discover(item, "")
		}
	case object:
		if cursor, isText := v["cursor"].(string); isText && n.said[cursor] == "" {
			n.know(fmt.Sprintf("cursor-%v", v["seq"]), cursor)
		}
		for _, kind := range []string{"page", "ticket", "conn", "server_id", "token"} {
			n.learn(kind, v[kind])
		}
		if v["active"] != nil && v["run"] != nil {
			n.learn("floor", v["id"])
		}
		for key, value := range v {
			if parent == "orders" && !goldenOrder.MatchString(key) {
				n.learn("order-of-server", key)
			}
			n.discover(value, key)
		}
	}
}

// goldenOrder are the ids of orders that golden files use; any other is the
// server's.
var goldenOrder = regexp.MustCompile(`^o\d+$`)

// walk rebuilds a value, with its strings and keys changed and every object
// settled.
func walk(v any, change func(string) string, settle func(object) object) any {
	switch v := v.(type) {
	case string:
		return change(v)
	case []any:
		out := make([]any, 0, len(v))
		for _, item := range v {
			out = append(out, walk(item, change, settle))
		}
		return out
	case object:
		out := object{}
		for key, value := range v {
			out[change(key)] = walk(value, change, settle)
		}
		return settle(out)
	}
	return v
}

// settle puts what an implementer may choose into one form.
func (n *names) settle(o object) object {
	for _, member := range []string{"message", "title", "detail"} {
		if _, isText := o[member].(string); isText {
			o[member] = someWords
		}
	}
	if o["code"] != nil && o["status"] != nil && o["type"] != nil {
		o["type"] = "about:blank"
	}
	if o["code"] == any("unauthorized") && o["reason"] != nil {
		o["reason"] = someWords
	}
	for member, value := range map[string]any{"version": "1.0.0", "extensions_etag": "etag", "catalogue_etag": "etag", "limits": object{"body_bytes": 1048576, "mutations": 100, "ops": 100}} {
		if o[member] != nil {
			o[member] = value
		}
	}
	if _, isNumber := o["limit"].(json.Number); isNumber {
		o["limit"] = 1
	}
	n.settleNumber(o, "conn", "conn-")
	if o["mutation"] != nil {
		n.settleNumber(o, "id", "rejection-")
	}
	return o
}

// settleNumber names a number of the server's choice like a string.
func (n *names) settleNumber(o object, member, prefix string) {
	number, isNumber := o[member].(json.Number)
	if said := n.said[number.String()]; isNumber && strings.HasPrefix(said, prefix) {
		o[member] = said
	}
}

func (n *names) sayString(s string) string {
	if said, known := n.said[s]; known {
		return said
	}
	if at, err := time.Parse(time.RFC3339Nano, s); err == nil && time.Since(at).Abs() < 24*time.Hour {
		return someTime
	}
	return s
}

func (n *names) realString(s string) string {
	if real, known := n.real[s]; known {
		return real
	}
	return s
}

// mean is a value of a golden file as this run's server takes it.
func (n *names) mean(v any) any {
	return walk(v, n.realString, func(o object) object { return o })
}

var word = regexp.MustCompile(`[A-Za-z0-9._:-]+`)

// path translates the words of a path and its query.
func (n *names) path(said string) string {
	return word.ReplaceAllStringFunc(said, n.realString)
}
