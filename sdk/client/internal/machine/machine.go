package machine

import (
	"reflect"
	"time"

	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/client/internal/view"
	"github.com/manytill/manytill/sdk/protocol"
)

// Config is what a machine is made of.
type Config struct {
	// State is what the store held; nil is nothing. The machine owns it.
	State *queue.State
	// Schema tells the merge rules; nil is [protocol.CoreSchema].
	Schema *protocol.Schema
	Token  string
	User   *protocol.User
	// Random is uniform in [0, 1); NewID makes ids of clients and orders.
	Random func() float64
	NewID  func() string
	// NoSocket keeps to long polls.
	NoSocket bool
	// Trace, unless it is nil, is told each event of a part with phases and the phase
	// that it met, by their names in testdata/phases.json: simulations count what they
	// reached. It must not call the machine.
	Trace func(part, phase, event string)
}

// step is what all parts share: when it is, and what was asked for so far.
type step struct {
	cfg Config
	now time.Time
	out []Effect
}

func (s *step) emit(e Effect) {
	if s.out == nil {
		s.out = make([]Effect, 0, 4)
	}
	s.out = append(s.out, e)
}

func (s *step) notify(e Event) { s.emit(Notify{Event: e}) }

func (s *step) trace(part, phase, event string) {
	if s.cfg.Trace != nil {
		s.cfg.Trace(part, phase, event)
	}
}

// Machine is a client: its parts, and what the program and the disk say.
// See the package comment for how to drive it.
type Machine struct {
	step
	disk     disk
	report   report
	outcomes outcomes
	outbox   outbox
	inbox    inbox
	calls    calls
	pacing   pacing
	dial     dial
	link     link
	recovery recovery
	dialogue dialogue
	wake     time.Time
}

// New is a machine over a state. Nothing happens before its first step.
func New(cfg Config) *Machine {
	if cfg.State == nil {
		cfg.State = queue.NewState()
	}
	if cfg.Schema == nil {
		cfg.Schema = protocol.CoreSchema()
	}
	ways := []way{waySocket, wayPoll}
	if cfg.NoSocket {
		ways = ways[1:]
	}
	m := &Machine{step: step{cfg: cfg}, inbox: newInbox(cfg.State)}
	s := &m.step
	m.disk = disk{step: s, state: cfg.State, phase: diskFine}
	m.report = report{step: s, disk: &m.disk, view: view.New(cfg.State.Orders, cfg.Schema)}
	m.outcomes = outcomes{step: s, disk: &m.disk, report: &m.report, came: arrivals{}, follows: map[protocol.OrderID]protocol.OrderID{}}
	m.outbox = outbox{step: s, disk: &m.disk, outcomes: &m.outcomes}
	m.inbox.step, m.inbox.disk, m.inbox.report, m.inbox.outbox, m.inbox.outcomes = s, &m.disk, &m.report, &m.outbox, &m.outcomes
	m.calls = calls{step: s, disk: &m.disk, wait: pollWait, pending: map[int]call{}}
	m.pacing = pacing{step: s}
	m.dial = dial{
		step: s, disk: &m.disk, report: &m.report, outbox: &m.outbox, inbox: &m.inbox, calls: &m.calls, pacing: &m.pacing,
		socket: carrier{at: &down{}}, ways: ways,
	}
	m.link = link{
		step: s, disk: &m.disk, outbox: &m.outbox, inbox: &m.inbox, calls: &m.calls, dial: &m.dial, limit: answerLimit,
	}
	m.recovery = recovery{step: s, disk: &m.disk, report: &m.report, outbox: &m.outbox, inbox: &m.inbox, calls: &m.calls, dial: &m.dial}
	m.dialogue = dialogue{
		step: s, disk: &m.disk, report: &m.report, outcomes: &m.outcomes, outbox: &m.outbox, inbox: &m.inbox,
		calls: &m.calls, pacing: &m.pacing, dial: &m.dial, link: &m.link, recovery: &m.recovery,
	}
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
		m.disk.saveFirst(queue.Record{Client: protocol.ClientID(m.cfg.NewID())})
	}
	for _, in := range inputs {
		m.handle(in)
	}
	m.disk.repair()
	m.recovery.advance()
	m.link.tend()
	m.dialogue.giveUpOverdue()
	m.link.pull()
	m.link.push()
	m.outcomes.prune()
	m.report.standing(m.dial.transport(), m.outbox.till)
	m.disk.flush()
	m.setTimer()
	return m.out
}

// State is what the machine would find after a restart. It is the machine's
// own: read it between steps, don't keep it.
func (m *Machine) State() *queue.State { return m.disk.state }

// Order is an order as shown; nil if there is none.
func (m *Machine) Order(id protocol.OrderID) *view.Order { return m.report.view.Order(id) }

// Orders are the orders as shown. The map is the machine's own.
func (m *Machine) Orders() map[protocol.OrderID]*view.Order { return m.report.view.Orders() }

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
		sooner(m.disk.retryAt)
	}
	m.link.wake(sooner)
	if !wake.Equal(m.wake) {
		m.wake = wake
		m.emit(Timer{At: wake})
	}
}

func (m *Machine) handle(in Input) {
	switch in := in.(type) {
	case Tap:
		m.tap(in)
	case Stored:
		m.stored(in.Batch)
	case StoreFailed:
		m.storeFailed(in)
	case LinkUp:
		m.dial.greet(in.Conn)
	case LinkDown:
		if e, refused := m.dial.closed(in); refused {
			m.dialogue.refused(e)
		}
	case Received:
		if m.dial.hear(in.Conn) {
			m.dialogue.received(in.Frame)
		}
	case Garbled:
		if m.dial.hear(in.Conn) {
			m.dialogue.unreadable(in.Err)
		}
	case Begun:
		m.calls.begun(in.Request)
	case Answered:
		m.dialogue.answered(in)
	case Failed:
		m.dialogue.failed(in.Request, in.Err)
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
		m.dial.retry()
	case Retry:
		m.dial.retry()
	case SetSchema:
		if !reflect.DeepEqual(m.report.view.Schema, in.Schema) {
			m.report.view.Schema = in.Schema
			m.report.redrawAll()
		}
	case TillIs:
		m.dialogue.till(in.Till)
	case Look:
		m.look(in.Order)
	case Forget:
		if o := m.State().Orders[in.Order]; o != nil && o.State != protocol.Open {
			m.report.redraw(m.disk.save(false, queue.Record{Forget: in.Order}), nil)
		}
	case DropStranded:
		m.disk.save(true, queue.Record{Unset: in.ClientID})
	}
}

func (m *Machine) look(id protocol.OrderID) {
	if id == m.report.looking {
		return
	}
	m.report.looking = id
	if !m.dial.socket.up() {
		return
	}
	frame := protocol.Look{}
	if id != "" {
		frame.Order = &id
	}
	m.dial.send(frame)
}

// tap puts what the user asks for into the queue.
func (m *Machine) tap(in Tap) {
	s := m.State()
	p, err := planned(sight{
		drafts: s.Drafts, order: m.Order, schema: m.report.view.Schema, seq: s.Seq,
		user: m.cfg.User, at: protocol.FormatTime(m.now), unsure: len(m.disk.taps) > 0,
	}, in.Ops)
	if m.disk.phase == diskBroken {
		err = storeError(nil)
	}
	var mutations []protocol.Mutation
	if err == nil {
		mutations, err = p.mutations(s.Next)
	}
	if err != nil {
		m.emit(Done{Tap: in.N, Err: err})
		return
	}
	tap := pendingTap{n: in.N}
	var records []queue.Record
	for _, id := range protocol.SortedKeys(p.changed) {
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
