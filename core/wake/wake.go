// Package wake tells readers of a multi-session to look again. It carries no
// data and promises nothing: a lost wake-up costs time, because every reader
// also looks when its heartbeat is due.
//
// It owns the list of who listens. It starts no goroutine; its lock is held
// while listeners are called, so they must only note the call and return.
package wake

import (
	"sync"

	"github.com/manytill/manytill/sdk/protocol"
)

// Bell is rung when a multi-session moved on.
type Bell interface {
	// Ring calls everyone who listens for that multi-session.
	Ring(protocol.MultiSessionID)
	// Listen calls fn at every ring until the returned func is called. fn
	// must not block and must not call the Bell.
	Listen(ms protocol.MultiSessionID, fn func()) (stop func())
}

// Local is the Bell of a single process.
type Local struct {
	mu        sync.RWMutex
	listeners map[protocol.MultiSessionID]map[*func()]struct{}
}

// NewLocal is a Bell without listeners.
func NewLocal() *Local {
	return &Local{listeners: map[protocol.MultiSessionID]map[*func()]struct{}{}}
}

// Ring implements [Bell].
func (l *Local) Ring(ms protocol.MultiSessionID) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for fn := range l.listeners[ms] {
		(*fn)()
	}
}

// Listen implements [Bell].
func (l *Local) Listen(ms protocol.MultiSessionID, fn func()) (stop func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.listeners[ms] == nil {
		l.listeners[ms] = map[*func()]struct{}{}
	}
	l.listeners[ms][&fn] = struct{}{}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.listeners[ms], &fn)
		if len(l.listeners[ms]) == 0 {
			delete(l.listeners, ms)
		}
	}
}
