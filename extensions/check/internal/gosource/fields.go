package gosource

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/sdk/protocol"
)

// flow is what a model's hooks do with the fields of its own record.
type flow struct {
	read  map[string]map[protocol.Field]token.Pos // by hook
	given map[protocol.Field]token.Pos
	// holds are the members of the struct that a field is read into; changed are
	// those that hooks give another value.
	holds   map[*types.Var]protocol.Field
	changed map[*types.Var]token.Pos
	// acts: hooks refuse, put lines, want effects or store.
	acts bool
}

// fieldsOf is about whether what hooks read comes back, and what they give was
// ever read.
func (f *finder) fieldsOf(m *model) {
	if len(m.hooks) == 0 {
		return
	}
	fl := f.flow(m)
	for hook, keys := range fl.read {
		for key, at := range keys {
			f.use(m.of, key, at, hook == "InitFromJSON", hook == "ApplyMSData", false)
		}
	}
	for key, at := range fl.given {
		f.use(m.of, key, at, false, false, true)
	}
	if f.Dynamic {
		return
	}
	export := m.hooks["ExportAsJSON"]
	if export == nil && !fl.acts && !f.tagged(m) {
		for _, name := range []string{"InitFromJSON", "ApplyMSData"} {
			if hook := m.hooks[name]; hook != nil {
				f.say(notes.HalfAPair, hook.Pos(), notes.Note{Model: m.of, Hook: documented[name]}, "%s fills the struct, and no ExportAsJSON gives anything back: the hooks do nothing", name)
				return
			}
		}
	}
	f.oneWay(m, fl)
	for member, at := range fl.changed {
		key, reads := fl.holds[member]
		if _, given := fl.given[key]; reads && !given && !f.isTagged(m, key) && f.isOwn(m.of, key) {
			f.say(notes.NotExported, at, notes.Note{Model: m.of, Field: key}, "a hook changes %s, which holds the field %s, and none exports it: the change is lost", member.Name(), key)
		}
	}
}

// oneWay: what is given of a field that no hook took from the record isn't a
// till's any more.
func (f *finder) oneWay(m *model, fl *flow) {
	for _, key := range protocol.SortedKeys(fl.given) {
		at := fl.given[key]
		spec, own := f.manifest.Fields[m.of][key]
		if !own || spec.Derived || f.isTagged(m, key) || has(fl.read["ExportAsJSON"], key) {
			continue
		}
		about := notes.Note{Model: m.of, Field: key}
		inits, applies := has(fl.read["InitFromJSON"], key), has(fl.read["ApplyMSData"], key)
		apply := m.hooks["ApplyMSData"]
		switch {
		case !inits && !applies:
			f.say(notes.OneWay, at, about, "%s is exported, and neither InitFromJSON nor ApplyMSData reads it: what a till sets is overwritten", key)
		case apply != nil && !applies:
			about.Hook = protocol.HookApply
			f.say(notes.TurnedBack, apply.Pos(), about, "ApplyMSData doesn't take %s over, and it is exported as InitFromJSON found it: on an order that exists what a till sets is lost", key)
		}
	}
}

func has(keys map[protocol.Field]token.Pos, key protocol.Field) bool {
	_, is := keys[key]
	return is
}

func (f *finder) isOwn(model protocol.Model, key protocol.Field) bool {
	_, own := f.manifest.Fields[model][key]
	return own
}

func (f *finder) tagged(m *model) bool {
	s := m.named.Underlying().(*types.Struct)
	for i := range s.NumFields() {
		if tagOf(s.Tag(i)) != "" {
			return true
		}
	}
	return false
}

func (f *finder) isTagged(m *model, key protocol.Field) bool {
	s := m.named.Underlying().(*types.Struct)
	for i := range s.NumFields() {
		if tagOf(s.Tag(i)) == key {
			return true
		}
	}
	return false
}

// flow follows the keys of the model's own record through the hooks.
func (f *finder) flow(m *model) *flow {
	fl := &flow{
		read: map[string]map[protocol.Field]token.Pos{}, given: map[protocol.Field]token.Pos{},
		holds: map[*types.Var]protocol.Field{}, changed: map[*types.Var]token.Pos{},
	}
	for _, hook := range hookNames() {
		if hook == migrate {
			continue // its record is another
		}
		fl.read[hook] = map[protocol.Field]token.Pos{}
		for _, c := range m.reach[hook] {
			ast.Inspect(c.body(), func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					f.flowOfCall(m, c, hook, n, fl)
				case *ast.AssignStmt:
					if n.Tok != token.DEFINE {
						for _, left := range n.Lhs {
							fl.change(c, hook, left)
						}
					}
				case *ast.IncDecStmt:
					fl.change(c, hook, n.X)
				}
				return true
			})
		}
	}
	return fl
}

// change notes that a member of the struct is given another value.
func (fl *flow) change(c code, hook string, to ast.Expr) {
	if hook == "ExportAsJSON" {
		return
	}
	if selector, is := ast.Unparen(to).(*ast.SelectorExpr); is {
		if selection := c.in.info.Selections[selector]; selection != nil {
			if member, is := selection.Obj().(*types.Var); is {
				fl.changed[member] = to.Pos()
			}
		}
	}
}

func (f *finder) flowOfCall(m *model, c code, hook string, call *ast.CallExpr, fl *flow) {
	called := callee(c.in, call)
	if called == nil || called.Pkg() == nil || called.Pkg().Path() != sdkPath {
		return
	}
	switch called.Name() {
	case "Reject", "PutLine", "Effect", "Storage":
		fl.acts = true
		return
	case "Get", "Has", "Set":
	default:
		return
	}
	receiver := called.Signature().Recv()
	if receiver == nil || len(call.Args) == 0 || !isOf(namedOf(receiver.Type()).Obj(), sdkPath, "Record") {
		return
	}
	text, known := constantText(c.in, call.Args[0])
	if at := f.whose(m, c, call); !known || at.model != m.of || at.parent {
		return
	}
	key := protocol.Field(text)
	if called.Name() == "Set" {
		if !has(fl.given, key) {
			fl.given[key] = call.Args[0].Pos()
		}
		return
	}
	fl.read[hook][key] = call.Args[0].Pos()
	if len(call.Args) != 2 {
		return
	}
	if pointer, is := ast.Unparen(call.Args[1]).(*ast.UnaryExpr); is && pointer.Op == token.AND {
		if selector, is := ast.Unparen(pointer.X).(*ast.SelectorExpr); is {
			if selection := c.in.info.Selections[selector]; selection != nil {
				if member, is := selection.Obj().(*types.Var); is {
					fl.holds[member] = key
				}
			}
		}
	}
}

// unused: a model of which nothing else is wrong may have a field that no hook
// knows.
func (f *finder) unused(m *model) {
	about := func(n notes.Note) bool { return n.Model == m.of }
	if f.Dynamic || len(m.hooks) == 0 || slices.ContainsFunc(f.Notes, about) {
		return
	}
	for _, key := range protocol.SortedKeys(f.manifest.Fields[m.of]) {
		if f.Uses[m.of][key] == nil {
			f.Notes = append(f.Notes, notes.Note{
				Code: notes.Unused, Place: f.manifest.Place("fields", string(m.of), string(key)), Model: m.of, Field: key,
				Message: fmt.Sprintf("no hook of the %s reads or gives %s", m.of, key),
			})
		}
	}
}
