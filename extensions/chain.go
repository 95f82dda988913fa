package extensions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/sdk"
)

// Chain is the enabled extensions in their order, as one. It fulfils
// core/multisession's Chain. Safe for concurrent use.
type Chain struct {
	links      []*link
	schema     *sdk.Schema
	generation uint64
	budget     time.Duration
	now        func() time.Time
	etag       string
	browser    []byte

	using  sync.RWMutex // held for reading by waves, for writing by Close
	closed bool
}

// generations tells one chain from the next in this process.
var generations atomic.Uint64

// Schema is the core's fields and the extensions'.
func (c *Chain) Schema() *sdk.Schema { return c.schema }

// Active reports whether any hook is defined.
func (c *Chain) Active() bool {
	return slices.ContainsFunc(c.links, func(l *link) bool { return len(l.Hooks) > 0 })
}

// Ready reports whether no extension is suspended: what failed may be tried
// again.
func (c *Chain) Ready() bool {
	now := c.now()
	return !slices.ContainsFunc(c.links, func(l *link) bool {
		_, suspended := l.health.suspended(now)
		return suspended
	})
}

// Run runs each extension once over a wave, in order: the hooks of the lines
// that changed, then those of their orders. It ends within the chain's budget.
func (c *Chain) Run(ctx context.Context, wave *sdk.Wave) {
	c.using.RLock()
	defer c.using.RUnlock()
	ctx, cancel := context.WithTimeout(ctx, c.budget)
	defer cancel()
	w := &run{chain: c, wave: wave}
	for _, l := range c.links {
		for _, model := range []sdk.Model{sdk.ModelOrderline, sdk.ModelOrder} {
			if l.Hooks[model] {
				w.hooks(ctx, l, model)
			}
		}
	}
	for _, m := range wave.Mutations {
		for _, r := range records(m, "") {
			*r.Ran = c.generation
			if r.Failed {
				*r.Ran = 0 // a failed call is never taken for "no change"
			}
		}
	}
}

// records are a mutation's of one model; of both where it is empty.
func records(m *sdk.WaveMutation, model sdk.Model) []*sdk.WaveRecord {
	switch model {
	case sdk.ModelOrderline:
		return m.Lines
	case sdk.ModelOrder:
		return m.Orders
	}
	return append(slices.Clone(m.Lines), m.Orders...)
}

// run is one wave under way.
type run struct {
	chain *Chain
	wave  *sdk.Wave
}

// due is a record that an extension must look at, and whose it is.
type due struct {
	mutation *sdk.WaveMutation
	record   *sdk.WaveRecord
}

func (w *run) hooks(ctx context.Context, l *link, model sdk.Model) {
	var all []due
	for _, m := range w.wave.Mutations {
		if m.Veto != nil {
			continue
		}
		for _, r := range records(m, model) {
			if r.New || *r.Ran != w.chain.generation || l.reads(model, r.Changed) {
				all = append(all, due{m, r})
			}
		}
	}
	if len(all) == 0 {
		return
	}
	if until, suspended := l.health.suspended(w.chain.now()); suspended {
		for _, d := range all {
			w.fail(l, d, fmt.Errorf("suspended until %s after repeated failures", until.Format(time.TimeOnly)), false)
		}
		return
	}
	w.call(ctx, l, all)
}

// call is one call of the host. Where it fails as a whole, each record is
// tried alone, once: one poisonous record doesn't take the others along.
func (w *run) call(ctx context.Context, l *link, all []due) {
	results, err := l.run(ctx, w.batch(all))
	if err != nil && len(all) > 1 && ctx.Err() == nil {
		for _, d := range all {
			w.call(ctx, l, []due{d})
		}
		return
	}
	for i, d := range all {
		switch {
		case err != nil:
			w.fail(l, d, err, true)
		case results[i].Err != nil:
			w.fail(l, d, results[i].Err, true)
		case results[i].Reject != "":
			w.reject(l, d, results[i].Reject)
		default:
			l.watch(d.record.Model, results[i].Read)
			w.take(l, d.record, results[i].Export)
			l.health.worked()
		}
	}
}

// batch is what a host is handed of the records.
func (w *run) batch(all []due) *Batch {
	b := &Batch{MultiSession: w.wave.MultiSession, Records: make([]*Record, len(all))}
	for i, d := range all {
		b.Records[i] = w.record(d.mutation, d.record)
	}
	return b
}

func (w *run) record(m *sdk.WaveMutation, r *sdk.WaveRecord) *Record {
	record := &Record{
		Model: r.Model, Order: r.Order, Line: r.Line, N: r.N, Number: r.Number, Run: r.Run, New: r.New,
		Merged: r.Merged(), Payments: r.Payments(), Lines: r.Lines, EachLine: r.EachLine, At: m.At, Seed: m.Seed,
	}
	if !r.New {
		record.Stored = r.Stored()
	}
	if r.Parent != nil {
		record.Parent = w.record(m, r.Parent)
	}
	return record
}

// take makes what a hook exported part of the change: its own fields, where
// they say something else than what it was handed.
func (w *run) take(l *link, r *sdk.WaveRecord, export sdk.Fields) {
	merged := r.Merged()
	for _, f := range sdk.SortedKeys(export) {
		value := export[f]
		info, own := l.Fields[r.Model][f]
		now, has := merged[f]
		if !has {
			now = sdk.Null
		}
		switch {
		case value == now:
			continue
		case !own:
			w.stranger(l, r, f)
			continue
		case info.OneWay && !info.Derived, info.NotTakenOver && !r.New && !info.Derived:
			continue
		case !has && !r.New && !info.Derived && r.Stored()[f] == value:
			continue // a till cleared it, and apply left it alone: not taken over either
		}
		if err := info.Check(value); err != nil {
			l.health.failed(w.chain.now(), false, sdk.ExtensionError{
				Hook: sdk.HookExport, Order: r.Order, Line: r.Line,
				Message: fmt.Sprintf("%s %s, was %.40s; the value was left as it is", f, err, value),
			})
			continue
		}
		r.Set(f, value)
		r.By = l.Name
		r.Changed = append(r.Changed, f)
		if r.Parent != nil && !slices.Contains(r.Parent.Changed, KeyLines) {
			r.Parent.Changed = append(r.Parent.Changed, KeyLines)
		}
	}
}

const notClaimed = "is exported in work, and isn't its own: it is not stored; name it under fields in a manifest to have it"

// stranger: a value for a field of another's, or a key that probing didn't
// find. It is never claimed silently.
func (w *run) stranger(l *link, r *sdk.WaveRecord, f sdk.Field) {
	fields := w.chain.schema.Order
	if r.Model == sdk.ModelOrderline {
		fields = w.chain.schema.Orderline
	}
	key := string(r.Model) + "." + string(f)
	if _, others := fields[f]; others {
		key = ""
	}
	if l.health.foreign(key) {
		l.log.Warn("an extension exports what isn't its own", "extension", l.Name, "key", key, "order", r.Order, "line", r.Line)
	}
}

// reject: a hook says no. Money is a fact: a mutation with a payment goes on
// and asks for a review.
func (w *run) reject(l *link, d due, words string) {
	if !l.CanReject {
		w.fail(l, d, errors.New("it rejects, but its manifest doesn't say can_reject: true"), true)
		return
	}
	l.health.worked()
	w.refuse(l, d, words)
}

func (w *run) refuse(l *link, d due, words string) {
	if d.mutation.Payment {
		d.mutation.Review = true
		return
	}
	d.mutation.Veto = &sdk.Rejection{
		Code: sdk.Vetoed, Extension: l.Name, Message: words, Order: d.record.Order, Line: d.record.Line,
	}
}

// fail notes a failure and does what the operator decided.
func (w *run) fail(l *link, d due, err error, counts bool) {
	d.record.Failed = true
	l.health.failed(w.chain.now(), counts, sdk.ExtensionError{
		Hook: hookOf(err), Order: d.record.Order, Line: d.record.Line, Message: err.Error(),
	})
	l.log.Warn("an extension failed", "extension", l.Name, "order", d.record.Order, "line", d.record.Line, "error", err)
	if l.onError == OnErrorReject {
		w.refuse(l, d, fmt.Sprintf("the extension %s failed, and the server is set to refuse what it can't check", l.Name))
	}
}

// HookError says in which hook something failed.
type HookError struct {
	Hook string
	Err  error
}

func (e *HookError) Error() string { return e.Hook + ": " + e.Err.Error() }
func (e *HookError) Unwrap() error { return e.Err }

func hookOf(err error) string {
	var in *HookError
	if errors.As(err, &in) {
		return in.Hook
	}
	return ""
}
