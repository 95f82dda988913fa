package api

import (
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
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
			b = appendFrame(b, c.api.errorFrame(a.ref, a.err))
		} else {
			b = appendFrame(b, protocol.AppendPushed(nil, []byte(a.ref), a.reply.LastID, a.reply.Results.JSON()))
		}
	}
	state := c.room.Feed.State()
	if till := tillOf(state, c.caller.POS.ID); till != c.till {
		c.till = till
		b = appendServerFrame(b, till.frame())
	}
	if now := c.api.etags.Load(); now != c.told {
		for _, news := range now.since(c.told) {
			b = appendServerFrame(b, news)
		}
		c.told = now
	}
	present, version := c.room.Presence.Since(c.present, c.id)
	for _, p := range present {
		b = appendServerFrame(b, p)
	}
	c.present = version
	if c.beats.Swap(false) && len(b) == 0 {
		b = appendServerFrame(b, protocol.Heartbeat{Head: c.room.Feed.Head().Seq})
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
		page, err := c.room.Page(c.api.background, c.at, c.client, pageLimit)
		if err != nil {
			if protocol.CodeOf(err) != protocol.ResetRequired {
				return b, err
			}
			if err := c.reset(protocol.CursorExpired); err != nil {
				return b, err
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
func (c *conn) reset(reason protocol.Reason) error {
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
		b = appendServerFrame(b, protocol.Reset{Reason: c.reason})
		c.reason = ""
	}
	for len(c.snapshot) > 0 { // what was sent is held no longer
		b = appendFrame(b, snapshotOf(c.room, c.snapshot[0]).AppendFrame(nil, c.snapshot[0].Orders))
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

// errorFrame tells of a failure; ref is the JSON of what failed, if it had one.
func (a *API) errorFrame(ref string, err error) []byte {
	e := a.referred(err)
	a.Metrics.failed(e.Code)
	return protocol.AppendErrorFrame(nil, []byte(ref), e)
}
