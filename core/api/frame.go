package api

import (
	"encoding/binary"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
)

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
func changesOf(feed *multisession.Feed, page *multisession.Page) *protocol.Changes {
	return &protocol.Changes{
		Cursor: feed.Cursor(page.Position), Seq: page.Position.Seq, Head: page.Head, More: page.More, LastID: page.LastID,
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
