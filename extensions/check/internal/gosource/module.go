package gosource

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
)

// module is the module that an extension's folder belongs to, and what was built
// of the packages that it imports.
type module struct {
	root, path string
	stamp      string // of go.mod: another one is another module

	mu     sync.Mutex
	export map[string]string // package → file
	theirs types.Importer    // of what isn't an extension's own; it remembers
}

var (
	modulesMu sync.Mutex
	modules   = map[string]*module{} // by go.mod
)

// moduleOf asks the go command for the module of a folder.
func moduleOf(ctx context.Context, dir string) (*module, error) {
	file, err := goModAbove(dir)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	stamp := fmt.Sprint(info.ModTime().UnixNano(), info.Size())
	modulesMu.Lock()
	defer modulesMu.Unlock()
	if m := modules[file]; m != nil && m.stamp == stamp {
		return m, nil
	}
	out, err := run(ctx, dir, "list", "-m", "-f", "{{if .Main}}{{.Path}}\t{{.Dir}}{{end}}")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(out) {
		name, root, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if root != "" && root == filepath.Dir(file) {
			m := &module{root: root, path: name, stamp: stamp, export: map[string]string{}}
			m.theirs = importer.ForCompiler(token.NewFileSet(), "gc", m.open)
			modules[file] = m
			return m, nil
		}
	}
	return nil, fmt.Errorf("the module of %s isn't the one that go works on: is there a go.work that leaves it out?", dir)
}

func goModAbove(dir string) (string, error) {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	for at := dir; ; at = filepath.Dir(at) {
		file := filepath.Join(at, "go.mod")
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("there is no go.mod in %s: go mod init example.com/NAME makes one", dir)
		}
	}
}

// pathOf is the import path of a folder in the module.
func (m *module) pathOf(dir string) string {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	relative, err := filepath.Rel(m.root, dir)
	if err != nil {
		return m.path
	}
	return path.Join(m.path, filepath.ToSlash(relative))
}

// need asks the go command for what was built of packages, and of all that they
// import; it builds what wasn't.
func (m *module) need(ctx context.Context, packages []string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var missing []string
	for _, p := range packages {
		if m.export[p] == "" {
			missing = append(missing, p)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	out, err := run(ctx, m.root, append([]string{"list", "-e", "-deps", "-export", "-json=ImportPath,Export,Error", "--"}, missing...)...)
	if err != nil {
		return err
	}
	for all := json.NewDecoder(strings.NewReader(out)); ; {
		var p struct {
			ImportPath, Export string
			Error              *struct{ Err string }
		}
		if err := all.Decode(&p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("go list answered what isn't understood: %w", err)
		}
		if p.Export != "" {
			m.export[p.ImportPath] = p.Export
		}
	}
}

// Import is types.Importer's, of what was built.
func (m *module) Import(path string) (*types.Package, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.theirs.Import(path)
}

// open is called with mu held.
func (m *module) open(path string) (io.ReadCloser, error) {
	if m.export[path] == "" {
		return nil, fmt.Errorf("there is no package %s, or it doesn't build: try go mod tidy", path)
	}
	return os.Open(m.export[path])
}

// run runs the go command in a folder. Its words are the error.
func run(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	if err == nil {
		return out.String(), nil
	}
	if errors.Is(err, exec.ErrNotFound) {
		return "", ErrNoGo
	}
	if words := strings.TrimSpace(said.String()); words != "" {
		return "", errors.New(words)
	}
	return "", fmt.Errorf("go %s: %w", args[0], err)
}

// ErrNoGo says that there is no go command.
var ErrNoGo = errors.New("there is no go command on the PATH")
