package api

import (
	"errors"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// listen waits for a frame, in a goroutine of its own: its stack has not grown
// by what a frame takes, and most sockets are idle most of the time.
func (c *conn) listen() {
	if c.link.await() == nil {
		go c.take()
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
			c.answer(&answer{ref: refOf(raw), err: tooLarge("frame", c.api.Limits.BodyBytes)}):
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
	done := c.api.turns.take(c.caller.POS.ID, len(raw))
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
	for (len(c.answers) >= c.api.Limits.Pushes || len(c.answers) > 0 && c.held+a.bytes > underWay) && !c.closed {
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
	if !c.room.Feed.TillOpen(c.caller.POS.ID) {
		a.err = multisession.TillClosed()
		return c.answer(a)
	}
	done := c.api.turns.take(c.caller.POS.ID, len(v.Raw))
	mutations, err := c.api.mutations(v.Get("mutations"))
	done()
	if a.err = err; err != nil {
		return c.answer(a)
	}
	if !c.answer(a) {
		return false
	}
	began := c.api.Now()
	c.room.Submit(&multisession.Push{Client: c.client, POS: c.pos(), Mutations: mutations},
		func(reply *multisession.Reply) { c.answered(a, reply, began) })
	return true
}

// pos may have another name now than when it said hello.
func (c *conn) pos() protocol.POS { return c.api.directory.Named(c.api.background, c.caller.POS) }

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
	c.api.pushed(reply, c.caller.POS.ID, c.api.Now().Sub(began))
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
	who := protocol.Author{POS: c.pos(), User: c.room.Feed.State().Tills[c.caller.POS.ID]}
	if c.room.Presence.Set(c.id, who, order) {
		c.api.Rooms.Bell().Ring(c.room.ID)
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
