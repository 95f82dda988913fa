package source

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"
	"github.com/evanw/esbuild/pkg/api"

	"github.com/manytill/manytill/extensions/javascript/internal/syntax"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/sdk/protocol"
)

// Code is what the runtimes of one extension share. It doesn't change.
type Code struct {
	Files []File
	// Unknown are global names that nobody declares: stand-ins take them.
	Unknown []string
	Config  string // JSON
	// Declared are the fields of a manifest.
	Declared map[protocol.Model][]any
	// Lines: its manifest says that hooks of orders put lines.
	Lines bool
	// Storage: the manifest declares one.
	Storage bool
	// Effects are the names of those that the manifest describes.
	Effects []string
	// Migrates: its schema is one that data may be migrated to.
	Migrates bool
	// Broken are files that can't be read, beside others that can.
	Broken []error

	sources []Source
}

// File is one compiled source.
type File struct {
	*Source
	Program *goja.Program
	// What a script has at its top: functions like the loaders of Odoo 8, all
	// functions, all names.
	Functions, Hoisted, Declared []string
	misses                       []miss
	imports                      imports
}

// Spec says what to compile.
type Spec struct {
	Paths  []string
	Config map[string]any
	// Fields are a manifest's; nil where there is none.
	Fields manifest.Fields
	// Lines: it says that hooks of orders put lines.
	Lines bool
	// Storage: its manifest declares one.
	Storage bool
	// Effects are the names of those that it describes.
	Effects []string
	// Migrates: it raises the schema.
	Migrates bool
}

// Compile reads files or a folder, and compiles what can be read. It may go on
// for long: a parser can't be stopped.
func Compile(o Spec) (*Code, error) {
	sources, broken, err := readSources(o.Paths)
	if err != nil {
		return nil, err
	}
	config, err := json.Marshal(o.Config)
	if err != nil {
		return nil, fmt.Errorf("its settings are not JSON: %w", err)
	}
	if o.Config == nil {
		config = []byte("{}")
	}
	c := &Code{sources: sources, Config: string(config), Broken: broken, Lines: o.Lines, Storage: o.Storage, Effects: o.Effects, Migrates: o.Migrates}
	if o.Fields != nil {
		c.Declared = map[protocol.Model][]any{}
		for model, fields := range o.Fields {
			for _, field := range protocol.SortedKeys(fields) {
				c.Declared[model] = append(c.Declared[model], string(field))
			}
		}
	}
	free := map[string]bool{}
	for i := range c.sources {
		f, names, err := compileFile(&c.sources[i])
		if err != nil && !c.sources[i].Module {
			f, names, err = c.lower(i, err)
		}
		if err != nil {
			c.Broken = append(c.Broken, err)
			continue
		}
		c.Files = append(c.Files, f)
		for _, name := range names {
			free[name] = true
		}
	}
	if len(c.Files) == 0 {
		return nil, errors.Join(c.Broken...)
	}
	for _, f := range c.Files {
		for _, name := range f.Declared {
			delete(free, name)
		}
	}
	for name := range free {
		c.Unknown = append(c.Unknown, name)
	}
	slices.Sort(c.Unknown)
	return c, nil
}

// lower tries a script again that goja can't read, in plainer JavaScript; why
// stands where that doesn't help.
func (c *Code) lower(i int, why error) (File, []string, error) {
	for _, module := range []bool{false, true} { // as a module it may return
		plain := c.sources[i]
		plain.Module = module
		plain, err := plain.transform(api.LoaderJS)
		if err != nil {
			continue
		}
		f, names, err := compileFile(&plain)
		if err != nil {
			continue
		}
		c.sources[i] = plain
		f.Source = &c.sources[i]
		return f, names, nil
	}
	return File{}, nil, why
}

// compileFile parses and compiles a file and lists the names in it that it
// doesn't declare.
func compileFile(s *Source) (File, []string, error) {
	text := s.Text
	if s.Module {
		text = wrapper + text + "\n})"
	}
	tree, err := parser.ParseFile(nil, s.Path, text, 0, parser.WithDisableSourceMaps)
	if err != nil {
		return File{}, nil, s.syntax(err)
	}
	f := File{Source: s}
	if !s.Module {
		f.atTop(tree)
	}
	if at := syntax.BigInteger(tree); at > 0 {
		p := tree.File.Position(int(at) - tree.File.Base())
		return File{}, nil, unreadable(s.At(p.Line, p.Column), "BigInt isn't supported; JSON has no such numbers")
	}
	free := syntax.FreeNames(tree)
	f.misses, f.imports = nearMisses(s, tree), importsOf(s, tree)
	if f.Program, err = goja.CompileAST(tree, false); err != nil {
		return File{}, nil, s.syntax(err)
	}
	return f, free, nil
}

// syntax says where a file can't be read.
func (s *Source) syntax(err error) error {
	var list parser.ErrorList
	var compiled *goja.CompilerSyntaxError
	switch {
	case errors.As(err, &list) && len(list) > 0:
		e := list[0]
		return unreadable(s.At(e.Position.Line, e.Position.Column), "%s", e.Message)
	case errors.As(err, &compiled) && compiled.File != nil:
		p := compiled.File.Position(compiled.Offset)
		return unreadable(s.At(p.Line, p.Column), "%s", compiled.Message)
	}
	return unreadable(notes.Place{File: s.Path}, "%s", err)
}

// atTop notes the names that a script declares for all.
func (f *File) atTop(tree *ast.Program) {
	for _, statement := range tree.Body {
		switch s := statement.(type) {
		case *ast.FunctionDeclaration:
			name := s.Function.Name.Name.String()
			f.Declared = append(f.Declared, name)
			f.Hoisted = append(f.Hoisted, name)
			if isLoader(s.Function) {
				f.Functions = append(f.Functions, name)
			}
		case *ast.ClassDeclaration:
			f.Declared = append(f.Declared, s.Class.Name.Name.String())
		case *ast.LexicalDeclaration:
			for _, b := range s.List {
				f.Declared = append(f.Declared, syntax.Bound(b.Target)...)
			}
		}
	}
	for _, d := range tree.DeclarationList {
		for _, b := range d.List {
			f.Declared = append(f.Declared, syntax.Bound(b.Target)...)
		}
	}
}

// isLoader: function (instance, module), as files of Odoo 8 have them.
func isLoader(f *ast.FunctionLiteral) bool {
	list := f.ParameterList.List
	if len(list) == 0 || len(list) > 2 {
		return false
	}
	first := syntax.Bound(list[0].Target)
	return len(first) == 1 && (first[0] == "instance" || first[0] == "openerp" || (len(list) == 2 && slices.Equal(syntax.Bound(list[1].Target), []string{"module"})))
}
