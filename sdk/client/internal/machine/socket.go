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
	slow      = 4 * time.Second  // an opening that takes longer is helped by polls
	probe     = time.Minute      // between tries of the socket while polls work
	stable    = 5 * time.Second  // a link that lasted so long was worth opening

	// A link may be dead though nobody says so: after quiet it is asked, by a
	// push of nothing, and the answer to that or to any push must come within
	// the limit. A server that is only slow is given twice as long each time.
	quiet       = 5 * time.Second
	headStart   = 300 * time.Millisecond
	answerLimit = 3 * time.Second
	mostLimit   = 24 * time.Second
)

// socket is the WebSocket, of which there is one at a time.
type socket struct {
	conn        int
	phase       phase
	since       time.Time // of the phase
	dialAt      time.Time
	sent, heard time.Time
	asked       time.Time     // when the oldest push under way was sent
	limit       time.Duration // for its answer
	// worked: it was open once, so no proxy is in its way for good.
	worked bool
	// doomed: after a reset every push on it is refused.
	doomed bool
	// stopped: it doesn't come back before somebody acts.
	stopped sdk.Code
	backoff backoff
	// cameBack is when it was opened anew for a reset, and returns the pauses.
	cameBack time.Time
	returns  backoff
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
		} else if m.now.Sub(l.since) >= slow {
			m.pollToo()
		}
	case open:
		m.tendOpen()
	}
}

func (m *Machine) tendOpen() {
	l := &m.link
	due, asked := m.answerDue()
	switch {
	case asked && !m.now.Before(due):
		l.limit = min(2*l.limit, mostLimit)
		m.drop()
		l.dialAt = m.now
	case m.now.Sub(l.heard) >= silence:
		m.drop()
		m.lost()
	case !asked && !l.doomed && m.now.Sub(l.heard) >= quiet:
		m.sendPush(nil, []sdk.Mutation{})
	case m.now.Sub(l.sent) >= heartbeat:
		m.send(wire.Heartbeat{})
	}
}

// answerDue is when a link that was asked must have said something.
func (m *Machine) answerDue() (time.Time, bool) {
	l := &m.link
	return maxTime(l.asked, l.heard).Add(l.limit), len(m.push.flights) > 0
}

// sendPush sends a push over the socket; one of no mutations asks whether
// anybody is there.
func (m *Machine) sendPush(ids []sdk.MutationID, mutations []sdk.Mutation) {
	if len(m.push.flights) == 0 {
		m.link.asked = m.now.Add(upload(mutations))
	}
	m.push.lastRef++
	m.push.flights[m.push.lastRef] = append([]sdk.MutationID{}, ids...)
	m.send(wire.Push{Ref: m.push.lastRef, Mutations: mutations})
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
func (m *Machine) lost() { m.link.dialAt = m.now.Add(m.link.backoff.next(m.cfg.Random, mostPause)) }

// comeBack opens the socket at once, but not again and again.
func (m *Machine) comeBack() {
	l := &m.link
	if m.now.Sub(l.cameBack) >= stable {
		l.returns = backoff{tries: 1}
		l.dialAt = m.now
	} else {
		l.dialAt = m.now.Add(l.returns.next(m.cfg.Random, longPause))
	}
	l.cameBack = l.dialAt
}

// noSocket: it couldn't be opened. A proxy may be in the way, so polls are
// tried; the socket again later.
func (m *Machine) noSocket() {
	again := mostPause
	if m.poll.works {
		again = probe
	}
	m.link.dialAt = m.now.Add(again)
	m.pollToo()
}

func (m *Machine) pollToo() {
	if !m.poll.on {
		m.poll.on, m.poll.at = true, m.now
	}
}

// pollWorks: polls were tried because the socket couldn't be opened, and the
// first was answered. A try of the socket that hangs began when nothing got
// through; another may find it open.
func (m *Machine) pollWorks() {
	l := &m.link
	if m.poll.works {
		return
	}
	m.poll.works = true
	if (l.phase == dialing || l.phase == greeting) && m.now.Sub(l.since) >= slow {
		m.drop()
		l.dialAt = m.now
	} else if l.worked {
		l.dialAt = m.now.Add(leastPause)
	} else {
		l.dialAt = m.now.Add(probe)
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
	m.link.backoff, m.garbage.tries = backoff{}, min(m.garbage.tries, 1)
	m.push.hold = m.now
	m.tryAt(m.now)
}

// tryAt says when what isn't open is tried again, the socket a little before.
func (m *Machine) tryAt(t time.Time) {
	m.link.dialAt, m.poll.at = t, t
	if !m.cfg.NoSocket {
		m.poll.at = t.Add(headStart)
	}
}

// pause waits before the next try of anything; the server's word wins.
func (m *Machine) pause(asked time.Duration) {
	d := asked
	if d <= 0 {
		d = m.link.backoff.next(m.cfg.Random, longPause)
	}
	m.push.hold = m.now.Add(d)
	m.tryAt(m.push.hold)
}

// backoff grows from 0.5 s to a most, by chance within.
type backoff struct{ tries int }

const (
	leastPause = 500 * time.Millisecond
	mostPause  = 4 * time.Second  // while nobody answers: trying costs a server nothing that isn't there
	longPause  = 30 * time.Second // when the server refuses
)

func (b *backoff) next(random func() float64, most time.Duration) time.Duration {
	ceiling := most
	if b.tries < 6 {
		ceiling = min(most, 2*leastPause<<b.tries)
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
