package scaffold

import (
	"bytes"
	"embed"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/manytill/manytill/extensions/manifest"
)

// Kind is what the extension is written in.
type Kind string

// The kinds.
const (
	JavaScript Kind = "js"
	TypeScript Kind = "ts"
	Go         Kind = "go"
	Odoo       Kind = "odoo" // a module's file without a manifest
)

// Options say what to make.
type Options struct {
	// Name is the extension's, and the folder's.
	Name string
	Kind Kind
	// Dir is where the folder is made; "" is here.
	Dir string
	// Version is the server's. A released one is the version of the sdk that a Go
	// extension is built with.
	Version string
	// SDK is a checkout of Manytill that a Go extension is built against; "" is none.
	SDK string
}

//go:embed all:files
var files embed.FS

//go:embed manytill.d.ts
var typesFile []byte

// own are the folders of files that each kind has; of two files of a name the
// later one is taken.
var own = map[Kind][]string{
	JavaScript: {"all", "script", "js"}, TypeScript: {"all", "script", "ts"}, Go: {"all", "go"}, Odoo: {"all", "odoo"},
}

// Make makes the folder and returns its path and its files, sorted. A folder or
// file of that name that is there already is an error, and stays as it is. After
// an error nothing is left.
func Make(o Options) (dir string, made []string, err error) {
	if err := manifest.CheckName(o.Name); err != nil {
		return "", nil, err
	}
	dir = filepath.Join(o.Dir, o.Name)
	if _, err := os.Lstat(dir); err == nil {
		return "", nil, fmt.Errorf("%s is there already, and nothing in it was changed: choose another name, or another folder with --dir", dir)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", nil, err
	}
	texts, err := render(o)
	if err != nil {
		return "", nil, err
	}
	if err := write(dir, texts); err != nil {
		return "", nil, fmt.Errorf("%s can't be made: %w", dir, err)
	}
	for name := range texts {
		made = append(made, name)
	}
	slices.Sort(made)
	return dir, made, nil
}

// write makes the folder beside its place and puts it there when it is whole.
func write(dir string, texts map[string][]byte) (err error) {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	half, err := os.MkdirTemp(filepath.Dir(dir), ".new-extension-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(half))
		}
	}()
	for name, text := range texts {
		path := filepath.Join(half, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		mode := os.FileMode(0o644)
		if bytes.HasPrefix(text, []byte("#!")) {
			mode = 0o755
		}
		if err := os.WriteFile(path, text, mode); err != nil {
			return err
		}
	}
	if err := os.Chmod(half, 0o755); err != nil {
		return err
	}
	return os.Rename(half, dir)
}

// render is the text of each file, by its name in the folder.
func render(o Options) (map[string][]byte, error) {
	about, err := aboutOf(o)
	if err != nil {
		return nil, err
	}
	texts := map[string][]byte{}
	for _, folder := range own[o.Kind] {
		root := "files/" + folder
		err := fs.WalkDir(files, root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := fs.ReadFile(files, path)
			if err != nil {
				return err
			}
			name := strings.TrimSuffix(strings.TrimPrefix(path, root+"/"), ".tmpl")
			texts[strings.ReplaceAll(name, "NAME", about.File)], err = about.fill(path, text)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if len(texts) == 0 {
		return nil, fmt.Errorf("there are no extensions of the kind %q", o.Kind)
	}
	if o.Kind == JavaScript || o.Kind == TypeScript {
		own, err := ownFields(texts[manifest.FileName])
		if err != nil {
			return nil, err
		}
		if texts["manytill.d.ts"], err = Types(own); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// about is what the templates may say.
type about struct {
	Name, Kind string
	File       string // what files are called
	Note       string // the order's field
	Remark     string // the line's field
	SDK        string // the version of the sdk
	Checkout   string // where it is built against one
	Released   bool   // the server's version is one that is published
}

var released = regexp.MustCompile(`^v?(\d+\.\d+\.\d+)$`)

func aboutOf(o Options) (*about, error) {
	prefix := prefixOf(o.Name)
	a := &about{
		Name: o.Name, Kind: string(o.Kind), File: strings.ReplaceAll(o.Name, ".", "-"),
		Note: prefix + "_note", Remark: prefix + "_remark", SDK: "v0.0.0",
	}
	if version := released.FindStringSubmatch(o.Version); version != nil {
		a.Released, a.SDK = true, "v"+version[1]
	}
	if o.SDK == "" {
		return a, nil
	}
	if o.Kind != Go {
		return nil, errors.New("--sdk is for Go extensions (--go): scripts are built against nothing")
	}
	checkout, err := filepath.Abs(o.SDK)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(checkout, "sdk", "plugin")); err != nil {
		return nil, fmt.Errorf("%s is no checkout of Manytill: there is no sdk/plugin in it", checkout)
	}
	a.Checkout = checkout
	return a, nil
}

// prefixOf is what the names of an extension's fields begin with, so that they
// are no other's.
func prefixOf(name string) string {
	const longest = 64 - len("_remark")
	prefix := strings.NewReplacer(".", "_", "-", "_").Replace(name)
	if first := prefix[0]; first >= '0' && first <= '9' || prefix == "mt" || strings.HasPrefix(prefix, "mt_") {
		prefix = "x_" + prefix
	}
	return strings.TrimRight(prefix[:min(len(prefix), longest)], "_")
}

func (a *about) fill(path string, text []byte) ([]byte, error) {
	t, err := template.New(path).Option("missingkey=error").Parse(string(text))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, a)
	return out.Bytes(), err
}
