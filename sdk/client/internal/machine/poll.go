package machine

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/wire"
)

const (
	pollWait  = 2 * time.Second // short, for a link that died is noticed when it is over
	leastWait = time.Second
	firstByte = 2500 * time.Millisecond // after the wait, before the answer begins
	pushTime  = 4 * time.Second         // the same of a push, which may wait for a disk
	lastByte  = 70 * time.Second        // before it has come
	uphill    = 16 << 10                // bytes of a push in a second, on a slow link
	tooQuick  = time.Second
)

// poller is the fallback: long polls, and pushes over HTTP.
type poller struct {
	on      bool // the socket can't be opened
	works   bool // and a poll was answered
	at      time.Time
	last    int
	pulling int // the request that is under way; 0 is none
	wait    time.Duration
	page    string // of a snapshot that isn't complete
	cursor  sdk.Cursor
	// requests are those whose answer is awaited.
	requests map[int]request
}

type request struct {
	push     bool
	waits    bool
	made     time.Time
	deadline time.Time
}

func newPoller() poller { return poller{requests: map[int]request{}, wait: pollWait} }

var errNoAnswer = errors.New("no answer")

// pull keeps one poll under way, and gives up requests that aren't answered.
func (m *Machine) pull() {
	p := &m.poll
	for _, id := range sortedInts(p.requests) {
		if !m.now.Before(p.requests[id].deadline) {
			m.emit(GiveUp{ID: id})
			m.failed(Failed{Request: id, Err: errNoAnswer})
		}
	}
	if m.cfg.NoSocket {
		p.on = true
	}
	if !p.on || m.link.up() || m.link.stopped != "" || !m.ready() || p.pulling != 0 || m.now.Before(p.at) {
		return
	}
	call := wire.PullCall{ClientID: m.state.ClientID, Cursor: m.state.Cursor, Page: p.page}
	if p.cursor != "" {
		call.Cursor = p.cursor
	}
	if call.Cursor != "" {
		call.Page = ""
		if p.works && p.cursor == "" {
			call.Wait = p.wait
		}
	} else if call.Page == "" {
		m.pages = nil // of a snapshot that broke off
	}
	p.pulling = m.call(call)
}

func (m *Machine) call(call wire.Call) int {
	p := &m.poll
	p.last--
	r := request{made: m.now, deadline: m.now.Add(firstByte)}
	switch c := call.(type) {
	case wire.PushCall:
		r.push = true
		r.deadline = m.now.Add(pushTime + upload(c.Mutations))
	case wire.PullCall:
		r.waits = c.Wait > 0
		r.deadline = r.deadline.Add(c.Wait)
	}
	p.requests[p.last] = r
	m.emit(Request{ID: p.last, Call: call})
	return p.last
}

// upload is how long a push may take on its way up.
func upload(mutations []sdk.Mutation) time.Duration {
	raw, _ := json.Marshal(mutations)
	return time.Duration(len(raw)/uphill) * time.Second
}

// begun: an answer arrives, and may be long.
func (m *Machine) begun(id int) {
	if r, ok := m.poll.requests[id]; ok {
		r.deadline = m.now.Add(lastByte)
		m.poll.requests[id] = r
	}
}

// finish takes a request off the list; false if it was given up before.
func (m *Machine) finish(id int) (request, bool) {
	r, ok := m.poll.requests[id]
	delete(m.poll.requests, id)
	if id == m.poll.pulling {
		m.poll.pulling = 0
	}
	return r, ok
}

func (m *Machine) forgetRequests() {
	for _, id := range sortedInts(m.poll.requests) {
		m.push.land(id)
		m.emit(GiveUp{ID: id})
	}
	clear(m.poll.requests)
	m.poll.pulling, m.poll.page = 0, ""
}

func (m *Machine) answered(in Answered) {
	r, ok := m.finish(in.Request)
	if !ok {
		return
	}
	m.pollWorks()
	m.link.backoff = backoff{}
	m.fine()
	switch a := in.Answer.(type) {
	case wire.PushAnswer:
		m.pushAnswer(in.Request, a)
	case wire.Changes:
		m.poll.at = m.now
		if quick := m.now.Sub(r.made) < tooQuick; (quick && r.waits && len(a.Changes) == 0) || !m.changes(a) {
			m.poll.at = m.now.Add(tooQuick)
		}
	case wire.Snapshot:
		m.poll.at, m.poll.page = m.now, ""
		if a.More {
			m.poll.page = a.Page
		}
		m.snapshot(a)
	}
}

func (m *Machine) pushAnswer(id int, a wire.PushAnswer) {
	c := wire.Changes{Changes: a.Changes, Cursor: a.Cursor, Seq: a.Seq, LastID: a.LastID}
	if a.More {
		c.LastID = 0 // it may speak of what isn't here yet
	}
	// Of a folded answer that goes on the rest would have to be pulled from
	// where it began: leave all of it to the poll.
	if len(m.folded) == 0 && !(a.More && isFolded(a.Changes)) {
		m.changes(c)
	}
	m.results(id, a.Results)
}

func (m *Machine) failed(in Failed) {
	r, ok := m.finish(in.Request)
	if !ok {
		return
	}
	var e wire.Error
	var between wire.Unreachable
	switch {
	case errors.As(in.Err, &wire.Unreadable{}):
		m.pollWorks()
		m.push.land(in.Request)
		m.unreadable(in.Err)
		return
	case r.waits && errors.As(in.Err, &between) && between.Status == http.StatusGatewayTimeout:
		// Something between waits less long; ask for less.
		m.poll.wait = max(m.poll.wait/2, leastWait)
		m.poll.at = m.now
		return
	case errors.As(in.Err, &e):
		m.pollWorks()
		if r.push {
			m.pushFailed(in.Request, e)
			return
		}
		m.poll.page, m.poll.at = "", m.now.Add(leastPause)
		m.refused(e)
		return
	}
	m.push.land(in.Request)
	m.poll.works, m.folded, m.poll.cursor = false, nil, ""
	// Neither way works: begin again with the socket. What the server said
	// last is over.
	m.fine()
	m.poll.page = ""
	m.forgetRequests()
	// What was waited for an answer was a pause too.
	m.tryAt(maxTime(r.made.Add(m.link.backoff.next(m.cfg.Random, mostPause)), m.now.Add(leastPause)))
}
