package machine

import (
	"slices"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

const (
	heartbeat = 25 * time.Second
	silence   = 35 * time.Second
	patience  = 10 * time.Second // for opening and for welcome
	slow      = 4 * time.Second  // an opening that takes longer is helped by the next way
	probe     = time.Minute      // between tries of a better way

	// A link may be dead though nobody says so: after quiet it is asked, by a
	// push of nothing, and the answer to that or to any push must come within
	// the limit. A server that is only slow is given twice as long each time.
	quiet       = 5 * time.Second
	answerLimit = 3 * time.Second
	mostLimit   = 24 * time.Second

	headStart = 300 * time.Millisecond // of a better way, when all are tried again
)

// link is how a till reaches its server: over the WebSocket, or by calls where
// that can't be opened.
type link struct {
	*step
	disk   *disk
	report *report
	outbox *outbox
	inbox  *inbox
	calls  *calls
	pacing *pacing
	socket carrier

	// ways to use, best first, and the place of the last that is tried.
	ways  []way
	worst int
	conn  int
	// stopped: nothing is tried before somebody acts.
	stopped protocol.Code
	// asked is when the oldest push under way on the socket was sent, and
	// limit how long its answer may take.
	asked time.Time
	limit time.Duration
}

// free: nothing is in the way of a call or a dial.
func (l *link) free() bool { return l.stopped == "" && l.disk.ready() }

func (l *link) rank(w way) int { return slices.Index(l.ways, w) }

// wanted: a way is to be tried now, for none that is better works.
func (l *link) wanted(w way) bool {
	i := l.rank(w)
	return i >= 0 && i <= l.worst && (w == waySocket || !l.socket.up())
}

// transport is how the server is reached.
func (l *link) transport() Transport {
	switch {
	case l.socket.up():
		return WebSocket
	case l.wanted(wayPoll) && l.calls.works && l.stopped == "":
		return LongPoll
	}
	return Offline
}

// tend dials, keeps the socket alive, gives up a dead one, polls and pushes.
func (l *link) tend() {
	s := &l.socket
	if since, is := s.opening(); is {
		if l.now.Sub(since) >= patience {
			l.drop()
			l.gaveUp(waySocket, l.now)
		} else if l.now.Sub(since) >= slow {
			l.tryNext(waySocket)
		}
		return
	}
	if s.up() {
		l.tendOpen(s.talk())
		return
	}
	if l.free() && l.wanted(waySocket) && !l.now.Before(s.dialAt) {
		l.conn++
		s.enter(onDial, l.conn, l.now)
		l.emit(Dial{Conn: l.conn})
	}
}

func (l *link) tendOpen(talk *session) {
	due, asked := l.answerDue()
	switch {
	case asked && !l.now.Before(due):
		l.limit = min(2*l.limit, mostLimit)
		l.redial()
	case l.now.Sub(talk.heard) >= silence:
		l.drop()
		l.lost()
	case !asked && l.socket.at.phase() == linkOpen && l.now.Sub(talk.heard) >= quiet:
		l.pushOver([]protocol.Mutation{})
	case l.now.Sub(talk.sent) >= heartbeat:
		l.send(protocol.Alive{})
	}
}

// answerDue is when a socket that was asked must have said something.
func (l *link) answerDue() (due time.Time, asked bool) {
	talk := l.socket.talk()
	if talk == nil || !l.outbox.underWay() {
		return due, false
	}
	return later(l.asked, talk.heard).Add(l.limit), true
}

// pull keeps one poll under way.
func (l *link) pull() {
	if l.calls.pulling == 0 && l.free() && l.wanted(wayPoll) && !l.now.Before(l.calls.pullAt) {
		l.calls.pull(l.inbox.resume())
	}
}

// push sends what waits, over the socket or else by calls.
func (l *link) push() {
	socket := l.socket.up()
	most := 1
	switch {
	case !l.outbox.mayPush() || l.stopped != "":
		return
	case socket && l.socket.at.phase() == linkDoomed:
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

// pushOver pushes over the socket. A push of no mutations asks whether anybody
// is there.
func (l *link) pushOver(mutations []protocol.Mutation) {
	if !l.outbox.underWay() {
		l.asked = l.now.Add(upload(mutations))
	}
	l.send(protocol.Push{Ref: l.outbox.launch(0, mutations), Mutations: mutations})
}

// wake is when tend, pull or push has something to do.
func (l *link) wake(sooner func(time.Time)) {
	s := &l.socket
	if due, some := l.calls.wake(); some {
		sooner(due)
	}
	if since, is := s.opening(); is {
		sooner(since.Add(patience))
		if l.worst == l.rank(waySocket) && l.worst+1 < len(l.ways) {
			sooner(since.Add(slow))
		}
	} else if s.up() {
		talk := s.talk()
		sooner(talk.sent.Add(heartbeat))
		sooner(talk.heard.Add(silence))
		if due, asked := l.answerDue(); asked {
			sooner(due)
		} else if s.at.phase() == linkOpen {
			sooner(talk.heard.Add(quiet))
		}
	} else if l.free() && l.wanted(waySocket) {
		sooner(s.dialAt)
	}
	if !l.free() {
		return
	}
	if l.wanted(wayPoll) && l.calls.pulling == 0 {
		sooner(l.calls.pullAt)
	}
	if l.outbox.hold.After(l.now) && l.disk.state.Unsent() > 0 {
		sooner(l.outbox.hold)
	}
}

// greet says hello over a socket that is open now.
func (l *link) greet(conn int) {
	if d, is := l.socket.at.(*dialing); !is || d.conn != conn || !l.socket.enter(onUp, conn, l.now) {
		return
	}
	s := l.disk.state
	l.send(protocol.Hello{Protocol: protocol.Version, Token: l.cfg.Token, ClientID: s.ClientID, Cursor: s.Cursor})
}

// hear: something came over a connection. It is false for one that was given
// up.
func (l *link) hear(conn int) bool {
	talk := l.socket.talk()
	if talk == nil || talk.conn != conn {
		return false
	}
	talk.heard = l.now
	return true
}

// welcomed: the server takes this till.
func (l *link) welcomed() {
	l.socket.enter(onWelcome, 0, l.now)
	l.socket.worked = true
	l.worst, l.calls.works = l.rank(waySocket), false
	l.forgetCalls()
	l.pacing.answered()
	l.outbox.hold = l.now
}

// doom: after a reset every push on the socket is refused.
func (l *link) doom() {
	l.socket.enter(onDoom, 0, l.now)
	l.outbox.ground()
}

// closed takes the end of a connection, and returns what the server refused by
// it.
func (l *link) closed(in LinkDown) (refused *protocol.Error, is bool) {
	s := &l.socket
	talk := s.talk()
	d, wasDialing := s.at.(*dialing)
	if !(wasDialing && d.conn == in.Conn) && !(talk != nil && talk.conn == in.Conn) {
		return refused, false
	}
	wasUp := s.up()
	l.ended()
	switch code := in.Code; {
	case closeCodes[code] != "":
		return &protocol.Error{Code: closeCodes[code]}, true
	case code/100 == 41, code/100 == 43:
		return &protocol.Error{Code: protocol.Forbidden}, true
	case code/100 == 42:
		l.rest(0)
	case wasUp:
		l.lost()
	default:
		l.gaveUp(waySocket, l.now)
	}
	return refused, false
}

// closeCodes say what the server refused. The others of 41xx and 43xx are for
// good, of 42xx for a while.
var closeCodes = map[int]protocol.Code{
	4209: protocol.NoMultiSession, 4250: protocol.Overloaded, 4301: protocol.Unauthorized, 4309: protocol.ClientTaken, 4326: protocol.UpgradeRequired,
}

// lost: an open socket broke. It is opened again.
func (l *link) lost() { l.socket.dialAt = l.now.Add(l.pacing.short()) }

// redial opens the socket anew, at once.
func (l *link) redial() {
	l.drop()
	l.socket.dialAt = l.now
}

// comeBack opens the socket at once, but not again and again.
func (l *link) comeBack() {
	l.socket.dialAt = l.now.Add(l.pacing.reopen())
}

// tryNext tries the way below one, too.
func (l *link) tryNext(w way) {
	i := l.rank(w) + 1
	if i == len(l.ways) || l.worst >= i {
		return
	}
	l.worst, l.calls.pullAt = i, l.now
}

// gaveUp: a way couldn't be opened. A proxy may be in it, so the next one is
// tried; that one again later. What was waited since then was a pause too.
func (l *link) gaveUp(w way, since time.Time) {
	if l.rank(w)+1 == len(l.ways) {
		// No way works. What the server said last is over.
		l.fine()
		l.tryAt(later(since.Add(l.pacing.short()), l.now.Add(leastPause)))
		return
	}
	again := mostPause
	if l.calls.works {
		again = probe
	}
	l.socket.dialAt = l.now.Add(again)
	l.tryNext(w)
}

// pollsWork: a way was tried because better ones couldn't be opened, and it
// works. A try of those that hangs began when nothing got through; another may
// find them open.
func (l *link) pollsWork() {
	s := &l.socket
	if l.calls.works {
		return
	}
	l.calls.works = true
	if l.rank(waySocket) < 0 || s.up() {
		return
	}
	if since, is := s.opening(); is && l.now.Sub(since) >= slow {
		l.redial()
	} else if s.worked {
		s.dialAt = l.now.Add(leastPause)
	} else {
		s.dialAt = l.now.Add(probe)
	}
}

// drop hangs up.
func (l *link) drop() {
	switch at := l.socket.at.(type) {
	case *down:
		return
	case *dialing:
		l.emit(Hangup{Conn: at.conn})
	default:
		l.emit(Hangup{Conn: l.socket.talk().conn})
	}
	l.ended()
}

// ended: what the socket carried is gone.
func (l *link) ended() {
	if l.socket.up() {
		l.outbox.ground()
		l.inbox.discard()
		l.report.absent()
	}
	l.socket.enter(onEnd, 0, l.now)
	l.socket.dialAt = later(l.socket.dialAt, l.now)
}

// dropAll ends everything that is under way.
func (l *link) dropAll() {
	l.drop()
	l.forgetCalls()
}

func (l *link) forgetCalls() {
	for _, id := range l.calls.forget() {
		l.outbox.land(id)
	}
	l.inbox.discard()
}

func (l *link) send(f protocol.ClientFrame) {
	talk := l.socket.talk()
	talk.sent = l.now
	l.emit(Send{Conn: talk.conn, Frame: f})
}

// fine: the server took something.
func (l *link) fine() {
	if l.pacing.garbled == 0 {
		l.report.problem("", "")
	}
}

// stop gives up until [Retry] or [SetToken].
func (l *link) stop(code protocol.Code) {
	l.dropAll()
	l.stopped = code
	l.report.problem(code, advice(code))
}

func (l *link) retry() {
	l.stopped = ""
	l.pacing.restart()
	l.outbox.hold = l.now
	l.tryAt(l.now)
}

// rest waits before the next try of anything; the server's word wins.
func (l *link) rest(asked time.Duration) {
	if asked <= 0 {
		asked = l.pacing.refused()
	}
	l.outbox.hold = l.now.Add(asked)
	l.tryAt(l.outbox.hold)
}

// tryAt says when what isn't open is tried again, each way a little after the
// better one.
func (l *link) tryAt(t time.Time) {
	l.socket.dialAt = t
	l.calls.pullAt = t.Add(headStart * time.Duration(max(l.rank(wayPoll), 0)))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
