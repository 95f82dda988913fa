package harden

import (
	"fmt"
	"reflect"

	"github.com/dop251/goja"

	"github.com/manytill/manytill/sdk/protocol"
)

// guarded are the array functions whose time or result grows with length.
var guarded = []string{
	"join", "toString", "concat", "fill", "copyWithin", "indexOf", "lastIndexOf", "includes", "reverse", "slice", "splice",
	"sort", "shift", "unshift", "flat", "flatMap", "forEach", "map", "filter", "some", "every", "find", "findIndex", "findLast", "findLastIndex",
	"reduce", "reduceRight", "at", "keys", "values", "entries", "toReversed", "toSorted", "toSpliced", "with", "push", "pop",
}

// guardArrays keeps native functions from walking a length that nobody has.
func guardArrays(rt *goja.Runtime, lazy Lazy) error {
	proto := prototypeOf(rt, "Array")
	nesting := 0
	for _, name := range guarded {
		native, ok := goja.AssertFunction(proto.Get(name))
		if !ok {
			continue
		}
		deep := name == "join" || name == "toString" || name == "flat"
		wrapped := rt.ToValue(func(call goja.FunctionCall) goja.Value {
			if this, ok := call.This.(*goja.Object); ok {
				if n := this.Get("length"); n != nil && n.ToInteger() > MaxArray {
					panic(rt.NewTypeError(fmt.Sprintf("an array of %d is too long for %s, %d at most", n.ToInteger(), name, MaxArray)))
				}
				if deep && name == "flat" {
					checkDepth(rt, lazy, this, 0)
				}
			}
			if deep {
				nesting++
				defer func() { nesting-- }()
				if nesting > CallStack {
					panic(rt.NewTypeError("arrays nested too deeply"))
				}
			}
			result, err := native(call.This, call.Arguments...)
			if err != nil {
				panic(err)
			}
			return result
		})
		if err := proto.DefineDataProperty(name, wrapped, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE); err != nil {
			return err
		}
	}
	return nil
}

// checkDepth throws where a value nests deeper than native code may go down.
func checkDepth(rt *goja.Runtime, lazy Lazy, value goja.Value, depth int) {
	o, ok := value.(*goja.Object)
	if !ok {
		return
	}
	if depth > maxDepth {
		panic(rt.NewTypeError(fmt.Sprintf("nested deeper than %d", maxDepth)))
	}
	if lazy.made(o) {
		return
	}
	for _, key := range o.Keys() {
		checkDepth(rt, lazy, o.Get(key), depth+1)
	}
}

// guardLists keeps native functions from making lists of a length that an
// object only claims to have.
func guardLists(rt *goja.Runtime) error {
	function := rt.ToValue(func(goja.FunctionCall) goja.Value { return goja.Undefined() }).ToObject(rt).Prototype()
	if err := function.DefineDataProperty("apply", rt.ToValue(func(call goja.FunctionCall) goja.Value {
		return applied(rt, call.This, call.Argument(0), call.Argument(1))
	}), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE); err != nil {
		return err
	}
	reflect := rt.Get("Reflect").ToObject(rt)
	array := rt.Get("Array").ToObject(rt)
	object := rt.Get("Object").ToObject(rt)
	for _, g := range []struct {
		of       *goja.Object
		name     string
		argument int
	}{
		{reflect, "apply", 2},
		{reflect, "construct", 1},
		{array, "from", 0},
		{rt.Get("String").ToObject(rt), "raw", 0},
		{object, "fromEntries", 0},
		{object, "assign", 1},
	} {
		if err := wrap(rt, g.of, g.name, func(call goja.FunctionCall) { checkLength(rt, call.Argument(g.argument), g.name) }); err != nil {
			return err
		}
	}
	return nil
}

// applied is Function.prototype.apply.
func applied(rt *goja.Runtime, function, this, list goja.Value) goja.Value {
	call, ok := goja.AssertFunction(function)
	if !ok {
		panic(rt.NewTypeError("apply: this is no function"))
	}
	var arguments []goja.Value
	if o, is := list.(*goja.Object); is {
		n := checkLength(rt, o, "apply")
		arguments = make([]goja.Value, n)
		for i := range arguments {
			if arguments[i] = o.Get(Index(i)); arguments[i] == nil {
				arguments[i] = goja.Undefined()
			}
		}
	}
	result, err := call(this, arguments...)
	if err != nil {
		panic(err)
	}
	return result
}

var indexes = [...]string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}

// Index is the key of an array's entry.
func Index(i int) string {
	if i < len(indexes) {
		return indexes[i]
	}
	return fmt.Sprint(i)
}

// checkLength throws where a list is too long to be handled in one go.
func checkLength(rt *goja.Runtime, list goja.Value, by string) int64 {
	o, ok := list.(*goja.Object)
	if !ok {
		return 0
	}
	length := o.Get("length")
	if length == nil {
		return 0
	}
	n := length.ToInteger()
	if n > MaxArray {
		panic(rt.NewTypeError(fmt.Sprintf("a list of %d is too long for %s, %d at most", n, by, MaxArray)))
	}
	return max(0, n)
}

// guardJSON keeps deep nesting from the parser and the writer, which would
// take the process down past any recover.
func guardJSON(rt *goja.Runtime, lazy Lazy) error {
	object := rt.Get("JSON").ToObject(rt)
	err := wrap(rt, object, "parse", func(call goja.FunctionCall) {
		text := call.Argument(0).String()
		if len(text) > maxText {
			panic(rt.NewTypeError(fmt.Sprintf("a JSON text of %d bytes is too long, %d at most", len(text), maxText)))
		}
		if protocol.TooDeep([]byte(text)) {
			panic(rt.NewTypeError(protocol.ErrDepth.Error()))
		}
	})
	if err != nil {
		return err
	}
	return wrap(rt, object, "stringify", func(call goja.FunctionCall) {
		w := &depthWalk{rt: rt, lazy: lazy}
		w.walk(call.Argument(0), 0)
	})
}

// depthWalk goes through what JSON.stringify would, as far as nesting allows;
// a circle is found by it too.
type depthWalk struct {
	rt   *goja.Runtime
	lazy Lazy
	seen int
}

func (w *depthWalk) walk(value goja.Value, depth int) {
	o, ok := value.(*goja.Object)
	if !ok {
		return
	}
	if depth > protocol.MaxDepth {
		panic(w.rt.NewTypeError("JSON.stringify: nested deeper than 100, or in a circle"))
	}
	if w.lazy.made(o) {
		return
	}
	for _, key := range o.Keys() {
		if w.seen++; w.seen > MaxArray {
			panic(w.rt.NewTypeError("JSON.stringify: too large"))
		}
		w.walk(o.Get(key), depth+1)
	}
}

var proxyType = reflect.TypeFor[goja.Proxy]()

// made: an object that is made as it is looked at, and not by its depth.
func (l Lazy) made(o *goja.Object) bool { return o.ExportType() == proxyType || l(o) }
