package source

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dop251/goja/ast"

	"github.com/manytill/manytill/extensions/javascript/internal/syntax"
	"github.com/manytill/manytill/extensions/notes"
)

// imports are the modules that a file asks for, and those that it defines.
type imports struct {
	asked   []asked
	defined []string
}

type asked struct {
	name string
	at   notes.Place
}

// importsOf finds require("…"), which an import has become, and odoo.define("…").
func importsOf(s *Source, tree *ast.Program) (i imports) {
	syntax.Visit(tree.Body, func(node any) bool {
		call, is := node.(*ast.CallExpression)
		if !is || len(call.ArgumentList) == 0 {
			return true
		}
		name, is := call.ArgumentList[0].(*ast.StringLiteral)
		if !is {
			return true
		}
		switch callee := call.Callee.(type) {
		case *ast.Identifier:
			if callee.Name == "require" {
				p := tree.File.Position(int(call.Idx0()) - tree.File.Base())
				i.asked = append(i.asked, asked{name.Value.String(), s.At(p.Line, p.Column)})
			}
		case *ast.DotExpression:
			if callee.Identifier.Name == "define" {
				i.defined = append(i.defined, name.Value.String())
			}
		}
		return true
	})
	return i
}

var (
	// ofHost are the first words of the modules that the host has or stands in
	// for.
	ofHost = regexp.MustCompile(`^@?(web|odoo|bus|barcodes|point_of_sale|manytill|openerp|owl)([./_]|$)`)
	// ofNPM: lodash, date-fns/format. Odoo's have a dot or begin with @.
	ofNPM = regexp.MustCompile(`^(node:)?[a-z][a-z0-9-]*(/[\w./-]+)?$`)
)

// strangeImports are notes on modules that neither the host nor the extension
// has.
func (c *Code) strangeImports() (found []notes.Note) {
	var own []string
	for i := range c.Files {
		own = append(own, c.Files[i].imports.defined...)
	}
	told := map[string]bool{}
	for i := range c.Files {
		f := &c.Files[i]
		for _, a := range f.imports.asked {
			if told[a.name] || ofHost.MatchString(a.name) || slices.Contains(own, a.name) || c.isOwn(a.name) {
				continue
			}
			told[a.name] = true
			if f.Module && ofNPM.MatchString(a.name) {
				found = append(found, notes.Note{Code: notes.NPMImport, Place: a.at, Message: "it imports " + a.name + ", a package that isn't here: what it gives means nothing"})
				continue
			}
			found = append(found, notes.Note{Code: notes.UnknownImport, Place: a.at, Message: "it imports " + a.name + ", which is neither the host's nor this extension's: it is taken for another vendor's, and what it gives means nothing"})
		}
	}
	return found
}

// isOwn: one of the files has that name; a module is named by the end of it.
func (c *Code) isOwn(name string) bool {
	_, end, named := strings.Cut(strings.TrimLeft(strings.TrimPrefix(name, "@"), "./"), "/")
	if strings.HasPrefix(name, ".") || !named {
		end = strings.TrimLeft(name, "./@")
	}
	for i := range c.Files {
		id := strings.TrimSuffix(strings.TrimSuffix(c.Files[i].ID, ".js"), ".ts")
		if strings.HasSuffix(id, "/"+strings.TrimSuffix(strings.TrimSuffix(end, ".js"), ".ts")) {
			return true
		}
	}
	return false
}
