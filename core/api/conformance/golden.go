package conformance

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
	"testing"
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
// floor of its own. With -update the files take what the server said.
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
