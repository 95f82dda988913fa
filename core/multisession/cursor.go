package multisession

import (
	"crypto/sha256"
	"encoding/base32"
	"hash/crc32"
	"strconv"
	"strings"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk"
)

// A cursor is SERVER MULTI-SESSION EPOCH . SEQ . TAG: three letters each of the
// hashes of the first three, the seq in base 36, and a checksum of the change
// at that seq. It goes with every change to every reader, so it is short: what
// three letters miss, the checksum finds.
const part = 3

// Cursors writes and reads the cursors of one multi-session.
type Cursors struct{ prefix string }

// NewCursors makes the codec of one multi-session in one database.
func NewCursors(id store.Identity, ms sdk.MultiSessionID) Cursors {
	return Cursors{short(id.ServerID) + short(string(ms)) + short(id.Epoch)}
}

func short(s string) string {
	sum := sha256.Sum256([]byte(s))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:part])
}

// Tag is the checksum of a change; "0" stands for the position before all.
type Tag string

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// TagOf is the tag of a change's JSON.
func TagOf(body []byte) Tag {
	if len(body) == 0 {
		return "0"
	}
	const bits = 25 // five letters of base 36
	return Tag(strconv.FormatUint(uint64(crc32.Checksum(body, castagnoli))&(1<<bits-1), 36))
}

// Position is a place in the numbering: a seq and the tag of its change.
type Position struct {
	Seq sdk.Seq
	Tag Tag
	// Folding is set within a folded catch-up: the position from which it
	// started. Seq is then that of the last order handed over.
	Folding sdk.Seq
	Folded  bool
}

// Cursor writes a position.
func (c Cursors) Cursor(p Position) sdk.Cursor {
	b := make([]byte, 0, 40)
	b = append(append(b, c.prefix...), '.')
	b = strconv.AppendInt(b, int64(p.Seq), 36)
	b = append(append(b, '.'), p.Tag...)
	if p.Folded {
		b = strconv.AppendInt(append(b, '.'), int64(p.Folding), 36)
	}
	return sdk.Cursor(b)
}

// Read takes a cursor apart. The error is bad_request for one that no server
// wrote, or reset_required with the first reason that the text alone shows.
func (c Cursors) Read(cursor sdk.Cursor) (p Position, err *sdk.Error) {
	parts := strings.Split(string(cursor), ".")
	if !cursor.Valid() || len(parts) < 3 || len(parts) > 4 || len(parts[0]) != len(c.prefix) {
		return p, malformed()
	}
	seq, bad := strconv.ParseInt(parts[1], 36, 64)
	if bad != nil || seq < 0 || parts[2] == "" {
		return p, malformed()
	}
	p = Position{Seq: sdk.Seq(seq), Tag: Tag(parts[2])}
	if len(parts) == 4 {
		from, bad := strconv.ParseInt(parts[3], 36, 64)
		if bad != nil || from < 0 || from > seq {
			return p, malformed()
		}
		p.Folded, p.Folding = true, sdk.Seq(from)
	}
	reasons := []sdk.Reason{sdk.OtherServer, sdk.OtherMultiSession, sdk.EpochChanged}
	for i, reason := range reasons {
		from := i * part
		if parts[0][from:from+part] != c.prefix[from:from+part] {
			return p, Reset(reason)
		}
	}
	return p, nil
}

func malformed() *sdk.Error {
	return sdk.Errorf(sdk.BadRequest, "cursor must be one that this server gave").With("at", "cursor")
}

var resetWords = map[sdk.Reason]string{
	sdk.OtherServer:       "the cursor is of another server's database",
	sdk.OtherMultiSession: "the cursor is of another multi-session",
	sdk.EpochChanged:      "the server's database was restored from a backup",
	sdk.CursorAhead:       "the cursor is ahead of what this server knows",
	sdk.Diverged:          "the server's history is another one since that cursor",
	sdk.CursorExpired:     "the cursor is too old to go on from",
}

// Reset is the error that makes a client take a snapshot.
func Reset(reason sdk.Reason) *sdk.Error {
	return sdk.Errorf(sdk.ResetRequired, "%s; take a snapshot", resetWords[reason]).With("reason", reason)
}
