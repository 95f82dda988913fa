package vm

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dop251/goja"

	"github.com/manytill/manytill/extensions/javascript/internal/harden"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// errLoading is what a file that throws is told of.
var errLoading = errors.New("no hook is left: not one of its files could be loaded")

// loader makes a runtime ready for hooks.
type loader struct{ *Runtime }

// prepare makes the surroundings that vendors' files find.
func (r loader) prepare() error {
	if err := harden.Harden(r.Runtime.Runtime, isLazy); err != nil {
		return err
	}
	if _, err := r.RunProgram(models()); err != nil {
		return fmt.Errorf("the base classes: %w", err)
	}
	global := r.GlobalObject()
	built := global.Get("manytillModels").ToObject(r.Runtime.Runtime)
	r.must(global.Set("manytillModels", goja.Undefined()))
	if err := r.localise(built); err != nil {
		return fmt.Errorf("the base classes: %w", err)
	}
	r.newError = global.Get("Error")
	r.parse, _ = goja.AssertFunction(global.Get("JSON").ToObject(r.Runtime.Runtime).Get("parse"))
	settings, err := r.parse(goja.Undefined(), r.ToValue(r.code.Config))
	if err != nil {
		return fmt.Errorf("its settings: %w", err)
	}
	env := r.NewObject()
	r.must(env.Set("settings", settings))
	fields := r.NewObject()
	for model, names := range r.code.Declared {
		r.must(fields.Set(string(model), names))
	}
	r.must(env.Set("fields", fields))
	r.must(env.Set("scope", global))
	r.must(env.Set("view", r.view))
	r.must(env.Set("lost", r.lost))
	if r.code.Lines {
		r.must(env.Set("putLine", r.putLine))
	}
	r.must(env.Set("place", r.faults.place))
	r.must(env.Set("begin", func(goja.FunctionCall) goja.Value {
		r.pass.dropped, r.pass.puts = nil, nil
		r.pass.storing, r.pass.wants = hooks.NewStoring(r.pass.head), nil
		return goja.Undefined()
	}))
	if r.code.Storage {
		r.must(env.Set("storage", r.storageOf()))
	}
	if len(r.code.Effects) > 0 {
		r.must(env.Set("effect", r.effect))
	}
	if r.code.Migrates {
		r.must(env.Set("migrates", true))
	}
	create, _ := goja.AssertFunction(built.Get("createChain"))
	chain, err := create(goja.Undefined(), env)
	if err != nil {
		return fmt.Errorf("the base classes: %w", err)
	}
	r.chain = chain.ToObject(r.Runtime.Runtime)
	r.host = r.chain.Get("host").ToObject(r.Runtime.Runtime)
	r.call, _ = goja.AssertFunction(r.chain.Get("run"))
	r.standIn, _ = goja.AssertFunction(r.chain.Get("isStandIn"))
	r.reject = built.Get("Reject").ToObject(r.Runtime.Runtime)
	return r.globals(global)
}

// localise puts the models' toLocaleString, which pages have too, in the place
// of goja's: that takes a locale for a radix and knows no options.
func (r loader) localise(built *goja.Object) error {
	localise, _ := goja.AssertFunction(built.Get("localise"))
	zone := goja.Undefined()
	if name := time.Local.String(); name != "Local" {
		zone = r.ToValue(name)
	}
	_, err := localise(goja.Undefined(), r.GlobalObject(), zone)
	return err
}

func (r loader) globals(global *goja.Object) error {
	given := r.chain.Get("globals").ToObject(r.Runtime.Runtime)
	r.given = given.Keys()
	for _, name := range r.given {
		if err := global.Set(name, given.Get(name)); err != nil {
			return err
		}
	}
	if err := global.Set("console", consoleOf(r.Runtime)); err != nil {
		return err
	}
	if err := global.Set("__mt_imported", r.chain.Get("imported")); err != nil {
		return err
	}
	standIn, _ := goja.AssertFunction(r.chain.Get("standIn"))
	for _, name := range r.code.Unknown {
		if name == "Intl" {
			continue // code asks for its type, and then trusts what it formats
		}
		if global.Get(name) != nil {
			r.given = append(r.given, name)
			continue
		}
		made, err := standIn(goja.Undefined(), r.ToValue(name))
		if err != nil {
			return err
		}
		if err := global.Set(name, made); err != nil {
			return err
		}
	}
	return nil
}

// load runs the vendor's files. One that throws is left out and noted, as
// long as another gives hooks.
func (r loader) load() error {
	var failures []error
	define, _ := goja.AssertFunction(r.chain.Get("define"))
	functions := r.NewObject()
	for _, f := range r.code.Files {
		value, err := r.RunProgram(f.Program)
		if err == nil && f.Module {
			_, err = define(goja.Undefined(), r.ToValue(f.ID), value)
		}
		if stopped(err) {
			return r.faults.explain(err)
		}
		if err != nil {
			failures = append(failures, r.faults.explain(err))
		}
		for _, name := range f.Functions {
			if value := r.GlobalObject().Get(name); value != nil {
				r.must(functions.Set(name, value))
			}
		}
	}
	late, err := r.finish(functions)
	if err != nil {
		return err
	}
	return r.loaded(append(failures, late...))
}

// finish runs what files defined, now that all are there.
func (r loader) finish(functions *goja.Object) (failures []error, err error) {
	finish, _ := goja.AssertFunction(r.chain.Get("finish"))
	result, err := finish(goja.Undefined(), functions)
	if err != nil {
		if stopped(err) {
			return nil, r.faults.explain(err)
		}
		return []error{r.faults.explain(err)}, nil
	}
	// Asynchronous modules went on when finish had returned.
	settle, _ := goja.AssertFunction(r.chain.Get("settle"))
	if _, err := settle(goja.Undefined()); err != nil {
		return nil, r.faults.explain(err)
	}
	list := result.ToObject(r.Runtime.Runtime)
	for _, key := range list.Keys() {
		failed := list.Get(key).ToObject(r.Runtime.Runtime)
		failures = append(failures, r.faults.explainValue(failed.Get("error")))
	}
	return failures, nil
}

// loaded decides about files that threw.
func (r loader) loaded(threw []error) error {
	hooked, err := r.hasHooks()
	failures := slices.Concat(r.code.Broken, threw)
	switch {
	case err != nil:
		return errors.Join(append(failures, err)...)
	case len(failures) > 0 && !hooked:
		if len(r.code.Files)+len(r.code.Broken) > 1 {
			failures = append([]error{errLoading}, failures...)
		}
		return errors.Join(failures...)
	case len(threw) > 0 && len(r.code.Files)+len(r.code.Broken) == 1:
		return errors.Join(threw...)
	}
	for _, f := range r.code.Broken {
		r.notes = append(r.notes, leftOut(f, "it can't be read"))
	}
	for _, f := range threw {
		r.notes = append(r.notes, leftOut(f, "it threw while loading"))
	}
	return nil
}

// leftOut is a file without which the extension runs.
func leftOut(err error, why string) notes.Note {
	note := notes.Note{Code: notes.FileLeftOut}
	words := err.Error()
	if found := notes.Failures(err); len(found) > 0 {
		note.Place, words = found[0].Place, found[0].Message
	}
	note.Message = fmt.Sprintf("a file was left out, as %s: %s", why, words)
	return note
}

// stopped: the code was interrupted, or went too deep; no catch of its own
// helps against either.
func stopped(err error) bool {
	var interrupted *goja.InterruptedError
	var deep *goja.StackOverflowError
	return errors.As(err, &interrupted) || errors.As(err, &deep)
}

// hasHooks reports whether any model has a hook of a vendor's.
func (r loader) hasHooks() (has bool, err error) {
	for _, model := range []protocol.Model{protocol.ModelOrder, protocol.ModelOrderline} {
		for _, hook := range HookNames {
			overrides, err := r.asksOverrides(model, hook)
			if err != nil {
				return false, fmt.Errorf("its class %s can't be looked at: %w", classes[model], r.faults.explain(err))
			}
			has = has || overrides
		}
	}
	return has, nil
}
