package api

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
)

const (
	heartbeat = 25 * time.Second // without sending
	silence   = 35 * time.Second // then the link is dead
	writeTime = 10 * time.Second // then the reader is too slow
)

var processBegan = time.Now()

// ticks are whole seconds of a clock that nobody sets: a machine's clock that
// jumps ends no link, and keeps no dead one.
func ticks() int64 { return int64(time.Since(processBegan) / time.Second) }

// link carries frames; a WebSocket library stands behind it.
type link interface {
	// await returns when there is something to read.
	await() error
	// read gives the next text frame; it is good until the next await.
	read() ([]byte, error)
	// write sends whole frames within a time.
	write(frames []byte, within time.Duration) error
	// deadline bounds the next reads; zero is none.
	deadline(time.Time)
	// close says why, and ends reading soon.
	close(code closeCode, why string)
	// linger ends it, when nobody reads any more.
	linger()
}

// conn is one WebSocket. It knows how far its reader is and whether there may
// be more: wake notes the latter and starts a writer unless one is at work.
type conn struct {
	api    *API
	link   link
	room   *multisession.Room
	caller directory.Caller
	client protocol.ClientID
	id     string
	since  time.Time
	from   string
	// stop ends the bell's wake-ups, leave the stay in the room.
	stop, leave func()

	sent, heard atomic.Int64 // [ticks]
	beats       atomic.Bool  // a heartbeat is due

	mu      sync.Mutex
	drained sync.Cond // an answer was written
	dirty   bool
	writing bool
	closed  bool
	answers []*answer // in the order of the requests
	held    int       // bytes of those requests, then of their answers

	reader // the writer's alone after the first wake
}

// answer is what a request will be told; frame is nil until that is known.
type answer struct {
	ref   string
	reply *multisession.Reply
	err   error
	bytes int // of the request, then of the answer
}

// underWay is how many bytes of requests and answers one socket may have
// waiting before the server stops reading it; one alone always may.
const underWay = 4 << 20

func (c *conn) about() connection {
	d := c.api.describe(c.caller, "socket", c.room, c.client)
	d.Since = protocol.FormatTime(c.since)
	d.Seq, d.Lag = c.Seq(), c.Lag()
	return d
}

func (c *conn) beat() {
	now := ticks()
	if now-c.heard.Load() > int64(silence/time.Second) {
		go c.shut(closeTooSlow, "nothing was heard for 35 seconds")
		return
	}
	if now-c.sent.Load() >= int64(heartbeat/time.Second) {
		c.beats.Store(true)
		c.wake()
	}
}

func (c *conn) end(code closeCode, why string) { go c.shut(code, why) }

// shut ends the connection once.
func (c *conn) shut(code closeCode, why string) {
	c.mu.Lock()
	was := c.closed
	c.closed = true
	c.drained.Broadcast()
	c.mu.Unlock()
	if !was {
		c.link.close(code, why)
	}
}

// wake notes that there may be something to write. It doesn't block.
func (c *conn) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dirty = true
	if !c.writing && !c.closed {
		c.writing = true
		go c.write()
	}
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
		frames, err := c.gather((*buffer)[:0], answers)
		if err == nil && len(frames) > 0 {
			err = c.send(frames)
		}
		if cap(frames) <= 64<<10 {
			*buffer = frames[:0]
		}
		if err != nil {
			c.shut(closeTooSlow, "the connection is too slow")
			return
		}
	}
}

// gather puts together all that the reader has not been told: orders, then the
// answers that they explain, and what else is news.
func (c *conn) gather(b []byte, answers []*answer) ([]byte, error) {
	b, err := c.catchUp(c.api.background, b)
	if err != nil {
		return b, err
	}
	for _, a := range answers {
		if b, err = c.flushed(b); err != nil {
			return b, err
		}
		if a.err != nil {
			b = appendFrame(b, c.api.errorFrame(a.ref, a.err))
		} else {
			b = appendFrame(b, protocol.AppendPushed(nil, []byte(a.ref), a.reply.LastID, a.reply.Results.JSON()))
		}
	}
	b = c.news(b)
	if c.beats.Swap(false) && len(b) == 0 {
		b = c.framing.appendFrame(b, protocol.Heartbeat{Head: c.feed.Head().Seq})
	}
	return b, nil
}

// errorFrame tells of a failure; ref is the JSON of what failed, if it had one.
func (a *API) errorFrame(ref string, err error) []byte {
	e := a.referred(err)
	a.Metrics.failed(e.Code)
	return protocol.AppendErrorFrame(nil, []byte(ref), e)
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
