package api

import (
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

// writeNear is write for what is little, is in memory and fits into the socket. It
// is false where write has to go on.
func (c *conn) writeNear() bool {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	for c.link.raw != nil && c.Near(nearBytes) {
		frames, more, err := c.collect(buffer)
		if !more {
			return true
		}
		n := 0
		if err == nil && len(frames) > 0 {
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
		frames, more, err := c.collect(buffer)
		if !more {
			return
		}
		if err == nil && len(frames) > 0 {
			err = c.send(frames)
		}
		if err != nil {
			c.shut(closeTooSlow, "the connection is too slow")
			return
		}
	}
}

// collect gathers into a buffer that is kept unless it grew large; more is false
// where the writer ends.
func (c *conn) collect(buffer *[]byte) (frames []byte, more bool, err error) {
	answers, more := c.next()
	if !more {
		return nil, false, nil
	}
	frames, err = c.gather((*buffer)[:0], answers)
	if cap(frames) <= 64<<10 {
		*buffer = frames[:0]
	}
	return frames, true, err
}

// gather puts together all that the reader has not been told: orders, then the
// answers that they explain, and what else is news.
func (c *conn) gather(b []byte, answers []*answer) ([]byte, error) {
	b, err := c.catchUp(c.calls.life, b)
	if err != nil {
		return b, err
	}
	for _, a := range answers {
		if b, err = c.flushed(b); err != nil {
			return b, err
		}
		if a.err != nil {
			b = appendFrame(b, c.calls.errorFrame(a.ref, a.err))
		} else {
			b = appendFrame(b, protocol.AppendPushed(nil, []byte(a.ref), a.reply.LastID, a.reply.Results.JSON()))
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
