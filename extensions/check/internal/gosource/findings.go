package gosource

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/sdk/protocol"
)

// Findings is what sources say.
type Findings struct {
	Notes []notes.Note
	// Uses says which hooks read and give a field; At is where it is given, or
	// read, for findings of runs.
	Uses map[protocol.Model]map[protocol.Field]*Use
	// Hooks are where the hooks of a model stand, by their documented names.
	Hooks map[protocol.Model]map[string]notes.Place
	// Unfit: sdk/plugin refuses such structs, so the program doesn't start.
	Unfit bool
	// Files are the sources.
	Files []string
	// Dynamic: keys are worked out when hooks run, so Uses may lack some.
	Dynamic bool
}

// Use is what hooks do with a field.
type Use struct {
	Init, Apply, Export bool
	At                  notes.Place
}

// finder holds sources against a manifest.
type finder struct {
	*Program
	manifest *manifest.Manifest
	serves   bool // the program calls plugin.Serve
	migrates bool // a struct has a Migrate
	Findings
}

// Findings holds the sources against the extension's manifest.
func (p *Program) Findings(m *manifest.Manifest) *Findings {
	f := &finder{Program: p, manifest: m, Findings: Findings{
		Uses:  map[protocol.Model]map[protocol.Field]*Use{},
		Hooks: map[protocol.Model]map[string]notes.Place{},
	}}
	f.Notes = slices.Clone(p.Broken)
	p.fset.Iterate(func(file *token.File) bool {
		f.Files = append(f.Files, Shown(file.Name()))
		return true
	})
	if len(p.Broken) > 0 {
		return &f.Findings // what else it says may follow from that
	}
	f.serve()
	for _, model := range p.models() {
		f.structOf(model)
		f.codeOf(model)
		f.fieldsOf(model)
		f.unused(model)
	}
	if n := f.manifest.SchemaVersion; n > 1 && !f.migrates {
		f.Notes = append(f.Notes, notes.Note{
			Code: notes.NoMigrate, Place: f.manifest.Place("schema"),
			Message: fmt.Sprintf("extension.yaml says schema: %d, and no struct has a Migrate", n),
		})
	}
	return &f.Findings
}

// say notes something at a place in the sources.
func (f *finder) say(code notes.Code, at token.Pos, about notes.Note, words string, values ...any) {
	about.Code, about.Place, about.Message = code, f.place(at), fmt.Sprintf(words, values...)
	same := func(n notes.Note) bool { return n.Code == code && n.Place == about.Place }
	if !slices.ContainsFunc(f.Notes, same) {
		f.Notes = append(f.Notes, about)
	}
}

// serve is about the program as a whole: that it serves, and as what.
func (f *finder) serve() {
	var main *ast.FuncDecl
	f.inspect(func(in *pkg, n ast.Node) {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Name.Name == "main" && n.Recv == nil && in.types.Name() == "main" {
				main = n
			}
		case *ast.CallExpr:
			f.serves = f.serves || calls(in, n, pluginPath, "Serve")
		}
	})
	root := f.packages[len(f.packages)-1]
	switch {
	case root.types.Name() != "main":
		f.say(notes.NotAPlugin, root.files[0].Name.Pos(), notes.Note{}, "the package is called %s, and only a package main becomes a program", root.types.Name())
		return
	case !f.serves:
		at := root.files[0].Name.Pos()
		if main != nil {
			at = main.Name.Pos()
		}
		f.say(notes.NotAPlugin, at, notes.Note{}, "nothing in the program calls plugin.Serve, so the server can't talk to it")
		return
	}
	f.printing(main)
	f.extensions(f.literal)
}

// literal is about what the program says that it is.
func (f *finder) literal(in *pkg, literal *ast.CompositeLit) {
	for key, said := range map[string]string{"Name": f.manifest.Name, "Version": f.manifest.Version} {
		value := valueOf(literal, key)
		text, known := constantText(in, value)
		if known && text != "" && said != "" && text != said {
			f.say(notes.UnlikeManifest, value.Pos(), notes.Note{}, "the program's %s is %q, and extension.yaml says %q: they must agree", key, text, said)
		}
	}
	effect := valueOf(literal, "Effect")
	switch {
	case effect != nil && len(f.manifest.Effects) == 0:
		f.say(notes.UnlikeManifest, effect.Pos(), notes.Note{}, "the program does effects, and extension.yaml describes none: write effects: {NAME: {}} there")
	case effect == nil && len(f.manifest.Effects) > 0:
		f.say(notes.UnlikeManifest, literal.Pos(), notes.Note{}, "extension.yaml describes effects, and the program does none: set Effect of plugin.Extension")
	}
	for key, model := range map[string]protocol.Model{"Order": protocol.ModelOrder, "Orderline": protocol.ModelOrderline} {
		if maker, is := ast.Unparen(valueOf(literal, key)).(*ast.FuncLit); is {
			f.fresh(in, model, maker)
		}
	}
}

// fresh: each run of the hooks needs a struct of its own.
func (f *finder) fresh(in *pkg, model protocol.Model, maker *ast.FuncLit) {
	ast.Inspect(maker.Body, func(n ast.Node) bool {
		if _, inner := n.(*ast.FuncLit); inner {
			return false
		}
		result, is := n.(*ast.ReturnStmt)
		if !is || len(result.Results) != 1 {
			return true
		}
		value := ast.Unparen(result.Results[0])
		if pointer, is := value.(*ast.UnaryExpr); is {
			value = ast.Unparen(pointer.X)
		}
		id, is := value.(*ast.Ident)
		if !is {
			return true
		}
		if v, is := in.info.Uses[id].(*types.Var); is && !within(v.Pos(), maker) {
			f.say(notes.SharedInstance, result.Pos(), notes.Note{Model: model}, "%s is one struct for all runs: what one order's run left in it, another's finds, also at the same time", id.Name)
		}
		return true
	})
}

func within(at token.Pos, n ast.Node) bool { return n.Pos() <= at && at < n.End() }

// printing: what main prints before it serves.
func (f *finder) printing(main *ast.FuncDecl) {
	root := f.packages[len(f.packages)-1]
	early := func(body *ast.BlockStmt, until token.Pos) {
		ast.Inspect(body, func(n ast.Node) bool {
			call, is := n.(*ast.CallExpr)
			if is && (until == token.NoPos || call.End() < until) && printsOut(root, call) {
				f.say(notes.PrintsEarly, call.Pos(), notes.Note{}, "the program prints on its standard output before it serves, where the server waits for the line by which it is found")
			}
			_, later := n.(*ast.FuncLit)
			return !later
		})
	}
	for _, file := range root.files {
		for _, d := range file.Decls {
			if decl, is := d.(*ast.FuncDecl); is && decl.Recv == nil && decl.Name.Name == "init" && decl.Body != nil {
				early(decl.Body, token.NoPos)
			}
		}
	}
	if main == nil {
		return
	}
	ast.Inspect(main.Body, func(n ast.Node) bool {
		if call, is := n.(*ast.CallExpr); is && calls(root, call, pluginPath, "Serve") {
			early(main.Body, call.Pos())
			return false
		}
		return true
	})
}

func printsOut(in *pkg, call *ast.CallExpr) bool {
	f := callee(in, call)
	if f == nil || f.Pkg() == nil || f.Pkg().Path() != "fmt" {
		return false
	}
	switch f.Name() {
	case "Print", "Println", "Printf":
		return true
	case "Fprint", "Fprintln", "Fprintf":
		selector, is := ast.Unparen(call.Args[0]).(*ast.SelectorExpr)
		return is && isOf(in.info.Uses[selector.Sel], "os", "Stdout")
	}
	return false
}
