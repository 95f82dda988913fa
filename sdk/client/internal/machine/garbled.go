package machine

import (
	"errors"

	"github.com/manytill/manytill/sdk/client/wire"
)

func (m *Machine) garbled(in Garbled) {
	l := &m.link
	if in.Conn != l.conn || (l.phase != greeting && l.phase != open) {
		return
	}
	l.heard = m.now
	m.unreadable(in.Err)
}

// unreadable takes what isn't what the protocol says. What may have changed
// orders is lost with it, so a snapshot is taken; each further one that can't
// be read waits longer, and the queue stays.
func (m *Machine) unreadable(err error) {
	u := wire.Unreadable{Err: err}
	errors.As(err, &u)
	m.notify(Unreadable{What: u.What, Message: u.Err.Error()})
	switch u.What {
	case "pushed", "error": // of a push, which is made again later
		m.push.ground()
		m.push.hold = m.now.Add(tillPause)
	case "", "welcome", "changes", "snapshot", "reset":
		m.pages, m.folded, m.poll.cursor, m.poll.page = nil, nil, "", ""
		m.forgetCursor()
		m.drop()
		m.tryAt(m.now.Add(m.garbage.next(m.cfg.Random, longPause)))
	default:
		return // nothing that a till must know
	}
	m.problem(ProblemUnreadable, advice(ProblemUnreadable))
}

// readable: orders could be read.
func (m *Machine) readable() {
	if m.garbage.tries > 0 {
		m.garbage = backoff{}
		m.fine()
	}
}
