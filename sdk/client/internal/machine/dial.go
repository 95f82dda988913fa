package machine

import (
	"slices"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

const (
	patience  = 10 * time.Second       // for opening and for welcome
	slow      = 2 * time.Second        // an opening that takes longer is helped by the next way
	probe     = time.Minute            // between tries of a better way
	headStart = 300 * time.Millisecond // of a better way, when all are tried again
)

// dial opens and ends the socket, and says which way is tried, and when.
type dial struct {
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
}

// free: nothing is in the way of a call or a dial.
func (d *dial) free() bool { return d.stopped == "" && d.disk.ready() }

func (d *dial) rank(w way) int { return slices.Index(d.ways, w) }

// wanted: a way is to be tried now, for none that is better works.
func (d *dial) wanted(w way) bool {
	i := d.rank(w)
	return i >= 0 && i <= d.worst && (w == waySocket || !d.socket.up())
}

// transport is how the server is reached.
func (d *dial) transport() Transport {
	switch {
	case d.socket.up():
		return WebSocket
	case d.wanted(wayPoll) && d.calls.works && d.stopped == "":
		return LongPoll
	}
	return Offline
}

// tend opens the socket, or gives up an opening that takes too long.
func (d *dial) tend() {
	s := &d.socket
	if since, is := s.opening(); is {
		if d.now.Sub(since) >= patience {
			d.drop()
			d.gaveUp(waySocket, d.now)
		} else if d.now.Sub(since) >= slow {
			d.tryNext(waySocket)
		}
		return
	}
	if d.free() && d.wanted(waySocket) && !d.now.Before(s.dialAt) {
		d.conn++
		d.enter(onDial, d.conn)
		d.emit(Dial{Conn: d.conn})
	}
}

// enter tells the socket of an event, and reports whether its phase is another now.
func (d *dial) enter(on linkEvent, conn int) bool {
	d.trace("link", string(d.socket.at.phase()), string(on))
	return d.socket.enter(on, conn, d.now)
}

// wake is when tend has something to do.
func (d *dial) wake(sooner func(time.Time)) {
	s := &d.socket
	if since, is := s.opening(); is {
		sooner(since.Add(patience))
		if d.worst == d.rank(waySocket) && d.worst+1 < len(d.ways) {
			sooner(since.Add(slow))
		}
	} else if d.free() && d.wanted(waySocket) {
		sooner(s.dialAt)
	}
}

// greet says hello over a socket that is open now.
func (d *dial) greet(conn int) {
	if at, is := d.socket.at.(*dialing); !is || at.conn != conn || !d.enter(onUp, conn) {
		return
	}
	s := d.disk.state
	d.send(protocol.Hello{Protocol: protocol.Version, Token: d.cfg.Token, ClientID: s.ClientID, Cursor: s.Cursor})
}

func (d *dial) send(f protocol.ClientFrame) {
	talk := d.socket.talk()
	talk.sent = d.now
	d.emit(Send{Conn: talk.conn, Frame: f})
}

// hear: something came over a connection. It is false for one that was given
// up.
func (d *dial) hear(conn int) bool {
	talk := d.socket.talk()
	if talk == nil || talk.conn != conn {
		return false
	}
	talk.heard = d.now
	return true
}

// welcomed: the server takes this till.
func (d *dial) welcomed() {
	d.enter(onWelcome, 0)
	d.socket.worked = true
	d.worst, d.calls.works = d.rank(waySocket), false
	d.forgetCalls()
	d.pacing.answered()
	d.outbox.hold = d.now
}

// doom: after a reset every push on the socket is refused.
func (d *dial) doom() {
	d.enter(onDoom, 0)
	d.outbox.ground()
}

// closed takes the end of a connection, and returns what the server refused by
// it.
func (d *dial) closed(in LinkDown) (refused *protocol.Error, is bool) {
	s := &d.socket
	talk := s.talk()
	opening, wasDialing := s.at.(*dialing)
	if !(wasDialing && opening.conn == in.Conn) && !(talk != nil && talk.conn == in.Conn) {
		return refused, false
	}
	wasUp := s.up()
	d.ended()
	switch code := in.Code; {
	case closeCodes[code] != "":
		return &protocol.Error{Code: closeCodes[code]}, true
	case code/100 == 41, code/100 == 43:
		return &protocol.Error{Code: protocol.Forbidden}, true
	case code/100 == 42:
		d.rest(0)
	case wasUp:
		d.lost()
	default:
		d.gaveUp(waySocket, d.now)
	}
	return refused, false
}

// closeCodes say what the server refused. The others of 41xx and 43xx are for
// good, of 42xx for a while.
var closeCodes = map[int]protocol.Code{
	4209: protocol.NoMultiSession, 4250: protocol.Overloaded, 4301: protocol.Unauthorized, 4309: protocol.ClientTaken, 4326: protocol.UpgradeRequired,
}

// lost: an open socket broke. It is opened again.
func (d *dial) lost() { d.socket.dialAt = d.now.Add(d.pacing.short()) }

// redial opens the socket anew, at once.
func (d *dial) redial() {
	d.drop()
	d.socket.dialAt = d.now
}

// comeBack opens the socket at once, but not again and again.
func (d *dial) comeBack() {
	d.socket.dialAt = d.now.Add(d.pacing.reopen())
}

// tryNext tries the way below one, too.
func (d *dial) tryNext(w way) {
	i := d.rank(w) + 1
	if i == len(d.ways) || d.worst >= i {
		return
	}
	d.worst, d.calls.pullAt = i, d.now
}

// gaveUp: a way couldn't be opened. A proxy may be in it, so the next one is
// tried; that one again later. What was waited since then was a pause too.
func (d *dial) gaveUp(w way, since time.Time) {
	if d.rank(w)+1 == len(d.ways) {
		// No way works. What the server said last is over.
		d.fine()
		d.tryAt(later(since.Add(d.pacing.short()), d.now))
		return
	}
	again := mostPause
	if d.calls.works {
		again = probe
	}
	d.socket.dialAt = d.now.Add(again)
	d.tryNext(w)
}

// pollsWork: a way was tried because better ones couldn't be opened, and it
// works. A try of those that hangs began when nothing got through; another may
// find them open.
func (d *dial) pollsWork() {
	s := &d.socket
	if d.calls.works {
		return
	}
	d.calls.works = true
	if d.rank(waySocket) < 0 || s.up() {
		return
	}
	if since, is := s.opening(); is && d.now.Sub(since) >= slow {
		d.redial()
	} else if s.worked {
		s.dialAt = d.now.Add(leastPause)
	} else {
		s.dialAt = d.now.Add(probe)
	}
}

// drop hangs up.
func (d *dial) drop() {
	switch at := d.socket.at.(type) {
	case *down:
		return
	case *dialing:
		d.emit(Hangup{Conn: at.conn})
	default:
		d.emit(Hangup{Conn: d.socket.talk().conn})
	}
	d.ended()
}

// ended: what the socket carried is gone.
func (d *dial) ended() {
	if d.socket.up() {
		d.outbox.ground()
		d.inbox.discard()
		d.report.absent()
	}
	d.enter(onEnd, 0)
	d.socket.dialAt = later(d.socket.dialAt, d.now)
}

// dropAll ends everything that is under way.
func (d *dial) dropAll() {
	d.drop()
	d.forgetCalls()
}

func (d *dial) forgetCalls() {
	for _, id := range d.calls.forget() {
		d.outbox.land(id)
	}
	d.inbox.discard()
}

// fine: the server took something.
func (d *dial) fine() {
	if d.pacing.garbled == 0 {
		d.report.problem("", "")
	}
}

// stop gives up until [Retry] or [SetToken].
func (d *dial) stop(code protocol.Code) {
	d.dropAll()
	d.stopped = code
	d.report.problem(code, advice(code))
}

func (d *dial) retry() {
	d.stopped = ""
	d.pacing.restart()
	d.outbox.hold = d.now
	d.tryAt(d.now)
}

// rest waits before the next try of anything; the server's word wins.
func (d *dial) rest(asked time.Duration) {
	if asked <= 0 {
		asked = d.pacing.refused()
	}
	d.outbox.hold = d.now.Add(asked)
	d.tryAt(d.outbox.hold)
}

// tryAt says when what isn't open is tried again, each way a little after the
// better one.
func (d *dial) tryAt(t time.Time) {
	d.socket.dialAt = t
	d.calls.pullAt = t.Add(headStart * time.Duration(max(d.rank(wayPoll), 0)))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
