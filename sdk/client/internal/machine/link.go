package machine

import (
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

const (
	heartbeat = 25 * time.Second
	silence   = 35 * time.Second

	// A link may be dead though nobody says so: after quiet it is asked, by a
	// push of nothing, and the answer to that or to any push must come within
	// the limit. A server that is only slow is given twice as long each time.
	quiet       = 5 * time.Second
	answerLimit = 3 * time.Second
	mostLimit   = 24 * time.Second
)

// link is what goes between a till and its server: over the WebSocket, or by
// calls where that can't be opened.
type link struct {
	*step
	disk   *disk
	outbox *outbox
	inbox  *inbox
	calls  *calls
	dial   *dial

	// asked is when the oldest push under way on the socket was sent, and
	// limit how long its answer may take.
	asked time.Time
	limit time.Duration
}

// tend dials, keeps the socket alive and gives up a dead one.
func (l *link) tend() {
	if l.dial.socket.up() {
		l.tendUp()
	} else {
		l.dial.tend()
	}
}

// tendUp keeps an open socket alive, or gives up a dead one.
func (l *link) tendUp() {
	talk := l.dial.socket.talk()
	due, asked := l.answerDue()
	switch {
	case asked && !l.now.Before(due):
		l.limit = min(2*l.limit, mostLimit)
		l.dial.redial()
	case l.now.Sub(talk.heard) >= silence:
		l.dial.drop()
		l.dial.lost()
	case !asked && l.dial.socket.at.phase() == linkOpen && l.now.Sub(talk.heard) >= quiet:
		l.pushOver([]protocol.Mutation{})
	case l.now.Sub(talk.sent) >= heartbeat:
		l.dial.send(protocol.Alive{})
	}
}

// upDue is when tendUp has something to do.
func (l *link) upDue(sooner func(time.Time)) {
	talk := l.dial.socket.talk()
	sooner(talk.sent.Add(heartbeat))
	sooner(talk.heard.Add(silence))
	if due, asked := l.answerDue(); asked {
		sooner(due)
	} else if l.dial.socket.at.phase() == linkOpen {
		sooner(talk.heard.Add(quiet))
	}
}

// answerDue is when a socket that was asked must have said something.
func (l *link) answerDue() (due time.Time, asked bool) {
	talk := l.dial.socket.talk()
	if talk == nil || !l.outbox.underWay() {
		return due, false
	}
	return later(l.asked, talk.heard).Add(l.limit), true
}

// wake is when tend, pull or push has something to do.
func (l *link) wake(sooner func(time.Time)) {
	if due, some := l.calls.wake(); some {
		sooner(due)
	}
	if l.dial.socket.up() {
		l.upDue(sooner)
	} else {
		l.dial.wake(sooner)
	}
	if !l.dial.free() {
		return
	}
	if l.dial.wanted(wayPoll) && l.calls.pulling == 0 {
		sooner(l.calls.pullAt)
	}
	if l.outbox.hold.After(l.now) && l.disk.state.Unsent() > 0 {
		sooner(l.outbox.hold)
	}
}

// pull keeps one poll under way.
func (l *link) pull() {
	if l.calls.pulling == 0 && l.dial.free() && l.dial.wanted(wayPoll) && !l.now.Before(l.calls.pullAt) {
		l.calls.pull(l.inbox.resume())
	}
}

// push sends what waits, over the socket or else by calls.
func (l *link) push() {
	socket := l.dial.socket.up()
	most := 1
	switch {
	case !l.outbox.mayPush() || l.dial.stopped != "":
		return
	case socket && l.dial.socket.at.phase() == linkDoomed:
		return
	case !socket && (!l.calls.works || l.inbox.pile.phase() == inboxFolding):
		return
	case socket && !l.disk.settling():
		most = maxFlights
	}
	for len(l.outbox.flights) < most {
		batch := l.outbox.batch()
		if len(batch) == 0 {
			return
		}
		if socket {
			l.pushOver(batch)
			continue
		}
		s := l.disk.state
		l.outbox.launch(l.calls.make(protocol.PushRequest{ClientID: s.ClientID, Cursor: s.Cursor, Mutations: batch}, ""), batch)
	}
}

// pushOver pushes over the socket. A push of no mutations asks whether anybody is
// there.
func (l *link) pushOver(mutations []protocol.Mutation) {
	if !l.outbox.underWay() {
		l.asked = l.now.Add(upload(mutations))
	}
	l.dial.send(protocol.Push{Ref: l.outbox.launch(0, mutations), Mutations: mutations})
}

// pushAnswered: a push was answered, so the server isn't slow.
func (l *link) pushAnswered() { l.limit = answerLimit }
