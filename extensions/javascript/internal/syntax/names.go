package syntax

import (
	"math/big"
	"reflect"
	"slices"

	"github.com/dop251/goja/ast"
	jsfile "github.com/dop251/goja/file"
)

// names collects which identifiers a syntax tree uses and which it declares,
// anywhere: enough to know the globals that a file hopes for.
type names struct {
	used, declared map[string]bool
	first          map[string]*ast.Identifier // uses, where asked for
}

// FreeNames are used and nowhere declared.
func FreeNames(tree *ast.Program) []string {
	n := names{used: map[string]bool{}, declared: map[string]bool{}}
	n.walk(reflect.ValueOf(tree.Body))
	for name := range n.declared {
		delete(n.used, name)
	}
	delete(n.used, "arguments")
	return n.list(n.used)
}

func (n *names) list(set map[string]bool) []string {
	all := make([]string, 0, len(set))
	for name := range set {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// walk looks at everything below v. goja's tree has no walker of its own.
func (n *names) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			n.walk(v.Index(i))
		}
	case reflect.Interface:
		if !v.IsNil() {
			n.walk(v.Elem())
		}
	case reflect.Pointer:
		if !v.IsNil() && !n.known(v.Interface()) && v.Elem().Kind() == reflect.Struct {
			n.fields(v.Elem())
		}
	case reflect.Struct:
		n.fields(v)
	}
}

func (n *names) fields(v reflect.Value) {
	for i := range v.NumField() {
		if name := v.Type().Field(i).Name; name != "DeclarationList" && v.Field(i).CanInterface() {
			n.walk(v.Field(i))
		}
	}
}

// known handles the nodes that declare or use a name, and those with names
// that are neither.
func (n *names) known(node any) bool {
	switch node := node.(type) {
	case *ast.Identifier:
		n.used[node.Name.String()] = true
		if n.first != nil && n.first[node.Name.String()] == nil {
			n.first[node.Name.String()] = node
		}
	case *ast.DotExpression:
		n.walk(reflect.ValueOf(node.Left))
	case *ast.PrivateDotExpression:
		n.walk(reflect.ValueOf(node.Left))
	case *ast.PropertyShort:
		n.used[node.Name.Name.String()] = true
		n.walk(reflect.ValueOf(node.Initializer))
	case *ast.Binding:
		n.bind(node.Target)
		n.walk(reflect.ValueOf(node.Initializer))
	case *ast.ForDeclaration:
		n.bind(node.Target)
	case *ast.BranchStatement:
	case *ast.LabelledStatement:
		n.walk(reflect.ValueOf(node.Statement))
	case *ast.CatchStatement:
		n.bind(node.Parameter)
		n.walk(reflect.ValueOf(node.Body))
	case *ast.FunctionLiteral:
		n.declare(node.Name)
		n.walk(reflect.ValueOf(node.ParameterList))
		n.walk(reflect.ValueOf(node.Body))
	case *ast.ClassLiteral:
		n.declare(node.Name)
		n.walk(reflect.ValueOf(node.SuperClass))
		n.walk(reflect.ValueOf(node.Body))
	default:
		return false
	}
	return true
}

func (n *names) declare(id *ast.Identifier) {
	if id != nil {
		n.declared[id.Name.String()] = true
	}
}

// bind declares the names of a binding's target.
func (n *names) bind(target ast.Expression) {
	switch t := target.(type) {
	case *ast.Identifier:
		n.declare(t)
	case *ast.AssignExpression:
		n.bind(t.Left)
		n.walk(reflect.ValueOf(t.Right))
	case *ast.ArrayPattern:
		for _, e := range t.Elements {
			n.bind(e)
		}
		n.bind(t.Rest)
	case *ast.ObjectPattern:
		for _, p := range t.Properties {
			switch p := p.(type) {
			case *ast.PropertyShort:
				n.declared[p.Name.Name.String()] = true
				n.walk(reflect.ValueOf(p.Initializer))
			case *ast.PropertyKeyed:
				n.bind(p.Value)
			}
		}
		n.bind(t.Rest)
	}
}

// BigInteger is where a tree has a literal like 1n; 0 for nowhere.
func BigInteger(tree *ast.Program) (at jsfile.Idx) {
	Visit(tree.Body, func(node any) bool {
		if n, ok := node.(*ast.NumberLiteral); ok {
			if _, big := n.Value.(*big.Int); big && at == 0 {
				at = n.Idx
			}
			return false
		}
		return at == 0
	})
	return at
}

// Declared are the names that a function declares, anywhere in it.
func Declared(f *ast.FunctionLiteral) []string {
	n := names{declared: map[string]bool{}, used: map[string]bool{}}
	n.walk(reflect.ValueOf(f))
	n.declared["arguments"] = true
	return n.list(n.declared)
}

// Bound are the names that a binding's target declares.
func Bound(target ast.Expression) []string {
	names := names{declared: map[string]bool{}, used: map[string]bool{}}
	names.bind(target)
	return names.list(names.declared)
}

// Strangers are the first uses in a hook of names that nobody in it declares;
// the caller knows which the file declares.
func Strangers(f *ast.FunctionLiteral) (found []*ast.Identifier) {
	n := names{used: map[string]bool{}, declared: map[string]bool{}, first: map[string]*ast.Identifier{}}
	n.walk(reflect.ValueOf(f))
	for _, name := range n.list(n.used) {
		if id := n.first[name]; id != nil && !n.declared[name] && name != "arguments" {
			found = append(found, id)
		}
	}
	return found
}

// Visit calls f with every node of a tree, outer ones first; where f says
// false, what is below is left out.
func Visit(tree any, f func(node any) bool) { visit(reflect.ValueOf(tree), f) }

func visit(v reflect.Value, f func(node any) bool) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			visit(v.Index(i), f)
		}
	case reflect.Interface:
		if !v.IsNil() {
			visit(v.Elem(), f)
		}
	case reflect.Pointer:
		if !v.IsNil() && v.Elem().Kind() == reflect.Struct && f(v.Interface()) {
			visit(v.Elem(), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Name != "DeclarationList" && v.Field(i).CanInterface() {
				visit(v.Field(i), f)
			}
		}
	}
}
