package reference

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/printer"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// words are what comments in the sources say.
type words struct {
	types   map[string]*doc.Type
	comment map[string]string // of constants, by their value
	set     *token.FileSet
	methods []method
	missing []string // what nobody says anything of
}

// method is one that a hook may call on its base.
type method struct{ of, name, signature, words string }

func readWords(root string) (*words, error) {
	w := &words{types: map[string]*doc.Type{}, comment: map[string]string{}, set: token.NewFileSet()}
	var files []*ast.File
	for _, name := range []string{"hooks.go", "effects.go", "storage.go", "bases.go"} {
		file, err := parser.ParseFile(w.set, filepath.Join(root, "sdk", name), nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	constants, err := parser.ParseFile(w.set, filepath.Join(root, "sdk", "protocol", "hook.go"), nil, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	ast.Inspect(constants, w.constant)
	pkg, err := doc.NewFromFiles(w.set, files, "sdk", doc.AllDecls|doc.PreserveAST)
	if err != nil {
		return nil, err
	}
	for _, t := range pkg.Types {
		w.types[t.Name] = t
	}
	for _, of := range []struct{ base, name string }{{"base", "both"}, {"OrderBase", "an order"}, {"OrderlineBase", "a line"}, {"Storage", "its storage"}} {
		if w.types[of.base] == nil {
			return nil, fmt.Errorf("sdk has no %s", of.base)
		}
		w.add(of.base, of.name)
	}
	return w, nil
}

// constant notes what stands behind a constant.
func (w *words) constant(n ast.Node) bool {
	spec, is := n.(*ast.ValueSpec)
	if !is || spec.Comment == nil || len(spec.Values) != 1 {
		return true
	}
	if value, is := spec.Values[0].(*ast.BasicLit); is {
		if text, err := strconv.Unquote(value.Value); err == nil {
			w.comment[text] = strings.TrimSpace(spec.Comment.Text())
		}
	}
	return true
}

// add takes the exported methods of a type.
func (w *words) add(of, name string) {
	for _, m := range w.types[of].Methods {
		if ast.IsExported(m.Name) && m.Level == 0 {
			w.methods = append(w.methods, method{name, m.Name, w.signatureOf(m.Decl.Type), w.first(m.Doc, of+"."+m.Name)})
		}
	}
	for _, f := range w.methodsOf(of) {
		w.methods = append(w.methods, method{name, f.Names[0].Name, w.signatureOf(f.Type.(*ast.FuncType)), w.first(f.Doc.Text(), of+"."+f.Names[0].Name)})
	}
}

// methodsOf are those of an interface.
func (w *words) methodsOf(name string) []*ast.Field {
	i, is := w.types[name].Decl.Specs[0].(*ast.TypeSpec).Type.(*ast.InterfaceType)
	if !is {
		return nil
	}
	return i.Methods.List
}

// of is the first sentence on a type.
func (w *words) of(name string) string { return w.first(w.types[name].Doc, name) }

// first is a comment's first sentence.
func (w *words) first(text, of string) string {
	sentence := (&doc.Package{}).Synopsis(text)
	if sentence == "" {
		w.missing = append(w.missing, of)
	}
	return sentence
}

// key is what is said of a key of the record.
func (w *words) key(name string) string {
	if w.comment[name] == "" {
		w.missing = append(w.missing, name)
	}
	return w.comment[name]
}

func (w *words) signature(of, name string) string {
	fields := w.methodsOf(of)
	i := slices.IndexFunc(fields, func(f *ast.Field) bool { return f.Names[0].Name == name })
	if i < 0 {
		w.missing = append(w.missing, of+"."+name)
		return ""
	}
	return w.signatureOf(fields[i].Type.(*ast.FuncType))
}

func (w *words) signatureOf(f *ast.FuncType) string {
	var text bytes.Buffer
	_ = printer.Fprint(&text, w.set, f) // a buffer takes all
	return strings.TrimPrefix(text.String(), "func")
}
