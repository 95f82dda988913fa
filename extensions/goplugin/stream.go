package goplugin

import (
	"context"
	"errors"
	"net"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/manytill/manytill/internal/pluginpb"
)

// caller asks a process by its stream. What goes wrong it says as gRPC does, by
// which processes are asked that were built before there were streams. Safe for
// concurrent use.
type caller struct {
	stream *pluginpb.Stream

	mu    sync.Mutex
	last  uint64
	calls map[uint64]chan<- reply // under way
	err   error                   // why nothing is answered any more
}

// reply is what came of a call.
type reply struct {
	response *pluginpb.RunResponse
	err      error
}

func newCaller(conn net.Conn, answer int) *caller {
	c := &caller{stream: pluginpb.NewStream(conn, answer, pluginpb.MaxRequest), calls: map[uint64]chan<- reply{}}
	go c.receive()
	return c
}

// run is one call. It returns when ctx ends at the latest, but for what the
// process doesn't read: that ends with the process.
func (c *caller) run(ctx context.Context, r *pluginpb.RunRequest) (*pluginpb.RunResponse, error) {
	answered := make(chan reply, 1)
	call, err := c.begin(answered)
	if err != nil {
		return nil, err
	}
	if err := c.stream.Send(call, r); err != nil {
		if unwritable := (*pluginpb.UnwritableError)(nil); errors.As(err, &unwritable) {
			c.forget(call)
			return nil, status.Error(codes.Internal, err.Error())
		}
		// The connection is gone. What came of it last says why: receive reads that.
	}
	select {
	case a := <-answered:
		return a.response, a.err
	case <-ctx.Done():
		c.forget(call)
		return nil, status.FromContextError(ctx.Err()).Err()
	}
}

func (c *caller) begin(answered chan<- reply) (call uint64, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return 0, c.err
	}
	c.last++
	c.calls[c.last] = answered
	return c.last, nil
}

// forget is the call's channel; nil where nobody waits.
func (c *caller) forget(call uint64) chan<- reply {
	c.mu.Lock()
	defer c.mu.Unlock()
	answered := c.calls[call]
	delete(c.calls, call)
	return answered
}

// receive hands answers to those who wait, until nothing comes any more.
func (c *caller) receive() {
	for {
		response := new(pluginpb.RunResponse)
		call, failure, err := c.stream.Receive(response)
		if err != nil {
			c.end(err)
			return
		}
		if answered := c.forget(call); answered != nil {
			if failure != nil {
				failure = status.Error(codes.Unknown, failure.Error())
				response = nil
			}
			answered <- reply{response, failure}
		}
	}
}

// end tells all who wait.
func (c *caller) end(err error) {
	var large *pluginpb.TooLargeError
	var garbage *pluginpb.GarbageError
	code := codes.Unavailable
	switch {
	case errors.As(err, &large):
		code = codes.ResourceExhausted
	case errors.As(err, &garbage):
		code = codes.Internal
	}
	defer func() { _ = c.stream.Close() }() // after all know why
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = status.Error(code, err.Error())
	for _, answered := range c.calls {
		answered <- reply{nil, c.err}
	}
	c.calls = nil
}
