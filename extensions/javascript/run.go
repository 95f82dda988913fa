package javascript

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	goruntime "runtime"
	"sync/atomic"
	"time"

	"github.com/dop251/goja"
	"github.com/dustin/go-humanize"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// host runs one extension. Safe for concurrent use.
type host struct {
	code        *code
	log         *slog.Logger
	timeout     time.Duration
	description extensions.Description
	own         map[protocol.Model]map[string]bool
	kept        uint64 // by how much memory may have grown before a runtime goes
	base        uint64 // the live heap without what code kept, where the process is this extension's alone; else 0
	pool        pool
	refilling   atomic.Bool
}

func (h *host) Describe() extensions.Description { return h.description }

// Close drops the runtimes that wait; a run under way ends by itself.
func (h *host) Close() error {
	h.pool.close()
	return nil
}

// Run runs the hooks on each record. A record that fails doesn't fail others:
// they get a new runtime.
func (h *host) Run(ctx context.Context, batch *extensions.Batch) ([]extensions.Result, error) {
	if _, has := ctx.Deadline(); !has {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, h.timeout)
		defer cancel()
	}
	limit := cmp.Or(batch.Limit, timeLeft(ctx))
	results := make([]extensions.Result, len(batch.Records))
	for done := 0; done < len(batch.Records); {
		if err := ctx.Err(); err != nil {
			for ; done < len(results); done++ {
				results[done].Err = err
			}
			break
		}
		n, err := h.some(ctx, limit, batch.Records[done:], results[done:])
		if err != nil {
			return nil, err
		}
		done += n
	}
	return results, nil
}

// some runs records in one runtime, until one of them fails.
func (h *host) some(ctx context.Context, limit time.Duration, records []hooks.Record, results []extensions.Result) (n int, err error) {
	r := h.pool.take()
	if r == nil {
		if r, err = h.fresh(ctx); err != nil {
			return 0, err
		}
	}
	r.limit = limit
	// CPU time is counted by thread.
	goruntime.LockOSThread()
	defer goruntime.UnlockOSThread()
	began, known := threadTime()
	watch := watch(ctx, r.Runtime)
	good := true
	for n = 0; n < len(records) && good; n++ {
		model := records[n].Head().Model
		results[n] = r.run(records[n], h.own[model])
		results[n].At = r.spotsOf(results[n].Export, model, h.description.Fields[model])
		good = results[n].Err == nil
	}
	intact := good && r.holds()
	if cause := watch.stop(); cause != nil {
		if !good {
			results[n-1].Err = withCause(results[n-1].Err, cause)
			if now, _ := threadTime(); known && errors.Is(cause, context.DeadlineExceeded) && now-began < r.limit/5 {
				results[n-1].Err = fmt.Errorf("%w: it had %s of CPU time: %w", extensions.ErrBusy, (now - began).Round(time.Millisecond), results[n-1].Err)
			}
		}
		h.refill()
		if errors.Is(cause, errHeap) {
			// What it left must not stay under what the next try takes.
			r, watch = nil, nil
			goruntime.GC()
		}
		return n, nil
	}
	if h.giveBack(r, n, intact) {
		results[n-1].Dropped = append(results[n-1].Dropped, hooks.Dropped{Why: fmt.Sprintf(
			"its code keeps more from call to call (more than %s in all): that was thrown away with this copy of the code, and may not be relied on", humanize.IBytes(h.kept))})
	}
	return n, nil
}

const (
	// maxCalls of one runtime: what code leaves behind in it goes with it.
	maxCalls = 20_000
	// heapKept is by how much the process may have grown before a runtime is
	// thrown away earlier; a quarter of what it may take, where that is known.
	heapKept = 256 << 20
	lookedAt = 100 // calls between two looks
)

// giveBack puts a runtime back that did n more records, while it is as it was
// and not too old. Its successor is loaded before. It reports that the runtime
// kept too much.
func (h *host) giveBack(r *runtime, n int, intact bool) (grown bool) {
	before := r.calls
	r.calls += n
	passed := func(mark int) bool { return before < mark && r.calls >= mark }
	grown = before/lookedAt != r.calls/lookedAt && live() > cmp.Or(h.base, r.loadedAt)+h.kept
	if grown && h.base > 0 {
		// What others kept is of it, and all of it counts until it is collected:
		// its successors would be thrown away for it.
		h.pool.empty()
		go goruntime.GC()
	}
	if !intact || grown || passed(maxCalls-lookedAt) {
		h.refill()
	}
	if intact && !grown && r.calls < maxCalls {
		h.pool.give(r)
	}
	return grown
}

// refill loads a runtime for the next call, in place of one that was thrown
// away: loading takes a hundred times as long as a call.
func (h *host) refill() {
	if !h.refilling.CompareAndSwap(false, true) {
		return
	}
	go func() {
		defer h.refilling.Store(false)
		ctx, cancel := context.WithTimeout(context.Background(), loadTimeout)
		defer cancel()
		if r, err := h.fresh(ctx); err == nil {
			h.pool.give(r)
		}
	}()
}

// fresh is a new runtime with the code loaded.
func (h *host) fresh(ctx context.Context) (*runtime, error) { return newRuntime(ctx, h.code, h.log) }

// run runs the three hooks on one record.
// Of the base's keys only own ones are read; own is nil for all that were
// written.
func (r *runtime) run(record hooks.Record, own map[string]bool) (result extensions.Result) {
	r.begin(record)
	var value goja.Value
	var fields protocol.Fields
	err := r.guard(func() (err error) {
		if value, err = r.call(goja.Undefined(), r.handedCall); err != nil {
			return err
		}
		fields, err = r.export(value, own)
		return err
	})
	result.Read = r.reads.keys
	r.record = nil
	if err == nil {
		result.Export, result.Dropped = fields, r.dropped
		return result
	}
	// An error is the vendor's too: to look at it may throw.
	told := r.guard(func() error {
		if words, at, rejected := r.rejection(err); rejected {
			result.Reject, result.RejectAt, result.RejectHook = words, at, r.host.Get("hook").String()
			return nil
		}
		result.Err = &extensions.HookError{Hook: r.host.Get("hook").String(), Err: r.explain(err)}
		return nil
	})
	if told != nil {
		result.Err = &extensions.HookError{Err: errors.New("it threw what can't be read")}
	}
	return result
}

func (r *runtime) begin(record hooks.Record) {
	head := record.Head()
	r.record, r.stored, r.merged, r.extra = record, record.StoredFields(), record.MergedFields(), r.extraOf(record)
	r.wrote, r.dropped, r.thrown = nil, nil, nil
	r.reads = new(reads)
	r.at, r.seed, r.chance = head.At, head.Seed, nil
}

// guard makes an error of what a vendor's value throws when Go looks at it:
// a getter, a proxy, a toJSON.
func (r *runtime) guard(f func() error) (err error) {
	return safely(func() error {
		if ex := r.Try(func() { err = f() }); ex != nil {
			return ex
		}
		return err
	})
}

// safely makes an error of a panic.
func safely(f func() error) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *goja.InterruptedError:
			err = p
		case *goja.StackOverflowError:
			err = p
		default:
			// A fault of an engine's is no reason for the server to end.
			err = fmt.Errorf("the JavaScript engine failed: %v", p)
		}
	}()
	return f()
}

// model is that of the record under way.
func (r *runtime) model() protocol.Model { return r.record.Head().Model }

func (r *runtime) extraOf(record hooks.Record) extra {
	head := record.Head()
	if head.Model == protocol.ModelOrderline {
		return lineExtra{r, head.Line, head.N}
	}
	return orderExtra{r, record, head, record.OrderPayments()}
}

// rejection is what a hook said with throw new Reject("…"), and where.
func (r *runtime) rejection(err error) (words, at string, rejected bool) {
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
	return words, r.madeAt(thrown), true
}

// hasHooks reports whether any model has a hook of a vendor's.
func (r *runtime) hasHooks() (has bool, err error) {
	for _, model := range []protocol.Model{protocol.ModelOrder, protocol.ModelOrderline} {
		for _, hook := range theHooks {
			overrides, err := r.asksOverrides(model, hook)
			if err != nil {
				return false, fmt.Errorf("its class %s can't be looked at: %w", classes[model], r.explain(err))
			}
			has = has || overrides
		}
	}
	return has, nil
}

var theHooks = []string{protocol.HookInit, protocol.HookApply, protocol.HookExport}

// classes are the models' names in vendors' files.
var classes = map[protocol.Model]string{protocol.ModelOrder: "Order", protocol.ModelOrderline: "Orderline", modelPayment: "Paymentline"}

// modelPayment has hooks in vendors' files, and no fields.
const modelPayment protocol.Model = "payment"

func (r *runtime) overrides(model protocol.Model, hook string) bool {
	overrides, err := r.asksOverrides(model, hook)
	return err == nil && overrides
}

func (r *runtime) asksOverrides(model protocol.Model, hook string) (bool, error) {
	ask, _ := goja.AssertFunction(r.chain.Get("overrides"))
	answer, err := ask(goja.Undefined(), r.ToValue(classes[model]), r.ToValue(hook))
	return err == nil && answer.ToBoolean(), err
}

// texts are the sources of a hook as vendors wrote it.
func (r *runtime) texts(model protocol.Model, hook string) []string {
	ask, _ := goja.AssertFunction(r.chain.Get("texts"))
	answer, err := ask(goja.Undefined(), r.ToValue(classes[model]), r.ToValue(hook))
	var texts []string
	if err == nil {
		_ = r.ExportTo(answer, &texts)
	}
	return texts
}
