package javascript

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"
	"github.com/evanw/esbuild/pkg/api"

	"github.com/manytill/manytill/sdk/protocol"
)

//go:embed models.js
var modelsScript string

// models is compiled once for all extensions.
var models = sync.OnceValue(func() *goja.Program {
	return goja.MustCompile("manytill/models.js", modelsScript, false)
})

// code is what the runtimes of one extension share. It doesn't change.
type code struct {
	name    string
	sources []source
	files   []file
	// unknown are global names that nobody declares: stand-ins take them.
	unknown []string
	config  string // JSON
	// declared are the fields of a manifest.
	declared map[protocol.Model][]any
	said     said // by their consoles
	// broken are files that can't be read, beside others that can.
	broken []error
}

// file is one compiled source.
type file struct {
	*source
	program *goja.Program
	// What a script has at its top: functions like the loaders of Odoo 8, all
	// functions, all names.
	functions, hoisted, declared []string
	misses                       []miss
}

func compile(o Options) (*code, error) {
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
	c := &code{name: o.Name, sources: sources, config: string(config), broken: broken}
	if o.Manifest != nil {
		c.declared = map[protocol.Model][]any{}
		for model, fields := range o.Manifest.Fields {
			for _, field := range protocol.SortedKeys(fields) {
				c.declared[model] = append(c.declared[model], string(field))
			}
		}
	}
	free := map[string]bool{}
	for i := range c.sources {
		f, names, err := compileFile(&c.sources[i])
		if err != nil && !c.sources[i].module {
			f, names, err = c.lower(i, err)
		}
		if err != nil {
			c.broken = append(c.broken, err)
			continue
		}
		c.files = append(c.files, f)
		for _, name := range names {
			free[name] = true
		}
	}
	if len(c.files) == 0 {
		return nil, errors.Join(c.broken...)
	}
	for _, f := range c.files {
		for _, name := range f.declared {
			delete(free, name)
		}
	}
	for name := range free {
		c.unknown = append(c.unknown, name)
	}
	slices.Sort(c.unknown)
	return c, nil
}

// lower tries a script again that goja can't read, in plainer JavaScript; why
// stands where that doesn't help.
func (c *code) lower(i int, why error) (file, []string, error) {
	for _, module := range []bool{false, true} { // as a module it may return
		plain := c.sources[i]
		plain.module = module
		plain, err := plain.transform(api.LoaderJS)
		if err != nil {
			continue
		}
		f, names, err := compileFile(&plain)
		if err != nil {
			continue
		}
		c.sources[i] = plain
		f.source = &c.sources[i]
		return f, names, nil
	}
	return file{}, nil, why
}

// compileFile parses and compiles a file and lists the names in it that it
// doesn't declare.
func compileFile(s *source) (file, []string, error) {
	text := s.text
	if s.module {
		text = wrapper + text + "\n})"
	}
	tree, err := parser.ParseFile(nil, s.path, text, 0, parser.WithDisableSourceMaps)
	if err != nil {
		return file{}, nil, s.syntax(err)
	}
	f := file{source: s}
	if !s.module {
		f.atTop(tree)
	}
	if at := bigInteger(tree); at > 0 {
		p := tree.File.Position(int(at) - tree.File.Base())
		return file{}, nil, fmt.Errorf("%s: BigInt isn't supported; JSON has no such numbers", s.at(p.Line, p.Column))
	}
	free := freeNames(tree)
	f.misses = nearMisses(s, tree)
	if f.program, err = goja.CompileAST(tree, false); err != nil {
		return file{}, nil, s.syntax(err)
	}
	return f, free, nil
}

// syntax says where a file can't be read.
func (s *source) syntax(err error) error {
	var list parser.ErrorList
	var compiled *goja.CompilerSyntaxError
	switch {
	case errors.As(err, &list) && len(list) > 0:
		e := list[0]
		return fmt.Errorf("%s: %s", s.at(e.Position.Line, e.Position.Column), e.Message)
	case errors.As(err, &compiled) && compiled.File != nil:
		p := compiled.File.Position(compiled.Offset)
		return fmt.Errorf("%s: %s", s.at(p.Line, p.Column), compiled.Message)
	}
	return fmt.Errorf("%s: %w", s.path, err)
}

// atTop notes the names that a script declares for all.
func (f *file) atTop(tree *ast.Program) {
	for _, statement := range tree.Body {
		switch s := statement.(type) {
		case *ast.FunctionDeclaration:
			name := s.Function.Name.Name.String()
			f.declared = append(f.declared, name)
			f.hoisted = append(f.hoisted, name)
			if isLoader(s.Function) {
				f.functions = append(f.functions, name)
			}
		case *ast.ClassDeclaration:
			f.declared = append(f.declared, s.Class.Name.Name.String())
		case *ast.LexicalDeclaration:
			for _, b := range s.List {
				f.declared = append(f.declared, bound(b.Target)...)
			}
		}
	}
	for _, d := range tree.DeclarationList {
		for _, b := range d.List {
			f.declared = append(f.declared, bound(b.Target)...)
		}
	}
}

// isLoader: function (instance, module), as files of Odoo 8 have them.
func isLoader(f *ast.FunctionLiteral) bool {
	list := f.ParameterList.List
	if len(list) == 0 || len(list) > 2 {
		return false
	}
	first := bound(list[0].Target)
	return len(first) == 1 && (first[0] == "instance" || first[0] == "openerp" || (len(list) == 2 && slices.Equal(bound(list[1].Target), []string{"module"})))
}

func bound(target ast.Expression) []string {
	names := names{declared: map[string]bool{}, used: map[string]bool{}}
	names.bind(target)
	return names.list(names.declared)
}
