package javascript

import (
	"fmt"

	"github.com/dop251/goja"
)

// What native functions may be asked for: an interrupt doesn't reach them.
const (
	maxText  = 4 << 20 // characters of a text that is made by repeat, pad, join
	maxArray = 1 << 20 // entries of an array that a native function walks
	maxDepth = 1000    // of what native functions walk down
)

// unneeded: one call of these takes any amount of memory.
var unneeded = []string{
	"ArrayBuffer", "SharedArrayBuffer", "DataView", "Atomics", "BigInt", "BigInt64Array", "BigUint64Array", "Int8Array", "Uint8Array",
	"Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float32Array", "Float64Array",
}

// harden takes away what code could use to leave its place or to keep the
// process from stopping it. The built-ins are not frozen: that silently breaks
// old code, which assigns to prototypes.
func harden(rt *goja.Runtime) error {
	global := rt.GlobalObject()
	forbidden := rt.ToValue(func(goja.ConstructorCall) *goja.Object {
		panic(rt.NewTypeError("code can't be made from text here: no eval, no Function"))
	})
	if err := global.Set("eval", forbidden); err != nil {
		return err
	}
	for _, kind := range []string{"function(){}", "async function(){}", "function*(){}", "async function*(){}"} {
		made, err := rt.RunString("(" + kind + ")")
		if err != nil {
			continue // not a kind that goja has
		}
		proto := made.ToObject(rt).Prototype()
		if err := proto.DefineDataProperty("constructor", forbidden, goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE); err != nil {
			return err
		}
	}
	if err := global.Set("Function", functionStandIn(rt, forbidden)); err != nil {
		return err
	}
	if err := guardText(rt); err != nil {
		return err
	}
	if err := guardRegexps(rt); err != nil {
		return err
	}
	if err := guardArrays(rt); err != nil {
		return err
	}
	if err := guardLists(rt); err != nil {
		return err
	}
	for _, name := range unneeded {
		_ = global.Delete(name)
	}
	return guardJSON(rt)
}

// functionStandIn keeps `x instanceof Function` and Function.prototype.
func functionStandIn(rt *goja.Runtime, forbidden goja.Value) goja.Value {
	function := forbidden.ToObject(rt)
	_ = function.Set("prototype", function.Prototype())
	return function
}

// wrap puts a check before a native function.
func wrap(rt *goja.Runtime, of *goja.Object, name string, check func(goja.FunctionCall)) error {
	value := of.Get(name)
	native, ok := goja.AssertFunction(value)
	if !ok {
		return nil
	}
	wrapped := rt.ToValue(func(call goja.FunctionCall) goja.Value {
		check(call)
		result, err := native(call.This, call.Arguments...)
		if err != nil {
			panic(err)
		}
		return result
	})
	return of.DefineDataProperty(name, wrapped, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

func prototypeOf(rt *goja.Runtime, class string) *goja.Object {
	return rt.Get(class).ToObject(rt).Get("prototype").ToObject(rt)
}

func guardText(rt *goja.Runtime) error {
	proto := prototypeOf(rt, "String")
	length := func(v goja.Value) int64 {
		if o, ok := v.(*goja.Object); ok {
			return int64(len(o.String()))
		}
		return int64(len(v.String()))
	}
	tooLong := func(n int64) {
		if n > maxText || n < 0 {
			panic(rt.NewTypeError(fmt.Sprintf("a text of %d characters is too long, %d at most", n, maxText)))
		}
	}
	if err := wrap(rt, proto, "repeat", func(call goja.FunctionCall) {
		times := call.Argument(0).ToInteger()
		if times > maxText {
			tooLong(times)
		}
		tooLong(length(call.This) * max(0, times))
	}); err != nil {
		return err
	}
	match, _ := goja.AssertFunction(proto.Get("match"))
	for _, name := range []string{"replace", "replaceAll"} {
		if err := wrap(rt, proto, name, func(call goja.FunctionCall) {
			if _, computed := call.Argument(1).(*goja.Object); computed {
				return
			}
			by := length(call.Argument(1))
			if of := length(call.This); of*by > maxText {
				found, err := match(call.This, call.Argument(0))
				if o, ok := found.(*goja.Object); ok && err == nil {
					tooLong(of + by*o.Get("length").ToInteger())
				}
			}
		}); err != nil {
			return err
		}
	}
	for _, name := range []string{"padStart", "padEnd"} {
		if err := wrap(rt, proto, name, func(call goja.FunctionCall) { tooLong(call.Argument(0).ToInteger()) }); err != nil {
			return err
		}
	}
	return nil
}

// guarded are the array functions whose time or result grows with length.
var guarded = []string{
	"join", "toString", "concat", "fill", "copyWithin", "indexOf", "lastIndexOf", "includes", "reverse", "slice", "splice",
	"sort", "shift", "unshift", "flat", "flatMap", "forEach", "map", "filter", "some", "every", "find", "findIndex", "findLast", "findLastIndex",
	"reduce", "reduceRight", "at", "keys", "values", "entries", "toReversed", "toSorted", "toSpliced", "with", "push", "pop",
}

// guardArrays keeps native functions from walking a length that nobody has.
func guardArrays(rt *goja.Runtime) error {
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
				if n := this.Get("length"); n != nil && n.ToInteger() > maxArray {
					panic(rt.NewTypeError(fmt.Sprintf("an array of %d is too long for %s, %d at most", n.ToInteger(), name, maxArray)))
				}
				if deep && name == "flat" {
					checkDepth(rt, this, 0)
				}
			}
			if deep {
				nesting++
				defer func() { nesting-- }()
				if nesting > callStack {
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
func checkDepth(rt *goja.Runtime, value goja.Value, depth int) {
	o, ok := value.(*goja.Object)
	if !ok {
		return
	}
	if depth > maxDepth {
		panic(rt.NewTypeError(fmt.Sprintf("nested deeper than %d", maxDepth)))
	}
	if own(o) {
		return
	}
	for _, key := range o.Keys() {
		checkDepth(rt, o.Get(key), depth+1)
	}
}
