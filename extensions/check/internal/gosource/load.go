package gosource

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/manytill/manytill/extensions/notes"
)

// Program is an extension's sources, as far as they could be read.
type Program struct {
	// Dir is the extension's folder.
	Dir string
	// Broken says where the sources don't compile. Of such a program little is
	// known.
	Broken []notes.Note

	fset     *token.FileSet
	packages []*pkg // each after those that it imports
	funcs    map[*types.Func]body
	sdk      *types.Package // nil where it isn't imported
}

// pkg is a package of the extension's own.
type pkg struct {
	path  string
	files []*ast.File
	types *types.Package
	info  *types.Info
}

// body is a function of the extension's own.
type body struct {
	in   *pkg
	decl *ast.FuncDecl
}

// HasSources reports whether there are Go files in a folder.
func HasSources(dir string) bool {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return false
	}
	p, err := build.ImportDir(dir, 0)
	var none *build.NoGoError
	return !errors.As(err, &none) && p != nil && (len(p.GoFiles) > 0 || err != nil && len(p.InvalidGoFiles) > 0)
}

// FirstFile is where a folder's sources begin.
func FirstFile(dir string) notes.Place {
	files, _ := filepath.Glob(filepath.Join(dir, "*.go")) // a bad pattern finds none
	for _, file := range files {
		fset := token.NewFileSet()
		if parsed, err := parser.ParseFile(fset, file, nil, parser.PackageClauseOnly); err == nil {
			return notes.Place{File: file, Line: fset.Position(parsed.Package).Line}
		}
	}
	return notes.Place{File: dir}
}

// Load reads the package in a folder, and the packages below the folder that it
// imports. An error says that this can't be done here: without a go command, or
// without the packages that it imports.
func Load(ctx context.Context, dir string) (*Program, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	p := &Program{Dir: dir, fset: token.NewFileSet(), funcs: map[*types.Func]body{}}
	module, err := moduleOf(ctx, dir)
	if err != nil {
		return nil, err
	}
	l := &loader{Program: p, ctx: ctx, module: module, own: map[string]*pkg{}}
	if _, err := l.load(dir, module.pathOf(dir)); err != nil {
		return nil, err
	}
	for _, own := range p.packages {
		for _, file := range own.files {
			for _, d := range file.Decls {
				if decl, is := d.(*ast.FuncDecl); is && decl.Body != nil {
					if f, is := own.info.Defs[decl.Name].(*types.Func); is {
						p.funcs[f] = body{own, decl}
					}
				}
			}
		}
		for _, imported := range own.types.Imports() {
			if imported.Path() == sdkPath {
				p.sdk = imported
			}
		}
	}
	return p, nil
}

const sdkPath = "github.com/manytill/manytill/sdk"

// loader loads own packages from their text, others from what was built of them.
type loader struct {
	*Program
	ctx    context.Context
	module *module
	own    map[string]*pkg
}

func (l *loader) load(dir, as string) (*types.Package, error) {
	if own := l.own[as]; own != nil {
		if own.types == nil {
			return nil, errors.New("it imports itself")
		}
		return own.types, nil
	}
	own := &pkg{path: as}
	l.own[as] = own
	found, err := build.ImportDir(dir, 0)
	if found == nil || len(found.GoFiles)+len(found.CgoFiles)+len(found.InvalidGoFiles) == 0 {
		return nil, fmt.Errorf("there are no Go sources in %s that are built here: %w", dir, err)
	}
	files := slices.Concat(found.GoFiles, found.CgoFiles, found.InvalidGoFiles)
	slices.Sort(files)
	for _, name := range slices.Compact(files) {
		file, err := parser.ParseFile(l.fset, filepath.Join(dir, name), nil, parser.SkipObjectResolution|parser.ParseComments)
		l.syntax(err)
		if file != nil {
			own.files = append(own.files, file)
		}
	}
	if err := l.module.need(l.ctx, l.foreign(own)); err != nil {
		return nil, err
	}
	own.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{},
	}
	config := &types.Config{Importer: l, Error: l.typeError, FakeImportC: true}
	own.types, _ = config.Check(as, l.fset, own.files, own.info) // errors are told one by one
	l.packages = append(l.packages, own)
	return own.types, nil
}

// Import is types.Importer's.
func (l *loader) Import(imported string) (*types.Package, error) {
	if dir, is := l.isOwn(imported); is {
		return l.load(dir, imported)
	}
	return l.module.Import(imported)
}

// isOwn reports whether a package lies below the extension's folder, and where.
func (l *loader) isOwn(imported string) (dir string, is bool) {
	root := l.module.pathOf(l.Dir)
	below, is := strings.CutPrefix(imported, root+"/")
	return filepath.Join(l.Dir, filepath.FromSlash(below)), is
}

// foreign are the packages that a package imports and that aren't the extension's.
func (l *loader) foreign(p *pkg) (paths []string) {
	for _, file := range p.files {
		for _, spec := range file.Imports {
			imported := strings.Trim(spec.Path.Value, "\"`")
			if _, own := l.isOwn(imported); !own && imported != "C" && imported != "unsafe" {
				paths = append(paths, path.Clean(imported))
			}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

func (l *loader) syntax(err error) {
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		return
	}
	for _, e := range list {
		l.broken(l.placeOf(e.Pos), e.Msg)
	}
}

func (l *loader) typeError(err error) {
	var e types.Error
	if errors.As(err, &e) {
		l.broken(l.place(e.Pos), strings.TrimPrefix(e.Msg, "\t"))
	}
}

func (l *loader) broken(at notes.Place, words string) {
	const most = 10
	same := func(n notes.Note) bool { return n.File == at.File && n.Line == at.Line }
	if len(l.Broken) < most && !slices.ContainsFunc(l.Broken, same) {
		l.Broken = append(l.Broken, notes.Note{Code: notes.Compile, Place: at, Message: words})
	}
}

// place is where something stands, in a file as seen from the working folder.
func (p *Program) place(at token.Pos) notes.Place { return p.placeOf(p.fset.Position(at)) }

func (p *Program) placeOf(at token.Position) notes.Place {
	if !at.IsValid() {
		return notes.Place{File: p.Dir}
	}
	return notes.Place{File: Shown(at.Filename), Line: at.Line, Column: at.Column}
}

// Shown is a path as it is shortest from the working folder, if it lies below it.
func Shown(file string) string {
	here, err := filepath.Abs(".")
	if err != nil {
		return file
	}
	relative, err := filepath.Rel(here, file)
	if err != nil || strings.HasPrefix(relative, "..") {
		return file
	}
	return relative
}
