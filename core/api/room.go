package api

import (
	"sync"

	"github.com/manytill/manytill/sdk/protocol"
)

// What one POS may have in memory of bodies and large frames that are being
// read or decided, and how many connections that stay. An honest till has one
// of each, a few while its network comes and goes.
const (
	bodiesOfPOS      = 16 << 20
	connectionsOfPOS = 1000
)

// bodies counts them by POS; the zero value counts none. Safe for concurrent
// use.
type bodies struct {
	mu sync.Mutex
	of map[protocol.POSID]int64
}

// add reports whether there was room; the first always has some.
func (l *bodies) add(pos protocol.POSID, n int64, most int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if was := l.of[pos]; was > 0 && was+n > most {
		return false
	}
	if l.of == nil {
		l.of = map[protocol.POSID]int64{}
	}
	l.of[pos] += n
	return true
}

func (l *bodies) remove(pos protocol.POSID, n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of[pos] -= n; l.of[pos] <= 0 {
		delete(l.of, pos)
	}
}

// turns has large pushes of one POS decoded one after another, so that its tills
// take one processor at most, whatever they send. The zero value is ready. Safe
// for concurrent use.
type turns struct {
	mu sync.Mutex
	of map[protocol.POSID]*turn
}

type turn struct {
	sync.Mutex
	users int
}

// largeBody is what must wait for its turn; the rest takes no time.
const largeBody = 16 << 10

// take waits for the turn of a POS to decode so many bytes; done ends it.
func (t *turns) take(pos protocol.POSID, bytes int) (done func()) {
	if bytes < largeBody {
		return func() {}
	}
	t.mu.Lock()
	if t.of == nil {
		t.of = map[protocol.POSID]*turn{}
	}
	one := t.of[pos]
	if one == nil {
		one = &turn{}
		t.of[pos] = one
	}
	one.users++
	t.mu.Unlock()
	one.Lock()
	return func() {
		one.Unlock()
		t.mu.Lock()
		defer t.mu.Unlock()
		if one.users--; one.users == 0 {
			delete(t.of, pos)
		}
	}
}

// refusedOf counts and logs what was refused to a POS.
func (a *API) refusedOf(pos protocol.POSID, what, message string) {
	a.Metrics.refused(what)
	if a.limited.tell(a.Log, moreLimited) {
		a.Log.Warn(message, "pos", pos)
	}
}

// oneMore refuses a connection that stays, to a POS that has too many.
func (a *API) oneMore(pos protocol.POSID) error {
	err := a.connections.room(pos)
	if err != nil {
		a.refusedOf(pos, refusedStream, "connection refused: this POS has too many open")
	}
	return err
}

// reading is what one request or frame holds of it.
type reading struct {
	api  *API
	pos  protocol.POSID
	held int64
}

func (r *reading) add(n int) bool {
	if r.api == nil { // a call that anyone may make reads none
		return true
	}
	if !r.api.bodies.add(r.pos, int64(n), max(bodiesOfPOS, 2*r.api.Limits.BodyBytes)) {
		return false
	}
	r.held += int64(n)
	return true
}

func (r *reading) done() {
	if r.held > 0 {
		r.api.bodies.remove(r.pos, r.held)
		r.held = 0
	}
}

func (r *reading) full() error {
	r.api.refusedOf(r.pos, refusedWaiting, "body refused: too much of this POS is being read")
	return protocol.Errorf(protocol.Overloaded, "too much of this POS is being read; send it again").With(protocol.Pause{RetryAfterMS: 1000})
}
