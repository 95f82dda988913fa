package api

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

const helloTime = 5 * time.Second

// socketCalls are WebSockets.
type socketCalls struct {
	*observer
	hub         *multisession.Hub
	directory   *directory.Directory
	gate        *gate
	intake      *intake
	connections *connections
	transport   *transport
	origins     Origins
	life        context.Context // of what outlives the handshake
}

// socket is the sync API over a WebSocket, both ways. The handler returns at
// once and leaves the connection to a goroutine with a small stack.
func (s *socketCalls) socket(c *call) error {
	upgrader := websocket.Upgrader{
		ReadBufferSize: 512, WriteBufferSize: 512, // of the handshake alone
		CheckOrigin:      func(r *http.Request) bool { return s.origins.allow(r, r.Header.Get("Origin")) },
		HandshakeTimeout: helloTime,
		Error: func(w http.ResponseWriter, r *http.Request, status int, reason error) {
			code := protocol.BadRequest
			if status == http.StatusForbidden {
				code = protocol.Forbidden
			}
			s.fail(w, protocol.Errorf(code, "this is a WebSocket: %s", reason))
		},
	}
	ws, err := upgrader.Upgrade(c.w, c.r, nil)
	if err != nil {
		return nil // answered by Error
	}
	l := newWebSocket(ws.NetConn(), helloBytes)
	l.from, l.remote, l.stranger = from(c.r), c.r.RemoteAddr, strangerOf(c.r)
	go s.talk(l)
	return nil
}

// talk answers the hello and leaves the socket to [conn.listen].
func (s *socketCalls) talk(l *webSocket) {
	c, leave := s.hello(l)
	if c == nil {
		l.linger()
		s.gate.strangers.known(l.stranger)
		return
	}
	s.connections.add(c, c.caller.POS.ID)
	s.connected(c.about(), l.from)
	c.leave, c.stop = leave, s.hub.Bell().Listen(c.session.ID, c.wake)
	if s.revoked(c) {
		c.part()
		return
	}
	c.wake()
	go c.listen()
}

// part forgets a connection that ended.
func (c *conn) part() {
	c.stop()
	c.calls.connections.remove(c)
	c.calls.disconnected(c.about(), c.from, c.since)
	if c.session.Presence.Set(c.Who().Conn, protocol.Author{POS: c.caller.POS}, nil) {
		c.calls.hub.Bell().Ring(c.session.ID)
	}
	c.leave()
	c.link.linger()
}

// revoked: what was revoked or moved while the hello was answered.
func (s *socketCalls) revoked(c *conn) bool {
	err := still(s.life, s.directory, c.caller, c.session)
	if err == nil && !s.closing.Load() {
		return false
	}
	code, why := closeOverloaded, stopping
	if err != nil {
		why = protocol.AsError(err).Message
		switch protocol.CodeOf(err) {
		case protocol.Unauthorized:
			code = closeToken
		case protocol.NoMultiSession:
			code = closeNoMultiSession
		}
	}
	c.shut(code, why)
	return true
}

// hello reads the first frame and answers it; nil if the socket is closed.
func (s *socketCalls) hello(l *webSocket) (*conn, func()) {
	l.deadline(s.now().Add(helloTime))
	frame, err := l.read()
	if err != nil {
		var timeout net.Error
		switch {
		case errors.As(err, &timeout) && timeout.Timeout():
			s.refuse(l, closeNoHello, protocol.Errorf(protocol.BadRequest, "no hello came within 5 seconds"))
		case errors.Is(err, errFrameTooLarge):
			s.refuse(l, closeBadHello, tooLarge("hello", helloBytes))
		default:
			l.close(closeBadHello, "the first frame must be a hello")
		}
		return nil, nil
	}
	l.deadline(time.Time{})
	h, code, err := readHello(frame)
	if err != nil {
		s.refuse(l, code, err)
		return nil, nil
	}
	caller, err := s.directory.Authenticate(s.life, h.token)
	if err == nil && accessOf(caller) != byPOS {
		err = protocol.Errorf(protocol.Forbidden, "a socket takes the token of a POS")
	}
	if err != nil {
		code := closeToken
		if err = s.gate.slowed(s.life, err, l.remote); protocol.CodeOf(err) == protocol.RateLimited {
			code = closeOverloaded
		}
		s.refuse(l, code, err)
		return nil, nil
	}
	l.limit, l.reading = s.intake.limits.BodyBytes, &reading{intake: s.intake, pos: caller.POS.ID}
	s.gate.strangers.known(l.stranger)
	l.stranger = nil
	if err := s.connections.oneMore(caller.POS.ID); err != nil {
		s.refuse(l, closeOverloaded, err)
		return nil, nil
	}
	session, leave, err := enter(s.life, s.hub, caller)
	if err == nil {
		var c *conn
		if c, err = s.greet(l, session, caller, h); err == nil {
			return c, leave
		}
		leave()
	}
	s.refuse(l, codeFor(err), err)
	return nil, nil
}

func codeFor(err error) closeCode {
	switch protocol.CodeOf(err) {
	case protocol.NoMultiSession:
		return closeNoMultiSession
	case protocol.ClientTaken:
		return closeClientTaken
	}
	return closeOverloaded
}

// refuse is an error frame, then the close.
func (s *socketCalls) refuse(l *webSocket, code closeCode, err error) {
	e := protocol.AsError(err)
	if e.Code == protocol.Unauthorized || e.Code == protocol.Forbidden || e.Code == protocol.RateLimited {
		if s.refusals.tell(s.log, "more was refused") {
			s.log.Info("refused", "path", "/v1/socket", "what", "hello", "code", e.Code, "from", l.from)
		}
	} else {
		s.log.Debug("refused", "path", "/v1/socket", "what", "hello", "code", e.Code, "from", l.from)
	}
	_ = l.write(appendFrame(nil, s.errorFrame("", e)), writeTime)
	l.close(code, e.Message)
}

type hello struct {
	token  string
	client protocol.ClientID
	cursor *protocol.Cursor // nil is none
}

func readHello(frame []byte) (h hello, code closeCode, err error) {
	v, err := parseObject(frame)
	if err != nil {
		return h, closeBadHello, err
	}
	switch version := v.Get("protocol"); {
	case v.Get("t").Str != "hello":
		return h, closeBadHello, badAt("t", "must be hello in the first frame")
	case version.Type != gjson.Number:
		return h, closeBadHello, badAt("protocol", "must be a number")
	case version.Num != protocol.Version:
		return h, closeProtocol, protocol.Errorf(protocol.UpgradeRequired, "this server speaks protocol 1").
			With(protocol.Spoken{Protocol: protocol.Versions{Min: protocol.Version, Max: protocol.Version}})
	case v.Get("token").Type != gjson.String:
		return h, closeBadHello, badAt("token", "must be the token of a POS")
	}
	h.token = v.Get("token").Str
	if cursor := v.Get("cursor"); cursor.Exists() && cursor.Type != gjson.Null {
		text := protocol.Cursor("") // of what is no text: no server wrote it
		if cursor.Type == gjson.String {
			text = protocol.Cursor(cursor.Str)
		}
		h.cursor = &text
	}
	h.client, err = id[protocol.ClientID](v.Get("client_id"), "client_id", false)
	return h, closeBadHello, err
}

// greet checks the client and its cursor, and makes the connection.
func (s *socketCalls) greet(l *webSocket, session *multisession.Session, caller directory.Caller, h hello) (*conn, error) {
	c := &conn{
		calls: s, link: l, session: session, caller: caller, since: s.now(), from: l.from,
	}
	c.drained.L = &c.mu
	l.heard = &c.heard
	c.heard.Store(ticks())
	who := multisession.Reader{Client: h.client, POS: caller.POS.ID, Conn: s.connections.nextID()}
	subscription, err := session.Subscribe(s.life, who, h.cursor)
	if err != nil {
		return nil, err
	}
	c.reader = reader{Subscription: subscription, transport: s.transport, send: c.out}
	if err := c.send(c.welcome(nil, caller.POS)); err != nil {
		return nil, protocol.AsError(err)
	}
	return c, nil
}
