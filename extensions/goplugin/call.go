package goplugin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Run runs the hooks on a batch. It returns when ctx ends at the latest. While
// the plugin starts again it waits for it, but not while it must not be
// started yet. Where a call failed that others' records were in, the batch is
// tried alone, once: one poisonous record doesn't take others along.
func (h *Host) Run(ctx context.Context, batch *extensions.Batch) ([]hooks.Result, error) {
	if _, has := ctx.Deadline(); !has {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, h.o.Timeout)
		defer cancel()
	}
	results, err := h.run(ctx, batch, false)
	if !errors.Is(err, errTogether) || len(batch.Records) > 1 || ctx.Err() != nil {
		return results, err // of several records the chain tries each
	}
	select {
	case h.alone <- struct{}{}:
		defer func() { <-h.alone }()
		return h.run(ctx, batch, true)
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w: %w", extensions.ErrUnasked, err, ctx.Err())
	}
}

func (h *Host) run(ctx context.Context, batch *extensions.Batch, alone bool) ([]hooks.Result, error) {
	for {
		p, err := h.process(ctx)
		if err != nil {
			return nil, err
		}
		results, err := p.call(ctx, batch, alone)
		if !errors.Is(err, errUnsent) {
			return results, err
		}
	}
}

// call asks one process.
func (p *process) call(ctx context.Context, batch *extensions.Batch, alone bool) ([]hooks.Result, error) {
	began := time.Now()
	deadline, _ := ctx.Deadline()
	a := &ask{ctx: ctx, deadline: deadline, batch: batch, answered: make(chan answer, 1)}
	p.add(a, alone)
	select {
	case answer := <-a.answered:
		if answer.err != nil && !errors.Is(answer.err, errUnsent) {
			return nil, &costlyError{answer.err}
		}
		return answer.results, answer.err
	case <-ctx.Done():
		sent, alone := a.leave()
		if !sent || (!alone && errors.Is(ctx.Err(), context.DeadlineExceeded)) {
			return nil, fmt.Errorf("%w: it was still at other orders: %w", extensions.ErrUnasked, ctx.Err())
		}
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, fmt.Errorf("nobody waited for its answer: %w", ctx.Err())
		}
		return nil, &costlyError{&lateError{cmp.Or(batch.Limit, deadline.Sub(began).Round(10*time.Millisecond)), ctx.Err()}}
	}
}

// costlyError is a failure that held or ended the process.
type costlyError struct{ error }

func (e *costlyError) Unwrap() []error { return []error{e.error, extensions.ErrCostly} }

// lateError says how long the plugin might have taken, and where that is set.
type lateError struct {
	limit time.Duration
	cause error
}

func (e *lateError) Error() string {
	return fmt.Sprintf("it ran too long (more than %s); timeout: in its entry of the config gives it more", e.limit)
}

func (e *lateError) Unwrap() error { return e.cause }

// broken: a plugin that is alive and well has no failures of its own here (a
// hook's stands in the answer), so this one is ended. It says why.
func (p *process) broken(err error, after time.Duration) error {
	if p.child == nil {
		return fmt.Errorf("the plugin that runs already, at %s: %w", p.o.Reattach.Address, err)
	}
	switch status.Code(err) {
	case codes.DeadlineExceeded:
		err = fmt.Errorf("killed: it hangs, or is frozen: no answer after %s", after.Round(time.Millisecond))
	case codes.ResourceExhausted:
		err = fmt.Errorf("killed: its answer was larger than %d bytes", p.o.MaxAnswer)
	case codes.Unavailable:
		if p.ended(time.Second) { // it may still be writing why
			return p.why()
		}
		err = errors.New("killed: it closed its connection")
	default:
		err = fmt.Errorf("killed: it answered what isn't understood: %w", err)
	}
	p.end(err)
	return err
}

// ended waits a moment for the process to be gone.
func (p *process) ended(wait time.Duration) bool {
	select {
	case <-p.child.exited:
		return true
	case <-time.After(wait):
		return false
	}
}
