package javascript

import (
	"fmt"

	"github.com/dop251/goja"
)

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
			if arguments[i] = o.Get(index(i)); arguments[i] == nil {
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

func index(i int) string {
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
	if n > maxArray {
		panic(rt.NewTypeError(fmt.Sprintf("a list of %d is too long for %s, %d at most", n, by, maxArray)))
	}
	return max(0, n)
}
