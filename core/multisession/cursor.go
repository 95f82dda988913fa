package multisession

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"hash/crc32"
	"strconv"
	"strings"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// A cursor is 12 letters of base64url and the seq in base 36. The letters hold
// two bytes each of the hashes of server, multi-session and epoch, and three of
// the checksum of the change at that seq. It goes with every change to every
// reader, so it is short: what two bytes miss, the checksum finds. A cursor
// within a folded catch-up goes on with a dot and where the fold began.
const (
	originBytes = 2
	tagBytes    = 3
	headLetters = (3*originBytes + tagBytes) * 4 / 3
)

// Cursors writes and reads the cursors of one multi-session.
type Cursors struct{ origin [3 * originBytes]byte }

// NewCursors makes the codec of one multi-session in one database.
func NewCursors(id store.Identity, ms protocol.MultiSessionID) (c Cursors) {
	for i, name := range []string{id.ServerID, string(ms), id.Epoch} {
		sum := sha256.Sum256([]byte(name))
		copy(c.origin[i*originBytes:], sum[:originBytes])
	}
	return c
}

// Tag is a checksum of a change; zero stands for the position before all.
type Tag [tagBytes]byte

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// TagOf is the tag of a change's JSON.
func TagOf(body []byte) (t Tag) {
	if len(body) > 0 {
		sum := crc32.Checksum(body, castagnoli)
		t = Tag{byte(sum >> 16), byte(sum >> 8), byte(sum)}
	}
	return t
}

// Position is a place in the numbering: a seq and the tag of its change.
type Position struct {
	Seq protocol.Seq
	Tag Tag
	// Folding is set within a folded catch-up: the position from which it
	// started. Seq is then that of the last order handed over.
	Folding protocol.Seq
	Folded  bool
}

// Cursor writes a position.
func (c Cursors) Cursor(p Position) protocol.Cursor {
	head := append(c.origin[:len(c.origin):len(c.origin)], p.Tag[:]...)
	b := base64.RawURLEncoding.AppendEncode(make([]byte, 0, 24), head)
	b = strconv.AppendInt(b, int64(p.Seq), 36)
	if p.Folded {
		b = strconv.AppendInt(append(b, '.'), int64(p.Folding), 36)
	}
	return protocol.Cursor(b)
}

// Read takes a cursor apart. The error is bad_request for one that no server
// wrote, or reset_required with the first reason that the text alone shows.
func (c Cursors) Read(cursor protocol.Cursor) (p Position, err error) {
	text, fold, folded := strings.Cut(string(cursor), ".")
	if !cursor.Valid() || len(text) <= headLetters {
		return p, malformed()
	}
	head, err := base64.RawURLEncoding.DecodeString(text[:headLetters])
	if err != nil {
		return p, malformed()
	}
	copy(p.Tag[:], head[len(c.origin):])
	if p.Seq, err = readSeq(text[headLetters:]); err != nil {
		return p, malformed()
	}
	if p.Folded = folded; folded {
		if p.Folding, err = readSeq(fold); err != nil || p.Folding > p.Seq {
			return p, malformed()
		}
	}
	for i, reason := range []protocol.Reason{protocol.OtherServer, protocol.OtherMultiSession, protocol.EpochChanged} {
		from := i * originBytes
		if !bytes.Equal(head[from:from+originBytes], c.origin[from:from+originBytes]) {
			return p, Reset(reason)
		}
	}
	return p, nil
}

func readSeq(text string) (protocol.Seq, error) {
	n, err := strconv.ParseInt(text, 36, 64)
	if err == nil && n < 0 {
		err = strconv.ErrRange
	}
	return protocol.Seq(n), err
}

func malformed() error {
	return protocol.Errorf(protocol.BadRequest, "cursor must be one that this server gave").With(protocol.Place{At: "cursor"})
}

var resetWords = map[protocol.Reason]string{
	protocol.OtherServer:       "the cursor is of another server's database",
	protocol.OtherMultiSession: "the cursor is of another multi-session",
	protocol.EpochChanged:      "the server's database was restored from a backup",
	protocol.CursorAhead:       "the cursor is ahead of what this server knows",
	protocol.Diverged:          "the server's history is another one since that cursor",
	protocol.CursorExpired:     "the cursor is too old to go on from",
}

// Reset is the error that makes a client take a snapshot.
func Reset(reason protocol.Reason) error {
	return protocol.Errorf(protocol.ResetRequired, "%s; take a snapshot", resetWords[reason]).With(protocol.Resetting{Reason: reason})
}
