package vm

import (
	"errors"
	"fmt"

	"github.com/dop251/goja"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// effect is env.effect of sdk/js/models: what an order's hook wants done after the
// commit. What is wrong with it is thrown in the vendor's code. A probe wants
// nothing, and of one only the name is looked at: its keys and data are made up.
func (r *Runtime) effect(call goja.FunctionCall) goja.Value {
	p := r.pass
	if p.record == nil || p.head.Model != protocol.ModelOrder {
		return goja.Undefined() // a line's order, which is only looked at
	}
	if p.wants == nil {
		p.wants = hooks.NewWanting(r.code.Effects)
	}
	err := p.wants.Declares(call.Argument(0).String())
	if err == nil && p.byHook == nil {
		err = r.want(call.Argument(0).String(), call.Argument(1), call.Argument(2))
	}
	if err != nil {
		r.throw(err)
	}
	return goja.Undefined()
}

func (r *Runtime) want(name string, key, data goja.Value) error {
	if !isText(key) {
		return fmt.Errorf("effect %q: a key is a text of 1 to 200 characters", name)
	}
	if goja.IsUndefined(data) {
		data = goja.Null()
	}
	text, hole, err := encode(r, data)
	if err == nil && hole != nil {
		err = hole
	}
	var none *noValue
	if errors.As(err, &none) {
		return fmt.Errorf("effect %q: its data for the key %.40q can't be stored: %s", name, key.String(), joinedWords(none.what, none.where()))
	}
	if err != nil {
		return err
	}
	return r.pass.wants.Add(hooks.Effect{Name: name, Key: key.String(), Data: text})
}

// isText: a text, or a number, which stands for its digits.
func isText(value goja.Value) bool {
	if _, symbol := value.(*goja.Symbol); symbol {
		return false
	}
	switch value.Export().(type) {
	case string, int64, float64:
		return true
	}
	return false
}
