package javascript

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
	"github.com/go-sourcemap/sourcemap"
)

const (
	maxFile  = 1 << 20
	maxFiles = 500
	// maxNesting guards the parsers, which go down one call a bracket.
	maxNesting = 1000
)

// source is one vendor's file, and what of it is run.
type source struct {
	path string // as the operator named it: what errors say
	id   string // its name as a module: others import it by the end of it
	text string // what is run, its lines as in the file but for a module
	// module: it runs in a scope of its own and may import.
	module bool
	lines  *sourcemap.Consumer // of a transformed file; nil: lines stand
}

// isModule finds an import or export, and the comment by which Odoo marks a
// module without either.
var isModule = regexp.MustCompile(`(?m)^\s*(import\s*["'{*]|import\s+[\w$]|export\s+(default|const|let|var|function|class|async|\{|\*))|@odoo-module`)

// readSources reads files or a folder.
func readSources(paths []string) ([]source, error) {
	files, err := findFiles(paths)
	if err != nil {
		return nil, err
	}
	if len(files) > maxFiles {
		return nil, fmt.Errorf("%s: %d files are too many for one extension, %d at most", paths[0], len(files), maxFiles)
	}
	sources := make([]source, len(files))
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if sources[i], err = newSource(file, string(text)); err != nil {
			return nil, err
		}
	}
	return sources, nil
}

func findFiles(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, os.ErrNotExist):
			return nil, fmt.Errorf("%s: there is no such file or folder; check path in the config", path)
		case err != nil:
			return nil, err
		case !info.IsDir():
			files = append(files, path)
			continue
		}
		inside, err := scriptsIn(path)
		if err != nil {
			return nil, err
		}
		if len(inside) == 0 {
			return nil, fmt.Errorf("%s: no .js or .ts file in it", path)
		}
		files = append(files, inside...)
	}
	return files, nil
}

func scriptsIn(dir string) (files []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		name := ""
		if d != nil {
			name = d.Name()
		}
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != dir && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "tests"):
			return filepath.SkipDir
		case !d.IsDir() && isScript(name):
			files = append(files, path)
		}
		return nil
	})
	slices.Sort(files)
	return files, err
}

func isScript(name string) bool {
	if strings.HasSuffix(name, ".d.ts") || strings.Contains(name, ".test.") {
		return false
	}
	return slices.Contains([]string{".js", ".mjs", ".ts"}, filepath.Ext(name))
}

func newSource(path, text string) (source, error) {
	s := source{path: path, id: "./" + filepath.ToSlash(path), text: strings.TrimPrefix(text, "\uFEFF")}
	if len(text) > maxFile {
		return s, fmt.Errorf("%s: a file has at most %d bytes, was %d", path, maxFile, len(text))
	}
	if line := tooNested(s.text); line > 0 {
		return s, fmt.Errorf("%s:%d: nested too deeply (more than %d)", path, line, maxNesting)
	}
	s.module = isModule.MatchString(s.text)
	if strings.HasSuffix(path, ".ts") {
		s.module = true
		return s.transform(api.LoaderTS)
	}
	if !s.module {
		return s, nil
	}
	return s.transform(api.LoaderJS)
}

// lowered are what goja doesn't have, in the language of ES2020.
var lowered = map[string]bool{"async-generator": false, "for-await": false, "dynamic-import": false}

// transform turns ES modules, TypeScript and scripts in newer JavaScript into
// what goja runs.
func (s source) transform(loader api.Loader) (source, error) {
	format := api.FormatDefault
	if s.module {
		format = api.FormatCommonJS
	}
	result := api.Transform(s.text, api.TransformOptions{
		Loader: loader, Format: format, Target: api.ES2020, Supported: lowered, Charset: api.CharsetUTF8,
		Sourcefile: s.path, Sourcemap: api.SourceMapExternal, LogLevel: api.LogLevelSilent,
		TsconfigRaw: `{"compilerOptions":{"useDefineForClassFields":false}}`,
	})
	if len(result.Errors) > 0 {
		e := result.Errors[0]
		if e.Location == nil {
			return s, fmt.Errorf("%s: %s", s.path, e.Text)
		}
		return s, fmt.Errorf("%s:%d:%d: %s", s.path, e.Location.Line, e.Location.Column+1, e.Text)
	}
	// esbuild's own helper copies members off, which a stand-in has none of.
	s.text = strings.ReplaceAll(string(result.Code), "__toESM(require(", "__mt_imported(require(")
	var err error
	s.lines, err = sourcemap.Parse("", result.Map)
	return s, err
}

// tooNested is the first line on which brackets nest too deeply, 0 for none.
// Brackets in texts and comments count too: no matter.
func tooNested(text string) int {
	depth, line := 0, 1
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\n':
			line++
		case '(', '[', '{':
			if depth++; depth > maxNesting {
				return line
			}
		case ')', ']', '}':
			depth = max(0, depth-1)
		}
	}
	return 0
}

// at is a position in the vendor's file.
func (s *source) at(line, column int) string {
	if s.lines != nil {
		if _, _, l, _, ok := s.lines.Source(line, max(0, column-1)); ok {
			line = l
		}
	}
	return fmt.Sprintf("%s:%d", s.path, line)
}
