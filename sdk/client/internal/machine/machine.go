package machine

import (
	"errors"
	"reflect"
	"time"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/client/internal/view"
	"github.com/manytill/manytill/sdk/client/wire"
)

// Config is what a machine is made of.
type Config struct {
	// State is what the store held; nil is nothing. The machine owns it.
	State *queue.State
	// Schema tells the merge rules; nil is [sdk.CoreSchema].
	Schema *sdk.Schema
	Token  string
	User   *sdk.User
	// Random is uniform in [0, 1); NewID makes ids of clients and orders.
	Random func() float64
	NewID  func() string
	// NoSocket keeps to long polls.
	NoSocket bool
}

// step is what all parts share: when it is, and what was asked for so far.
type step struct {
	cfg Config
	now time.Time
	out []Effect
}

func (s *step) emit(e Effect)  { s.out = append(s.out, e) }
func (s *step) notify(e Event) { s.emit(Notify{Event: e}) }

// Machine is a client: its parts, and what of an input concerns which of them.
// See the package comment for how to drive it.
type Machine struct {
	step
	disk     disk
	report   report
	outcomes outcomes
	outbox   outbox
	inbox    inbox
	calls    calls
	link     link
	recovery recovery
	wake     time.Time
}

// New is a machine over a state. Nothing happens before its first step.
func New(cfg Config) *Machine {
	if cfg.State == nil {
		cfg.State = queue.NewState()
	}
	if cfg.Schema == nil {
		cfg.Schema = sdk.CoreSchema()
	}
	ways := []way{waySocket, wayPoll}
	if cfg.NoSocket {
		ways = ways[1:]
	}
	m := &Machine{step: step{cfg: cfg}, inbox: newInbox(cfg.State)}
	s := &m.step
	m.disk = disk{step: s, state: cfg.State, phase: diskFine}
	m.report = report{step: s, disk: &m.disk, view: view.New(cfg.State.Orders, cfg.Schema)}
	m.outcomes = outcomes{step: s, disk: &m.disk, report: &m.report, came: arrivals{}, follows: map[sdk.OrderID]sdk.OrderID{}}
	m.outbox = outbox{step: s, disk: &m.disk, outcomes: &m.outcomes}
	m.inbox.step, m.inbox.disk, m.inbox.report, m.inbox.outbox, m.inbox.outcomes = s, &m.disk, &m.report, &m.outbox, &m.outcomes
	m.calls = calls{step: s, disk: &m.disk, wait: pollWait, pending: map[int]call{}}
	m.link = link{
		step: s, disk: &m.disk, report: &m.report, outbox: &m.outbox, inbox: &m.inbox, calls: &m.calls,
		socket: carrier{at: &down{}}, ways: ways, limit: answerLimit,
	}
	m.recovery = recovery{step: s, disk: &m.disk, report: &m.report, outbox: &m.outbox, inbox: &m.inbox, link: &m.link}
	m.outbox.renew()
	m.report.atPlace()
	m.report.view.Rebuild(m.report.pending())
	return m
}

// Step takes what happened and returns what is to be done. The time must not
// go back by much; it decides pauses and nothing else.
func (m *Machine) Step(now time.Time, inputs ...Input) []Effect {
	m.now, m.out = now, nil
	if m.disk.state.ClientID == "" {
		m.disk.saveFirst(queue.Record{Client: sdk.ClientID(m.cfg.NewID())})
	}
	for _, in := range inputs {
		m.take(in)
	}
	m.disk.repair()
	m.recovery.advance()
	m.link.tend()
	m.giveUpOverdue()
	m.link.pull()
	m.link.push()
	m.outcomes.prune()
	m.report.standing(m.link.transport(), m.outbox.till)
	m.disk.flush()
	m.setTimer()
	return m.out
}

// State is what the machine would find after a restart. It is the machine's
// own: read it between steps, don't keep it.
func (m *Machine) State() *queue.State { return m.disk.state }

// Order is an order as shown; nil if there is none.
func (m *Machine) Order(id sdk.OrderID) *view.Order { return m.report.view.Order(id) }

// Orders are the orders as shown. The map is the machine's own.
func (m *Machine) Orders() map[sdk.OrderID]*view.Order { return m.report.view.Orders() }

// Status is how the client stands, as of the last step.
func (m *Machine) Status() Status { return m.report.status }

// setTimer asks for a step when something is due.
func (m *Machine) setTimer() {
	wake := m.now.Add(time.Hour)
	sooner := func(t time.Time) {
		if t.Before(wake) {
			wake = t
		}
	}
	if m.disk.phase == diskBroken {
		sooner(m.disk.again)
	}
	m.link.wake(sooner)
	if !wake.Equal(m.wake) {
		m.wake = wake
		m.emit(Timer{At: wake})
	}
}

func (m *Machine) take(in Input) {
	switch in := in.(type) {
	case Tap:
		m.tap(in)
	case Stored:
		m.stored(in.Batch)
	case StoreFailed:
		m.storeFailed(in)
	case LinkUp:
		m.link.greet(in.Conn)
	case LinkDown:
		if e, refused := m.link.closed(in); refused {
			m.refused(e)
		}
	case Received:
		if m.link.hear(in.Conn) {
			m.received(in.Frame)
		}
	case Garbled:
		if m.link.hear(in.Conn) {
			m.unreadable(in.Err)
		}
	case Begun:
		m.calls.begun(in.Request)
	case Answered:
		m.answered(in)
	case Failed:
		m.failed(in.Request, in.Err)
	default:
		m.told(in)
	}
}

// told takes what the program says.
func (m *Machine) told(in Input) {
	switch in := in.(type) {
	case SetUser:
		m.cfg.User = in.User
	case SetToken:
		m.cfg.Token = in.Token
		m.link.retry()
	case Retry:
		m.link.retry()
	case SetSchema:
		if !reflect.DeepEqual(m.report.view.Schema, in.Schema) {
			m.report.view.Schema = in.Schema
			m.report.redrawAll()
		}
	case TillIs:
		m.till(in.Till)
	case Look:
		m.look(in.Order)
	case Forget:
		if o := m.State().Orders[in.Order]; o != nil && o.State != sdk.Open {
			m.report.redraw(m.disk.save(false, queue.Record{Forget: in.Order}), nil)
		}
	case DropStranded:
		m.disk.save(true, queue.Record{Unset: in.ClientID})
	}
}

func (m *Machine) look(id sdk.OrderID) {
	if id == m.report.looking {
		return
	}
	m.report.looking = id
	if !m.link.socket.up() {
		return
	}
	frame := wire.Presence{}
	if id != "" {
		frame.Order = &id
	}
	m.link.send(frame)
}

// tap puts what the user asks for into the queue.
func (m *Machine) tap(in Tap) {
	s := m.State()
	p, err := planned(sight{
		drafts: s.Drafts, order: m.Order, schema: m.report.view.Schema, seq: s.Seq,
		user: m.cfg.User, at: sdk.FormatTime(m.now), unsure: len(m.disk.taps) > 0,
	}, in.Ops)
	if m.disk.phase == diskBroken {
		err = storeError(nil)
	}
	var mutations []sdk.Mutation
	if err == nil {
		mutations, err = p.mutations(s.Next)
	}
	if err != nil {
		m.emit(Done{Tap: in.N, Err: err})
		return
	}
	tap := pendingTap{n: in.N}
	var records []queue.Record
	for _, id := range sdk.SortedKeys(p.changed) {
		was, had := s.Drafts[id]
		after, undo := queue.Record{Draft: p.changed[id]}, queue.Record{Draft: &was}
		if !had {
			undo = queue.Record{Undraft: id}
		}
		if p.changed[id] == nil {
			after = queue.Record{Undraft: id}
		}
		if had || p.changed[id] != nil {
			records, tap.undo, tap.drafts = append(records, after), append(tap.undo, undo), append(tap.drafts, id)
		}
	}
	for _, mutation := range mutations {
		records = append(records, queue.Record{Entry: &queue.Entry{Mutation: mutation}})
		tap.ids = append(tap.ids, mutation.ID)
	}
	if len(records) == 0 {
		m.emit(Done{Tap: in.N})
		return
	}
	if len(tap.ids) > 0 {
		tap.undo = append(tap.undo, queue.Record{Drop: tap.ids})
	}
	m.disk.saveTap(tap, records...)
}

func (m *Machine) stored(batch int) {
	for _, tap := range m.disk.storedUpTo(batch) {
		m.report.show(tap)
	}
	m.recovery.advance()
}

func (m *Machine) storeFailed(in StoreFailed) {
	for _, tap := range m.disk.storedUpTo(in.Batch - 1) {
		m.report.show(tap)
	}
	for _, tap := range m.disk.failed() {
		if !tap.silent {
			m.emit(Done{Tap: tap.n, Err: storeError(in.Err)})
		}
	}
	m.report.redrawAll()
}

// received takes a frame of the socket.
func (m *Machine) received(frame wire.Frame) {
	switch f := frame.(type) {
	case wire.Welcome:
		m.welcome(f)
	case wire.Changes:
		if !m.changes(f) {
			m.link.drop()
			m.link.lost()
		}
	case wire.Snapshot:
		m.snapshot(f)
	case wire.Pushed:
		m.link.limit = answerLimit
		if !m.outbox.landProbe(f.Ref) {
			m.results(f.Ref, f.Results)
			m.link.fine()
		}
	case wire.Till:
		m.till(f)
	case wire.Presence:
		m.report.seen(f)
	case wire.Extensions:
		m.report.status.ExtensionsETag = f.ETag
		m.notify(ExtensionsChanged{ETag: f.ETag})
	case wire.Catalogue:
		m.notify(CatalogueChanged{ETag: f.ETag})
	case wire.Reset:
		m.linkReset(f.Reason)
	case wire.Error:
		m.errorFrame(f)
	}
}

func (m *Machine) welcome(w wire.Welcome) {
	place := m.State().Place
	if place.ServerID != "" && w.ServerID != place.ServerID {
		m.recovery.reset(sdk.OtherServer)
		return
	}
	if place.MultiSession != nil && w.MultiSession != nil && place.MultiSession.ID != w.MultiSession.ID {
		m.recovery.reset(sdk.OtherMultiSession)
		return
	}
	m.link.welcomed()
	place.ServerID, place.POS, place.Run = w.ServerID, w.POS, w.Run
	if w.MultiSession != nil {
		place.MultiSession = w.MultiSession
	}
	m.report.place(place)
	m.outbox.tillIs(w.TillOpen)
	m.report.status.ExtensionsETag = w.ExtensionsETag
	m.link.fine()
	m.report.allPresent(w.Present)
	if m.report.looking != "" {
		m.link.send(wire.Presence{Order: &m.report.looking})
	}
}

// till takes what the server says of till, run and multi-session.
func (m *Machine) till(t wire.Till) {
	m.outbox.tillIs(t.Open)
	if t.Open {
		m.outbox.hold = m.now
	}
	place := m.State().Place
	place.Run = t.Run
	if t.MultiSession != nil && (place.MultiSession == nil || place.MultiSession.ID == t.MultiSession.ID) {
		place.MultiSession = t.MultiSession
	}
	m.report.place(place)
}

func (m *Machine) linkReset(reason sdk.Reason) {
	if reason != sdk.CursorExpired {
		m.link.doom()
	}
	m.recovery.reset(reason)
}

func (m *Machine) errorFrame(e wire.Error) {
	_, flying := m.outbox.flights[e.Ref]
	switch {
	case m.link.socket.at.phase() == linkDoomed:
		// Every push here is answered so; what is to be done is under way.
	case e.Code == sdk.ResetRequired:
		m.linkReset(e.Reason)
		m.link.drop()
	case e.Ref != 0 && flying:
		m.link.limit = answerLimit
		m.pushFailed(e.Ref, e)
	case m.link.socket.at.phase() == linkGreeting:
		m.link.drop()
		m.refused(e)
	default:
		m.report.problem(e.Code, e.Message)
	}
}

// changes takes changes from any transport, and reports whether they were in
// order.
func (m *Machine) changes(c wire.Changes) bool { return m.took(m.inbox.changes(c)).inOrder }

func (m *Machine) snapshot(s wire.Snapshot) { m.took(m.inbox.snapshot(s)) }

func (m *Machine) took(t taken) taken {
	if t.whole {
		m.readable()
	}
	m.recovery.noticeClone(t.lastID)
	return t
}

func (m *Machine) results(ref int, results []sdk.Result) {
	if touched := m.outbox.results(ref, results); len(touched) > 0 {
		m.report.redraw(touched, nil)
	}
}

// answered takes the answer to a call.
func (m *Machine) answered(in Answered) {
	c, awaited := m.calls.finish(in.Request)
	if !awaited {
		return
	}
	m.link.pollsWork()
	m.link.answered()
	m.link.fine()
	if !c.push {
		m.calls.pullAt = m.now
	}
	if c.continues != "" && c.continues != m.inbox.continues() {
		return // of what was given up meanwhile
	}
	switch a := in.Answer.(type) {
	case wire.PushAnswer:
		m.pushAnswer(in.Request, a)
	case wire.Changes:
		if quick := m.now.Sub(c.made) < tooQuick; (quick && c.waits && len(a.Changes) == 0) || !m.changes(a) {
			m.calls.pullAt = m.now.Add(tooQuick)
		}
	case wire.Snapshot:
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
	if m.inbox.pile.phase() != inboxFolding && !(a.More && isFolded(a.Changes)) {
		m.changes(c)
	}
	m.results(id, a.Results)
}

func (m *Machine) giveUpOverdue() {
	for _, id := range m.calls.overdue() {
		m.emit(GiveUp{ID: id})
		m.failed(id, errNoAnswer)
	}
}

var errNoAnswer = errors.New("no answer")

// failed takes a call without an answer.
func (m *Machine) failed(id int, err error) {
	c, awaited := m.calls.finish(id)
	if !awaited {
		return
	}
	var e wire.Error
	switch {
	case errors.As(err, &wire.Unreadable{}):
		m.link.pollsWork()
		m.outbox.land(id)
		m.unreadable(err)
	case m.calls.shorter(c, err):
	case errors.As(err, &e):
		m.link.pollsWork()
		if c.push {
			m.pushFailed(id, e)
			return
		}
		m.inbox.discard()
		m.calls.pullAt = m.now.Add(leastPause)
		m.refused(e)
	default:
		m.outbox.land(id)
		m.calls.works = false
		m.link.forgetCalls()
		m.link.gaveUp(wayPoll, c.made)
	}
}

func (m *Machine) pushFailed(ref int, e wire.Error) {
	switch f := m.outbox.failed(ref, e).(type) {
	case refusal:
		m.refused(f.Error)
	case badPush:
		m.report.problem(f.Code, "the server can't read what this till sends; update the till or the server ("+f.Message+")")
	case idsLost:
		m.recovery.idsLost(f.lastID)
	case idsReused:
		if m.State().Recovery == nil {
			m.recovery.idsReused()
		} else {
			m.outcomes.reused(f.ids)
		}
	case gapAgain:
		m.outbox.hold = m.now.Add(m.link.refusedPause())
	}
}

// refused takes the server's refusal of anything but what a push alone can be
// refused for (protocol, "Errors").
func (m *Machine) refused(e wire.Error) {
	switch e.Code {
	case sdk.Unauthorized, sdk.Forbidden, sdk.UpgradeRequired:
		m.link.stop(e.Code)
	case sdk.ClientTaken:
		m.recovery.reset(sdk.Reason(sdk.ClientTaken))
	case sdk.ResetRequired:
		m.recovery.reset(e.Reason)
	case sdk.TillClosed:
		m.outbox.shut()
	default:
		m.report.problem(e.Code, advice(e.Code))
		m.link.rest(e.RetryAfter())
	}
}

// unreadable takes what isn't what the protocol says. What may have changed
// orders is lost with it, so a snapshot is taken; each further one that can't
// be read waits longer, and the queue stays.
func (m *Machine) unreadable(err error) {
	u := wire.Unreadable{Err: err}
	errors.As(err, &u)
	m.notify(Unreadable{What: u.What, Message: u.Err.Error()})
	switch u.What {
	case "pushed", "error": // of a push, which is made again later
		m.outbox.ground()
		m.outbox.hold = m.now.Add(tillPause)
	case "", "welcome", "changes", "snapshot", "reset":
		m.inbox.forget()
		m.link.drop()
		m.link.tryAt(m.now.Add(m.link.pause(longPause, m.link.garbled)))
		m.link.garbled++
	default:
		return // nothing that a till must know
	}
	m.report.problem(ProblemUnreadable, advice(ProblemUnreadable))
}

// readable: orders could be read.
func (m *Machine) readable() {
	if m.link.garbled > 0 {
		m.link.garbled = 0
		m.link.fine()
	}
}
