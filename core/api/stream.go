package api

import (
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
)

// events is one stream of Server-Sent Events. It has no presence.
type events struct {
	connection
	api    *API
	c      *call
	room   *multisession.Room
	client protocol.ClientID
	at     multisession.Position
	till   tillState
	told   *etags
	seq    atomic.Int64
	woken  chan struct{}
	over   chan struct{}
	buffer []byte
}

func (e *events) about() connection {
	d := e.connection
	d.Seq = protocol.Seq(e.seq.Load())
	d.Lag = e.room.Feed.Head().Seq - d.Seq
	return d
}

func (e *events) beat() {}

func (e *events) wake() {
	select {
	case e.woken <- struct{}{}:
	default:
	}
}

func (e *events) end(closeCode, string) {
	select {
	case e.over <- struct{}{}:
	default:
	}
}

// stream is the same as pull as Server-Sent Events. A bad cursor is answered
// by 200 and reset.
func (a *API) stream(c *call) error {
	ctx, query := c.r.Context(), c.r.URL.Query()
	room, leave, err := a.enter(ctx, c.caller)
	if err != nil {
		return err
	}
	defer leave()
	client := protocol.ClientID(query.Get("client_id"))
	if client != "" && !protocol.ValidID(client) {
		return badAt("client_id", "must be an id: 1 to 64 of A-Z a-z 0-9 . _ - :")
	}
	elsewhere := a.checkClient(ctx, room, c.caller, client)
	if elsewhere != nil && protocol.CodeOf(elsewhere) != protocol.ResetRequired {
		return elsewhere
	}
	if err := a.oneMore(c.caller.POS.ID); err != nil {
		return err
	}
	e := &events{
		connection: a.describe(c.caller, "stream", room, client), api: a, c: c, room: room, client: client,
		woken: make(chan struct{}, 1), over: make(chan struct{}, 1),
	}
	a.connections.add(e, c.caller.POS.ID)
	defer a.connections.remove(e)
	a.connected(e.connection, from(c.r))
	defer a.disconnected(e.connection, from(c.r), a.Now())
	defer a.Rooms.Bell().Listen(room.ID, e.wake)()
	if now, err := a.directory.Again(ctx, c.caller); err != nil {
		return err
	} else if now.MultiSession == nil || now.MultiSession.ID != room.ID {
		return endError(closeNoMultiSession, "this POS is in another multi-session now")
	}
	return e.run(cursorOfStream(c.r), elsewhere)
}

// cursorOfStream: what the browser saw last goes before what the page asked.
func cursorOfStream(r *http.Request) string {
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		return last
	}
	return r.URL.Query().Get("cursor")
}

func (e *events) run(cursor string, elsewhere error) error {
	h := e.c.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	e.c.w.WriteHeader(http.StatusOK)
	e.told = e.api.etags.Load()
	w, till := e.api.welcome(e.room, e.c.caller.POS, e.told, []protocol.Presence{})
	e.till = till
	e.event(w)
	if err := e.begin(protocol.Cursor(cursor), elsewhere); err != nil {
		return nil
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		if err := e.catchUp(); err != nil || !e.flush() {
			return nil
		}
		select {
		case <-e.woken:
		case <-beat.C:
			e.event(protocol.Heartbeat{Head: e.room.Feed.Head().Seq})
		case <-e.over:
			return nil
		case <-e.c.r.Context().Done():
			return nil
		}
	}
}

// begin sends the reset and the snapshot that a reader needs, if it does.
func (e *events) begin(cursor protocol.Cursor, elsewhere error) error {
	err := elsewhere
	if cursor != "" {
		at, wrong := e.room.Check(e.c.r.Context(), cursor)
		if wrong == nil && elsewhere == nil {
			e.at = at
			return nil
		}
		if wrong != nil {
			err = wrong
		}
	}
	if err != nil {
		reason := protocol.ReasonOf(err)
		if protocol.CodeOf(err) == protocol.BadRequest {
			reason = protocol.CursorExpired
		}
		if reason == "" {
			return err
		}
		e.event(protocol.Reset{Reason: reason})
	}
	return e.snapshot()
}

func (e *events) snapshot() error {
	reply := e.room.Ask(e.c.r.Context(), &multisession.Pin{Client: e.client})
	if reply.Err != nil {
		return reply.Err
	}
	for _, page := range pagesOf(reply.Snapshot) {
		var id protocol.Cursor
		if page.Next == "" {
			id = e.room.Feed.Cursor(page.Position)
		}
		e.write(protocol.FrameName(protocol.Snapshot{}), id, snapshotOf(e.room, page).AppendFrame(nil, page.Orders))
		if !e.flush() {
			return protocol.Errorf(protocol.Overloaded, "the stream broke off")
		}
	}
	e.at = reply.Snapshot.Position
	return nil
}

// catchUp sends the changes that the reader is behind, and till events.
func (e *events) catchUp() error {
	for e.at != e.room.Feed.Head() {
		page, err := e.room.Page(e.c.r.Context(), e.at, e.client, pageLimit)
		if err != nil {
			if protocol.CodeOf(err) != protocol.ResetRequired {
				return err
			}
			e.event(protocol.Reset{Reason: protocol.CursorExpired})
			if err := e.snapshot(); err != nil {
				return err
			}
			continue
		}
		if page.Count == 0 {
			break
		}
		e.at = page.Position
		body := append(slices.Clone(changesHead), page.Changes...)
		var id protocol.Cursor
		if !page.Folded || !page.More { // a piece of a fold is nothing to go on from
			id = e.room.Feed.Cursor(page.Position)
		}
		e.write(protocol.FrameName(protocol.Changes{}), id, changesOf(e.room, page).AppendFrameTail(body, page.Folded))
		if !e.flush() {
			return protocol.Errorf(protocol.Overloaded, "the stream broke off")
		}
	}
	e.seq.Store(int64(e.at.Seq))
	if till := tillOf(e.room.Feed.State(), e.c.caller.POS.ID); till != e.till {
		e.till = till
		e.event(till.frame())
	}
	if now := e.api.etags.Load(); now != e.told {
		for _, news := range now.since(e.told) {
			e.event(news)
		}
		e.told = now
	}
	return nil
}

func (e *events) event(f protocol.ServerFrame) {
	body, err := protocol.EncodeServerFrame(f)
	if err == nil {
		e.write(protocol.FrameName(f), "", body)
	}
}

// write adds an event; data is JSON, so it holds no line break.
func (e *events) write(name string, id protocol.Cursor, data []byte) {
	b := append(append(e.buffer, "event: "...), name...)
	if id != "" {
		b = append(append(b, "\nid: "...), id...)
	}
	b = append(append(b, "\ndata: "...), data...)
	e.buffer = append(b, "\n\n"...)
}

// flush sends what was written; false if the reader is gone or too slow.
func (e *events) flush() bool {
	if len(e.buffer) == 0 {
		return true
	}
	control := http.NewResponseController(e.c.w)
	err := inPieces(e.buffer, func(piece []byte) error {
		_ = control.SetWriteDeadline(time.Now().Add(writeTime))
		_, err := e.c.w.Write(piece)
		return err
	})
	if e.buffer = e.buffer[:0]; cap(e.buffer) > 2*flushBytes {
		e.buffer = nil
	}
	if err == nil {
		err = control.Flush()
	}
	return err == nil
}
