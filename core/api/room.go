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
	r.api.Metrics.refused(refusedWaiting)
	if r.api.limited.tell(r.api.Log, moreLimited) {
		r.api.Log.Warn("body refused: too much of this POS is being read", "pos", r.pos)
	}
	return protocol.Errorf(protocol.Overloaded, "too much of this POS is being read; send it again").With(protocol.Pause{RetryAfterMS: 1000})
}
