package client_test

import (
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"github.com/manytill/manytill/sdk/protocol"
)

var upgrader = websocket.Upgrader{}

func (s *fakeServer) socket(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	blocked := s.noSocket
	s.mu.Unlock()
	if blocked {
		http.Error(w, "upgrade is not allowed here", http.StatusBadRequest)
		return
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	hello, ok := readFrame(conn).(protocol.Hello)
	if !ok {
		return
	}
	s.mu.Lock()
	s.hellos = append(s.hellos, hello)
	s.conns[conn] = true
	code := s.closeWith
	s.changed.Broadcast()
	s.mu.Unlock()
	if code != 0 {
		_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, "x"), time.Now().Add(time.Second))
		return
	}
	session := &fakeSession{s: s, conn: conn, id: hello.ClientID}
	session.welcome(hello.Cursor)
	go session.follow()
	session.serve()
}

func readFrame(conn *websocket.Conn) protocol.ClientFrame {
	_, raw, err := conn.ReadMessage()
	if err != nil {
		return nil
	}
	f, _ := protocol.DecodeClientFrame(raw)
	return f
}

// fakeSession is one connection; the server's lock guards it.
type fakeSession struct {
	s      *fakeServer
	conn   *websocket.Conn
	id     protocol.ClientID
	at     protocol.Seq
	doomed bool
	gone   bool
}

func (f *fakeSession) send(frame protocol.ServerFrame) {
	raw, _ := protocol.EncodeServerFrame(frame)
	_ = f.conn.WriteMessage(websocket.TextMessage, raw)
}

func (f *fakeSession) welcome(cursor protocol.Cursor) {
	f.s.mu.Lock()
	defer f.s.mu.Unlock()
	f.send(protocol.Welcome{
		Protocol: 1, ServerID: "s1", HeartbeatS: 25, Run: 1, TillOpen: true,
		POS: protocol.POS{ID: "bar", Name: "Bar"}, MultiSession: &protocol.MultiSession{ID: "m1", Name: "M"},
	})
	if cursor != "" {
		from, reason := f.s.since(cursor)
		if reason == "" {
			f.at = from
			return
		}
		f.doomed = reason != protocol.CursorExpired
		f.send(protocol.Reset{Reason: reason})
	}
	f.at = f.s.head()
	f.send(f.s.snapshot(f.id))
}

// follow sends changes as they come. The caller holds nothing.
func (f *fakeSession) follow() {
	f.s.mu.Lock()
	defer f.s.mu.Unlock()
	for !f.gone {
		f.catchUp()
		f.s.changed.Wait()
	}
}

func (f *fakeSession) catchUp() {
	if f.at < f.s.head() && f.at >= f.s.base {
		if f.s.garble > 0 {
			f.s.garble--
			_ = f.conn.WriteMessage(websocket.TextMessage, []byte(`{"t":"changes","changes":[{"seq":`))
		} else {
			f.send(f.s.changes(f.id, f.at))
		}
		f.at = f.s.head()
	}
}

func (f *fakeSession) serve() {
	defer f.s.with(func() { f.gone = true })
	for {
		frame := readFrame(f.conn)
		if frame == nil {
			return
		}
		push, ok := frame.(protocol.Push)
		if !ok {
			continue
		}
		if !f.push(push) {
			return
		}
	}
}

func (f *fakeSession) push(push protocol.Push) bool {
	f.s.mu.Lock()
	defer f.s.mu.Unlock()
	if f.doomed {
		f.send(protocol.ErrorFrame{Ref: push.Ref, Code: protocol.ResetRequired, Details: protocol.Resetting{Reason: protocol.EpochChanged}})
		return true
	}
	results, e := f.s.decide(f.id, push.Mutations)
	if f.s.loseAnswer > 0 {
		f.s.loseAnswer--
		return false
	}
	if e != nil {
		f.send(protocol.ErrorFrame{Ref: push.Ref, Code: e.Code, Message: e.Message, Details: e.Details})
		return true
	}
	f.catchUp()
	f.send(protocol.Pushed{Ref: push.Ref, LastID: protocol.MutationID(len(f.s.decided[f.id])), Results: results})
	return true
}
