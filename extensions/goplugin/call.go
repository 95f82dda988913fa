package goplugin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/pluginpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

type answer struct {
	response *pluginpb.RunResponse
	err      error
}

// call is one call of the plugin. It returns when ctx ends at the latest; the
// call itself may go on for Grace, and what it answers then is thrown away.
// A plugin that is even later hangs or is frozen, and is killed.
func (p *process) call(ctx context.Context, request *pluginpb.RunRequest) ([]extensions.Result, error) {
	began := time.Now()
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = began.Add(p.o.Timeout)
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline)
		defer cancel()
	}
	answered := make(chan answer, 1)
	go func() {
		// Not ctx itself: a caller that goes away is no reason to kill.
		patient, cancel := context.WithDeadline(context.WithoutCancel(ctx), deadline.Add(p.o.Grace))
		defer cancel()
		response, err := p.rpc.Run(patient, request)
		if err != nil {
			err = p.broken(err, time.Since(began))
		}
		answered <- answer{response, err}
	}()
	select {
	case a := <-answered:
		if a.err != nil {
			return nil, a.err
		}
		return p.results(a.response, len(request.Records))
	case <-ctx.Done():
		return nil, fmt.Errorf("no answer after %s: %w", time.Since(began).Round(time.Millisecond), ctx.Err())
	}
}

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
		if p.ended(100 * time.Millisecond) {
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
