package vm

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/dop251/goja"

	"github.com/manytill/manytill/extensions/javascript/internal/harden"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// noValue is of what JSON hasn't: undefined, NaN, a function, a stand-in.
type noValue struct {
	what string
	at   string // in the value, like .a[2]; "" is the value itself
}

// The kinds that are told apart elsewhere.
const (
	undefined = "undefined"
	tooDeep   = "more than 100 values within each other"
	aHole     = "undefined in a list"
	aStandIn  = "a part of the screen (a stand-in)"
)

func (e *noValue) Error() string { return e.what }

func (e *noValue) why() string {
	switch {
	case e.what == aHole:
		return "is exported with undefined in a list: null stands there"
	case e.at != "":
		return fmt.Sprintf("is exported with %s in it, which can't be stored: what was there stands", e.what)
	}
	return fmt.Sprintf("is exported as %s, which can't be stored: what was there stands", e.what)
}

func (e *noValue) code() notes.Code {
	if e.what == aStandIn {
		return notes.StandIn
	}
	return notes.NotJSON
}

func (e *noValue) where() string {
	if e.at == "" {
		return ""
	}
	return fmt.Sprintf("at %.80s", e.at)
}

var (
	viewType   = reflect.TypeFor[*view]()
	handedType = reflect.TypeFor[*handed]()
)

// isLazy: what a hook is handed and what a base class exports.
func isLazy(o *goja.Object) bool {
	t := o.ExportType()
	return t == viewType || t == handedType
}

// maxExport is the largest exported value, in bytes.
const maxExport = 1 << 20

// toJSON is the canonical form of a value.
func toJSON(r *Runtime, value goja.Value) (protocol.Value, error) {
	text, _, err := encode(r, value)
	return text, err
}

// encode is toJSON; hole is where a list had undefined.
func encode(r *Runtime, value goja.Value) (text protocol.Value, hole *noValue, err error) {
	e := encoder{r: r}
	raw, err := e.value(nil, value)
	if err != nil {
		return "", nil, err
	}
	switch text, err = protocol.ParseValue(raw); {
	case errors.Is(err, decimal.ErrSize):
		err = &noValue{what: "too large a number"}
	case errors.Is(err, protocol.ErrDepth):
		err = &noValue{what: tooDeep}
	}
	return text, e.hole, err
}

// encoder writes a value as JSON.
type encoder struct {
	r      *Runtime
	within []*goja.Object // what is being written
	path   []step
	hole   *noValue // the first undefined in a list
}

// step is a key of an object, or a place in a list.
type step struct {
	key   string
	place int
}

// longestPath that is told.
const longestPath = 20

func (e *encoder) none(what string) *noValue {
	var at strings.Builder
	for _, s := range e.path[:min(len(e.path), longestPath)] {
		if s.key == "" {
			fmt.Fprintf(&at, "[%d]", s.place)
		} else {
			at.WriteString("." + s.key)
		}
	}
	return &noValue{what, at.String()}
}

func (e *encoder) value(to []byte, value goja.Value) ([]byte, error) {
	switch {
	case value == nil || goja.IsUndefined(value):
		return nil, e.none(undefined)
	case goja.IsNull(value):
		return append(to, "null"...), nil
	case len(e.within) > protocol.MaxDepth:
		return nil, e.none(tooDeep)
	case len(to) > maxExport:
		return nil, e.none("more than 1 MiB")
	}
	switch v := value.(type) {
	case *goja.Object:
		return e.object(to, v)
	case *goja.Symbol:
		return nil, e.none("a symbol")
	}
	switch v := value.Export().(type) {
	case string:
		return protocol.AppendString(to, v), nil
	case bool:
		if v {
			return append(to, "true"...), nil
		}
		return append(to, "false"...), nil
	case int64:
		return append(to, protocol.Int(int(v))...), nil
	case float64:
		return e.number(to, v)
	}
	return nil, e.none("something that isn't JSON")
}

func (e *encoder) number(to []byte, f float64) ([]byte, error) {
	switch d, err := decimal.Of(f); {
	case math.IsNaN(f):
		return nil, e.none("NaN")
	case math.IsInf(f, 0):
		return nil, e.none("Infinity")
	case err != nil:
		return nil, e.none("too large a number")
	default:
		return append(to, d.String()...), nil
	}
}

// hollow is the kind of an object whose content is nowhere in its keys, so that
// it would be stored as {}; "" is any other.
func hollow(o *goja.Object) string {
	switch kind := o.ClassName(); kind {
	case "RegExp":
		return kind
	case "Object":
		switch o.ExportType() {
		case reflect.TypeFor[[][2]any]():
			return "Map"
		case reflect.TypeFor[[]any]():
			return "Set"
		case reflect.TypeFor[*goja.Promise]():
			return "Promise"
		}
	}
	return ""
}

func (e *encoder) object(to []byte, o *goja.Object) ([]byte, error) {
	switch _, callable := goja.AssertFunction(o); {
	case e.r.isStandIn(o):
		return nil, e.none(aStandIn)
	case callable:
		return nil, e.none("a function")
	case slices.Contains(e.within, o):
		return nil, e.none("a circle")
	}
	e.within = append(e.within, o)
	defer func() { e.within = e.within[:len(e.within)-1] }()
	if other, ok, err := e.unwrapped(o); err != nil {
		return nil, err
	} else if ok {
		return e.value(to, other)
	}
	if o.ClassName() == "Array" {
		return e.array(to, o)
	}
	if kind := hollow(o); kind != "" {
		return nil, e.none("a " + kind)
	}
	to = append(to, '{')
	first := true
	for _, key := range o.Keys() {
		value := o.Get(key)
		if value == nil || goja.IsUndefined(value) {
			continue
		}
		if !first {
			to = append(to, ',')
		}
		first = false
		to = append(protocol.AppendString(to, key), ':')
		var err error
		if to, err = e.at(step{key: key}, to, value); err != nil {
			return nil, err
		}
	}
	return append(to, '}'), nil
}

func (e *encoder) array(to []byte, o *goja.Object) ([]byte, error) {
	length := o.Get("length").ToInteger()
	if length > harden.MaxArray {
		return nil, e.none(fmt.Sprintf("a list of more than %d", harden.MaxArray))
	}
	to = append(to, '[')
	for i := range length {
		if i > 0 {
			to = append(to, ',')
		}
		value := o.Get(harden.Index(int(i)))
		if value == nil || goja.IsUndefined(value) {
			if e.hole == nil {
				e.hole = e.none(aHole)
			}
			value = goja.Null() // as JSON.stringify has it
		}
		var err error
		if to, err = e.at(step{place: int(i)}, to, value); err != nil {
			return nil, err
		}
	}
	return append(to, ']'), nil
}

func (e *encoder) at(s step, to []byte, value goja.Value) ([]byte, error) {
	e.path = append(e.path, s)
	defer func() { e.path = e.path[:len(e.path)-1] }()
	return e.value(to, value)
}

func (r *Runtime) isStandIn(value goja.Value) bool {
	is, err := r.standIn(goja.Undefined(), value)
	return err != nil || is.ToBoolean()
}

// unwrapped is what toJSON makes of a date or a model, and what is in a
// wrapped primitive.
func (e *encoder) unwrapped(o *goja.Object) (value goja.Value, ok bool, err error) {
	if slices.Contains([]string{"Number", "String", "Boolean"}, o.ClassName()) {
		return e.r.ToValue(o.Export()), true, nil
	}
	call, is := goja.AssertFunction(o.Get("toJSON"))
	if !is {
		return nil, false, nil
	}
	value, err = call(o)
	return value, true, err
}
