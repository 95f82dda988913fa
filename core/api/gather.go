package api

import (
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk"
)

// gather puts together all that the reader has not been told: a snapshot,
// changes, then the answers that they explain, and what else is news.
func (c *conn) gather(b []byte, answers []*answer) ([]byte, error) {
	b, err := c.appendChanges(b)
	if err != nil {
		return b, err
	}
	for _, a := range answers {
		if b, err = c.flushed(b); err != nil {
			return b, err
		}
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
	if now := c.api.etags.Load(); now != c.told {
		for _, news := range now.since(c.told) {
			b = appendJSONFrame(b, news.body)
		}
		c.told = now
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
		var err error
		if b, err = c.appendSnapshot(b); err == nil {
			b, err = c.flushed(b)
		}
		if err != nil {
			return b, err
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
	c.takeSnapshot(reply.Snapshot)
	return nil
}

// takeSnapshot makes it the next thing that is written.
func (c *conn) takeSnapshot(s *multisession.Snapshot) {
	c.snapshot = pagesOf(s)
	c.at = s.Position
}

// pagesOf cuts a snapshot for a stream, which needs no names for its pages. On
// a slow link a page is there before its reader takes the link for dead.
func pagesOf(s *multisession.Snapshot) (pages []multisession.SnapshotPage) {
	for from := 0; ; {
		to, size := from, 0
		for to < len(s.Orders) && to-from < pageLimit && (to == from || size+len(s.Orders[to]) <= flushBytes) {
			size += len(s.Orders[to])
			to++
		}
		page := multisession.SnapshotPage{Orders: s.Orders[from:to], Snapshot: s}
		if to == len(s.Orders) {
			return append(pages, page)
		}
		page.Next = "follows"
		pages = append(pages, page)
		from = to
	}
}

// flushed sends what was gathered once it is much.
func (c *conn) flushed(b []byte) ([]byte, error) {
	if len(b) <= flushBytes {
		return b, nil
	}
	err := c.send(b)
	if cap(b) > 2*flushBytes {
		return nil, err
	}
	return b[:0], err
}

func (c *conn) appendSnapshot(b []byte) (_ []byte, err error) {
	if c.snapshot == nil {
		return b, nil
	}
	if c.reason != "" {
		b = appendJSONFrame(b, map[string]any{"t": "reset", "reason": c.reason})
		c.reason = ""
	}
	for len(c.snapshot) > 0 { // what was sent is held no longer
		b = appendFrame(b, snapshotBody(c.room, c.snapshot[0]))
		c.snapshot[0] = multisession.SnapshotPage{}
		c.snapshot = c.snapshot[1:]
		if b, err = c.flushed(b); err != nil {
			return b, err
		}
	}
	c.snapshot = nil
	c.seq.Store(int64(c.at.Seq))
	return b, nil
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
