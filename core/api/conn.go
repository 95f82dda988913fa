package api

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/internal/workers"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
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

// conn is one WebSocket. It knows how far its reader is and whether there may
// be more (conn_write.go).
type conn struct {
	calls   *socketCalls
	link    *webSocket
	session *multisession.Session
	caller  directory.Caller
	since   time.Time
	from    string
	// stop ends the bell's wake-ups, leave the stay in the session.
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
	d := describe(c.caller, "socket", c.session, c.Who().Client, c.since)
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

// listen waits for a frame, in a goroutine of its own: its stack has not grown
// by what a frame takes, and most sockets are idle most of the time.
func (c *conn) listen() {
	if c.link.await() == nil {
		workers.Go(c.take)
		return
	}
	c.shut(closeTooSlow, "the link is dead")
	c.part()
}

// take reads the frame that came. A busy sender's next frame is soon there, so
// this goroutine waits for it; after a rare one it leaves the socket to
// [conn.listen].
func (c *conn) take() {
	const soon = 2 // seconds
	for {
		raw, err := c.link.read()
		switch {
		case err == nil && c.frame(raw):
		case errors.Is(err, errFrameTooLarge) && len(raw) > 0 &&
			c.answer(&answer{ref: refOf(raw), err: tooLarge("frame", c.calls.intake.limits.BodyBytes)}):
		default:
			c.shut(closeTooSlow, "the link is dead")
			c.part()
			return
		}
		now := ticks()
		if now-c.heard.Swap(now) > soon {
			go c.listen()
			return
		}
	}
}

// frame takes one; false when the connection is closed.
func (c *conn) frame(raw []byte) bool {
	done := c.calls.intake.turns.take(c.caller.POS.ID, len(raw))
	v, err := parseObject(raw)
	done()
	if err != nil {
		return c.answer(&answer{err: err})
	}
	ref := v.Get("ref").Raw
	switch t := v.Get("t"); t.Str {
	case "push":
		return c.push(v, ref)
	case "hb":
		return true
	case "presence":
		return c.look(v.Get("order"), ref)
	default:
		return c.answer(&answer{ref: ref, err: badAt("t", "must be push, presence or hb")})
	}
}

// answer takes a place in the order of the answers; it waits while too many
// are under way, so that a flood stops at the sender.
func (c *conn) answer(a *answer) bool {
	c.mu.Lock()
	for (len(c.answers) >= c.calls.intake.limits.Pushes || len(c.answers) > 0 && c.held+a.bytes > underWay) && !c.closed {
		c.drained.Wait()
	}
	c.held += a.bytes
	closed := c.closed
	known := a.err != nil
	c.answers = append(c.answers, a)
	c.mu.Unlock()
	if known {
		c.wake()
	}
	return !closed
}

func (c *conn) push(v gjson.Result, ref string) bool {
	if v.Get("ref").Type != gjson.Number {
		return c.answer(&answer{err: badAt("ref", "must be a number")})
	}
	if refused := c.Refusal(); refused != nil {
		return c.answer(&answer{ref: ref, err: refused})
	}
	a := &answer{ref: ref, bytes: len(v.Raw)}
	if !c.session.TillOpen(c.calls.life, c.caller.POS.ID) {
		a.err = multisession.TillClosed()
		return c.answer(a)
	}
	done := c.calls.intake.turns.take(c.caller.POS.ID, len(v.Raw))
	mutations, err := c.calls.intake.mutations(v.Get("mutations"))
	done()
	if a.err = err; err != nil {
		return c.answer(a)
	}
	if !c.answer(a) {
		return false
	}
	began := c.calls.now()
	c.session.Submit(&multisession.Push{Client: c.Who().Client, POS: c.pos(), Mutations: mutations},
		func(reply *multisession.Reply) { c.answered(a, reply, began) })
	return true
}

// pos may have another name now than when it said hello.
func (c *conn) pos() protocol.POS {
	return c.calls.directory.WithCurrentName(c.calls.life, c.caller.POS)
}

func (c *conn) answered(a *answer, reply *multisession.Reply, began time.Time) {
	c.mu.Lock()
	if reply.Err != nil {
		a.err = reply.Err
	} else {
		a.reply = reply
	}
	c.held += reply.Results.Bytes() - a.bytes
	a.bytes = reply.Results.Bytes()
	c.mu.Unlock()
	c.calls.pushed(reply, c.caller.POS.ID, c.calls.now().Sub(began))
	c.wake()
}

// look notes which order the till shows.
func (c *conn) look(v gjson.Result, ref string) bool {
	var order *protocol.OrderID
	if v.Exists() && v.Type != gjson.Null {
		id, err := id[protocol.OrderID](v, "order", false)
		if err != nil {
			return c.answer(&answer{ref: ref, err: err})
		}
		order = &id
	}
	who := protocol.Author{POS: c.pos(), User: c.session.Feed.State().Tills[c.caller.POS.ID]}
	if c.session.Presence.Set(c.Who().Conn, who, order) {
		c.calls.hub.Bell().Ring(c.session.ID)
	}
	return true
}

// refOf finds the ref in the beginning of a frame, if it stands there.
func refOf(head []byte) string {
	if ref := gjson.GetBytes(head, "ref"); ref.Type == gjson.Number {
		return ref.Raw
	}
	return ""
}
