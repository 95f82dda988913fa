package api

import (
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

// socket is the sync API over a WebSocket, both ways. The handler returns at
// once and leaves the connection to a goroutine with a small stack.
func (a *API) socket(c *call) error {
	upgrader := websocket.Upgrader{
		ReadBufferSize: 512, WriteBufferSize: 512, // of the handshake alone
		CheckOrigin:      func(r *http.Request) bool { return a.originAllowed(r, r.Header.Get("Origin")) },
		HandshakeTimeout: helloTime,
		Error: func(w http.ResponseWriter, r *http.Request, status int, reason error) {
			code := protocol.BadRequest
			if status == http.StatusForbidden {
				code = protocol.Forbidden
			}
			a.fail(w, protocol.Errorf(code, "this is a WebSocket: %s", reason))
		},
	}
	ws, err := upgrader.Upgrade(c.w, c.r, nil)
	if err != nil {
		return nil // answered by Error
	}
	l := newWebSocket(ws.NetConn(), helloBytes)
	l.from, l.remote, l.stranger = from(c.r), c.r.RemoteAddr, strangerOf(c.r)
	go a.talk(l)
	return nil
}

// talk answers the hello and leaves the socket to [conn.listen].
func (a *API) talk(l *webSocket) {
	c, leave := a.hello(l)
	if c == nil {
		l.linger()
		a.strangers.known(l.stranger)
		return
	}
	a.connections.add(c, c.caller.POS.ID)
	a.connected(c.about(), l.from)
	c.leave, c.stop = leave, a.Rooms.Bell().Listen(c.room.ID, c.wake)
	if a.revoked(c) {
		c.part()
		return
	}
	c.wake()
	go c.listen()
}

// part forgets a connection that ended.
func (c *conn) part() {
	c.stop()
	c.api.connections.remove(c)
	c.api.disconnected(c.about(), c.from, c.since)
	if c.room.Presence.Set(c.id, protocol.Author{POS: c.caller.POS}, nil) {
		c.api.Rooms.Bell().Ring(c.room.ID)
	}
	c.leave()
	c.link.linger()
}

// revoked: what was revoked or moved while the hello was answered.
func (a *API) revoked(c *conn) bool {
	now, err := a.directory.Again(a.background, c.caller)
	switch {
	case err != nil:
		c.shut(closeToken, protocol.AsError(err).Message)
	case now.MultiSession == nil || now.MultiSession.ID != c.room.ID:
		c.shut(closeNoMultiSession, "this POS is in another multi-session now, or in none")
	case a.closing.Load():
		c.shut(closeOverloaded, "the server is shutting down; come back")
	default:
		return false
	}
	return true
}

// hello reads the first frame and answers it; nil if the socket is closed.
func (a *API) hello(l *webSocket) (*conn, func()) {
	l.deadline(a.Now().Add(helloTime))
	frame, err := l.read()
	if err != nil {
		var timeout net.Error
		switch {
		case errors.As(err, &timeout) && timeout.Timeout():
			a.refuse(l, closeNoHello, protocol.Errorf(protocol.BadRequest, "no hello came within 5 seconds"))
		case errors.Is(err, errFrameTooLarge):
			a.refuse(l, closeBadHello, tooLarge("hello", helloBytes))
		default:
			l.close(closeBadHello, "the first frame must be a hello")
		}
		return nil, nil
	}
	l.deadline(time.Time{})
	h, code, err := a.readHello(frame)
	if err != nil {
		a.refuse(l, code, err)
		return nil, nil
	}
	caller, err := a.directory.Authenticate(a.background, h.token)
	if err == nil && caller.Admin {
		err = protocol.Errorf(protocol.Forbidden, "a socket takes the token of a POS")
	}
	if err != nil {
		code := closeToken
		if err = a.slowed(a.background, err, l.remote); protocol.CodeOf(err) == protocol.RateLimited {
			code = closeOverloaded
		}
		a.refuse(l, code, err)
		return nil, nil
	}
	l.limit, l.reading = a.Limits.BodyBytes, &reading{api: a, pos: caller.POS.ID}
	a.strangers.known(l.stranger)
	l.stranger = nil
	if err := a.oneMore(caller.POS.ID); err != nil {
		a.refuse(l, closeOverloaded, err)
		return nil, nil
	}
	room, leave, err := a.enter(a.background, caller)
	if err == nil {
		var c *conn
		if c, err = a.greet(l, room, caller, h); err == nil {
			return c, leave
		}
		leave()
	}
	a.refuse(l, codeFor(err), err)
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
func (a *API) refuse(l *webSocket, code closeCode, err error) {
	e := protocol.AsError(err)
	if e.Code == protocol.Unauthorized || e.Code == protocol.Forbidden || e.Code == protocol.RateLimited {
		if a.refusals.tell(a.Log, "more was refused") {
			a.Log.Info("refused", "path", "/v1/socket", "what", "hello", "code", e.Code, "from", l.from)
		}
	} else {
		a.Log.Debug("refused", "path", "/v1/socket", "what", "hello", "code", e.Code, "from", l.from)
	}
	_ = l.write(appendFrame(nil, a.errorFrame("", e)), writeTime)
	l.close(code, e.Message)
}

type hello struct {
	token  string
	client protocol.ClientID
	cursor *protocol.Cursor // nil is none
}

func (a *API) readHello(frame []byte) (h hello, code closeCode, err error) {
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
func (a *API) greet(l *webSocket, room *multisession.Room, caller directory.Caller, h hello) (*conn, error) {
	c := &conn{
		api: a, link: l, room: room, caller: caller, client: h.client,
		id: a.connections.nextID(), since: a.Now(), from: l.from,
	}
	c.drained.L = &c.mu
	l.heard = &c.heard
	c.heard.Store(ticks())
	who := multisession.Reader{Client: h.client, POS: caller.POS.ID, Conn: c.id}
	subscription, err := room.Subscribe(a.background, who, h.cursor)
	if err != nil {
		return nil, err
	}
	c.reader = reader{Subscription: subscription, api: a, feed: room.Feed, framing: webSocketFrames, send: c.out}
	if err := c.send(c.welcome(nil, caller.POS)); err != nil {
		return nil, protocol.AsError(err)
	}
	return c, nil
}
