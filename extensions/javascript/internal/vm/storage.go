package vm

import (
	"errors"
	"fmt"

	"github.com/dop251/goja"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// storageOf is env.storage of sdk/js/models: that of the record under way.
// Between two records nothing is found or kept.
func (r loader) storageOf() *goja.Object {
	storage := r.NewObject()
	r.must(storage.Set("get", func(call goja.FunctionCall) goja.Value { return r.stored(call.Argument(0).String()) }))
	r.must(storage.Set("set", func(call goja.FunctionCall) goja.Value {
		if err := r.store(call.Argument(0).String(), call.Argument(1), call.Argument(2).ToBoolean()); err != nil {
			r.throw(err)
		}
		return goja.Undefined()
	}))
	return storage
}

// stored is a value of the storage, made anew; undefined where there is none.
func (r *Runtime) stored(key string) goja.Value {
	r.pass.reads.Note(hooks.KeyChance)
	if r.pass.storing == nil {
		return goja.Undefined()
	}
	text, err := r.pass.storing.Get(key)
	switch {
	case err != nil:
		r.throw(err)
	case text == "":
		return goja.Undefined()
	}
	value, err := r.parse(goja.Undefined(), r.ToValue(string(text)))
	if err != nil {
		panic(err)
	}
	return value
}

func (r *Runtime) store(key string, value goja.Value, untilEnd bool) error {
	text, hole, err := encode(r, value)
	if err == nil && hole != nil {
		err = hole
	}
	var none *noValue
	if errors.As(err, &none) {
		return fmt.Errorf("storage: what is set for %.40q can't be stored: %s", key, joinedWords(none.what, none.where()))
	}
	if err != nil {
		return err
	}
	if r.pass.storing == nil {
		return nil
	}
	return r.pass.storing.Set(key, protocol.Value(text), untilEnd)
}

func joinedWords(what, where string) string {
	if where == "" {
		return what
	}
	return what + " " + where
}

// throw throws an Error with these words.
func (r *Runtime) throw(err error) {
	thrown, failed := r.New(r.newError, r.ToValue(err.Error()))
	if failed != nil {
		panic(failed)
	}
	panic(thrown)
}
