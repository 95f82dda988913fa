package machine

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// parts are those of a machine, in the order in which they know each other:
// each knows those before it and none behind.
var parts = []string{"step", "disk", "report", "outcomes", "outbox", "inbox", "calls", "pacing", "dial", "link", "recovery", "dialogue", "Machine"}

// TestPartsKnowThoseBefore reads the code: a part has no field of a part behind
// it.
func TestPartsKnowThoseBefore(t *testing.T) {
	fields := map[string]map[string]string{} // of each part: its fields and their types
	methods := map[string]int{}
	for _, file := range parsed(t) {
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv != nil {
					methods[typeName(d.Recv.List[0].Type)]++
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					s, ok := spec.(*ast.TypeSpec)
					if !ok {
						continue
					}
					body, ok := s.Type.(*ast.StructType)
					if !ok || !slices.Contains(parts, s.Name.Name) {
						continue
					}
					fields[s.Name.Name] = map[string]string{}
					for _, f := range body.Fields.List {
						for _, name := range f.Names {
							fields[s.Name.Name][name.Name] = typeName(f.Type)
						}
					}
				}
			}
		}
	}
	require.Len(t, fields, len(parts), "every part is a struct")
	for i, part := range parts {
		for name, of := range fields[part] {
			if at := slices.Index(parts, of); at >= 0 {
				require.Less(t, at, i, "%s.%s is a part behind it", part, name)
			}
		}
		require.LessOrEqual(t, methods[part], 35, "methods of %s", part)
	}
}

func parsed(t *testing.T) (files []*ast.File) {
	paths, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, path := range paths {
		if !strings.HasSuffix(path, "_test.go") {
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			require.NoError(t, err)
			files = append(files, file)
		}
	}
	return files
}

func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}
