package api

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

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
	caller  directory.Caller
	session *multisession.Session
}

// connections holds every stream. Safe for concurrent use.
type connections struct {
	*observer
	node string
	mu   sync.Mutex
	all  map[stream]protocol.POSID
	of   map[protocol.POSID]int
	last int64
}

func newConnections(o *observer, node string) *connections {
	return &connections{observer: o, node: node, all: map[stream]protocol.POSID{}, of: map[protocol.POSID]int{}}
}

// nextID names a connection, within this process or, with the node's name, in all.
func (cs *connections) nextID() string {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.last++
	return "c" + cs.node + strconv.FormatInt(cs.last, 36)
}

// oneMore refuses a connection to a POS that has too many.
func (cs *connections) oneMore(pos protocol.POSID) error {
	cs.mu.Lock()
	n := cs.of[pos]
	cs.mu.Unlock()
	if n < connectionsOfPOS {
		return nil
	}
	cs.refusedOf(pos, refusedStream, "connection refused: this POS has too many open")
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
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.of[pos] == 0 {
		return
	}
	for s, of := range cs.all {
		if of == pos {
			s.end(code, why)
		}
	}
}

func (cs *connections) endAll(code closeCode, why string) {
	for _, s := range cs.list() {
		s.end(code, why)
	}
}

// describe says who a stream is, and since when.
func describe(caller directory.Caller, transport string, session *multisession.Session, client protocol.ClientID, since time.Time) connection {
	return connection{
		Connection: protocol.Connection{
			POS: caller.POS, User: session.Feed.State().Tills[caller.POS.ID], Transport: transport,
			ClientID: client, Since: protocol.FormatTime(since), MultiSession: session.ID,
		},
		caller: caller, session: session,
	}
}

// endError is what a request is told whose stream must end.
func endError(code closeCode, why string) error {
	switch code {
	case closeToken:
		return protocol.Errorf(protocol.Unauthorized, "%s", why).With(protocol.TokenProblem{Reason: "revoked"})
	case closeNoMultiSession:
		return protocol.Errorf(protocol.NoMultiSession, "%s", why)
	}
	return shuttingDown(why)
}

// still returns an error if the token of a caller was revoked, or its POS moved, since it
// was shown. It is asked once the stream is among the connections, which are ended by that.
func still(ctx context.Context, d *directory.Directory, caller directory.Caller, session *multisession.Session) error {
	now, err := d.Reauthenticate(ctx, caller)
	if err == nil && (now.MultiSession == nil || now.MultiSession.ID != session.ID) {
		err = endError(closeNoMultiSession, "this POS is in another multi-session now, or in none")
	}
	return err
}

func (cs *connections) answer(c *call) error {
	list := []protocol.Connection{}
	for _, s := range cs.list() {
		of := s.about()
		of.User = of.session.Feed.State().Tills[of.POS.ID] // who stands there now
		list = append(list, of.Connection)
	}
	return c.answer(protocol.ConnectionsResponse{Connections: list})
}

// etags name what tills load besides orders: the extensions' code and the
// catalogue.
type etags struct{ extensions, catalogue string }

// news is which of them readers are told of.
type news struct {
	extensions  Extensions
	catalogue   func() *Catalogue
	connections *connections
	announcing  sync.Mutex
	etags       atomic.Pointer[etags] // that were announced
}

// announce wakes every connection when the server has other extensions or
// another catalogue than before. It is called once a second, and at once after
// a reload.
func (n *news) announce() {
	n.announcing.Lock()
	defer n.announcing.Unlock()
	now := etags{n.extensions.ETag(), n.catalogue().ETag()}
	if was := n.etags.Load(); was != nil && *was == now {
		return
	}
	n.etags.Store(&now)
	for _, s := range n.connections.list() {
		s.wake()
	}
}

// since are the frames that a reader needs who was told of others before.
func (e *etags) since(told *etags) (news []protocol.ServerFrame) {
	if e.extensions != told.extensions {
		news = append(news, protocol.Extensions{ETag: e.extensions})
	}
	if e.catalogue != told.catalogue {
		news = append(news, protocol.Catalogue{ETag: e.catalogue})
	}
	return news
}
