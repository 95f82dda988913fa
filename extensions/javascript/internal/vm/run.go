package vm

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/dop251/goja"

	"github.com/manytill/manytill/extensions/javascript/internal/harden"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Run runs the three hooks on one record. Of the base's keys only own ones are
// read, and those that it writes. It isn't stopped by itself: see harden.Watch.
func (r *Runtime) Run(record hooks.Record, own map[string]bool, writes []protocol.Field) hooks.Result {
	if own == nil {
		own = map[string]bool{} // nil is all, which is for probing
	}
	p := r.begin(record)
	p.writes = writes
	return p.run(own)
}

// Seen is what hooks did in a run that was watched closely.
type Seen struct {
	hooks.Result
	// Wrote are the keys of the export, those without a value too; At is where.
	Wrote []string
	At    map[string]notes.Place
	// Screen is where hooks looked at what only a page has.
	Screen []Look
	// Init and Apply are what these hooks read of their own accord.
	Init, Apply []protocol.Field
}

// Probe is Run with all keys that were written.
func (r *Runtime) Probe(record hooks.Record) Seen {
	p := r.begin(record)
	p.byHook = map[string]*hooks.Reads{protocol.HookInit: {}, protocol.HookApply: {}}
	r.watch(true)
	seen := Seen{Result: p.run(nil), At: map[string]notes.Place{}}
	r.watch(false)
	seen.Screen = p.screen
	for _, key := range p.wrote {
		seen.At[key] = r.spots.of(r, p.head.Model, key)
	}
	seen.Wrote, seen.Init, seen.Apply = p.wrote, p.byHook[protocol.HookInit].Own, p.byHook[protocol.HookApply].Own
	if r.host.Get("again").ToBoolean() {
		seen.Init, seen.Apply = nil, nil // the host itself looked what was missing
	}
	return seen
}

// pass is one run of the hooks over one record.
type pass struct {
	r              *Runtime
	record         hooks.Record // nil before and after
	head           *hooks.RecordHead
	stored, merged protocol.Fields
	extra          extra
	reads          hooks.Reads
	writes         []protocol.Field // of the core
	chance         *rand.Rand       // made of the record's seed when it is asked for
	dropped        []hooks.Dropped
	puts           []hooks.PutLine
	storing        *hooks.Storing // nil before and after
	wants          *hooks.Wanting // made when a hook wants any
	// While probing: what each hook read, by its name, and the keys of the
	// export, those without a value too.
	byHook map[string]*hooks.Reads
	wrote  []string
	screen []Look
}

// Look is a hook's look at what only a page has: the path of a stand-in.
type Look struct {
	Path, Hook string
	At         notes.Place
}

// watch tells the run under way of looks at stand-ins, or no more.
func (r *Runtime) watch(on bool) {
	watch, _ := goja.AssertFunction(r.chain.Get("watch"))
	tell := goja.Undefined()
	if on {
		tell = r.ToValue(r.looked)
	}
	_, err := watch(goja.Undefined(), tell)
	r.must(err)
}

// looksKept of one run.
const looksKept = 20

func (r *Runtime) looked(call goja.FunctionCall) goja.Value {
	p := r.pass
	if p.record == nil || len(p.screen) >= looksKept {
		return goja.Undefined()
	}
	at := r.faults.where(r.CaptureCallStack(stackSeen, nil))
	if at.File != "" && !slices.ContainsFunc(p.screen, func(l Look) bool { return l.At == at }) {
		p.screen = append(p.screen, Look{fmt.Sprintf("%.80s", call.Argument(0).String()), r.host.Get("hook").String(), at})
	}
	return goja.Undefined()
}

// begin makes a record the one that is under way.
func (r *Runtime) begin(record hooks.Record) *pass {
	r.faults.thrown = nil
	r.pass = &pass{
		reads: hooks.Reads{Line: record.Head().Model == protocol.ModelOrderline},
		r:     r, record: record, head: record.Head(), stored: record.StoredFields(), merged: record.MergedFields(), extra: r.extraOf(record),
	}
	if r.pass.head.Outcome != nil {
		r.pass.merged = r.pass.stored
	}
	return r.pass
}

// run runs the hooks; own is nil for all keys that were written.
func (p *pass) run(own map[string]bool) (result hooks.Result) {
	r := p.r
	var fields protocol.Fields
	err := guard(r.Runtime, func() error {
		value, err := r.call(goja.Undefined(), r.handedCall)
		if err != nil {
			return err
		}
		if p.head.From > 0 {
			fields, err = p.migrated(value)
		} else {
			fields, err = p.export(value, own)
		}
		return err
	})
	result.Read, result.ReadOfOrder = p.reads.Own, p.reads.OfOrder
	result.LookedAt = p.storing.LookedAt()
	left := p.storing.Left()
	p.storing = nil
	p.record, p.stored, p.merged, p.extra = nil, nil, nil, nil // a runtime that waits keeps no order
	if err == nil {
		result.Export, result.Dropped, result.Lines, result.Left, result.Effects = fields, p.dropped, p.puts, left, p.wants.All()
		return result
	}
	// An error is the vendor's too: to look at it may throw.
	told := guard(r.Runtime, func() error {
		if words, at, rejected := r.rejection(err); rejected {
			result.Reject, result.RejectAt, result.RejectHook = words, at, r.host.Get("hook").String()
			return nil
		}
		result.Err = &hooks.HookError{Hook: r.host.Get("hook").String(), Err: r.faults.explain(err)}
		return nil
	})
	if told != nil {
		result.Err = &hooks.HookError{Err: errors.New("it threw what can't be read")}
	}
	return result
}

// guard makes an error of what a vendor's value throws when Go looks at it:
// a getter, a proxy, a toJSON.
func guard(rt *goja.Runtime, f func() error) (err error) {
	return harden.Safely(func() error {
		if ex := rt.Try(func() { err = f() }); ex != nil {
			return ex
		}
		return err
	})
}

func (r *Runtime) extraOf(record hooks.Record) extra {
	head := record.Head()
	if head.Model == protocol.ModelOrderline {
		return lineExtra{r, record, head.Line, head.N}
	}
	return orderExtra{r, record, head, record.OrderPayments()}
}

// rejection is what a hook said with throw new Reject("…"), and where.
func (r *Runtime) rejection(err error) (words, at string, rejected bool) {
	var ex *goja.Exception
	if !errors.As(err, &ex) {
		return "", "", false
	}
	thrown, ok := ex.Value().(*goja.Object)
	if !ok || !r.InstanceOf(thrown, r.reject) {
		return "", "", false
	}
	if words = thrown.Get("message").String(); words == "" {
		words = "this change is not allowed"
	}
	if place := r.faults.madeAt(thrown); place.File != "" {
		at = place.String() + ": "
	}
	return words, at, true
}

// HookNames are the three hooks.
var HookNames = []string{protocol.HookInit, protocol.HookApply, protocol.HookExport}

// classes are the models' names in vendors' files.
var classes = map[protocol.Model]string{protocol.ModelOrder: "Order", protocol.ModelOrderline: "Orderline", ModelPayment: "Paymentline"}

// ModelPayment has hooks in vendors' files, and no fields.
const ModelPayment protocol.Model = "payment"

// Overrides reports whether vendors' files define a hook on a model.
func (r *Runtime) Overrides(model protocol.Model, hook string) bool {
	overrides, err := r.asksOverrides(model, hook)
	return err == nil && overrides
}

func (r *Runtime) asksOverrides(model protocol.Model, hook string) (bool, error) {
	ask, _ := goja.AssertFunction(r.chain.Get("overrides"))
	answer, err := ask(goja.Undefined(), r.ToValue(classes[model]), r.ToValue(hook))
	return err == nil && answer.ToBoolean(), err
}

// Texts are the sources of a hook as vendors wrote it.
func (r *Runtime) Texts(model protocol.Model, hook string) []string {
	ask, _ := goja.AssertFunction(r.chain.Get("texts"))
	answer, err := ask(goja.Undefined(), r.ToValue(classes[model]), r.ToValue(hook))
	var texts []string
	if err == nil {
		_ = r.ExportTo(answer, &texts)
	}
	return texts
}
