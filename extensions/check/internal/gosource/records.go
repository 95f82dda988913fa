package gosource

import (
	"go/ast"
	"go/types"

	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/sdk/protocol"
)

// asks is about a call of the sdk's in a hook.
func (f *finder) asks(m *model, c code, about notes.Note, call *ast.CallExpr, called *types.Func) {
	if !isMethod(called) {
		switch called.Name() {
		case "Reject":
			if !f.manifest.CanReject {
				f.say(notes.NotDeclared, call.Pos(), about, "a hook refuses a change, and extension.yaml doesn't say can_reject: true: it counts as a failure")
			}
		case "NewPerLine":
			f.say(notes.PerLine, call.Pos(), about, "sdk.NewPerLine is called in a hook, so each run has one of its own that remembers nothing: make one for the whole program")
		}
		return
	}
	receiver := namedOf(called.Signature().Recv().Type())
	if receiver == nil {
		return
	}
	switch receiver.Obj().Name() {
	case "Record":
		f.record(m, c, about, call, called.Name())
		return
	case "Storage":
		return // the call that gave it was looked at
	}
	switch called.Name() {
	case "Lines":
		if len(f.manifest.Reads[protocol.ModelOrderline]) == 0 {
			f.say(notes.NotHandedOver, call.Pos(), about, "a hook looks at the order's lines, and extension.yaml doesn't name the fields that it needs: write reads: {orderline: [qty, price_unit]}")
		}
	case "Storage":
		if f.manifest.Storage == nil {
			f.say(notes.NotDeclared, call.Pos(), about, "a hook stores something, and extension.yaml doesn't say storage: true: each call is an error")
		}
	case "PutLine":
		if !f.manifest.Lines {
			f.say(notes.NotDeclared, call.Pos(), about, "a hook puts a line, and extension.yaml doesn't say lines: true: each call is an error")
		}
	case "Effect":
		f.effect(c, about, call)
	}
}

func (f *finder) effect(c code, about notes.Note, call *ast.CallExpr) {
	if len(call.Args) == 0 {
		return
	}
	name, known := constantText(c.in, call.Args[0])
	_, described := f.manifest.Effects[name]
	switch {
	case len(f.manifest.Effects) == 0:
		f.say(notes.NotDeclared, call.Pos(), about, "a hook wants an effect, and extension.yaml describes none: each call is an error")
	case known && !described:
		f.say(notes.NotDeclared, call.Args[0].Pos(), about, "a hook wants the effect %s, and extension.yaml doesn't describe it%s", name,
			didYouMean(protocol.Field(name), fieldsOf(protocol.SortedKeys(f.manifest.Effects))))
	}
}

func fieldsOf[S ~string](names []S) (fields []protocol.Field) {
	for _, n := range names {
		fields = append(fields, protocol.Field(n))
	}
	return fields
}

// record is about Get, Has, Set and Fields of a record.
func (f *finder) record(m *model, c code, about notes.Note, call *ast.CallExpr, method string) {
	if c.hook == migrate {
		return // what it is handed has fields of earlier versions, and may be written
	}
	if method == "Fields" || len(call.Args) == 0 {
		f.Dynamic = f.Dynamic || method == "Fields"
		return
	}
	text, known := constantText(c.in, call.Args[0])
	if !known {
		f.Dynamic = true
		return
	}
	at := f.whose(m, c, call)
	about.Model, about.Field = at.model, protocol.Field(text)
	if method == "Set" {
		if at.input {
			f.say(notes.SetOnInput, call.Pos(), about, "%s is set on a record that can only be read: set it on the one that ExportAsJSON is handed", text)
			return
		}
		f.declared(m.of, about.Field, call.Args[0].Pos(), "a hook exports")
		return
	}
	f.handedOver(m, at, about, call.Args[0])
	if method != "Get" || len(call.Args) != 2 {
		return
	}
	into := c.in.info.TypeOf(call.Args[1])
	switch t := types.Unalias(into).(type) {
	case *types.Pointer:
		f.fits(at.model, about.Field, call.Args[1].Pos(), t.Elem(), "what it is read into")
	default:
		if into != nil && !types.IsInterface(into) {
			f.say(notes.GetNoPointer, call.Args[1].Pos(), about, "Get reads %s into a %s, which isn't a pointer: nothing comes of it but an error", text, types.TypeString(into, unqualified))
		}
	}
}

// which record a hook looks at.
type which struct {
	model protocol.Model
	// input: it can only be read.
	input bool
	// parent: it is a line's order.
	parent bool
}

func (f *finder) whose(m *model, c code, call *ast.CallExpr) which {
	w := which{model: m.of}
	selector, is := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !is {
		return w
	}
	from := ast.Unparen(selector.X)
	if named := namedOf(c.in.info.TypeOf(from)); named != nil && isOf(named.Obj(), sdkPath, "OrderLine") {
		return which{model: protocol.ModelOrderline, input: true}
	}
	switch x := from.(type) {
	case *ast.Ident:
		w.input = c.hook != "" && c.hook != "ExportAsJSON" && isParameter(c, x)
	case *ast.CallExpr:
		w.input = true
		called := callee(c.in, x)
		if inner, is := ast.Unparen(x.Fun).(*ast.SelectorExpr); is && called != nil && called.Pkg() == f.sdk {
			if named := namedOf(c.in.info.TypeOf(inner.X)); named != nil && isOf(named.Obj(), sdkPath, "OrderBase") && m.of == protocol.ModelOrderline {
				w.model, w.parent = protocol.ModelOrder, true
			}
		}
	}
	return w
}

func isParameter(c code, id *ast.Ident) bool {
	decl, is := c.node.(*ast.FuncDecl)
	if !is {
		return false
	}
	v, is := c.in.info.Uses[id].(*types.Var)
	return is && within(v.Pos(), decl.Type.Params)
}

// handedOver: a plugin gets what its manifest reads, of a model of which it names
// anything.
func (f *finder) handedOver(m *model, at which, about notes.Note, where ast.Expr) {
	reads, named := f.manifest.Reads[at.model]
	key := about.Field
	_, own := f.manifest.Fields[at.model][key]
	switch {
	case own && !at.parent, containsField(protocol.RecordKeys(at.model), key), key == "tax_ids" && at.model == protocol.ModelOrderline:
		return
	case at.model == m.of && !at.parent && !named, containsField(reads, key), own && len(reads) > 0:
		return
	case at.model == protocol.ModelOrderline && m.of == protocol.ModelOrder && len(reads) == 0:
		return // said of Lines
	}
	about.Fix = "Add it: `reads: {" + string(at.model) + ": [" + string(key) + "]}`."
	if !protocol.IsCoreField(at.model, key) && !own {
		about.Fix = "It is no field of the core: spell it as the extension does whose it is, and name it under `reads`."
	}
	f.say(notes.NotHandedOver, where.Pos(), about, "a hook reads %s of the %s, which isn't handed over: extension.yaml doesn't name it under reads", key, at.model)
}
