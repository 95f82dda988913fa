package machine

import (
	"time"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/wire"
)

type phase int

const (
	down phase = iota
	dialing
	greeting // hello was sent
	open     // welcome came
)

const (
	heartbeat = 25 * time.Second
	silence   = 35 * time.Second
	patience  = 10 * time.Second // for opening and for welcome
	probe     = time.Minute      // between tries of the socket while polls work
	stable    = 5 * time.Second
)

// socket is the WebSocket, of which there is one at a time.
type socket struct {
	conn        int
	phase       phase
	since       time.Time // of the phase
	dialAt      time.Time
	sent, heard time.Time
	// doomed: after a reset every push on it is refused.
	doomed bool
	// stopped: it doesn't come back before somebody acts.
	stopped sdk.Code
	backoff backoff
}

func (s *socket) up() bool { return s.phase == open }

// tend dials, keeps the socket alive, and gives up a dead one.
func (m *Machine) tend() {
	l := &m.link
	switch l.phase {
	case down:
		if m.cfg.NoSocket || l.stopped != "" || !m.ready() || m.now.Before(l.dialAt) {
			return
		}
		l.conn++
		l.phase, l.since, l.doomed = dialing, m.now, false
		m.emit(Dial{Conn: l.conn})
	case dialing, greeting:
		if m.now.Sub(l.since) >= patience {
			m.drop()
			m.noSocket()
		}
	case open:
		if m.now.Sub(l.heard) >= silence {
			m.drop()
			m.lost()
		} else if m.now.Sub(l.sent) >= heartbeat {
			m.send(wire.Heartbeat{})
		}
	}
}

func (m *Machine) linkUp(conn int) {
	l := &m.link
	if conn != l.conn || l.phase != dialing {
		return
	}
	l.phase, l.since, l.heard = greeting, m.now, m.now
	m.pages = nil
	m.send(wire.Hello{
		Protocol: wire.Protocol, Token: m.cfg.Token,
		ClientID: m.state.ClientID, Cursor: m.state.Cursor,
	})
}

func (m *Machine) linkDown(in LinkDown) {
	l := &m.link
	if in.Conn != l.conn || l.phase == down {
		return
	}
	was := l.phase
	m.hungUp()
	switch {
	case in.Code == 4301:
		m.stop(sdk.Unauthorized)
	case in.Code == 4309:
		m.reset(sdk.Reason(sdk.ClientTaken))
	case in.Code == 4326:
		m.stop(sdk.UpgradeRequired)
	case in.Code/100 == 41, in.Code/100 == 43:
		m.stop(sdk.Forbidden)
	case in.Code == 4209:
		m.refused(wire.Error{Code: sdk.NoMultiSession})
	case in.Code == 4250:
		m.refused(wire.Error{Code: sdk.Overloaded})
	case in.Code/100 == 42:
		m.pause(0)
	case was == open:
		m.lost()
	default:
		m.noSocket()
	}
}

// lost: an open socket broke. It is opened again.
func (m *Machine) lost() { m.link.dialAt = m.now.Add(m.link.backoff.next(m.cfg.Random)) }

// comeBack opens the socket at once, but not again and again.
func (m *Machine) comeBack() {
	m.link.dialAt = m.now
	if m.link.backoff.tries > 0 {
		m.lost()
	}
	m.link.backoff.tries = max(m.link.backoff.tries, 1)
}

// noSocket: it couldn't be opened. A proxy may be in the way, so polls are
// tried; the socket again later.
func (m *Machine) noSocket() {
	m.link.dialAt = m.now.Add(probe)
	if !m.poll.on {
		m.poll.on, m.poll.at = true, m.now
	}
}

// drop hangs up.
func (m *Machine) drop() {
	if m.link.phase != down {
		m.emit(Hangup{Conn: m.link.conn})
		m.hungUp()
	}
}

func (m *Machine) hungUp() {
	if m.link.phase == open {
		m.push.ground()
		m.folded, m.poll.cursor = nil, ""
		m.here.left(m)
	}
	m.link.phase, m.link.doomed = down, false
	m.link.dialAt = maxTime(m.link.dialAt, m.now)
}

func (m *Machine) send(f wire.Frame) {
	m.link.sent = m.now
	m.emit(Send{Conn: m.link.conn, Frame: f})
}

// stop gives up until [Retry] or [SetToken].
func (m *Machine) stop(code sdk.Code) {
	m.drop()
	m.forgetRequests()
	m.link.stopped = code
	m.problem(code, advice(code))
}

func (m *Machine) retry() {
	m.link.stopped = ""
	m.link.backoff = backoff{}
	m.link.dialAt, m.poll.at, m.push.hold = m.now, m.now, m.now
}

// pause waits before the next try of anything; the server's word wins.
func (m *Machine) pause(asked time.Duration) {
	d := asked
	if d <= 0 {
		d = m.link.backoff.next(m.cfg.Random)
	}
	until := m.now.Add(d)
	m.link.dialAt, m.poll.at, m.push.hold = until, until, until
}

// backoff grows from 0.5 to 30 s, by chance within.
type backoff struct{ tries int }

const (
	leastPause = 500 * time.Millisecond
	mostPause  = 30 * time.Second
)

func (b *backoff) next(random func() float64) time.Duration {
	ceiling := mostPause
	if b.tries < 6 {
		ceiling = min(mostPause, 2*leastPause<<b.tries)
	}
	b.tries++
	return leastPause + time.Duration(random()*float64(ceiling-leastPause))
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
