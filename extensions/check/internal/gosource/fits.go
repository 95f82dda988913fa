package gosource

import (
	"go/constant"
	"go/token"
	"go/types"

	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/sdk/protocol"
)

func textOf(t types.TypeAndValue) (string, bool) {
	if t.Value == nil || t.Value.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(t.Value), true
}

// fits: a Go type holds what the field may be.
func (f *finder) fits(model protocol.Model, key protocol.Field, at token.Pos, into types.Type, name string) {
	kind := f.typeOf(model, key)
	about := notes.Note{Model: model, Field: key}
	switch {
	case !mayHold(into, kind):
		f.say(notes.WrongType, at, about, "%s has the type %s and can't hold the field %s, which is a %s", name, types.TypeString(into, unqualified), key, kind)
	case kind == protocol.TypeNumber && isInteger(into):
		about.Fix = "Take a float64 or sdk.Decimal, or say `type: integer` in the manifest where the field is yours."
		f.say(notes.TooNarrow, at, about, "%s has the type %s, and the field %s may be 1.5, on which the hooks fail", name, types.TypeString(into, unqualified), key)
	}
}

// typeOf is a field's, of the manifest or of the core; any where it isn't known.
func (f *finder) typeOf(model protocol.Model, key protocol.Field) protocol.Type {
	if field, is := f.manifest.Fields[model][key]; is {
		return field.Type
	}
	core := protocol.CoreSchema()
	fields := core.Order
	if model == protocol.ModelOrderline {
		fields = core.Orderline
	}
	if key == "tax_ids" {
		return protocol.TypeArray // in Odoo's shape
	}
	if spec, is := fields[key]; is {
		return spec.Type
	}
	return protocol.TypeAny
}

func unqualified(p *types.Package) string { return p.Name() }

// mayHold is false where no value of that type could be read into it. A type that
// reads JSON itself may hold anything.
func mayHold(t types.Type, kind protocol.Type) bool {
	t = types.Unalias(t)
	if pointer, is := t.(*types.Pointer); is {
		t = types.Unalias(pointer.Elem())
	}
	if readsItself(t) {
		return true
	}
	var as []protocol.Type // what it may hold
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch info := u.Info(); {
		case info&types.IsBoolean != 0:
			as = []protocol.Type{protocol.TypeBool}
		case info&types.IsString != 0:
			as = []protocol.Type{protocol.TypeString, protocol.TypeTime, protocol.TypeID, protocol.TypeOrder}
		case info&types.IsNumeric != 0:
			as = []protocol.Type{protocol.TypeNumber, protocol.TypeInteger, protocol.TypeID}
		}
	case *types.Slice, *types.Array:
		as = []protocol.Type{protocol.TypeArray, protocol.TypeStrings, protocol.TypeIDs}
	case *types.Map, *types.Struct:
		as = []protocol.Type{protocol.TypeObject}
	default:
		return true
	}
	if kind == protocol.TypeAny {
		return true
	}
	for _, k := range as {
		if k == kind {
			return true
		}
	}
	return false
}

func readsItself(t types.Type) bool {
	set := types.NewMethodSet(types.NewPointer(t))
	for _, name := range []string{"UnmarshalJSON", "UnmarshalText"} {
		if set.Lookup(nil, name) != nil {
			return true
		}
	}
	named := namedOf(t)
	return named != nil && named.Obj().Pkg() != nil && (named.Obj().Name() == "Value" || named.Obj().Name() == "Decimal")
}

func isInteger(t types.Type) bool {
	t = types.Unalias(t)
	if pointer, is := t.(*types.Pointer); is {
		t = pointer.Elem()
	}
	basic, is := t.Underlying().(*types.Basic)
	return is && basic.Info()&types.IsInteger != 0 && !readsItself(t)
}
