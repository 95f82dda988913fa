package javascript

import (
	"fmt"
	"reflect"

	"github.com/dop251/goja"

	"github.com/manytill/manytill/sdk/protocol"
)

// guardJSON keeps deep nesting from the parser and the writer, which would
// take the process down past any recover.
func guardJSON(rt *goja.Runtime) error {
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
		w := &depthWalk{rt: rt}
		w.walk(call.Argument(0), 0)
	})
}

// depthWalk goes through what JSON.stringify would, as far as nesting allows;
// a circle is found by it too.
type depthWalk struct {
	rt   *goja.Runtime
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
	if own(o) {
		return
	}
	for _, key := range o.Keys() {
		if w.seen++; w.seen > maxArray {
			panic(w.rt.NewTypeError("JSON.stringify: too large"))
		}
		w.walk(o.Get(key), depth+1)
	}
}

var (
	handedType = reflect.TypeFor[*handed]()
	proxyType  = reflect.TypeFor[goja.Proxy]()
)

// own: an object that is made as it is looked at, and not by its depth.
func own(o *goja.Object) bool {
	t := o.ExportType()
	return t == viewType || t == handedType || t == proxyType
}
