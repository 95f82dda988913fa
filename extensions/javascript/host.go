package javascript

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript/internal/harden"
	"github.com/manytill/manytill/extensions/javascript/internal/source"
	"github.com/manytill/manytill/extensions/javascript/internal/vm"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// host runs one extension. Safe for concurrent use.
type host struct {
	code        *source.Code
	console     *vm.Console
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
func (h *host) Run(ctx context.Context, batch *extensions.Batch) ([]hooks.Result, error) {
	if _, has := ctx.Deadline(); !has {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, h.timeout)
		defer cancel()
	}
	limit := cmp.Or(batch.Limit, vm.TimeLeft(ctx))
	results := make([]hooks.Result, len(batch.Records))
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
func (h *host) some(ctx context.Context, limit time.Duration, records []hooks.Record, results []hooks.Result) (n int, err error) {
	r := h.pool.take()
	if r == nil {
		if r, err = h.fresh(ctx); err != nil {
			return 0, err
		}
	}
	r.SetLimit(limit)
	// CPU time is counted by thread.
	goruntime.LockOSThread()
	defer goruntime.UnlockOSThread()
	began, known := harden.ThreadTime()
	watch := harden.Watch(ctx, r.Runtime.Runtime)
	good := true
	for n = 0; n < len(records) && good; n++ {
		model, at := records[n].Head().Model, time.Now()
		results[n] = r.Run(records[n], h.own[model], h.description.Writes[model])
		results[n].At = r.Places(results[n].Export, model, h.description.Fields[model])
		results[n].Took = time.Since(at)
		good = results[n].Err == nil
	}
	intact := good && r.Holds()
	if cause := watch.Stop(); cause != nil {
		if !good {
			results[n-1].Err = harden.WithCause(results[n-1].Err, cause)
			if now, _ := harden.ThreadTime(); known && errors.Is(cause, context.DeadlineExceeded) && now-began < limit/5 {
				results[n-1].Err = fmt.Errorf("%w: it had %s of CPU time: %w", extensions.ErrBusy, (now - began).Round(time.Millisecond), results[n-1].Err)
			}
		}
		h.refill()
		if errors.Is(cause, harden.ErrHeap) {
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
func (h *host) giveBack(r *loaded, n int, intact bool) (grown bool) {
	before := r.calls
	r.calls += n
	passed := func(mark int) bool { return before < mark && r.calls >= mark }
	grown = before/lookedAt != r.calls/lookedAt && harden.Live() > cmp.Or(h.base, r.heap)+h.kept
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
func (h *host) fresh(ctx context.Context) (*loaded, error) {
	r, err := h.runtime(ctx)
	if err != nil {
		return nil, err
	}
	return &loaded{Runtime: r, heap: harden.Live()}, nil
}

func (h *host) runtime(ctx context.Context) (*vm.Runtime, error) {
	return vm.New(ctx, h.code, h.console)
}

// loaded is a runtime, and how much it has done.
type loaded struct {
	*vm.Runtime
	calls int    // records so far
	heap  uint64 // the process's live heap when it was loaded
}

// pool keeps the runtimes that wait for a call. A runtime is good for many
// calls, but not for ever: what code leaves behind in it goes with it.
type pool struct {
	mu     sync.Mutex
	free   []*loaded
	closed bool
}

// maxIdle runtimes wait at most.
var maxIdle = 2 * goruntime.GOMAXPROCS(0)

func (p *pool) take() *loaded {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) == 0 {
		return nil
	}
	last := len(p.free) - 1
	r := p.free[last]
	p.free[last] = nil
	p.free = p.free[:last]
	return r
}

func (p *pool) give(r *loaded) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed && len(p.free) < maxIdle {
		p.free = append(p.free, r)
	}
}

// empty throws away those that wait.
func (p *pool) empty() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = nil
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed, p.free = true, nil
}
