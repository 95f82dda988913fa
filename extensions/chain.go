package extensions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/runs"
	"github.com/manytill/manytill/sdk/protocol"
)

// Chain is the enabled extensions in their order, as one. It fulfils
// core/multisession's Chain. Safe for concurrent use.
type Chain struct {
	links      []*link
	schema     *protocol.Schema
	schemas    *hooks.Schemas // nil: each is 1
	generation uint64
	budget     time.Duration
	now        func() time.Time
	etag       string
	browser    []byte

	// ending ends calls under way, and there are no more.
	ending context.Context
	giveUp context.CancelFunc

	using  sync.RWMutex // held for reading by waves, for writing by Close
	closed bool
}

// generations tells one chain from the next in this process.
var generations atomic.Uint64

// Schema is the core's fields and the extensions'.
func (c *Chain) Schema() *protocol.Schema { return c.schema }

// spec is a field's in the schema.
func (c *Chain) spec(model protocol.Model, f protocol.Field) protocol.FieldSpec {
	if model == protocol.ModelOrder {
		return c.schema.Order[f]
	}
	return c.schema.Orderline[f]
}

// Active reports whether any hook is defined.
func (c *Chain) Active() bool {
	return slices.ContainsFunc(c.links, func(l *link) bool { return len(l.Hooks)+len(l.Migrates) > 0 })
}

// Serial reports whether each mutation must be a wave of its own: hooks find what
// those before it left in storage.
func (c *Chain) Serial() bool { return slices.ContainsFunc(c.links, (*link).stores) }

// Putters are the extensions that put lines.
func (c *Chain) Putters() (names []string) {
	for _, l := range c.links {
		if l.Lines {
			names = append(names, l.Name)
		}
	}
	return names
}

// Ready reports whether what these extensions missed may be made up for: one of
// them is enabled, and none of those is suspended. "*" is any.
func (c *Chain) Ready(missed []string) (ready bool) {
	now := c.now()
	for _, l := range c.links {
		if slices.Contains(missed, l.Name) || slices.Contains(missed, anyExtension) {
			if l.health.suspended(now) {
				return false
			}
			ready = true
		}
	}
	return ready
}

// anyExtension stands for every one among those that missed something.
const anyExtension = "*"

// call is one call of the host. Where it fails as a whole, or runs out of time,
// each record is tried alone, once: one poisonous record doesn't take the
// others along, and a machine that was busy for a moment is no failure. before
// is why it is tried again; nil at first.
func (w *run) call(ctx context.Context, l *link, all []due, before error) {
	batch := w.batch(l, all)
	results, took, err := l.run(ctx, batch)
	seen, whole := l.copies(batch, results, err), l.shadowCopies(batch)
	again := func(err error) bool {
		return before == nil && ctx.Err() == nil && (len(all) > 1 || errors.Is(err, context.DeadlineExceeded))
	}
	first := func(err error) error {
		if len(all) > 1 && hookOf(err) == "" {
			return errTogether
		}
		return err
	}
	var writers []*writer
	for i, d := range all {
		n := noting{l: l, observer: w.observer, multiSession: w.wave.MultiSession, due: d, record: batch.Records[i], took: took, alone: len(all) == 1}
		if seen != nil {
			n.seen = seen[i]
		}
		if whole != nil {
			n.whole = whole[i]
		}
		if err == nil {
			n.gave = &results[i]
		}
		switch {
		case err != nil && again(err):
			w.call(ctx, l, []due{d}, first(err))
		case err != nil:
			w.fail(&n, moreTelling(before, err))
		case errors.Is(results[i].Err, context.DeadlineExceeded) && again(results[i].Err):
			w.call(ctx, l, []due{d}, first(results[i].Err))
		case results[i].Err != nil:
			w.fail(&n, moreTelling(before, results[i].Err))
		case results[i].Reject != "":
			w.reject(&n)
		default:
			if of := w.judge(&n); of != nil {
				writers = append(writers, of)
			}
		}
	}
	w.rest(ctx, l, writers)
}

// judge takes what a run gave. Hooks that wrote fields of the core's are to run
// once more before that.
func (w *run) judge(n *noting) *writer {
	w.told = nil
	said, err := w.checked(n.l, n.due, n.gave)
	n.told = w.told
	switch {
	case err != nil:
		w.fail(n, err)
	case slices.ContainsFunc(said.settings, func(s setting) bool { return s.core }):
		return &writer{*n, said}
	default:
		w.took(n, said)
	}
	return nil
}

// took makes what a run gave part of the change.
func (w *run) took(n *noting, of outcome) {
	n.taken(of.settings)
	w.offer(n, runs.Taken, "", of)
	w.take(n.l, n.due, of)
	n.l.health.worked(n.head().Order)
}

// errTogether: the first failure may have been another record's.
var errTogether = errors.New("it failed together with others")

// moreTelling has the words of the first of two time-outs, which had all of the
// time, unless only the second knows the hook. One that held the process, so
// that it couldn't be asked again, is the failure.
func moreTelling(before, err error) error {
	late := func(err error) bool {
		return errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, ErrBusy) && !errors.Is(err, ErrUnasked)
	}
	if late(before) && errors.Is(before, ErrCostly) && errors.Is(err, ErrUnasked) {
		return before
	}
	if !late(before) || !late(err) || (hookOf(before) == "" && hookOf(err) != "") {
		return err
	}
	return &twiceError{before, err}
}

// twiceError is what failed twice, in the words of the first time.
type twiceError struct{ first, second error }

func (e *twiceError) Error() string   { return e.first.Error() }
func (e *twiceError) Unwrap() []error { return []error{e.first, e.second} }

// batch is what a host is handed of the records.
func (w *run) batch(l *link, all []due) *Batch {
	b := &Batch{MultiSession: w.wave.MultiSession, Records: make([]hooks.Record, len(all))}
	for i, d := range all {
		b.Records[i] = l.finding(l.visible(d.change.Record), d.mutation.Storage[l.Name], d.mutation.Storage != nil)
	}
	return b
}

// reject: a hook says no. What can't be refused, such as money, goes on and
// asks for a review.
func (w *run) reject(n *noting) {
	if !n.l.CanReject {
		err := errors.New(n.gave.RejectAt + "it rejects, but its manifest doesn't say can_reject: true")
		w.fail(n, &hooks.HookError{Hook: n.gave.RejectHook, Err: err})
		return
	}
	n.vetoed()
	w.offer(n, runs.Vetoed, n.gave.Reject, outcome{})
	n.l.health.worked(n.head().Order)
	w.refuse(n.l, n.due, n.gave.Reject)
}

func (w *run) refuse(l *link, d due, words string) {
	if d.mutation.Late {
		return // nothing can be done about it any more
	}
	if d.mutation.Stands {
		d.mutation.Reviews = append(d.mutation.Reviews, hooks.Review{
			Order: d.head().Order, Review: protocol.Review{Extension: l.Name, Message: words},
		})
		return
	}
	d.mutation.Veto = &protocol.Rejection{
		Code: protocol.Vetoed, Extension: l.Name, Message: words, Order: d.head().Order, Line: d.head().Line,
	}
}

// fail notes a failure and does what the operator decided.
func (w *run) fail(n *noting, err error) {
	l, d := n.l, n.due
	if w.chain.ending.Err() != nil {
		w.wave.GivenUp = true // no fault of its own
		return
	}
	if errors.Is(err, ErrBusy) || errors.Is(err, ErrUnasked) {
		if l.health.missed(w.chain.now()) {
			l.log.Warn("orders go on without an extension; its hooks run on them later", "extension", l.Name, "order", d.head().Order, "line", d.head().Line, "error", err)
		}
		n.missed(err)
		w.skip(l, d)
		return
	}
	n.failed(err)
	w.offer(n, runs.Failed, err.Error(), outcome{})
	e := protocol.ExtensionError{Hook: hookOf(err), Order: d.head().Order, Line: d.head().Line, Message: err.Error()}
	before := l.health.suspended(w.chain.now())
	if count, tell := l.health.failed(w.chain.now(), e, errors.Is(err, ErrCostly)); tell {
		l.log.Warn("an extension failed", "extension", l.Name, "order", e.Order, "line", e.Line, "error", err, "times", count)
	}
	if !before && l.health.suspended(w.chain.now()) {
		l.log.Error("an extension is suspended: it failed on several orders within a minute", "extension", l.Name, "error", err)
	}
	w.skip(l, d)
}

// skip leaves a record to what the operator decided for failures.
func (w *run) skip(l *link, d due) {
	if !slices.Contains(d.change.Missed, l.Name) {
		d.change.Missed = append(d.change.Missed, l.Name)
	}
	if l.onError == OnErrorReject {
		w.refuse(l, d, fmt.Sprintf("the extension %s failed, and the server is set to refuse what it can't check", l.Name))
	}
}

func hookOf(err error) string {
	var in *hooks.HookError
	if errors.As(err, &in) {
		return in.Hook
	}
	return ""
}
