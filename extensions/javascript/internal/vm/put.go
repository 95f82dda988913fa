package vm

import (
	"unicode/utf8"

	"github.com/dop251/goja"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// putLine is env.putLine of sdk/js/models: a line that an order's hook puts.
// What is wrong with it is thrown in the vendor's code.
func (r *Runtime) putLine(call goja.FunctionCall) goja.Value {
	p := r.pass
	if p.record == nil || p.head.Model != protocol.ModelOrder {
		return goja.Undefined() // a line's order, which is only looked at
	}
	key, text := call.Argument(1).Export().(string)
	if n := utf8.RuneCountInString(key); !text || n == 0 || n > protocol.MaxOwnKey {
		panic(r.NewTypeError("put_line: the key is a text of 1 to %d characters", protocol.MaxOwnKey))
	}
	object, ok := call.Argument(2).(*goja.Object)
	if _, callable := goja.AssertFunction(call.Argument(2)); !ok || callable || hollow(object) != "" {
		panic(r.NewTypeError("put_line %q: the line's fields are an object", key))
	}
	line := hooks.PutLine{Key: key, Fields: protocol.Fields{}}
	for _, name := range object.Keys() {
		value := object.Get(name)
		if value == nil || goja.IsUndefined(value) {
			continue
		}
		v, _, err := encode(r, value)
		if err != nil {
			panic(r.NewTypeError("put_line %q: %s %s", key, name, err))
		}
		f := protocol.Field(name)
		if protocol.IsCoreField(protocol.ModelOrderline, f) {
			v = coreValue(f, v)
		}
		line.Fields[f] = v
	}
	p.puts = append(p.puts, line)
	return goja.Undefined()
}
