package api

import (
	"encoding/binary"
	"encoding/json"
	"strconv"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk"
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

var changesOpen = []byte(`{"t":"changes","changes":[`)

// changesTail is what follows the changes in their frame or event: where the
// reader is now. A folded one says whether more of it follows.
func changesTail(b []byte, room *multisession.Room, page *multisession.Page) []byte {
	b = appendPosition(append(b, `],`...), room, page.Position)
	b = strconv.AppendInt(append(b, `,"last_id":`...), int64(page.LastID), 10)
	if page.Folded {
		b = strconv.AppendBool(append(b, `,"more":`...), page.More)
	}
	return append(b, '}')
}

func appendChangesFrame(b []byte, room *multisession.Room, page *multisession.Page) []byte {
	var tail [192]byte
	return appendFrame(b, changesOpen, page.Changes, changesTail(tail[:0], room, page))
}

// snapshotBody is {"t":"snapshot",…}; the last page says where the reader is.
func snapshotBody(room *multisession.Room, p multisession.SnapshotPage) []byte {
	b := appendOrders([]byte(`{"t":"snapshot",`), p.Orders)
	if p.Next != "" {
		return append(b, `,"more":true}`...)
	}
	b = appendPosition(append(b, `,"more":false,`...), room, p.Position)
	return append(strconv.AppendInt(append(b, `,"last_id":`...), int64(p.LastID), 10), '}')
}

func appendPushedFrame(b []byte, ref string, reply *multisession.Reply) []byte {
	head := append(append([]byte(`{"t":"pushed","ref":`), ref...), `,"last_id":`...)
	head = append(strconv.AppendInt(head, int64(reply.LastID), 10), `,"results":`...)
	return appendFrame(b, head, reply.Results, []byte(`}`))
}

func appendHeartbeat(b []byte, head sdk.Seq) []byte {
	return appendFrame(b, append(strconv.AppendInt([]byte(`{"t":"hb","head":`), int64(head), 10), '}'))
}

// appendJSONFrame is for the frames that aren't worth more care.
func appendJSONFrame(b []byte, v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		return b
	}
	return appendFrame(b, body)
}

// tillFrame tells of the till, the run or the name of the multi-session.
type tillFrame struct {
	T            string           `json:"t,omitempty"`
	Open         bool             `json:"open"`
	Run          sdk.Run          `json:"run"`
	MultiSession sdk.MultiSession `json:"multi_session"`
}

func tillFrameOf(s multisession.State, pos sdk.POSID) tillFrame {
	_, open := s.Tills[pos]
	return tillFrame{Open: open, Run: s.Run, MultiSession: s.MultiSession}
}

// presenceFrame tells who looks at what.
type presenceFrame struct {
	T string `json:"t"`
	multisession.Present
}

// welcome answers a hello.
type welcome struct {
	T              string                 `json:"t,omitempty"`
	Protocol       int                    `json:"protocol"`
	ServerID       string                 `json:"server_id"`
	HeartbeatS     int                    `json:"heartbeat_s"`
	Run            sdk.Run                `json:"run"`
	TillOpen       bool                   `json:"till_open"`
	POS            sdk.POS                `json:"pos"`
	MultiSession   sdk.MultiSession       `json:"multi_session"`
	ExtensionsETag string                 `json:"extensions_etag"`
	CatalogueETag  string                 `json:"catalogue_etag"`
	Present        []multisession.Present `json:"present"`
}

const protocolVersion = 1

func (a *API) welcome(room *multisession.Room, pos sdk.POS, has *etags, present []multisession.Present) welcome {
	till := tillFrameOf(room.Feed.State(), pos.ID)
	return welcome{
		Protocol: protocolVersion, ServerID: a.Identity.ServerID, HeartbeatS: int(heartbeat.Seconds()),
		Run: till.Run, TillOpen: till.Open, POS: pos, MultiSession: till.MultiSession,
		ExtensionsETag: has.extensions, CatalogueETag: has.catalogue, Present: present,
	}
}
