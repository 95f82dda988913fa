package api

import (
	"context"
	"slices"
	"sync"

	"github.com/manytill/manytill/internal/workers"
	"github.com/manytill/manytill/sdk/protocol"
)

// wake notes that there may be something to write, and writes it unless somebody
// is writing. It doesn't block: what can't be written at once is left to a
// goroutine.
func (c *conn) wake() {
	c.mu.Lock()
	c.dirty = true
	start := !c.writing && !c.closed
	near := start && c.held <= nearBytes
	c.writing = c.writing || start
	c.mu.Unlock()
	if start && !(near && c.writeNear()) {
		workers.Go(c.write)
	}
}

// nearBytes is how much is written by whoever woke the connection.
const nearBytes = 32 << 10

// noWait is a context that is over. Whoever woke a connection may be the session
// itself: it must not wait for a session, for a disk or for a network.
var noWait = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// writeNear is write for what is little, is in memory and fits into the socket. It
// is false where write has to go on.
func (c *conn) writeNear() bool {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	for c.link.raw != nil && c.Near(nearBytes) {
		answers, more := c.next()
		if !more {
			return true
		}
		frames, err := c.collect(noWait, buffer, answers)
		if err != nil { // another node made it far meanwhile
			frames = slices.Clone(frames)
			workers.Go(func() {
				frames, err := c.gather(c.calls.life, frames, answers)
				c.writeLeft(frames, err)
			})
			return true
		}
		n := 0
		if len(frames) > 0 {
			n, err = c.link.tryWrite(frames)
			c.sent.Store(ticks())
		}
		if left := frames[n:]; err != nil || len(left) > 0 {
			left = slices.Clone(left)
			workers.Go(func() { c.writeLeft(left, err) })
			return true
		}
	}
	return false
}

// writeLeft ends what writeNear began.
func (c *conn) writeLeft(left []byte, err error) {
	if err == nil {
		err = c.send(left)
	}
	if err != nil {
		c.shut(closeTooSlow, "the connection is too slow")
		return
	}
	c.write()
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

// write sends until there is nothing more; then its goroutine ends.
func (c *conn) write() {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	for {
		answers, more := c.next()
		if !more {
			return
		}
		frames, err := c.collect(c.calls.life, buffer, answers)
		if err == nil && len(frames) > 0 {
			err = c.send(frames)
		}
		if err != nil {
			c.shut(closeTooSlow, "the connection is too slow")
			return
		}
	}
}

// collect gathers into a buffer that is kept unless it grew large.
func (c *conn) collect(ctx context.Context, buffer *[]byte, answers []*answer) ([]byte, error) {
	frames, err := c.gather(ctx, (*buffer)[:0], answers)
	if cap(frames) <= 64<<10 {
		*buffer = frames[:0]
	}
	return frames, err
}

// gather puts together all that the reader has not been told: orders, then the
// answers that they explain, and what else is news. An error with [noWait] leaves
// all behind what b has.
func (c *conn) gather(ctx context.Context, b []byte, answers []*answer) ([]byte, error) {
	b, err := c.catchUp(ctx, b)
	if err != nil {
		return b, err
	}
	for _, a := range answers {
		if b, err = c.flushed(ctx, b); err != nil {
			return b, err
		}
		if a.err != nil {
			b = appendFrame(b, c.calls.errorFrame(a.ref, a.err))
		} else {
			c.tail = protocol.AppendPushed(c.tail[:0], []byte(a.ref), a.reply.LastID, a.reply.Results.JSON())
			b = appendFrame(b, c.tail)
		}
	}
	b = c.latest(b)
	if c.beats.Swap(false) && len(b) == 0 {
		b = c.framing.appendFrame(b, protocol.Heartbeat{Head: c.Feed().Head().Seq})
	}
	return b, nil
}

// out sends whole frames.
func (c *conn) out(frames []byte) error {
	err := c.link.write(frames, writeTime)
	c.sent.Store(ticks())
	return err
}

// next takes the answers that are known, as far as they come in order; false
// ends the writer.
func (c *conn) next() ([]*answer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.dirty || c.closed {
		c.writing = false
		return nil, false
	}
	c.dirty = false
	n := 0
	for n < len(c.answers) && (c.answers[n].reply != nil || c.answers[n].err != nil) {
		n++
	}
	known := c.answers[:n:n]
	c.answers = c.answers[n:]
	for _, a := range known {
		c.held -= a.bytes
	}
	if n > 0 {
		c.drained.Broadcast()
	}
	return known, true
}
