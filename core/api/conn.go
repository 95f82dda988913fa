package api

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk"
)

const (
	heartbeat = 25 * time.Second // without sending
	silence   = 35 * time.Second // then the link is dead
	writeTime = 10 * time.Second // then the reader is too slow
)

// link carries frames; a WebSocket library stands behind it.
type link interface {
	// read gives the next text frame; it is good until the next call.
	read() ([]byte, error)
	// write sends whole frames within a time.
	write(frames []byte, within time.Duration) error
	// deadline bounds the next reads; zero is none.
	deadline(time.Time)
	// close says why, and ends it at once.
	close(code closeCode, why string)
}

// conn is one WebSocket. It knows how far its reader is and whether there may
// be more: wake notes the latter and starts a writer unless one is at work.
type conn struct {
	api    *API
	link   link
	room   *multisession.Room
	caller directory.Caller
	client sdk.ClientID
	id     string
	since  time.Time

	sent, heard atomic.Int64 // unix seconds
	beats       atomic.Bool  // a heartbeat is due

	mu      sync.Mutex
	drained sync.Cond // an answer was written
	dirty   bool
	writing bool
	closed  bool
	answers []*answer // in the order of the requests

	// The writer's alone, and the reader's before the first wake.
	at       multisession.Position
	snapshot []multisession.SnapshotPage
	reason   sdk.Reason // of a reset to be told
	seq      atomic.Int64
	present  int
	till     tillFrame
	refuse   atomic.Pointer[sdk.Error]
}

// answer is what a request will be told; frame is nil until that is known.
type answer struct {
	ref   string
	reply *multisession.Reply
	err   *sdk.Error
}

func (c *conn) about() connection {
	d := c.api.describe(c.caller, "socket", c.room, c.client)
	d.Since = sdk.FormatTime(c.since)
	d.Seq = sdk.Seq(c.seq.Load())
	d.Lag = c.room.Feed.Head().Seq - d.Seq
	return d
}

func (c *conn) beat(now time.Time) {
	if now.Sub(time.Unix(c.heard.Load(), 0)) > silence {
		go c.shut(closeTooSlow, "nothing was heard for 35 seconds")
		return
	}
	if now.Sub(time.Unix(c.sent.Load(), 0)) >= heartbeat {
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

func (c *conn) send(frames []byte) error {
	err := c.link.write(frames, writeTime)
	c.sent.Store(c.api.Now().Unix())
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
	if n > 0 {
		c.drained.Broadcast()
	}
	return known, true
}

// gather puts together all that the reader has not been told: a snapshot,
// changes, then the answers that they explain, and what else is news.
func (c *conn) gather(b []byte, answers []*answer) ([]byte, error) {
	b, err := c.appendChanges(b)
	if err != nil {
		return b, err
	}
	for _, a := range answers {
		if a.err != nil {
			b = appendJSONFrame(b, c.errorFrame(a.ref, a.err))
		} else {
			b = appendPushedFrame(b, a.ref, a.reply)
		}
	}
	state := c.room.Feed.State()
	if till := tillFrameOf(state, c.caller.POS.ID); till != c.till {
		c.till = till
		till.T = "till"
		b = appendJSONFrame(b, till)
	}
	present, version := c.room.Presence.Since(c.present, c.id)
	for _, p := range present {
		b = appendJSONFrame(b, presenceFrame{"presence", p})
	}
	c.present = version
	if c.beats.Swap(false) && len(b) == 0 {
		b = appendHeartbeat(b, c.room.Feed.Head().Seq)
	}
	return b, nil
}

const flushBytes = 256 << 10

// appendChanges writes what the reader is behind. Long catch-ups are sent as
// they are read.
func (c *conn) appendChanges(b []byte) ([]byte, error) {
	for {
		if b = c.appendSnapshot(b); len(b) > flushBytes {
			if err := c.send(b); err != nil {
				return b, err
			}
			b = b[:0]
		}
		if c.at == c.room.Feed.Head() {
			return b, nil
		}
		page, bad := c.room.Page(c.api.background, c.at, c.client, pageLimit)
		if bad != nil {
			if bad.Code != sdk.ResetRequired {
				return b, bad
			}
			if bad := c.reset(sdk.CursorExpired); bad != nil {
				return b, bad
			}
			continue
		}
		if page.Count > 0 {
			b = appendChangesFrame(b, c.room, page)
		}
		c.at = page.Position
		c.seq.Store(int64(page.Position.Seq))
		if page.Count == 0 {
			return b, nil
		}
	}
}

// reset takes a snapshot in place of what the reader holds.
func (c *conn) reset(reason sdk.Reason) *sdk.Error {
	reply := c.room.Ask(c.api.background, &multisession.Pin{Client: c.client})
	if reply.Err != nil {
		return reply.Err
	}
	c.reason = reason
	c.take(reply.Snapshot)
	return nil
}

// take makes a snapshot the next thing that is written.
func (c *conn) take(s *multisession.Snapshot) {
	c.snapshot = pagesOf(s)
	c.at = s.Position
}

// pagesOf cuts a snapshot for a stream, which needs no names for its pages.
func pagesOf(s *multisession.Snapshot) (pages []multisession.SnapshotPage) {
	for from := 0; ; from += pageLimit {
		to := min(from+pageLimit, len(s.Orders))
		page := multisession.SnapshotPage{Orders: s.Orders[from:to], Snapshot: s}
		if to == len(s.Orders) {
			return append(pages, page)
		}
		page.Next = "follows"
		pages = append(pages, page)
	}
}

func (c *conn) appendSnapshot(b []byte) []byte {
	if c.snapshot == nil {
		return b
	}
	if c.reason != "" {
		b = appendJSONFrame(b, map[string]any{"t": "reset", "reason": c.reason})
		c.reason = ""
	}
	for _, page := range c.snapshot {
		b = appendFrame(b, snapshotBody(c.room, page))
	}
	c.snapshot = nil
	c.seq.Store(int64(c.at.Seq))
	return b
}

func (c *conn) errorFrame(ref string, e *sdk.Error) map[string]any {
	frame := c.api.members(e)
	frame["t"] = "error"
	if ref != "" {
		frame["ref"] = rawJSON(ref)
	}
	for _, key := range []string{"type", "title", "status"} {
		delete(frame, key)
	}
	c.api.Metrics.failed(e.Code)
	return frame
}
