package multisession

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Rules are what the operator decides for every multi-session.
type Rules struct {
	Limits order.Limits
	// Clients is how many one POS may push from; 0 is no limit.
	Clients int
	// Abandon says what the end of a run does to its open orders: they become
	// abandoned, or (false) are carried into the next run.
	Abandon bool
	// ServerID is the store's, for the ids of effects; NewHub sets it.
	ServerID string
	// Chain gives the chain that runs now; it may be another the next time.
	// nil is the core alone.
	Chain func() Chain
}

// chain is what a decision runs with, from its beginning to its end.
func (r *Rules) chain() Chain {
	if r.Chain == nil {
		return coreAlone
	}
	return r.Chain()
}

// noExtensions is the chain of a server without any.
type noExtensions struct{ schema *protocol.Schema }

var coreAlone = &noExtensions{protocol.CoreSchema()}

func (n *noExtensions) Schema() *protocol.Schema             { return n.schema }
func (n *noExtensions) Active() bool                         { return false }
func (n *noExtensions) Serial() bool                         { return false }
func (n *noExtensions) Ready([]string) bool                  { return false }
func (n *noExtensions) Putters() []string                    { return nil }
func (n *noExtensions) Schemas() *hooks.Schemas              { return nil }
func (n *noExtensions) Migrate(context.Context, *hooks.Wave) {}
func (n *noExtensions) Run(context.Context, *hooks.Wave)     {}

// Engine is what is known of one multi-session and how it decides. Its
// methods are called by one goroutine at a time.
type Engine struct {
	id    protocol.MultiSessionID
	rules Rules

	name       string
	head       protocol.Seq
	turn       int64 // store.Snapshot.Turn
	run        protocol.Run
	runOpen    bool
	lastNumber protocol.Number
	tills      map[protocol.POSID]store.Till
	clients    map[protocol.ClientID]store.Client

	// orders holds every open order, and of the others those that were used
	// last, so that late payments and repeated taps find them; ended lists
	// the latter, oldest first.
	orders     map[protocol.OrderID]*order.Order
	ended      []protocol.OrderID
	endedBytes int
	encoded    map[protocol.OrderID][]byte // open orders as snapshots have them
	listed     [][]byte                    // all of them, as of head; nil if not put together yet

	// bound is how many clients each POS ever pushed from, held what it holds open.
	bound map[protocol.POSID]int
	held  map[protocol.POSID]order.Held

	// missed are orders on which extensions failed, open or not, and which.
	missed    map[protocol.OrderID][]string
	rerunFrom protocol.OrderID // where the next of them are looked for
	// migrated are the schemas that every open order was looked through for.
	migrated *hooks.Schemas
	// storage is what extensions have stored, by their names, enabled or not.
	storage map[string]*hooks.Storage

	facts facts
	// copied is set where the home is elsewhere.
	copied *copied
}

// keepEnded is how many orders that aren't open are kept, keepEndedBytes how
// large they may be together.
const (
	keepEnded      = 512
	keepEndedBytes = 8 << 20
)

// NewEngine starts an engine with what the store knows.
func NewEngine(id protocol.MultiSessionID, rules Rules, from *store.Snapshot) *Engine {
	e := &Engine{
		id: id, rules: rules,
		name: from.MultiSession.Name, head: from.Head, turn: from.Turn,
		run: from.MultiSession.Run, runOpen: from.MultiSession.RunOpen, lastNumber: from.LastNumber,
		tills: tillsOf(from.Tills), clients: map[protocol.ClientID]store.Client{},
		orders: map[protocol.OrderID]*order.Order{}, encoded: map[protocol.OrderID][]byte{},
		missed: map[protocol.OrderID][]string{}, storage: map[string]*hooks.Storage{}, held: map[protocol.POSID]order.Held{}, bound: map[protocol.POSID]int{},
	}
	for pos, n := range from.Clients {
		e.bound[pos] = n
	}
	if _, _, is := HomeOf(id); is {
		e.copied = &copied{}
	}
	e.readValues(from.Values)
	for i := range from.Open {
		o := readOrder(&from.Open[i])
		e.orders[o.ID] = o
		e.note(o)
		e.held[o.Owner()] = e.held[o.Owner()].Plus(o.Holds())
	}
	return e
}

// Order implements [order.View].
func (e *Engine) Order(id protocol.OrderID) *order.Order { return e.orders[id] }

// Head is the seq of the last change that is fact.
func (e *Engine) Head() protocol.Seq { return e.head }

// State is what a till frame tells, and who may push.
func (e *Engine) State() State { return stateOf(e.id, e.name, e.run, e.tills) }

func stateOf(id protocol.MultiSessionID, name string, run protocol.Run, tills map[protocol.POSID]store.Till) State {
	open := make(map[protocol.POSID]*protocol.User, len(tills))
	for pos, till := range tills {
		open[pos] = till.User
	}
	return State{MultiSession: protocol.MultiSession{ID: id, Name: name}, Run: run, Tills: open}
}

func tillsOf(rows []store.POS) map[protocol.POSID]store.Till {
	tills := make(map[protocol.POSID]store.Till, len(rows))
	for _, pos := range rows {
		tills[pos.ID] = pos.Till
	}
	return tills
}

// Client is what is known of a client; false if it never pushed, or nobody
// asked the store yet.
func (e *Engine) Client(id protocol.ClientID) (store.Client, bool) {
	c, ok := e.clients[id]
	return c, ok
}

// note keeps the list of orders to run again, of an open order.
func (e *Engine) note(o *order.Order) {
	if o.State == protocol.Open && len(o.Missed) > 0 && e.copied == nil {
		e.missed[o.ID] = o.Missed
	} else {
		delete(e.missed, o.ID)
	}
}

// Missed reports whether there are orders to be run again, once that may work.
func (e *Engine) Missed() bool { return e.copied == nil && (len(e.missed) > 0 || e.behind()) }

// openOrders are sorted by run and number.
func (e *Engine) openOrders() []*order.Order {
	var open []*order.Order
	for _, o := range e.orders {
		if o.State == protocol.Open {
			open = append(open, o)
		}
	}
	slices.SortFunc(open, func(a, b *order.Order) int {
		return cmp.Or(cmp.Compare(a.Run, b.Run), cmp.Compare(a.Number, b.Number))
	})
	return open
}

// snapshot is every open order as snapshots have it, put together once until
// there is another change: after a cut, all tills ask for the same.
func (e *Engine) snapshot() [][]byte {
	if e.listed == nil {
		open := e.openOrders()
		e.listed = make([][]byte, 0, len(open))
		for _, o := range open {
			if body := e.encode(o); body != nil {
				e.listed = append(e.listed, body)
			}
		}
	}
	return e.listed
}

// encode is an open order as snapshots have it, encoded once until it changes;
// nil of one that can't be read.
func (e *Engine) encode(o *order.Order) []byte {
	b, ok := e.encoded[o.ID]
	if !ok {
		if !o.Broken {
			b = o.AppendJSON(nil)
		}
		if !order.Valid(b) {
			b = nil
		}
		e.encoded[o.ID] = b
	}
	return b
}

// remember keeps an order that isn't open.
func (e *Engine) remember(id protocol.OrderID) {
	e.ended = append(e.ended, id)
	e.endedBytes += e.orders[id].Bytes()
}

// forget drops the oldest of the orders that aren't open, between decisions:
// one that is being made needs all that it asked for.
func (e *Engine) forget() {
	for len(e.ended) > keepEnded || (len(e.ended) > 1 && e.endedBytes > keepEndedBytes) {
		oldest := e.ended[0]
		e.endedBytes -= e.orders[oldest].Bytes()
		delete(e.orders, oldest)
		e.ended = slices.Delete(e.ended, 0, 1)
	}
}

// Accept makes a decision fact, once it is on disk.
func (e *Engine) Accept(d *Decision) {
	for _, draft := range d.set.Drafts() {
		fact, known := e.orders[draft.ID]
		wasOpen := known && fact.State == protocol.Open
		if known {
			if !wasOpen {
				e.endedBytes += draft.Bytes() - fact.Bytes()
			}
			fact.Absorb(draft)
		} else {
			e.orders[draft.ID] = draft
		}
		delete(e.encoded, draft.ID)
		if draft.State == protocol.Open || wasOpen {
			e.note(draft)
		}
		if draft.State != protocol.Open && (wasOpen || !known) {
			e.remember(draft.ID)
		}
	}
	if d.head != e.head {
		e.listed = nil
	}
	if d.Batch != nil && e.turn > 0 {
		e.turn++
	}
	e.head, e.lastNumber, e.name = d.head, d.lastNumber, d.name
	e.run, e.runOpen, e.migrated = d.run, d.runOpen, d.migrated
	for pos, till := range d.tills {
		if till.Open {
			e.tills[pos] = till
		} else {
			delete(e.tills, pos)
		}
	}
	for _, client := range d.clients {
		e.clients[client.ID] = client
	}
	for _, client := range d.bound {
		e.bound[client.POS]++
	}
	for pos, more := range d.held {
		if e.held[pos] = e.held[pos].Plus(more); e.held[pos] == (order.Held{}) {
			delete(e.held, pos)
		}
	}
	for id, names := range d.ended {
		if e.missed[id] = names; len(names) == 0 {
			delete(e.missed, id)
		}
	}
	maps.Copy(e.storage, d.storage)
	e.forget()
	e.facts = facts{}
}

// readOrder makes an order of its rows. One whose rows are damaged is broken.
func readOrder(rows *store.OrderRows) *order.Order {
	o := &order.Order{
		ID: rows.ID, Number: rows.Number, State: rows.State, Run: rows.Run,
		Rev: rows.Rev, Created: rows.Created, Seq: rows.Seq, At: rows.At,
	}
	if o.Broken = !readable(rows); o.Broken {
		return o
	}
	o.ReadBody(rows.Body)
	for _, line := range rows.Lines {
		o.AddLine(line.ID, line.N, line.Body)
	}
	for _, payment := range rows.Payments {
		o.AddPayment(payment.ID, payment.Seq, payment.Body)
	}
	o.Effects = readEffects(rows.Effects)
	o.Weigh()
	return o
}

// writeOrder makes the rows of what a draft changed since a seq. Their bodies share
// their memory.
func writeOrder(draft *order.Order, since protocol.Seq) store.OrderRows {
	text := make([]byte, 0, 512)
	body := func(appendBody func(to []byte) []byte) []byte {
		from := len(text)
		text = appendBody(text)
		return text[from:len(text):len(text)]
	}
	rows := store.OrderRows{OrderRow: store.OrderRow{
		ID: draft.ID, Run: draft.Run, Number: draft.Number, State: draft.State,
		Rev: draft.Rev, Created: draft.Created, Seq: draft.Seq, At: draft.At,
		Body: body(draft.AppendBody),
	}}
	for _, line := range draft.TouchedLines() {
		rows.Lines = append(rows.Lines, store.LineRow{
			ID: line.ID, N: line.N, Seq: line.Touched.Seq,
			Body: body(func(to []byte) []byte { return line.AppendBody(to, draft.ID) }),
		})
	}
	for i := range draft.Payments {
		if p := &draft.Payments[i]; p.Changed() > since {
			rows.Payments = append(rows.Payments, store.PaymentRow{ID: p.ID, N: i + 1, Seq: p.Changed(), Body: body(p.AppendBody)})
		}
	}
	return rows
}

// readable: no row is damaged, and every body is JSON. What the rest is made of
// is then valid, too.
func readable(rows *store.OrderRows) bool {
	if rows.Damaged || rows.Body != nil && !order.Valid(rows.Body) {
		return false
	}
	for i := range rows.Lines {
		if !order.Valid(rows.Lines[i].Body) {
			return false
		}
	}
	for i := range rows.Payments {
		if !order.Valid(rows.Payments[i].Body) {
			return false
		}
	}
	return true
}

// OrderJSON is an order of the store as the protocol shows it; an error for one
// that can't be read.
func OrderJSON(rows *store.OrderRows) ([]byte, error) {
	o := readOrder(rows)
	if o.Broken {
		return nil, damage(rows.ID)
	}
	body := o.AppendJSON(make([]byte, 0, 1024))
	if !order.Valid(body) {
		return nil, damage(rows.ID)
	}
	return body, nil
}

// damage is what is told of an order that can't be read.
func damage(id protocol.OrderID) error { return store.Damage{Place: "order " + string(id)}.Err() }
