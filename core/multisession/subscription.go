package multisession

import (
	"context"
	"sync/atomic"

	"github.com/manytill/manytill/sdk/protocol"
)

// PageLimit is how many changes, or orders of a snapshot, a page has unless its
// reader asks for another number.
const PageLimit = 500

// streamBytes is how large a page of a snapshot may be in a stream: on a slow
// link it is there before its reader takes the link for dead.
const streamBytes = 256 << 10

// Reader is who reads a multi-session.
type Reader struct {
	Client protocol.ClientID // "" is nobody's
	POS    protocol.POSID
	// Conn is the reader's connection in what others are told of presence; ""
	// is told of nobody's.
	Conn string
}

// CheckClient asks whether a client_id is of the reader's POS and of this
// multi-session.
//
// Errors: client_taken, reset_required with other_multi_session, and those of
// every request.
func (s *Session) CheckClient(ctx context.Context, who Reader) error {
	if who.Client == "" {
		return nil
	}
	if known, ok := s.Feed.Client(who.Client); ok && known.POS == who.POS && known.MultiSession == s.ID {
		return nil
	}
	return s.Ask(ctx, &Seen{Client: who.Client, POS: who.POS}).Err
}

// Locate is where a reader goes on. Its POS is checked first, then its cursor,
// then its multi-session.
//
// Errors: those of [Session.CheckClient] and [Session.Check].
func (s *Session) Locate(ctx context.Context, who Reader, cursor protocol.Cursor) (Position, error) {
	elsewhere := s.CheckClient(ctx, who)
	if elsewhere != nil && protocol.CodeOf(elsewhere) != protocol.ResetRequired {
		return Position{}, elsewhere
	}
	at, err := s.Check(ctx, cursor)
	if err != nil {
		return at, err
	}
	return at, elsewhere
}

// Event is one thing that a reader is told of orders. One member is set; none
// where there is nothing more.
type Event struct {
	Reset    protocol.Reason // what the reader holds is no good; a snapshot follows
	Snapshot *SnapshotPage   // its Next is only set or empty: a stream needs no name for it
	Changes  *Page
}

// Subscription is one reader of a multi-session from a position on: it yields
// what the reader wasn't told yet. Its transport encodes that and writes it. It
// holds no queue, so a slow reader costs nothing. Only Who, Feed, Seq and
// Lag may be called by others than the goroutine that writes.
type Subscription struct {
	session *Session
	who     Reader
	at      Position
	reset   protocol.Reason // to be told before pages
	pages   []SnapshotPage  // of a snapshot, to be told before changes
	till    tillState       // that was told
	state   int             // the version of the feed's state that it was told of
	present int             // version of presence that was told
	seq     atomic.Int64    // that the reader was told up to
	refusal error
}

// untold is no version of a feed's state.
const untold = -1

// Subscribe begins at a cursor, or (nil) with a snapshot. A reader that can't go
// on from its cursor is reset.
//
// Errors: client_taken, and those of every request.
func (s *Session) Subscribe(ctx context.Context, who Reader, cursor *protocol.Cursor) (sub *Subscription, err error) {
	sub = &Subscription{session: s, who: who, state: untold}
	if cursor == nil {
		err = s.CheckClient(ctx, who)
	} else if sub.at, err = s.Locate(ctx, who, *cursor); err == nil {
		sub.seq.Store(int64(sub.at.Seq))
		return sub, nil
	}
	reason := protocol.ReasonOf(err)
	if protocol.CodeOf(err) == protocol.BadRequest {
		reason = protocol.CursorExpired
	}
	switch {
	case err != nil && reason == "":
		return nil, err
	case reason != "" && reason != protocol.CursorExpired:
		sub.refusal = Reset(reason)
	}
	return sub, sub.restart(ctx, reason)
}

// restart takes a snapshot in place of what the reader holds.
func (s *Subscription) restart(ctx context.Context, reason protocol.Reason) error {
	reply := s.session.Ask(ctx, &Pin{Client: s.who.Client})
	if reply.Err != nil {
		return reply.Err
	}
	s.reset, s.pages, s.at = reason, streamed(reply.Snapshot), reply.Snapshot.Position
	return nil
}

// streamed cuts a snapshot into the pages of a stream.
func streamed(s *Snapshot) (pages []SnapshotPage) {
	for from := 0; ; {
		to, size := from, 0
		for to < len(s.Orders) && to-from < PageLimit && (to == from || size+len(s.Orders[to]) <= streamBytes) {
			size += len(s.Orders[to])
			to++
		}
		page := SnapshotPage{Orders: s.Orders[from:to], Snapshot: s}
		if to == len(s.Orders) {
			return append(pages, page)
		}
		page.Next = "follows"
		pages = append(pages, page)
		from = to
	}
}

// Next is what the reader is told next: its reset, its snapshot, then changes up
// to the head. With a context that is over it waits for nothing: what isn't in
// memory is an error, and the next call goes on from there.
//
// Errors: those of every request, internal.
func (s *Subscription) Next(ctx context.Context) (e Event, err error) {
	if e.Reset = s.reset; e.Reset != "" {
		s.reset = ""
		return e, nil
	}
	if len(s.pages) > 0 {
		page := s.pages[0]
		s.pages[0] = SnapshotPage{} // what was told is held no longer
		if s.pages = s.pages[1:]; len(s.pages) == 0 {
			s.pages = nil
			s.seq.Store(int64(s.at.Seq))
		}
		e.Snapshot = &page
		return e, nil
	}
	if s.at == s.session.Feed.Head() && !s.session.replaced.Load() {
		return e, nil
	}
	page, err := s.session.Page(ctx, s.at, s.who.Client, PageLimit)
	if err != nil {
		if protocol.CodeOf(err) == protocol.ResetRequired {
			err = s.restart(ctx, protocol.CursorExpired)
		}
		if err != nil {
			return e, err
		}
		return s.Next(ctx)
	}
	s.at = page.Position
	s.seq.Store(int64(page.Position.Seq))
	if page.Count > 0 {
		e.Changes = page
	}
	return e, nil
}

// Near reports whether all that the reader wasn't told yet is in memory and takes
// at most so many bytes.
func (s *Subscription) Near(most int) bool {
	return s.reset == "" && len(s.pages) == 0 && s.session.Feed.near(s.at, s.who.Client, most)
}

// Who is the reader.
func (s *Subscription) Who() Reader { return s.who }

// Feed is that of the multi-session.
func (s *Subscription) Feed() *Feed { return s.session.Feed }

// Welcome is what the reader is told first, as far as the multi-session knows
// it: run, till and who is present. It counts as told.
func (s *Subscription) Welcome() protocol.Welcome {
	w := protocol.Welcome{Present: []protocol.Presence{}}
	if s.who.Conn != "" {
		w.Present, s.present = s.session.Presence.Now()
	}
	s.tillNow()
	till := s.till.frame()
	w.Run, w.TillOpen, w.MultiSession = till.Run, till.Open, till.MultiSession
	return w
}

// News is what changed beside orders: the reader's till, and presence.
func (s *Subscription) News() (news []protocol.ServerFrame) {
	if s.session.Feed.version() != s.state && s.tillNow() {
		news = append(news, s.till.frame())
	}
	if s.who.Conn == "" {
		return news
	}
	present, version := s.session.Presence.Since(s.present, s.who.Conn)
	s.present = version
	for _, p := range present {
		news = append(news, p)
	}
	return news
}

// tillNow looks how the reader's till is now, and reports whether that is news.
func (s *Subscription) tillNow() bool {
	state := s.session.Feed.State()
	was := s.till
	s.till, s.state = tillOf(state, s.who.POS), state.Version
	return s.till != was
}

// tillState is what a till is told of itself, the run and the multi-session.
type tillState struct {
	open         bool
	run          protocol.Run
	multiSession protocol.MultiSession
}

func tillOf(s State, pos protocol.POSID) tillState {
	_, open := s.Tills[pos]
	return tillState{open, s.Run, s.MultiSession}
}

func (t tillState) frame() protocol.Till {
	return protocol.Till{Open: t.open, Run: t.run, MultiSession: &t.multiSession}
}

// Refusal is the error of every push of this reader, nil if there is none: it was
// reset, and must come back with a new client_id.
func (s *Subscription) Refusal() error { return s.refusal }

// Seq is up to where the reader was told.
func (s *Subscription) Seq() protocol.Seq { return protocol.Seq(s.seq.Load()) }

// Lag is how many changes the reader is behind.
func (s *Subscription) Lag() protocol.Seq { return s.session.Feed.Head().Seq - s.Seq() }
