package source

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dop251/goja/ast"

	"github.com/manytill/manytill/extensions/javascript/internal/syntax"
	"github.com/manytill/manytill/extensions/notes"
)

// almostMigrate: another case, a letter off, or a word behind it, as in migrateData.
func almostMigrate(name string) bool {
	if name == migrates {
		return false
	}
	rest, longer := strings.CutPrefix(strings.ToLower(name), migrates)
	behind := longer && rest != "" && (name[len(migrates)] == '_' || name[len(migrates)] != rest[0])
	return behind || strings.EqualFold(strings.ReplaceAll(name, "_", ""), migrates) || distance(strings.ToLower(name), migrates) <= 1
}

// calledNames are names that something calls, or hands to a call: such a function is
// a helper, whatever its name is.
func calledNames(tree *ast.Program) map[string]bool {
	called := map[string]bool{}
	syntax.Visit(tree.Body, func(node any) bool {
		if call, is := node.(*ast.CallExpression); is {
			for _, e := range append([]ast.Expression{call.Callee}, call.ArgumentList...) {
				switch e := e.(type) {
				case *ast.DotExpression:
					called[e.Identifier.Name.String()] = true
				case *ast.Identifier:
					called[e.Name.String()] = true
				}
			}
		}
		return true
	})
	return called
}

// isHook: a property has a hook's name.
func isHook(p ast.Property) bool {
	keyed, is := p.(*ast.PropertyKeyed)
	if !is {
		return false
	}
	key, is := keyed.Key.(*ast.StringLiteral)
	return is && slices.Contains(hookNames, key.Value.String())
}

// wrongParameters says what is wrong with those of a migrate; "": nothing.
func wrongParameters(f *ast.FunctionLiteral) string {
	n := len(f.ParameterList.List)
	switch {
	case n > 2:
		return fmt.Sprintf("migrate has %d parameters, and is handed two: the fields, and the schema that they are of", n)
	case n == 0 && f.ParameterList.Rest == nil && !usesArguments(f):
		return "migrate doesn't take the fields that it is handed, so that all orders get the same"
	}
	return ""
}

func usesArguments(f *ast.FunctionLiteral) (uses bool) {
	syntax.Visit(f.Body, func(node any) bool {
		if id, is := node.(*ast.Identifier); is && id.Name == "arguments" {
			uses = true
		}
		return !uses
	})
	return uses
}

// MigrateMissed are the notes with a code on what most likely was meant as migrate.
func (c *Code) MigrateMissed(code notes.Code) (found []notes.Note) {
	for _, f := range c.Files {
		for _, m := range f.misses {
			if m.migrate && m.Code == code {
				found = append(found, m.Note)
			}
		}
	}
	return found
}
