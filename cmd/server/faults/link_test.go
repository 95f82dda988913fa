package faults_test

import (
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/client/clienttest"
	"github.com/manytill/manytill/sdk/protocol"
)

// link is what lies between a till and the server: frames on their way, and
// calls and answers.
type link struct {
	conn     int // 0 is none
	socket   *serverSocket
	halfOpen bool // nothing comes through and nobody knows
	up, down [][]byte
	calls    []*call
	answers  []clienttest.Input
}

type call struct {
	id   int
	call protocol.Request
}

// lateMessages is a link that the till gave up, with what was on its way on it.
type lateMessages struct {
	socket *serverSocket
	up     [][]byte
}

func (t *till) open(conn int) {
	t.hang()
	t.conn, t.socket, t.halfOpen = conn, &serverSocket{s: t.w.server, node: t.w.server.any(), pos: t.pos, script: t.script}, false
}

// hang drops the till's end.
func (t *till) hang() {
	if t.socket != nil && len(t.up) > 0 && !t.halfOpen {
		t.w.late = append(t.w.late, &lateMessages{t.socket, t.up})
	}
	t.conn, t.socket, t.up, t.down, t.halfOpen, t.clogged = 0, nil, nil, nil, false, false
}

// cut breaks the link, and all calls on their way.
func (t *till) cut() {
	var inputs []clienttest.Input
	if t.conn != 0 {
		inputs = append(inputs, clienttest.LinkDown{Conn: t.conn, Err: errCut})
		t.hang()
	}
	for _, c := range t.calls {
		inputs = append(inputs, clienttest.Failed{Request: c.id, Err: errCut})
	}
	t.calls, t.answers = nil, nil
	t.step(inputs...)
}

func (t *till) send(raw []byte) {
	if t.conn != 0 && !t.halfOpen {
		t.up = append(t.up, raw)
	}
}

// asked is a push that waits to be decided, and where its answer goes.
type asked struct {
	socket *serverSocket
	ref    int
	push   *multisession.Push
}

// take gives the server a frame; a push is left to be decided.
func (d *serverSocket) take(raw []byte) *asked {
	frame, err := protocol.DecodeClientFrame(raw)
	require.NoError(d.s.w.t, err)
	switch f := frame.(type) {
	case protocol.Hello:
		d.hello(f)
	case protocol.Push:
		if ref, push := d.push(raw); push != nil {
			return &asked{d, ref, push}
		}
	}
	return nil
}

// decide decides pushes of several desks in one batch, as a session does with
// what queued up.
func (s *server) decide(all []*asked) {
	for len(all) > 0 {
		session := all[0].socket.session
		var batch []multisession.Request
		var mine []*asked
		all = slices.DeleteFunc(all, func(a *asked) bool {
			if a.socket.session != session {
				return false
			}
			mine, batch = append(mine, a), append(batch, a.push)
			return true
		})
		replies := session.DecideNow(batch...)
		for i, a := range mine {
			a.socket.pushed(a.ref, a.push, &replies[i])
		}
	}
}

// arrive moves what the server said to the link.
func (t *till) arrive() {
	if t.socket == nil || t.clogged && t.full() {
		return
	}
	t.socket.gather()
	if !t.halfOpen {
		t.down = append(t.down, t.socket.out...)
	}
	t.socket.out = nil
}

// receive hands the till one frame; false if there is none.
func (t *till) receive() bool {
	switch {
	case t.clogged:
		return false
	case t.conn != 0 && len(t.down) > 0:
		if *seed != 0 {
			t.w.tell("    %s <- %s", t.name, t.down[0])
		}
		frame, err := protocol.DecodeServerFrame(t.down[0])
		require.NoError(t.w.t, err)
		raw := t.down[0]
		t.down = t.down[1:]
		t.step(received{clienttest.Received{Conn: t.conn, Frame: frame}, raw})
	case t.conn != 0 && t.socket.closed != 0:
		down := clienttest.LinkDown{Conn: t.conn, Code: t.socket.closed}
		t.hang()
		t.step(down)
	default:
		return false
	}
	return true
}

// answer lets the server answer a call; false while it waits.
func (t *till) answer(c *call) bool {
	a, raw, err, ready := t.w.server.call(t, c.call)
	if *seed != 0 {
		t.w.tell("    %s calls %+v: %+v %v %t", t.name, c.call, a, err, ready)
	}
	switch {
	case !ready:
		return false
	case err != nil:
		t.answers = append(t.answers, clienttest.Failed{Request: c.id, Err: err})
	default:
		t.answers = append(t.answers, answered{clienttest.Answered{Request: c.id, Answer: a}, raw})
	}
	return true
}

// progress does whatever can be done without a fault; false if nothing can.
func (t *till) progress() (moved bool) {
	t.flush()
	if t.socket != nil {
		for len(t.up) > 0 {
			raw := t.up[0]
			t.up = t.up[1:]
			if a := t.socket.take(raw); a != nil {
				t.w.server.decide([]*asked{a})
			}
		}
		t.arrive()
	}
	for t.receive() {
		moved = true
	}
	calls := t.calls
	t.calls = nil
	for _, c := range calls {
		if !t.answer(c) {
			t.calls = append(t.calls, c)
		}
	}
	answers := t.answers
	t.answers = nil
	if len(answers) > 0 {
		moved = true
		t.step(answers...)
	}
	return moved
}
