package gosource

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/manytill/manytill/extensions/notes"
)

// outside is what hooks must not call: functions by package and name, "*" for all
// of a package, methods too.
var outside = []struct {
	code  notes.Code
	words string
	of    map[string]string
}{
	{notes.Clock, "%s is called in a hook: the hooks run again, on the server later than the tap was made", map[string]string{"time": "Now Since Until"}},
	{notes.Chance, "%s is called in a hook: each run gives something else", map[string]string{"math/rand": "*", "math/rand/v2": "*", "crypto/rand": "*"}},
	{notes.Environment, "%s is called in a hook: another machine has another environment", map[string]string{"os": "Getenv LookupEnv Environ ExpandEnv Hostname Getwd Getpid"}},
	{notes.EndsProcess, "%s in a hook ends the extension's process, with all orders that it is at", map[string]string{"os": "Exit", "log": "Fatal Fatalf Fatalln", "syscall": "Exit Kill", "runtime": "Goexit"}},
	{notes.Files, "%s is called in a hook: hooks run any number of times, on any machine, and have no files", map[string]string{
		"os":        "Open OpenFile Create CreateTemp ReadFile WriteFile ReadDir Remove RemoveAll Rename Mkdir MkdirAll MkdirTemp Stat Lstat Symlink Link Truncate Chmod",
		"io/ioutil": "*", "path/filepath": "Walk WalkDir Glob",
	}},
	{notes.Call, "%s is called in a hook, and a hook can't wait for anybody: all tills of the shop would", map[string]string{
		"net": "*", "net/http": "*", "net/rpc": "*", "net/smtp": "*", "crypto/tls": "*", "database/sql": "*", "os/exec": "*", "google.golang.org/grpc": "*",
	}},
	{notes.Timer, "%s is called in a hook: all tills of the shop wait for it", map[string]string{"time": "Sleep After AfterFunc NewTimer NewTicker Tick"}},
}

// codeOf is about what hooks do and must not.
func (f *finder) codeOf(m *model) {
	m.inspectCode(func(c code, n ast.Node) {
		about := notes.Note{Model: m.of, Hook: documented[c.hook]}
		switch n := n.(type) {
		case *ast.GoStmt:
			f.say(notes.Goroutine, n.Pos(), about, "a hook starts a goroutine: the hook is over when it returns, and what goes on behind it is lost, or piles up")
		case *ast.ExprStmt:
			if call, is := n.X.(*ast.CallExpr); is && calls(c.in, call, sdkPath, "Reject") {
				f.say(notes.RejectDropped, call.Pos(), about, "sdk.Reject makes an error, and nobody returns it: nothing is refused")
			}
		case *ast.CallExpr:
			f.call(m, c, about, n)
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				if n.Tok != token.DEFINE {
					f.assigned(c, about, left)
				}
			}
		case *ast.IncDecStmt:
			f.assigned(c, about, n.X)
		}
	})
}

// call is about one call in a hook.
func (f *finder) call(m *model, c code, about notes.Note, call *ast.CallExpr) {
	if builtin, is := ast.Unparen(call.Fun).(*ast.Ident); is && len(call.Args) > 0 {
		if _, is := c.in.info.Uses[builtin].(*types.Builtin); is && (builtin.Name == "delete" || builtin.Name == "clear") {
			f.assigned(c, about, call.Args[0])
			return
		}
	}
	called := callee(c.in, call)
	f.handsOn(c, call, called)
	if called == nil || called.Pkg() == nil {
		return
	}
	path, name := called.Pkg().Path(), called.Name()
	if path == sdkPath {
		f.asks(m, c, about, call, called)
		return
	}
	for _, o := range outside {
		names := o.of[path]
		if names == "*" && !harmless(path, name, isMethod(called)) || !isMethod(called) && contains(names, name) {
			f.say(o.code, call.Pos(), about, o.words, called.Pkg().Name()+"."+name)
			return
		}
	}
	f.changesShared(c, about, call, called)
}

// handsOn: what becomes of a record that is handed to code of others isn't known.
func (f *finder) handsOn(c code, call *ast.CallExpr, called *types.Func) {
	if called != nil {
		if _, own := f.funcs[called.Origin()]; own || called.Pkg() == f.sdk {
			return
		}
	}
	for _, argument := range call.Args {
		if named := namedOf(c.in.info.TypeOf(argument)); named != nil && isOf(named.Obj(), sdkPath, "Record") {
			f.Dynamic = true
		}
	}
}

// harmless are functions of these packages that ask nobody: a generator of one's
// own gives the same each time, and an address can be read without a network.
func harmless(path, name string, method bool) bool {
	if strings.HasPrefix(path, "math/rand") {
		return method || strings.HasPrefix(name, "New")
	}
	return path == "net" && strings.HasPrefix(name, "Parse")
}

func contains(names, name string) bool {
	for n := range strings.FieldsSeq(names) {
		if n == name {
			return true
		}
	}
	return false
}

// assigned: what hooks write into lives as long as they run. Who guards it knows
// that, and may keep there what is the same for all.
func (f *finder) assigned(c code, about notes.Note, to ast.Expr) {
	if id := c.shared(to); id != nil && !locks(c.in, c.body()) {
		f.say(notes.ModuleState, to.Pos(), about, "a hook writes into %s, which all runs share: what a run finds there depends on the orders before it, and several run at once", id.Name)
	}
}

// changesShared: a method that writes into what it is called on, which all runs
// share.
func (f *finder) changesShared(c code, about notes.Note, call *ast.CallExpr, called *types.Func) {
	selector, is := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	method, own := f.funcs[called.Origin()]
	if !is || !own || !isMethod(called) || method.decl.Recv == nil || len(method.decl.Recv.List[0].Names) == 0 {
		return
	}
	id := c.shared(selector.X)
	receiver := method.in.info.Defs[method.decl.Recv.List[0].Names[0]]
	if id == nil || receiver == nil || locks(c.in, c.body()) || locks(method.in, method.decl.Body) {
		return
	}
	writes := false
	ast.Inspect(method.decl.Body, func(n ast.Node) bool {
		var targets []ast.Expr
		switch n := n.(type) {
		case *ast.AssignStmt:
			targets = n.Lhs
		case *ast.IncDecStmt:
			targets = []ast.Expr{n.X}
		}
		for _, to := range targets {
			_, whole := ast.Unparen(to).(*ast.Ident)
			root := rootOf(to)
			writes = writes || !whole && root != nil && method.in.info.Uses[root] == receiver
		}
		return true
	})
	if writes {
		f.say(notes.ModuleState, call.Pos(), about, "a hook writes into %s by its method %s, and all runs share it: what a run finds there depends on the orders before it, and several run at once", id.Name, called.Name())
	}
}

// shared is the variable that an expression is in, where it outlives the run.
func (c code) shared(e ast.Expr) *ast.Ident {
	id := rootOf(e)
	if id == nil {
		return nil
	}
	v, is := c.in.info.Uses[id].(*types.Var)
	if !is || v.IsField() || v.Pkg() == nil {
		return nil
	}
	global := v.Parent() == v.Pkg().Scope()
	captured := isLiteral(c.node) && !within(v.Pos(), c.node)
	if !global && !captured {
		return nil
	}
	return id
}

// locks reports whether code guards what it does.
func locks(in *pkg, body *ast.BlockStmt) (does bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		if call, is := n.(*ast.CallExpr); is {
			f := callee(in, call)
			does = does || f != nil && f.Name() == "Lock" && f.Pkg() != nil && f.Pkg().Path() == "sync"
		}
		return !does
	})
	return does
}

func isLiteral(n ast.Node) bool {
	_, is := n.(*ast.FuncLit)
	return is
}

// rootOf is the variable that x, x.y, x[i] and *x write into; nil where another is
// in between that may point elsewhere.
func rootOf(e ast.Expr) *ast.Ident {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return nil
		}
	}
}
