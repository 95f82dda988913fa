package gosource

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks/runner"
	"github.com/manytill/manytill/sdk/protocol"
)

// structOf is about a struct that hooks run on: its base, its methods, its tags.
func (f *finder) structOf(m *model) {
	f.Hooks[m.of] = map[string]notes.Place{}
	for name, hook := range m.hooks {
		f.Hooks[m.of][documented[name]] = f.place(hook.Pos())
	}
	if m.byPointer {
		f.say(notes.BasePointer, m.named.Obj().Pos(), notes.Note{Model: m.of}, "%s embeds a pointer to the base, which is nil in a fresh struct: embed sdk.OrderBase or sdk.OrderlineBase itself", m.named.Obj().Name())
	}
	before := len(f.Notes)
	f.methods(m)
	f.tags(m)
	f.Unfit = f.Unfit || m.byPointer || slices.ContainsFunc(f.Notes[before:], func(n notes.Note) bool { return n.Code != notes.TooNarrow })
	about := notes.Note{Model: m.of}
	known := func(n notes.Note) bool { return n.Model == m.of }
	switch name := m.named.Obj().Name(); {
	case slices.ContainsFunc(f.Notes, known):
	case len(m.hooks) == 0 && !f.tagged(m):
		about.Fix = "Tag the fields with `sync`, or write hooks: func (o *" + name + ") InitFromJSON(json sdk.Record) error, and ExportAsJSON."
		f.say(notes.NoHook, m.named.Obj().Pos(), about, "%s has neither a hook nor a field with the tag sync: nothing of it is synced", name)
	case f.serves && !f.served(m.of):
		f.say(notes.NotServed, m.named.Obj().Pos(), about, "%s has hooks or tags of the %s, and plugin.Extension doesn't name it: none is ever called", name, m.of)
	}
}

// served reports whether plugin.Extension has a func of the model, in its literal or
// set later.
func (f *finder) served(model protocol.Model) (is bool) {
	key := map[protocol.Model]string{protocol.ModelOrder: "Order", protocol.ModelOrderline: "Orderline"}[model]
	f.extensions(func(_ *pkg, literal *ast.CompositeLit) {
		is = is || valueOf(literal, key) != nil || len(literal.Elts) > 0 && !isPair(literal.Elts[0])
	})
	f.inspect(func(in *pkg, n ast.Node) {
		assigned, ok := n.(*ast.AssignStmt)
		if !ok {
			return
		}
		for _, to := range assigned.Lhs {
			selector, ok := ast.Unparen(to).(*ast.SelectorExpr)
			if !ok || selector.Sel.Name != key {
				continue
			}
			named := namedOf(in.info.TypeOf(selector.X))
			is = is || named != nil && isOf(named.Obj(), pluginPath, "Extension")
		}
	})
	return is
}

// documented are the hooks' names as vendors know them from JavaScript.
var documented = map[string]string{
	"InitFromJSON": protocol.HookInit, "ApplyMSData": protocol.HookApply, "ExportAsJSON": protocol.HookExport, "EffectResult": protocol.HookResult,
	"Migrate": protocol.HookMigrate,
}

// methods: one that almost is a hook's is never called.
func (f *finder) methods(m *model) {
	set := types.NewMethodSet(types.NewPointer(m.named))
	name := m.named.Obj().Name()
	for i := range set.Len() {
		method, is := set.At(i).Obj().(*types.Func)
		if !is {
			continue
		}
		for _, hook := range runner.Hooks() {
			about := notes.Note{Model: m.of, Hook: documented[hook.Name]}
			about.Fix = fmt.Sprintf("Write func (o *%s) %s.", name, hook.Signature)
			switch {
			case runner.IsNear(method.Name(), hook.Name):
				f.say(notes.Misspelt, method.Pos(), about, "%s.%s is never called: did you mean %s?", name, method.Name(), hook.Name)
			case method.Name() != hook.Name:
			case m.hooks[hook.Name] == nil:
				f.say(notes.WrongSignature, method.Pos(), about, "%s.%s isn't the hook, its signature is another", name, hook.Name)
			case hook.Writes && byValue(method):
				f.say(notes.ValueReceiver, method.Pos(), about, "%s.%s has a value receiver, so what it fills in is lost", name, hook.Name)
			case hook.Name == "EffectResult" && m.of != protocol.ModelOrder:
				about.Fix = ""
				f.say(notes.NeverCalled, method.Pos(), about, "%s.EffectResult is never called: effects are orders', write it on the order's struct", name)
			case hook.Name == "Migrate":
				about.Fix = ""
				if f.migrates = true; f.manifest.SchemaVersion <= 1 {
					f.say(notes.MigrateUnused, method.Pos(), about, "%s.Migrate is never called: extension.yaml doesn't raise the schema (schema: 2)", name)
				}
			}
		}
	}
}

// byValue: of what a struct embeds by pointer, the methods are the pointer's.
func byValue(f *types.Func) bool {
	_, pointer := types.Unalias(f.Signature().Recv().Type()).(*types.Pointer)
	return !pointer && !types.IsInterface(f.Signature().Recv().Type())
}

var tagKey = regexp.MustCompile(`(?:^| )([^ :"]+):"`)

// tags: they name fields of the manifest, each once, and can hold them.
func (f *finder) tags(m *model) {
	s := m.named.Underlying().(*types.Struct)
	first := map[protocol.Field]string{}
	for i := range s.NumFields() {
		field, tag := s.Field(i), reflect.StructTag(s.Tag(i))
		for _, key := range tagKey.FindAllStringSubmatch(string(tag), -1) {
			if runner.IsNear(key[1], runner.TagName) {
				f.say(notes.MisspeltTag, field.Pos(), notes.Note{Model: m.of, Fix: fmt.Sprintf("Write `sync:%q`.", tag.Get(key[1]))}, "%s has the tag %s:%q, which syncs nothing", field.Name(), key[1], tag.Get(key[1]))
			}
		}
		text, is := tag.Lookup(runner.TagName)
		if !is {
			continue
		}
		key := protocol.Field(text)
		about := notes.Note{Model: m.of, Field: key}
		switch {
		case strings.Contains(text, ","):
			f.say(notes.MisspeltTag, field.Pos(), notes.Note{Model: m.of, Fix: fmt.Sprintf("Write `sync:%q`.", text[:strings.Index(text, ",")])}, "the tag of %s is sync:%q, and it takes the field's name alone", field.Name(), text)
			continue
		case key == "":
			f.say(notes.MisspeltTag, field.Pos(), notes.Note{Model: m.of, Fix: "Write it like `sync:\"points\"`."}, "the tag of %s names no field", field.Name())
			continue
		case !field.Exported():
			f.say(notes.HiddenTag, field.Pos(), about, "%s has the tag sync:%q, and nobody outside of its package can fill it", field.Name(), key)
		case first[key] != "":
			f.say(notes.DoubledTag, field.Pos(), about, "%s and %s have the same tag sync:%q: only one of them can be that field", first[key], field.Name(), key)
		}
		first[key] = field.Name()
		f.use(m.of, key, field.Pos(), true, true, true)
		if f.declared(m.of, key, field.Pos(), "the tag of "+field.Name()+" names") {
			f.fits(m.of, key, field.Pos(), field.Type(), field.Name())
		}
	}
}

// tagOf is the field that a tag names; "" for none.
func tagOf(tag string) protocol.Field {
	return protocol.Field(reflect.StructTag(tag).Get(runner.TagName))
}

// use notes what hooks do with a field.
func (f *finder) use(model protocol.Model, key protocol.Field, at token.Pos, init, apply, export bool) *Use {
	if f.Uses[model] == nil {
		f.Uses[model] = map[protocol.Field]*Use{}
	}
	u := f.Uses[model][key]
	if u == nil {
		u = &Use{At: f.place(at)}
		f.Uses[model][key] = u
	}
	if export && !u.Export {
		u.At = f.place(at)
	}
	u.Init, u.Apply, u.Export = u.Init || init, u.Apply || apply, u.Export || export
	return u
}

// declared reports whether the manifest has a field that hooks give; what is
// wrong with others is noted.
func (f *finder) declared(model protocol.Model, key protocol.Field, at token.Pos, what string) bool {
	fields := f.manifest.Fields[model]
	if _, is := fields[key]; is {
		return true
	}
	about := notes.Note{Model: model, Field: key}
	switch problem := protocol.CheckFieldName(model, key); {
	case problem != nil && containsField(protocol.WritableFields(model), key):
		if !containsField(f.manifest.Writes[model], key) {
			f.say(notes.CoreField, at, about, "%s the core's field %s, and extension.yaml doesn't say writes: {%s: [%s]}", what, key, model, key)
		}
	case problem != nil:
		f.say(notes.ReservedName, at, about, "%s %s, which no extension can have: %v", what, key, problem)
	default:
		f.say(notes.Undeclared, at, about, "%s %s, and extension.yaml has no such field of the %s%s", what, key, model, didYouMean(key, protocol.SortedKeys(fields)))
	}
	return false
}

func isPair(e ast.Expr) bool {
	_, is := e.(*ast.KeyValueExpr)
	return is
}

func containsField(list []protocol.Field, key protocol.Field) bool {
	for _, f := range list {
		if f == key {
			return true
		}
	}
	return false
}

func didYouMean(key protocol.Field, known []protocol.Field) string {
	for _, f := range known {
		if runner.IsNear(string(key), string(f)) {
			return fmt.Sprintf(": did you mean %s?", f)
		}
	}
	return ""
}

// constantText is the value of a constant text.
func constantText(in *pkg, e ast.Expr) (string, bool) {
	if e == nil {
		return "", false
	}
	return textOf(in.info.Types[e])
}
