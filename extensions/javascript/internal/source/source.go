package source

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

	"github.com/manytill/manytill/extensions/javascript/internal/syntax"
	"github.com/manytill/manytill/extensions/notes"
)

// maxFiles of one extension.
const maxFiles = 500

// Source is one vendor's file, and what of it is run.
type Source struct {
	Path string // as the operator named it: what errors say
	ID   string // its name as a module: others import it by the end of it
	Text string // what is run, its lines as in the file but for a module
	// Module: it runs in a scope of its own and may import.
	Module bool
	lines  *sourcemap.Consumer // of a transformed file; nil: lines stand
}

// isModule finds an import or export, and the comment by which Odoo marks a
// module without either.
var isModule = regexp.MustCompile(`(?m)^\s*(import\s*["'{*]|import\s+[\w$]|export\s+(default|const|let|var|function|class|async|\{|\*))|@odoo-module`)

// readSources reads files or a folder. Of several, those that can't be read
// are left out; broken says why.
func readSources(paths []string) (sources []Source, broken []error, err error) {
	files, err := FindFiles(paths)
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

// FindFiles are the files that paths name, folders with what is in them.
func FindFiles(paths []string) ([]string, error) {
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

func newSource(path, text string) (Source, error) {
	s := Source{Path: path, ID: "./" + filepath.ToSlash(path), Text: strings.TrimPrefix(text, "\uFEFF")}
	if len(text) > syntax.MaxFile {
		return s, unreadable(notes.Place{File: path}, "a file has at most %d bytes, was %d", syntax.MaxFile, len(text))
	}
	if err := s.check(); err != nil {
		return s, err
	}
	s.Module = isModule.MatchString(s.Text)
	switch {
	case strings.HasSuffix(path, ".ts"):
		s.Module = true
		return s.transform(api.LoaderTS)
	case s.Module:
		return s.transform(api.LoaderJS)
	case !syntax.IsSmall(s.Text):
		// goja goes on after a syntax error, and may then read the rest in any way.
		return s, s.validate()
	}
	return s, nil
}

// check refuses what a parser's stack isn't made for.
func (s *Source) check() error {
	if deep := syntax.Check(s.Text); deep != nil {
		return unreadable(s.At(deep.Line, 0), "%s", deep.What)
	}
	return nil
}

// validate reports the first syntax error.
func (s *Source) validate() error {
	result := api.Transform(s.Text, api.TransformOptions{Loader: api.LoaderJS, Sourcefile: s.Path, LogLevel: api.LogLevelSilent})
	return s.firstOf(result.Errors)
}

func (s *Source) firstOf(errors []api.Message) error {
	if len(errors) == 0 {
		return nil
	}
	e := errors[0]
	if e.Location == nil {
		return unreadable(notes.Place{File: s.Path}, "%s", e.Text)
	}
	return unreadable(notes.Place{File: s.Path, Line: e.Location.Line, Column: e.Location.Column + 1}, "%s", e.Text)
}

// unreadable is why a file can't be read.
func unreadable(at notes.Place, format string, values ...any) error {
	return &notes.Failure{Note: notes.Note{Code: notes.Syntax, Place: at, Message: fmt.Sprintf(format, values...)}}
}

// lowered are what goja doesn't have, in the language of ES2020.
var lowered = map[string]bool{"async-generator": false, "for-await": false, "dynamic-import": false}

// transform turns ES modules, TypeScript and scripts in newer JavaScript into
// what goja runs.
func (s Source) transform(loader api.Loader) (Source, error) {
	format := api.FormatDefault
	if s.Module {
		format = api.FormatCommonJS
	}
	o := api.TransformOptions{
		Loader: loader, Format: format, Target: api.ES2020, Supported: lowered, Charset: api.CharsetUTF8,
		Sourcefile: s.Path, Sourcemap: api.SourceMapExternal, LogLevel: api.LogLevelSilent,
		TsconfigRaw: `{"compilerOptions":{"useDefineForClassFields":false}}`,
	}
	result := api.Transform(s.Text, o)
	text, returns := throwing(s.Text, result.Errors)
	if returns {
		result = api.Transform(text, o)
	}
	if err := s.firstOf(result.Errors); err != nil {
		return s, err
	}
	// esbuild's own helper copies members off, which a stand-in has none of.
	s.Text = strings.ReplaceAll(string(result.Code), "__toESM(require(", "__mt_imported(require(")
	if returns {
		s.Text = `var __mt_done = {}; try { ` + s.Text + `
} catch (e) { if (!("value" in __mt_done)) throw e; return __mt_done.value; }`
	}
	if len(strings.TrimSpace(s.Text)) == 0 {
		s.Text = "" // a file of comments: there are no lines to map
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

// At is a position in the vendor's file.
func (s *Source) At(line, column int) notes.Place {
	if s.Module && line == 1 {
		column -= len(wrapper)
	}
	if s.lines != nil {
		if _, _, l, c, ok := s.lines.Source(line, max(0, column-1)); ok {
			line, column = l, c+1
		}
	}
	return notes.Place{File: s.Path, Line: line, Column: max(0, column)}
}

// Place is where what stands at an offset of the text that is run is in the
// vendor's file.
func (s *Source) Place(offset int) notes.Place {
	before := s.Text[:min(max(0, offset), len(s.Text))]
	line, column := 1+strings.Count(before, "\n"), len(before)-strings.LastIndexByte(before, '\n')
	if s.Module && line == 1 {
		column += len(wrapper)
	}
	return s.At(line, column)
}

// Find is the place of a part of a text that stands in one of the files, such as
// a hook's: offset is within the part. A part that isn't there has no place.
func (c *Code) Find(part string, offset int) notes.Place {
	for i := range c.Files {
		if at := strings.Index(c.Files[i].Text, part); at >= 0 {
			return c.Files[i].Place(at + offset)
		}
	}
	return notes.Place{}
}
