// Package comments reads the comments on the fields of Go structs, for descriptions
// in schemas. It is used by go generate and by the test that finds a stale file; it
// only reads files. No goroutines, no state. Start reading with Of.
package comments

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// Of are the comments of the structs in a folder's Go files, by "Type.Field". A
// comment is of the fields below it too, up to the next one or a blank line.
func Of(dir string) (map[string]string, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	set := token.NewFileSet()
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, is := n.(*ast.TypeSpec)
			if !is {
				return true
			}
			if fields, is := spec.Type.(*ast.StructType); is {
				add(all, set, spec.Name.Name, fields)
			}
			return true
		})
	}
	return all, nil
}

func add(all map[string]string, set *token.FileSet, of string, fields *ast.StructType) {
	words, last := "", 0
	for _, f := range fields.Fields.List {
		line := set.Position(f.Pos()).Line
		switch {
		case f.Doc != nil:
			words = strings.Join(strings.Fields(f.Doc.Text()), " ")
		case line != last+1:
			words = ""
		}
		last = set.Position(f.End()).Line
		for _, name := range f.Names {
			if words != "" {
				all[of+"."+name.Name] = words
			}
		}
	}
}
