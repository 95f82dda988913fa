package harden

import (
	"github.com/dop251/goja"
)

// CallStack is how deep JavaScript may call.
const CallStack = 512

// What native functions may be asked for: an interrupt doesn't reach them.
const (
	maxText = 4 << 20 // characters of a text that is made by repeat, pad, join
	// MaxArray is how many entries an array has that a native function walks.
	MaxArray = 1 << 20
	maxDepth = 1000 // of what native functions walk down
)

// Lazy reports whether an object is made as it is looked at, so that to walk
// down it would make all of it.
type Lazy func(*goja.Object) bool

// unneeded: one call of these takes any amount of memory.
var unneeded = []string{
	"ArrayBuffer", "SharedArrayBuffer", "DataView", "Atomics", "BigInt", "BigInt64Array", "BigUint64Array", "Int8Array", "Uint8Array",
	"Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float32Array", "Float64Array",
}

// Harden takes away what code could use to leave its place or to keep the
// process from stopping it. The built-ins are not frozen: that silently breaks
// old code, which assigns to prototypes.
func Harden(rt *goja.Runtime, lazy Lazy) error {
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
	if err := guardArrays(rt, lazy); err != nil {
		return err
	}
	if err := guardLists(rt); err != nil {
		return err
	}
	for _, name := range unneeded {
		_ = global.Delete(name)
	}
	return guardJSON(rt, lazy)
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

// Fingerprint knows the built-ins as they were when the code was loaded. A
// call that changed one leaves a runtime that isn't used again, and nothing
// can be added to them: no call sees what another did.
type Fingerprint struct{ of []print }

type print struct {
	object *goja.Object
	key    string
	value  goja.Value
}

// NewFingerprint takes the built-ins as they are, and closes them.
func NewFingerprint(rt *goja.Runtime) (*Fingerprint, error) {
	f := new(Fingerprint)
	closed, _ := goja.AssertFunction(rt.Get("Object").ToObject(rt).Get("preventExtensions"))
	for _, class := range []string{"Object", "Array", "String", "Number"} {
		object := prototypeOf(rt, class)
		for _, key := range object.GetOwnPropertyNames() {
			if key != "__proto__" && key != "length" {
				f.of = append(f.of, print{object, key, object.Get(key)})
			}
		}
		if _, err := closed(goja.Undefined(), object); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// Holds reports whether the built-ins are as they were. To look at one may run
// a getter of the vendor's, which may throw.
func (f *Fingerprint) Holds() bool {
	for _, p := range f.of {
		if value := p.object.Get(p.key); value == nil || !value.SameAs(p.value) {
			return false
		}
	}
	return true
}
