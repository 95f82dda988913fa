package multisession

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"hash/crc32"
	"strconv"
	"strings"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// Page is a piece of what a reader is behind.
type Page struct {
	Changes  []byte // JSON changes with commas between, no brackets
	Count    int
	Position Position // after it
	Cursor   protocol.Cursor
	Head     protocol.Seq
	More     bool
	// LastID is the client's at Position.
	LastID protocol.MutationID
	// Folded: applied as a whole to the last page, before it is shown.
	Folded bool
}

// FoldFrom is how many changes a reader must be behind before they are folded
// (protocol, "Pull").
const FoldFrom = 10_000

// Page reads what follows a position: from the ring, or from the store when
// the reader fell behind it. The position was checked before.
//
// Errors: reset_required with cursor_expired, where the store has no more what
// follows; internal.
func (s *Session) Page(ctx context.Context, p Position, client protocol.ClientID, limit int) (*Page, error) {
	if s.replaced.Load() {
		return nil, errReplaced
	}
	if !p.Folded {
		if page, ok := s.Feed.page(p.Seq, client, limit); ok {
			return page, nil
		}
	}
	if learnt, err := s.learnClient(ctx, client); err != nil {
		return nil, protocol.AsError(err)
	} else if learnt {
		return s.Page(ctx, p, client, limit)
	}
	page, err := s.storedPage(ctx, p, limit)
	switch {
	case errors.Is(err, store.ErrExpired), errors.Is(err, store.ErrDamaged):
		return nil, Reset(protocol.CursorExpired) // a snapshot needs no log
	case err != nil:
		return nil, protocol.AsError(err)
	}
	page.Head = max(page.Head, s.Feed.Head().Seq)
	page.More = page.More || page.Position.Seq < page.Head
	page.Cursor = s.Feed.Cursor(page.Position)
	page.LastID, err = s.lastIDAt(ctx, client, page.Position)
	if err != nil {
		return nil, protocol.AsError(err)
	}
	return page, nil
}

func (s *Session) storedPage(ctx context.Context, p Position, limit int) (*Page, error) {
	if p.Folded || s.Feed.Head().Seq-p.Seq >= protocol.Seq(s.foldFrom) {
		return s.foldedPage(ctx, p, limit)
	}
	changes, err := s.ledger.Changes(ctx, s.ID, p.Seq, limit)
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, len(changes))
	page := &Page{Count: len(changes), Position: p}
	for i, c := range changes {
		if !order.Valid(c.Body) {
			// No reader would get past it: a snapshot leads around it.
			s.log.Error("a change can't be read; clients that lack it get a snapshot", "multi_session", s.ID, "seq", c.Seq)
			return nil, store.ErrExpired
		}
		entries[i].Body = c.Body
		page.Position = Position{Seq: c.Seq, Tag: TagOf(c.Body)}
	}
	page.Changes = join(entries)
	return page, nil
}

// foldedPage stands for everything since a far-away position: what the
// touched orders hold that is newer.
func (s *Session) foldedPage(ctx context.Context, p Position, limit int) (*Page, error) {
	if s.partial.Load() {
		return nil, unfinished()
	}
	if !p.Folded {
		p = Position{Seq: p.Seq, Tag: p.Tag, Folded: true, Folding: p.Seq}
	}
	touched, err := s.ledger.Touched(ctx, s.ID, store.TouchedAfter{Since: p.Folding, Order: p.Seq}, limit)
	if err != nil {
		return nil, err
	}
	page := &Page{Count: 1, Folded: true, Head: touched.Head, More: touched.More, Position: p}
	orders := make([]*order.Order, 0, len(touched.Orders))
	for i := range touched.Orders {
		o := readOrder(&touched.Orders[i])
		page.Position.Seq = o.Seq
		if !o.Broken {
			orders = append(orders, o)
		}
	}
	if !touched.More {
		page.Position = Position{Seq: touched.Head}
		if page.Position.Tag, err = s.tag(ctx, touched.Head); err != nil {
			return nil, err
		}
	}
	page.Changes = order.AppendChange(nil, &protocol.ChangeHead{
		Seq: page.Position.Seq, At: s.now(), From: p.Folding + 1,
	}, orders)
	return page, nil
}

// Check says whether a reader can go on from a position.
//
// Errors: bad_request for a cursor that no server wrote, reset_required with the
// reason, internal.
func (s *Session) Check(ctx context.Context, cursor protocol.Cursor) (Position, error) {
	p, err := s.Feed.cursors.Read(cursor)
	if err != nil {
		return p, err
	}
	at := p.Seq
	if p.Folded {
		at = p.Folding
	}
	if s.replaced.Load() {
		return p, errReplaced
	}
	if p.Seq > s.Feed.Head().Seq && s.shared != nil {
		if reply := s.Ask(ctx, &Moved{}); reply.Err != nil { // another node may have given it
			return p, reply.Err
		}
	}
	if p.Seq > s.Feed.Head().Seq {
		return p, s.ahead()
	}
	tag, err := s.tag(ctx, at)
	if errors.Is(err, store.ErrExpired) && p.Tag == (Tag{}) {
		// Given while the change at its place was dropped: all behind it is there.
		_, err = s.ledger.Changes(ctx, s.ID, at, 1)
	}
	switch {
	case errors.Is(err, store.ErrExpired), errors.Is(err, store.ErrDamaged):
		return p, Reset(protocol.CursorExpired)
	case err != nil:
		return p, protocol.AsError(err)
	case tag != p.Tag && tag == (Tag{}) && at > 0:
		return p, Reset(protocol.CursorExpired) // the change at the head was pruned
	case tag != p.Tag:
		return p, Reset(protocol.Diverged)
	}
	return p, nil
}

// tag is the tag of the change at a seq. The log above a seq that can be read
// is whole, so asking for it also tells whether a reader can go on from there.
func (s *Session) tag(ctx context.Context, seq protocol.Seq) (Tag, error) {
	if tag, ok := s.Feed.tagAt(seq); ok {
		return tag, nil
	}
	if seq == 0 {
		_, err := s.ledger.Changes(ctx, s.ID, 0, 1)
		return Tag{}, err
	}
	changes, err := s.ledger.Changes(ctx, s.ID, seq-1, 1)
	if err != nil {
		return Tag{}, err
	}
	if len(changes) == 0 || changes[0].Seq != seq {
		return Tag{}, store.ErrExpired
	}
	return TagOf(changes[0].Body), nil
}

// learnClient looks a client up that the feed doesn't know, and reports whether
// it had to: a new load forgets all.
func (s *Session) learnClient(ctx context.Context, id protocol.ClientID) (learnt bool, err error) {
	if _, known := s.Feed.Client(id); known || id == "" {
		return false, nil
	}
	for told := false; !told; {
		head := s.Feed.Head()
		c, err := s.ledger.Client(ctx, id)
		switch {
		case errors.Is(err, store.ErrNotFound) || (err == nil && c.MultiSession != s.ID):
			s.Feed.learnNone(id)
			return true, nil
		case err != nil:
			return false, err
		}
		// The store may have more of this client than the feed.
		if c.LastID, err = s.decidedAt(ctx, c, head); err != nil {
			return false, err
		}
		told = s.Feed.learn(c, head)
	}
	return true, nil
}

// lastIDAt is the highest id of a client that was decided up to a position. The ring
// says the same ([Feed.page]).
func (s *Session) lastIDAt(ctx context.Context, client protocol.ClientID, p Position) (protocol.MutationID, error) {
	c, head, known := s.Feed.clientAt(client)
	if !known || p.Seq == head.Seq {
		return c.LastID, nil
	}
	if p.Seq > head.Seq { // the page was read from a store that has more than the feed
		var err error
		if c, err = s.ledger.Client(ctx, client); errors.Is(err, store.ErrNotFound) {
			return 0, nil
		} else if err != nil {
			return 0, err
		}
	}
	return s.decidedAt(ctx, c, p)
}

// decidedAt is the highest id of a client, of those up to its last, that was decided up
// to a position: all before the first that made a change behind it.
func (s *Session) decidedAt(ctx context.Context, c store.Client, p Position) (protocol.MutationID, error) {
	last, span := c.LastID, protocol.MutationID(16)
	for to := c.LastID; to > 0; to, span = to-span, 256 {
		outcomes, err := s.ledger.Outcomes(ctx, c.ID, max(1, to-span+1), to)
		if err != nil {
			return 0, err
		}
		for i := len(outcomes) - 1; i >= 0; i-- {
			var result protocol.Result
			if lost(outcomes[i]) {
				continue
			}
			if err := json.Unmarshal(outcomes[i].Result, &result); err != nil {
				return 0, err
			}
			switch changed := result.Rejection == nil || len(result.Kept) > 0; {
			case changed && result.Seq <= p.Seq:
				return last, nil
			case changed:
				last = result.ID - 1
			}
		}
	}
	return last, nil
}

// A cursor is 12 letters of base64url and the seq in base 36. The letters hold
// two bytes each of the hashes of server, multi-session and epoch, and three of
// the checksum of the change at that seq. It goes with every change to every
// reader, so it is short: what two bytes miss, the checksum finds. A cursor
// within a folded catch-up goes on with a dot and where the fold began.
const (
	originBytes = 2
	tagBytes    = 3
	headBytes   = 3*originBytes + tagBytes
	headLetters = headBytes * 4 / 3
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
	var head [headBytes]byte
	copy(head[copy(head[:], c.origin[:]):], p.Tag[:])
	var text [64]byte
	b := base64.RawURLEncoding.AppendEncode(text[:0], head[:])
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
