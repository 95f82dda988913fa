package vm

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/dop251/goja"
	"github.com/dop251/goja/parser"

	"github.com/manytill/manytill/extensions/javascript/internal/harden"
	"github.com/manytill/manytill/extensions/javascript/internal/source"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

//go:embed models.js
var modelsScript string

// models is compiled once for all extensions.
var models = sync.OnceValue(func() *goja.Program {
	return goja.MustCompile("manytill/models.js", modelsScript, false)
})

// Runtime is one loaded copy of an extension. It is for one goroutine.
type Runtime struct {
	*goja.Runtime
	code    *source.Code
	console *Console
	chain   *goja.Object
	call    goja.Callable // runs the hooks of one record
	host    *goja.Object  // its member hook names the hook under way
	// handedCall is what call is handed, for every record.
	handedCall goja.Value
	parse      goja.Callable // JSON.parse as it was
	// reject and standIn know their kinds of values.
	reject  *goja.Object
	standIn goja.Callable
	notes   []string
	intact  *harden.Fingerprint
	lists   map[*goja.Object][]string

	given []string      // names that every file finds
	limit time.Duration // of the call under way
	spots spots

	// Of the record under way.
	record         hooks.Record
	stored, merged protocol.Fields
	extra          extra
	reads          *reads
	seed           uint64
	chance         *rand.Rand // made of seed when it is asked for
	at             time.Time
	dropped        []hooks.Dropped
	thrown         []thrown // what has no stack of its own
	// While probing: what each hook read, by its name.
	byHook map[string]*reads
	wrote  []string // keys of the export, those without a value too; while probing
}

// errLoading is what a file that throws is told of.
var errLoading = errors.New("no hook is left: not one of its files could be loaded")

// New loads the code into a new runtime. It is stopped when ctx ends.
func New(ctx context.Context, c *source.Code, console *Console) (r *Runtime, err error) {
	r = &Runtime{Runtime: goja.New(), code: c, console: console, at: time.Unix(0, 0).UTC(), reads: new(reads), lists: map[*goja.Object][]string{}, spots: spots{}}
	r.handedCall = newCall(r)
	r.SetMaxCallStackSize(harden.CallStack)
	r.SetParserOptions(parser.WithDisableSourceMaps)
	r.SetTimeSource(r.now)
	r.SetRandSource(r.random)
	r.limit = TimeLeft(ctx)
	watch := harden.Watch(ctx, r.Runtime)
	defer func() {
		if cause := watch.Stop(); cause != nil {
			err = harden.WithCause(err, cause)
		}
	}()
	err = r.guard(func() error {
		if err := r.prepare(); err != nil {
			return err
		}
		if err := r.load(); err != nil {
			return err
		}
		r.intact, err = harden.NewFingerprint(r.Runtime)
		return err
	})
	if err != nil {
		return nil, r.explain(err)
	}
	return r, nil
}

// TimeLeft is how long a call may take, rounded so that the same limit has the
// same words.
func TimeLeft(ctx context.Context) time.Duration {
	deadline, has := ctx.Deadline()
	if !has {
		return 0
	}
	left := time.Until(deadline)
	if left > 20*time.Millisecond {
		return left.Round(10 * time.Millisecond)
	}
	return left.Round(time.Millisecond)
}

// SetLimit says how long the call under way may take, for words.
func (r *Runtime) SetLimit(d time.Duration) { r.limit = d }

// Notes are on files that were left out, and on what their authors most likely
// meant otherwise.
func (r *Runtime) Notes() []string { return slices.Concat(r.notes, r.code.Missed(r.given)) }

// Holds reports whether the built-ins are as they were.
func (r *Runtime) Holds() (intact bool) {
	return r.guard(func() error {
		intact = r.intact.Holds()
		return nil
	}) == nil && intact
}

// now and random are the only clock and chance: the record's.
func (r *Runtime) now() time.Time {
	r.reads.add(hooks.KeyChance)
	return r.at
}

func (r *Runtime) random() float64 {
	r.reads.add(hooks.KeyChance)
	if r.chance == nil {
		r.chance = rand.New(rand.NewPCG(r.seed, 0)) // few hooks ask
	}
	return r.chance.Float64()
}

// prepare makes the surroundings that vendors' files find.
func (r *Runtime) prepare() error {
	if err := harden.Harden(r.Runtime, isLazy); err != nil {
		return err
	}
	if _, err := r.RunProgram(models()); err != nil {
		return fmt.Errorf("the base classes: %w", err)
	}
	global := r.GlobalObject()
	built := global.Get("manytillModels").ToObject(r.Runtime)
	r.must(global.Set("manytillModels", goja.Undefined()))
	if err := r.localise(built); err != nil {
		return fmt.Errorf("the base classes: %w", err)
	}
	r.parse, _ = goja.AssertFunction(global.Get("JSON").ToObject(r.Runtime).Get("parse"))
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
	r.must(env.Set("place", r.place))
	r.must(env.Set("begin", func(goja.FunctionCall) goja.Value {
		r.dropped = nil
		return goja.Undefined()
	}))
	create, _ := goja.AssertFunction(built.Get("createChain"))
	chain, err := create(goja.Undefined(), env)
	if err != nil {
		return fmt.Errorf("the base classes: %w", err)
	}
	r.chain = chain.ToObject(r.Runtime)
	r.host = r.chain.Get("host").ToObject(r.Runtime)
	r.call, _ = goja.AssertFunction(r.chain.Get("run"))
	r.standIn, _ = goja.AssertFunction(r.chain.Get("isStandIn"))
	r.reject = built.Get("Reject").ToObject(r.Runtime)
	return r.globals(global)
}

// localise puts the models' toLocaleString, which pages have too, in the place
// of goja's: that takes a locale for a radix and knows no options.
func (r *Runtime) localise(built *goja.Object) error {
	localise, _ := goja.AssertFunction(built.Get("localise"))
	zone := goja.Undefined()
	if name := time.Local.String(); name != "Local" {
		zone = r.ToValue(name)
	}
	_, err := localise(goja.Undefined(), r.GlobalObject(), zone)
	return err
}

func (r *Runtime) globals(global *goja.Object) error {
	given := r.chain.Get("globals").ToObject(r.Runtime)
	r.given = given.Keys()
	for _, name := range r.given {
		if err := global.Set(name, given.Get(name)); err != nil {
			return err
		}
	}
	if err := global.Set("console", r.consoleObject()); err != nil {
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

// must is for what can't fail on an object of ours.
func (r *Runtime) must(err error) {
	if err != nil {
		panic(err)
	}
}

// load runs the vendor's files. One that throws is left out and noted, as
// long as another gives hooks.
func (r *Runtime) load() error {
	var failures []error
	define, _ := goja.AssertFunction(r.chain.Get("define"))
	functions := r.NewObject()
	for _, f := range r.code.Files {
		value, err := r.RunProgram(f.Program)
		if err == nil && f.Module {
			_, err = define(goja.Undefined(), r.ToValue(f.ID), value)
		}
		if stopped(err) {
			return r.explain(err)
		}
		if err != nil {
			failures = append(failures, r.explain(err))
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
func (r *Runtime) finish(functions *goja.Object) (failures []error, err error) {
	finish, _ := goja.AssertFunction(r.chain.Get("finish"))
	result, err := finish(goja.Undefined(), functions)
	if err != nil {
		if stopped(err) {
			return nil, r.explain(err)
		}
		return []error{r.explain(err)}, nil
	}
	// Asynchronous modules went on when finish had returned.
	settle, _ := goja.AssertFunction(r.chain.Get("settle"))
	if _, err := settle(goja.Undefined()); err != nil {
		return nil, r.explain(err)
	}
	list := result.ToObject(r.Runtime)
	for _, key := range list.Keys() {
		failed := list.Get(key).ToObject(r.Runtime)
		failures = append(failures, r.explainValue(failed.Get("error")))
	}
	return failures, nil
}

// loaded decides about files that threw.
func (r *Runtime) loaded(threw []error) error {
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
		r.notes = append(r.notes, fmt.Sprintf("a file was left out, as it can't be read: %s", f))
	}
	for _, f := range threw {
		r.notes = append(r.notes, fmt.Sprintf("a file was left out, as it threw while loading: %s", f))
	}
	return nil
}

// stopped: the code was interrupted, or went too deep; no catch of its own
// helps against either.
func stopped(err error) bool {
	var interrupted *goja.InterruptedError
	var deep *goja.StackOverflowError
	return errors.As(err, &interrupted) || errors.As(err, &deep)
}
