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

// readSources reads files or a folder. Of several, those that can't be read
// are left out; broken says why.
func readSources(paths []string) (sources []source, broken []error, err error) {
	files, err := findFiles(paths)
	if err != nil {
		return nil, nil, err
	}
	if len(files) > maxFiles {
		return nil, nil, fmt.Errorf("%s: %d files are too many for one extension, %d at most", paths[0], len(files), maxFiles)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, nil, err
		}
		s, err := newSource(file, string(text))
		if err != nil {
			broken = append(broken, err)
			continue
		}
		sources = append(sources, s)
	}
	return sources, broken, nil
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
	if err := s.check(); err != nil {
		return s, err
	}
	s.module = isModule.MatchString(s.text)
	switch {
	case strings.HasSuffix(path, ".ts"):
		s.module = true
		return s.transform(api.LoaderTS)
	case s.module:
		return s.transform(api.LoaderJS)
	case !isSmall(s.text):
		// goja goes on after a syntax error, and may then read the rest in any way.
		return s, s.validate()
	}
	return s, nil
}

// check refuses what a parser's stack isn't made for.
func (s *source) check() error {
	if deep := checkSyntax(s.text); deep != nil {
		return fmt.Errorf("%s: %s", s.at(deep.line, 0), deep.what)
	}
	return nil
}

// validate reports the first syntax error.
func (s *source) validate() error {
	result := api.Transform(s.text, api.TransformOptions{Loader: api.LoaderJS, Sourcefile: s.path, LogLevel: api.LogLevelSilent})
	return s.firstOf(result.Errors)
}

func (s *source) firstOf(errors []api.Message) error {
	if len(errors) == 0 {
		return nil
	}
	e := errors[0]
	if e.Location == nil {
		return fmt.Errorf("%s: %s", s.path, e.Text)
	}
	return fmt.Errorf("%s:%d:%d: %s", s.path, e.Location.Line, e.Location.Column+1, e.Text)
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
	o := api.TransformOptions{
		Loader: loader, Format: format, Target: api.ES2020, Supported: lowered, Charset: api.CharsetUTF8,
		Sourcefile: s.path, Sourcemap: api.SourceMapExternal, LogLevel: api.LogLevelSilent,
		TsconfigRaw: `{"compilerOptions":{"useDefineForClassFields":false}}`,
	}
	result := api.Transform(s.text, o)
	text, returns := throwing(s.text, result.Errors)
	if returns {
		result = api.Transform(text, o)
	}
	if err := s.firstOf(result.Errors); err != nil {
		return s, err
	}
	// esbuild's own helper copies members off, which a stand-in has none of.
	s.text = strings.ReplaceAll(string(result.Code), "__toESM(require(", "__mt_imported(require(")
	if returns {
		s.text = `var __mt_done = {}; try { ` + s.text + `
} catch (e) { if (!("value" in __mt_done)) throw e; return __mt_done.value; }`
	}
	if len(strings.TrimSpace(s.text)) == 0 {
		s.text = "" // a file of comments: there are no lines to map
		return s, nil
	}
	var err error
	if s.lines, err = sourcemap.Parse("", result.Map); err != nil {
		s.lines = nil // nothing in it has a line of the file
	}
	return s, s.check()
}

// throwing makes the returns at the top of a module, which the language
// doesn't know, throw what they return.
func throwing(text string, errors []api.Message) (made string, found bool) {
	lines := strings.SplitAfter(text, "\n")
	for _, e := range slices.Backward(errors) {
		if e.Location == nil || !strings.HasPrefix(e.Text, "Top-level return") {
			return text, false
		}
		line := lines[e.Location.Line-1]
		before, after := line[:e.Location.Column], line[e.Location.Column:]
		after, is := strings.CutPrefix(after, "return")
		if !is {
			return text, false
		}
		value := ""
		if rest := strings.TrimSpace(after); rest == "" || rest[0] == ';' || rest[0] == '}' {
			value = " undefined"
		}
		lines[e.Location.Line-1] = before + "throw __mt_done.value =" + value + after
		found = true
	}
	return strings.Join(lines, ""), found
}

// wrapper stands before a module.
const wrapper = "(function (require, module, exports) {"

// at is a position in the vendor's file.
func (s *source) at(line, column int) string {
	if s.module && line == 1 {
		column -= len(wrapper)
	}
	if s.lines != nil {
		if _, _, l, c, ok := s.lines.Source(line, max(0, column-1)); ok {
			line, column = l, c+1
		}
	}
	if column < 1 {
		return fmt.Sprintf("%s:%d", s.path, line)
	}
	return fmt.Sprintf("%s:%d:%d", s.path, line, column)
}
