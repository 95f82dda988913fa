package port

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// module is what was read of a vendor's module.
type module struct {
	name, version string
	odoo          int // the version of Odoo that it is for; 0: it doesn't say
	scripts       []file
	templates     []file // XML
	declared      []Declared
}

// file is one of the module's.
type file struct {
	path string // where it stands
	name string // what it is called in the extension's folder, with slashes
	text string
}

// maxFile is the largest file that is read.
const maxFile = 4 << 20

// read reads files and folders.
func read(paths []string) (*module, error) {
	if len(paths) == 0 {
		return nil, errNoFiles
	}
	base := filepath.Base(filepath.Clean(paths[0]))
	if absolute, err := filepath.Abs(paths[0]); err == nil {
		base = filepath.Base(absolute)
	}
	m := &module{name: strings.TrimSuffix(base, filepath.Ext(base)), version: "1.0.0"}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("%s can't be imported: there is no such file or folder", path)
		}
		if !info.IsDir() {
			if err := m.add(path, filepath.Base(path)); err != nil {
				return nil, err
			}
			continue
		}
		if err := m.addFolder(path); err != nil {
			return nil, err
		}
	}
	if len(m.scripts)+len(m.declared) == 0 {
		return nil, fmt.Errorf("%s: there is no script and no field of Python; %w", strings.Join(paths, ", "), errNoFiles)
	}
	return m, nil
}

// notOurs are folders whose files aren't run.
var notOurs = []string{"node_modules", "tests", "lib", "libs"}

func (m *module) addFolder(root string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && (strings.HasPrefix(entry.Name(), ".") || slices.Contains(notOurs, entry.Name())):
			return filepath.SkipDir
		case entry.IsDir():
			return nil
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		return m.add(path, filepath.ToSlash(name))
	})
}

// add reads a file, if it is of a kind that is of use.
func (m *module) add(path, name string) error {
	kind := filepath.Ext(name)
	if strings.HasSuffix(name, ".d.ts") || strings.Contains(filepath.Base(name), ".test.") || !slices.Contains([]string{".js", ".mjs", ".ts", ".xml", ".py"}, kind) {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return fmt.Errorf("%s is no file, or has more than %d bytes: name the module's files without it", path, maxFile)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	f := file{path, name, string(text)}
	switch kind {
	case ".xml":
		m.templates = append(m.templates, f)
	case ".py":
		if base := filepath.Base(name); base == "__manifest__.py" || base == "__openerp__.py" {
			m.about(f.text)
		} else {
			m.declared = append(m.declared, declaredIn(f)...)
		}
	default:
		if slices.ContainsFunc(m.scripts, func(other file) bool { return other.name == name }) {
			return fmt.Errorf("two files are called %s: name the folder that they stand in", name)
		}
		m.scripts = append(m.scripts, f)
	}
	return nil
}

var (
	moduleVersion = regexp.MustCompile(`['"]version['"]\s*:\s*['"]([0-9A-Za-z.+-]{1,64})['"]`)
	ofOdoo        = regexp.MustCompile(`^(\d+)\.0\.`)
	newModels     = regexp.MustCompile(`\bPosOrder(line|Line)?\b`)
)

// about reads the module's own manifest.
func (m *module) about(text string) {
	if found := moduleVersion.FindStringSubmatch(text); found != nil {
		m.version = found[1]
		if major := ofOdoo.FindStringSubmatch(m.version); major != nil {
			m.odoo, _ = strconv.Atoi(major[1])
		}
	}
}

// firstWithModels is the Odoo whose point of sale sends each field that Python has.
const firstWithModels = 18

// sendsAll: it is for an Odoo in which Python's declaration is enough.
func (m *module) sendsAll() bool {
	if m.odoo > 0 {
		return m.odoo >= firstWithModels
	}
	return len(m.scripts) == 0 || slices.ContainsFunc(m.scripts, func(f file) bool { return newModels.MatchString(f.text) })
}
