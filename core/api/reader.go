package api

import (
	"context"
	"encoding/binary"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
)

// reader is what a socket or a stream tells: a subscription, and the ETags of
// what tills load besides orders, in the framing of its transport.
type reader struct {
	*multisession.Subscription
	*transport
	told *etags
	tail []byte // of the last frame
	send func(frames []byte) error
}

// transport is what all readers of one transport share.
type transport struct {
	news     *news
	serverID string
	framing  framing
}

// flushBytes is how much is gathered before it is sent.
const flushBytes = 256 << 10

// welcome writes what the reader is told first.
func (r *reader) welcome(b []byte, pos protocol.POS) []byte {
	r.told = r.news.etags.Load()
	w := r.Welcome()
	w.Protocol, w.ServerID, w.HeartbeatS, w.POS = protocol.Version, r.serverID, int(heartbeat.Seconds()), pos
	w.ExtensionsETag, w.CatalogueETag = r.told.extensions, r.told.catalogue
	return r.framing.appendFrame(b, w)
}

// catchUp writes all of orders that the reader wasn't told. What is long is sent
// as it is read. With a context that is over it waits for nothing: it ends with an
// error at what isn't in memory, and may be called again.
func (r *reader) catchUp(ctx context.Context, b []byte) ([]byte, error) {
	for {
		e, err := r.Next(ctx)
		if err != nil || e == (multisession.Event{}) {
			return b, err
		}
		if b, err = r.flushed(ctx, r.event(b, &e)); err != nil {
			return b, err
		}
	}
}

func (r *reader) event(b []byte, e *multisession.Event) []byte {
	switch {
	case e.Reset != "":
		return r.framing.appendFrame(b, protocol.Reset{Reason: e.Reset})
	case e.Snapshot != nil:
		head := snapshotOf(r.Feed(), e.Snapshot)
		return r.framing.append(b, snapshotName, head.Cursor, head.AppendFrame(nil, e.Snapshot.Orders))
	}
	head := changesOf(e.Changes)
	id := head.Cursor
	if e.Changes.Folded && e.Changes.More { // a piece of a fold is nothing to go on from
		id = ""
	}
	r.tail = head.AppendFrameTail(r.tail[:0], e.Changes.Folded)
	return r.framing.append(b, changesName, id, changesHead, e.Changes.Changes, r.tail)
}

// flushed sends what was gathered once it is much, unless nothing may wait.
func (r *reader) flushed(ctx context.Context, b []byte) ([]byte, error) {
	if len(b) <= flushBytes || ctx.Err() != nil {
		return b, nil
	}
	err := r.send(b)
	if cap(b) > 2*flushBytes {
		return nil, err
	}
	return b[:0], err
}

// latest writes what changed beside orders.
func (r *reader) latest(b []byte) []byte {
	for _, frame := range r.News() {
		b = r.framing.appendFrame(b, frame)
	}
	if now := r.news.etags.Load(); now != r.told {
		for _, frame := range now.since(r.told) {
			b = r.framing.appendFrame(b, frame)
		}
		r.told = now
	}
	return b
}

// appendFrame writes a whole unmasked text frame (RFC 6455, section 5.2) made
// of parts, so that what many readers get is encoded once and only copied.
func appendFrame(b []byte, parts ...[]byte) []byte {
	const finalText = 0x81
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	b = append(b, finalText)
	switch {
	case size < 126:
		b = append(b, byte(size))
	case size < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(size))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(size))
	}
	for _, part := range parts {
		b = append(b, part...)
	}
	return b
}

// appendEvent writes a frame as a Server-Sent Event. The parts are JSON, so they
// hold no line break.
func appendEvent(b []byte, name string, id protocol.Cursor, parts ...[]byte) []byte {
	b = append(append(b, "event: "...), name...)
	if id != "" {
		b = append(append(b, "\nid: "...), id...)
	}
	b = append(b, "\ndata: "...)
	for _, part := range parts {
		b = append(b, part...)
	}
	return append(b, "\n\n"...)
}

// framing is how a transport writes a frame.
type framing int

const (
	webSocketFrames framing = iota
	serverSentEvents
)

// append writes a frame of a name, made of parts. After a broken stream its
// reader goes on from the last id; "" is none.
func (f framing) append(b []byte, name string, id protocol.Cursor, parts ...[]byte) []byte {
	if f == serverSentEvents {
		return appendEvent(b, name, id, parts...)
	}
	return appendFrame(b, parts...)
}

// appendFrame is for the frames that aren't worth more care.
func (f framing) appendFrame(b []byte, frame protocol.ServerFrame) []byte {
	body, err := protocol.EncodeServerFrame(frame)
	if err != nil {
		return b
	}
	return f.append(b, protocol.FrameName(frame), "", body)
}

var (
	changesHead  = protocol.ChangesFrameHead()
	changesName  = protocol.FrameName(protocol.Changes{})
	snapshotName = protocol.FrameName(protocol.Snapshot{})
)

// changesOf is where a page leads.
func changesOf(page *multisession.Page) protocol.Changes {
	return protocol.Changes{
		Cursor: page.Cursor, Seq: page.Position.Seq, Head: page.Head, More: page.More, LastID: page.LastID,
	}
}

// snapshotOf is a page of a snapshot without its orders; the last says where
// the reader is.
func snapshotOf(feed *multisession.Feed, p *multisession.SnapshotPage) *protocol.Snapshot {
	if p.Next != "" {
		return &protocol.Snapshot{Page: p.Next, More: true}
	}
	return &protocol.Snapshot{
		Cursor: feed.Cursor(p.Position), Seq: p.Position.Seq, Head: feed.Head().Seq, LastID: p.LastID,
	}
}
