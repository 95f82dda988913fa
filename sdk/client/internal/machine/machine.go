package machine

import (
	"reflect"
	"time"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/client/internal/view"
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

// Machine is a client. See the package comment for how to drive it.
type Machine struct {
	cfg   Config
	now   time.Time
	out   []Effect
	state *queue.State
	view  *view.View

	disk                disk
	taps                []pendingTap
	later               []func() // waits until no tap is on its way to the disk
	link                socket
	poll                poller
	push                pusher
	pages               []sdk.Order  // of a snapshot that isn't complete
	folded              []sdk.Change // of an answer that isn't complete
	came                arrivals     // while pushes were on their way
	hole                sdk.Seq      // where a hole was met last
	garbage             backoff      // of what couldn't be read, until something could
	here                presence
	follows             map[sdk.OrderID]sdk.OrderID // the order that goes on from a closed one
	status, shownStatus Status
	pruned              time.Time
}

// New is a machine over a state. Nothing happens before its first step.
func New(cfg Config) *Machine {
	if cfg.State == nil {
		cfg.State = queue.NewState()
	}
	if cfg.Schema == nil {
		cfg.Schema = sdk.CoreSchema()
	}
	m := &Machine{
		cfg: cfg, state: cfg.State, view: view.New(cfg.State.Orders, cfg.Schema),
		came: arrivals{}, hole: -1, follows: map[sdk.OrderID]sdk.OrderID{},
		push: newPusher(), poll: newPoller(), link: socket{limit: answerLimit},
	}
	m.settlePlace()
	m.view.Rebuild(m.live())
	return m
}

// Step takes what happened and returns what is to be done. The time must not
// go back by much; it decides pauses and nothing else.
func (m *Machine) Step(now time.Time, inputs ...Input) []Effect {
	m.now, m.out = now, nil
	if m.state.ClientID == "" {
		m.save(true, queue.Record{Client: sdk.ClientID(m.cfg.NewID())})
		m.disk.gate = m.disk.last
	}
	for _, in := range inputs {
		m.take(in)
	}
	m.advance()
	m.report()
	return m.out
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
		m.linkUp(in.Conn)
	case LinkDown:
		m.linkDown(in)
	case Received:
		m.received(in)
	case Garbled:
		m.garbled(in)
	case Begun:
		m.begun(in.Request)
	case Answered:
		m.answered(in)
	case Failed:
		m.failed(in)
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
		m.retry()
	case Retry:
		m.retry()
	case SetSchema:
		if !reflect.DeepEqual(m.cfg.Schema, in.Schema) {
			m.cfg.Schema, m.view.Schema = in.Schema, in.Schema
			m.changed(m.view.Rebuild(m.live()), nil)
		}
	case TillIs:
		m.till(in.Till)
	case Look:
		m.look(in.Order)
	case Forget:
		if o := m.state.Orders[in.Order]; o != nil && o.State != sdk.Open {
			m.changed(m.view.Refresh(m.save(false, queue.Record{Forget: in.Order}), m.naming), nil)
		}
	case DropStranded:
		m.save(true, queue.Record{Unset: in.ClientID})
	}
}

// advance does what is due.
func (m *Machine) advance() {
	m.disk.retry(m)
	m.runLater()
	m.recover()
	m.tend()
	m.pull()
	m.pushAll()
	m.prune()
}

func (m *Machine) emit(e Effect)  { m.out = append(m.out, e) }
func (m *Machine) notify(e Event) { m.emit(Notify{Event: e}) }
func (m *Machine) settlePlace()   { m.view.POS, m.view.Run = m.state.Place.POS, m.state.Place.Run }

// State is what the machine would find after a restart. It is the machine's
// own: read it between steps, don't keep it.
func (m *Machine) State() *queue.State { return m.state }

// Order is an order as shown; nil if there is none.
func (m *Machine) Order(id sdk.OrderID) *view.Order { return m.view.Order(id) }

// Orders are the orders as shown. The map is the machine's own.
func (m *Machine) Orders() map[sdk.OrderID]*view.Order { return m.view.Orders() }

// Status is how the client stands, as of the last step.
func (m *Machine) Status() Status { return m.status }
