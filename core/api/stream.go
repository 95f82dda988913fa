package api

import (
	"context"
	"net/http"
	"time"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
)

// events is one stream of Server-Sent Events. It has no presence.
type events struct {
	connection
	reader
	w     http.ResponseWriter
	woken chan struct{}
	over  chan struct{}
}

func (e *events) about() connection {
	d := e.connection
	d.Seq, d.Lag = e.reader.Seq(), e.reader.Lag()
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

// streamCalls are streams of events.
type streamCalls struct {
	*observer
	hub         *multisession.Hub
	directory   *directory.Directory
	connections *connections
	transport   *transport
}

// stream is the same as pull as Server-Sent Events. A bad cursor is answered
// by 200 and reset.
func (s *streamCalls) stream(c *call) error {
	ctx, query := c.r.Context(), c.r.URL.Query()
	session, leave, err := enter(ctx, s.hub, c.caller)
	if err != nil {
		return err
	}
	defer leave()
	who := multisession.Reader{Client: protocol.ClientID(query.Get("client_id")), POS: c.caller.POS.ID}
	if who.Client != "" && !protocol.ValidID(who.Client) {
		return badAt("client_id", "must be an id: 1 to 64 of A-Z a-z 0-9 . _ - :")
	}
	if err := s.connections.oneMore(who.POS); err != nil {
		return err
	}
	subscription, err := session.Subscribe(ctx, who, cursorOfStream(c.r))
	if err != nil {
		return err
	}
	e := &events{
		connection: describe(c.caller, "stream", session, who.Client, s.now()), w: c.w,
		woken: make(chan struct{}, 1), over: make(chan struct{}, 1),
	}
	e.reader = reader{Subscription: subscription, transport: s.transport, send: e.out}
	s.connections.add(e, who.POS)
	defer s.connections.remove(e)
	s.connected(e.connection, from(c.r))
	defer s.disconnected(e.connection, from(c.r), s.now())
	defer s.hub.Bell().Listen(session.ID, e.wake)()
	if err := still(ctx, s.directory, c.caller, session); err != nil {
		return err
	}
	e.run(ctx, c.caller.POS)
	return nil
}

// cursorOfStream: what the browser saw last goes before what the page asked; nil
// is neither.
func cursorOfStream(r *http.Request) *protocol.Cursor {
	for _, text := range []string{r.Header.Get("Last-Event-ID"), r.URL.Query().Get("cursor")} {
		if cursor := protocol.Cursor(text); cursor != "" {
			return &cursor
		}
	}
	return nil
}

// run writes until the reader is gone or too slow, or the stream must end.
func (e *events) run(ctx context.Context, pos protocol.POS) {
	h := e.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	e.w.WriteHeader(http.StatusOK)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	b := e.welcome(nil, pos)
	for {
		var err error
		if b, err = e.catchUp(ctx, b); err != nil {
			return
		}
		if b = e.latest(b); len(b) > 0 && e.send(b) != nil {
			return
		}
		if b = b[:0]; cap(b) > 2*flushBytes {
			b = nil
		}
		select {
		case <-e.woken:
		case <-beat.C:
			b = e.framing.appendFrame(b, protocol.Heartbeat{Head: e.Feed().Head().Seq})
		case <-e.over:
			return
		case <-ctx.Done():
			return
		}
	}
}

// out sends what was gathered, at once.
func (e *events) out(b []byte) error {
	control := http.NewResponseController(e.w)
	err := inPieces(b, func(piece []byte) error {
		_ = control.SetWriteDeadline(time.Now().Add(writeTime))
		_, err := e.w.Write(piece)
		return err
	})
	if err != nil {
		return err
	}
	return control.Flush()
}
