package api

import (
	"strconv"
	"sync"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
)

// closeCode says with its range what the client does next: 41xx don't come
// back, 42xx come back after a pause, 43xx act first.
type closeCode int

const (
	closeBadHello       closeCode = 4100
	closeNoHello        closeCode = 4200
	closeTooSlow        closeCode = 4208
	closeNoMultiSession closeCode = 4209
	closeOverloaded     closeCode = 4250
	closeToken          closeCode = 4301
	closeClientTaken    closeCode = 4309
	closeProtocol       closeCode = 4326
)

// stream is a connection that stays: a socket, an event stream, a long poll.
type stream interface {
	// about says who it is and where it stands.
	about() connection
	// beat is called once a second: it sends a heartbeat when one is due and
	// ends a link that has been silent for too long. It must not block.
	beat()
	// wake has it look for news. It must not block.
	wake()
	// end closes it. It must not block.
	end(code closeCode, why string)
}

// connection is a stream as the operator sees it, and what it is of.
type connection struct {
	protocol.Connection
	caller directory.Caller
	room   *multisession.Room
}

// connections holds every stream. Safe for concurrent use.
type connections struct {
	mu   sync.Mutex
	all  map[stream]protocol.POSID
	of   map[protocol.POSID]int
	last int64
}

func newConnections() *connections {
	return &connections{all: map[stream]protocol.POSID{}, of: map[protocol.POSID]int{}}
}

// nextID names a connection within this process.
func (cs *connections) nextID() string {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.last++
	return "c" + strconv.FormatInt(cs.last, 36)
}

// room reports whether a POS may have one more.
func (cs *connections) room(pos protocol.POSID) error {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.of[pos] < connectionsOfPOS {
		return nil
	}
	return protocol.Errorf(protocol.RateLimited, "this POS has %d connections open, and may have no more", connectionsOfPOS).
		With(protocol.Pause{RetryAfterMS: 5000})
}

func (cs *connections) add(s stream, pos protocol.POSID) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.all[s] = pos
	cs.of[pos]++
}

func (cs *connections) remove(s stream) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	pos, known := cs.all[s]
	if !known {
		return
	}
	delete(cs.all, s)
	if cs.of[pos]--; cs.of[pos] == 0 {
		delete(cs.of, pos)
	}
}

func (cs *connections) list() []stream {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	list := make([]stream, 0, len(cs.all))
	for s := range cs.all {
		list = append(list, s)
	}
	return list
}

func (cs *connections) count() map[string]int {
	counts := map[string]int{"socket": 0, "stream": 0, "poll": 0}
	for _, s := range cs.list() {
		counts[s.about().Transport]++
	}
	return counts
}

func (cs *connections) beat() {
	for _, s := range cs.list() {
		s.beat()
	}
}

func (cs *connections) end(pos protocol.POSID, code closeCode, why string) {
	for _, s := range cs.list() {
		if s.about().POS.ID == pos {
			s.end(code, why)
		}
	}
}

func (cs *connections) endAll(code closeCode, why string) {
	for _, s := range cs.list() {
		s.end(code, why)
	}
}
