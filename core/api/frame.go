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

var changesHead = protocol.ChangesFrameHead()

// changesOf is where a page leads.
func changesOf(room *multisession.Room, page *multisession.Page) *protocol.Changes {
	return &protocol.Changes{
		Cursor: room.Feed.Cursor(page.Position), Seq: page.Position.Seq, Head: page.Head, More: page.More, LastID: page.LastID,
	}
}

func appendChangesFrame(b []byte, room *multisession.Room, page *multisession.Page) []byte {
	var tail [192]byte
	return appendFrame(b, changesHead, page.Changes, changesOf(room, page).AppendFrameTail(tail[:0], page.Folded))
}

// snapshotOf is a page of a snapshot without its orders; the last says where
// the reader is.
func snapshotOf(room *multisession.Room, p multisession.SnapshotPage) *protocol.Snapshot {
	if p.Next != "" {
		return &protocol.Snapshot{Page: p.Next, More: true}
	}
	return &protocol.Snapshot{
		Cursor: room.Feed.Cursor(p.Position), Seq: p.Position.Seq, Head: room.Feed.Head().Seq, LastID: p.LastID,
	}
}

// appendServerFrame is for the frames that aren't worth more care.
func appendServerFrame(b []byte, f protocol.ServerFrame) []byte {
	body, err := protocol.EncodeServerFrame(f)
	if err != nil {
		return b
	}
	return appendFrame(b, body)
}

// tillState is what a till is told of itself, the run and the multi-session.
type tillState struct {
	open         bool
	run          protocol.Run
	multiSession protocol.MultiSession
}

func tillOf(s multisession.State, pos protocol.POSID) tillState {
	_, open := s.Tills[pos]
	return tillState{open, s.Run, s.MultiSession}
}

func (t tillState) frame() protocol.Till {
	return protocol.Till{Open: t.open, Run: t.run, MultiSession: &t.multiSession}
}

// welcome answers a hello, and says what the till was told by it.
func (a *API) welcome(room *multisession.Room, pos protocol.POS, has *etags, present []protocol.Presence) (protocol.Welcome, tillState) {
	till := tillOf(room.Feed.State(), pos.ID)
	return protocol.Welcome{
		Protocol: protocol.Version, ServerID: a.Identity.ServerID, HeartbeatS: int(heartbeat.Seconds()),
		Run: till.run, TillOpen: till.open, POS: pos, MultiSession: &till.multiSession,
		ExtensionsETag: has.extensions, CatalogueETag: has.catalogue, Present: present,
	}, till
}
