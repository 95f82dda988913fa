package gosource

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/manytill/manytill/internal/hooks/runner"
	"github.com/manytill/manytill/sdk/protocol"
)

// model is a struct whose hooks the server calls.
type model struct {
	of    protocol.Model
	named *types.Named
	in    *pkg
	hooks map[string]*types.Func // those that are written as they must be, by name
	// byPointer: it embeds a pointer to the base.
	byPointer bool
	// reach is all own code that a hook comes to; "" is of making the struct.
	reach map[string][]code
}

// code is a function or a function literal that hooks run.
type code struct {
	in   *pkg
	node ast.Node // *ast.FuncDecl or *ast.FuncLit
	hook string   // the name of the hook, where it is one itself
}

func (c code) body() *ast.BlockStmt {
	if f, is := c.node.(*ast.FuncLit); is {
		return f.Body
	}
	return c.node.(*ast.FuncDecl).Body
}

// models are the structs that embed a base and aren't embedded themselves.
func (p *Program) models() (all []*model) {
	if p.sdk == nil {
		return nil
	}
	embedded := map[*types.Named]bool{}
	for _, own := range p.packages {
		names := own.types.Scope().Names()
		for _, name := range names {
			named := namedStruct(own.types.Scope().Lookup(name))
			if named == nil {
				continue
			}
			of, byPointer := p.baseOf(named, 0)
			if of == "" {
				continue
			}
			all = append(all, &model{of: of, named: named, in: own, byPointer: byPointer})
			s := named.Underlying().(*types.Struct)
			for i := range s.NumFields() {
				if f := s.Field(i); f.Embedded() {
					if inner := namedOf(f.Type()); inner != nil {
						embedded[inner] = true
					}
				}
			}
		}
	}
	all = slices.DeleteFunc(all, func(m *model) bool { return embedded[m.named] })
	makers := p.makers()
	for _, m := range all {
		m.hooks = map[string]*types.Func{}
		m.reach = map[string][]code{"": makers[m.of]}
		for _, hook := range runner.Hooks() {
			f := p.method(m, hook.Name)
			of := p.hookType(hook.Interface)
			if f == nil || of == nil || !types.Implements(types.NewPointer(m.named), of) {
				continue
			}
			m.hooks[hook.Name] = f
			m.reach[hook.Name] = p.reachable(f, hook.Name)
		}
	}
	return all
}

func namedStruct(o types.Object) *types.Named {
	name, is := o.(*types.TypeName)
	if !is || name.IsAlias() {
		return nil
	}
	named, is := name.Type().(*types.Named)
	if !is {
		return nil
	}
	if _, is := named.Underlying().(*types.Struct); !is {
		return nil
	}
	return named
}

// namedOf is the named type that a type is or points to.
func namedOf(t types.Type) *types.Named {
	if pointer, is := types.Unalias(t).(*types.Pointer); is {
		t = pointer.Elem()
	}
	named, _ := types.Unalias(t).(*types.Named)
	return named
}

// baseOf is the model whose base a struct embeds, itself or by what it embeds.
func (p *Program) baseOf(named *types.Named, deep int) (of protocol.Model, byPointer bool) {
	s, is := named.Underlying().(*types.Struct)
	if !is || deep > 10 {
		return "", false
	}
	for i := range s.NumFields() {
		f := s.Field(i)
		inner := namedOf(f.Type())
		if !f.Embedded() || inner == nil {
			continue
		}
		_, pointer := types.Unalias(f.Type()).(*types.Pointer)
		switch {
		case inner.Obj().Pkg() == p.sdk && inner.Obj().Name() == "OrderBase":
			return protocol.ModelOrder, pointer
		case inner.Obj().Pkg() == p.sdk && inner.Obj().Name() == "OrderlineBase":
			return protocol.ModelOrderline, pointer
		}
		if of, by := p.baseOf(inner, deep+1); of != "" {
			return of, by
		}
	}
	return "", false
}

// hookType is one of sdk's interfaces.
func (p *Program) hookType(name string) *types.Interface {
	found := p.sdk.Scope().Lookup(name)
	if found == nil {
		return nil
	}
	return found.Type().Underlying().(*types.Interface)
}

// method is a method of a model, also one of what it embeds; nil for none.
func (p *Program) method(m *model, name string) *types.Func {
	found := types.NewMethodSet(types.NewPointer(m.named)).Lookup(m.in.types, name)
	if found == nil {
		return nil
	}
	f, _ := found.Obj().(*types.Func)
	return f
}

// reachable is the own code that a function comes to: itself, what it calls by
// name, and the literals in all of these.
func (p *Program) reachable(from *types.Func, hook string) (all []code) {
	seen := map[*types.Func]bool{}
	var visit func(*types.Func, string)
	visit = func(f *types.Func, hook string) {
		f = f.Origin()
		at, own := p.funcs[f]
		if seen[f] || !own {
			return
		}
		seen[f] = true
		all = append(all, code{at.in, at.decl, hook})
		for _, called := range calledIn(at.in, at.decl.Body) {
			visit(called, "")
		}
	}
	visit(from, hook)
	return all
}

// calledIn are the functions that code names: it calls them, or hands them on.
func calledIn(in *pkg, n ast.Node) (called []*types.Func) {
	ast.Inspect(n, func(n ast.Node) bool {
		if id, is := n.(*ast.Ident); is {
			if f, is := in.info.Uses[id].(*types.Func); is {
				called = append(called, f)
			}
		}
		return true
	})
	return called
}

// makers is the code by which plugin.Extension makes fresh structs.
func (p *Program) makers() map[protocol.Model][]code {
	found := map[protocol.Model][]code{}
	p.extensions(func(in *pkg, literal *ast.CompositeLit) {
		for key, model := range map[string]protocol.Model{"Order": protocol.ModelOrder, "Orderline": protocol.ModelOrderline} {
			switch value := ast.Unparen(valueOf(literal, key)).(type) {
			case *ast.FuncLit:
				found[model] = append(found[model], code{in: in, node: value})
				for _, called := range calledIn(in, value.Body) {
					found[model] = append(found[model], p.reachable(called, "")...)
				}
			case *ast.Ident:
				if f, is := in.info.Uses[value].(*types.Func); is {
					found[model] = append(found[model], p.reachable(f, "")...)
				}
			}
		}
	})
	return found
}

// extensions visits each literal of plugin.Extension.
func (p *Program) extensions(visit func(*pkg, *ast.CompositeLit)) {
	p.inspect(func(in *pkg, n ast.Node) {
		literal, is := n.(*ast.CompositeLit)
		if !is {
			return
		}
		if named := namedOf(in.info.TypeOf(literal)); named != nil && isOf(named.Obj(), pluginPath, "Extension") {
			visit(in, literal)
		}
	})
}

const pluginPath = sdkPath + "/plugin"

func isOf(o types.Object, path, name string) bool {
	return o != nil && o.Pkg() != nil && o.Pkg().Path() == path && o.Name() == name
}

// valueOf is the value of a literal's key; nil for none.
func valueOf(literal *ast.CompositeLit, key string) ast.Expr {
	for _, e := range literal.Elts {
		if pair, is := e.(*ast.KeyValueExpr); is {
			if name, is := pair.Key.(*ast.Ident); is && name.Name == key {
				return pair.Value
			}
		}
	}
	return nil
}

// inspect visits all that is written in own packages.
func (p *Program) inspect(visit func(*pkg, ast.Node)) {
	for _, own := range p.packages {
		for _, file := range own.files {
			ast.Inspect(file, func(n ast.Node) bool {
				if n != nil {
					visit(own, n)
				}
				return true
			})
		}
	}
}

// migrate is the hook that is handed another record than the others: fields of an
// earlier version, to be written.
const migrate = "Migrate"

// inspectCode visits each node of the model's code once. What only migrate comes to
// is a part of it.
func (m *model) inspectCode(visit func(c code, n ast.Node)) {
	seen := map[token.Pos]bool{}
	others := slices.DeleteFunc(hookNames(), func(hook string) bool { return hook == migrate })
	for _, hook := range append(others, "", migrate) {
		for _, c := range m.reach[hook] {
			if seen[c.node.Pos()] {
				continue
			}
			seen[c.node.Pos()] = true
			if hook == migrate {
				c.hook = migrate
			}
			ast.Inspect(c.body(), func(n ast.Node) bool {
				if n != nil {
					visit(c, n)
				}
				return true
			})
		}
	}
}

func hookNames() (names []string) {
	for _, h := range runner.Hooks() {
		names = append(names, h.Name)
	}
	return names
}

// callee is the function that a call calls by name; nil for others.
func callee(in *pkg, call *ast.CallExpr) *types.Func {
	fun := ast.Unparen(call.Fun)
	if index, is := fun.(*ast.IndexExpr); is {
		fun = index.X
	}
	var id *ast.Ident
	switch f := fun.(type) {
	case *ast.Ident:
		id = f
	case *ast.SelectorExpr:
		id = f.Sel
	default:
		return nil
	}
	f, _ := in.info.Uses[id].(*types.Func)
	return f
}

// calls reports whether a call is of that function.
func calls(in *pkg, call *ast.CallExpr, path, name string) bool {
	f := callee(in, call)
	return f != nil && isOf(f, path, name)
}

// isMethod reports whether a function has a receiver.
func isMethod(f *types.Func) bool { return f.Signature().Recv() != nil }
