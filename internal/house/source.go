package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// goFiles parses the Go code that people write.
func (s *source) goFiles(visit func(name string, f *ast.File)) error {
	for _, name := range s.code(".go") {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(s.folder, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		visit(name, f)
	}
	return nil
}

// largest are the types with the most methods.
func (s *source) largest() (string, error) {
	methods := map[string]int{}
	err := s.goFiles(func(name string, f *ast.File) {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil {
				methods[filepath.ToSlash(filepath.Dir(name))+"."+receiver(fn.Recv.List[0].Type)]++
			}
		}
	})
	return "types with the most methods: " + top(methods, 8), err
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return "?"
}

// exported are the names that package sdk shows its importers.
func (s *source) exported() (string, error) {
	n := 0
	err := s.goFiles(func(name string, f *ast.File) {
		if filepath.Dir(name) != "sdk" {
			return
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.IsExported() {
					n++
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					n += exportedOf(spec)
				}
			}
		}
	})
	return fmt.Sprintf("exported names of sdk: %d", n), err
}

func exportedOf(spec ast.Spec) (n int) {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if spec.Name.IsExported() {
			n++
		}
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			if name.IsExported() {
				n++
			}
		}
	}
	return n
}

// members are the JSON names of a struct's fields.
func members(s *ast.StructType) (names []string) {
	for _, f := range s.Fields.List {
		if f.Tag == nil {
			continue
		}
		_, tag, _ := strings.Cut(f.Tag.Value, `json:"`)
		tag, _, _ = strings.Cut(tag, `"`)
		if name, _, _ := strings.Cut(tag, ","); name != "" && name != "-" {
			names = append(names, name)
		}
	}
	return names
}
