package multisession

import (
	"context"
	"errors"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// Need is what a batch of requests needs of the store before it can be
// decided.
type Need struct {
	Clients  []protocol.ClientID
	Orders   []protocol.OrderID
	Outcomes []Span
}

// Span is a range of a client's outcomes.
type Span struct {
	Client   protocol.ClientID
	From, To protocol.MutationID
}

// facts is what was learnt for the batch under way, besides what an engine
// keeps: ids that the store doesn't know, and outcomes.
type facts struct {
	asked    map[string]bool
	outcomes map[outcomeKey]store.Outcome
	beyond   map[protocol.OrderID]bool // orders that weren't read: too much was
}

// meetBytes is how large the orders may be that are read for one batch. One
// for which more would be needed is decided in parts; a mutation that needs
// more alone is refused.
const meetBytes = 16 << 20

// errTooMuch: the batch must be decided in parts.
var errTooMuch = errors.New("too much is needed to decide this at once")

type outcomeKey struct {
	client protocol.ClientID
	id     protocol.MutationID
}

// Learned answers a [Need]. What the store doesn't have is left out.
type Learned struct {
	Clients  []store.Client
	Orders   []store.OrderRows
	Outcomes []store.Outcome
}

// lost reports whether what was decided isn't known any more: it is damaged, or
// isn't there.
func lost(o store.Outcome) bool { return o.Damaged || o.Result == nil }

// Need says what is missing; it is empty when the batch can be decided. What
// it names it takes for asked.
func (e *Engine) Need(batch []Request) (n Need) {
	if e.facts.asked == nil {
		e.facts = facts{asked: map[string]bool{}, outcomes: map[outcomeKey]store.Outcome{}}
	}
	for _, r := range batch {
		switch r := r.(type) {
		case *Push:
			e.needClient(&n, r.Client)
			e.needOutcomes(&n, r)
			for _, m := range r.Mutations {
				for _, id := range m.Orders {
					e.needOrder(&n, id)
				}
			}
		case *Pin:
			e.needClient(&n, r.Client)
		case *Seen:
			e.needClient(&n, r.Client)
		case *Void:
			e.needOrder(&n, r.Order)
		}
	}
	return n
}

// Empty reports whether nothing is needed.
func (n *Need) Empty() bool { return len(n.Clients)+len(n.Orders)+len(n.Outcomes) == 0 }

func (e *Engine) ask(key string) bool {
	if e.facts.asked[key] {
		return false
	}
	e.facts.asked[key] = true
	return true
}

func (e *Engine) needClient(n *Need, id protocol.ClientID) {
	if _, known := e.clients[id]; !known && id != "" && e.ask("client "+string(id)) {
		n.Clients = append(n.Clients, id)
	}
}

func (e *Engine) needOrder(n *Need, id protocol.OrderID) {
	if e.orders[id] == nil && e.ask("order "+string(id)) {
		n.Orders = append(n.Orders, id)
	}
}

// needOutcomes asks for what was decided before, once the client is known.
func (e *Engine) needOutcomes(n *Need, p *Push) {
	client, known := e.clients[p.Client]
	if !known || len(p.Mutations) == 0 || p.Mutations[0].ID > client.LastID {
		return
	}
	s := Span{Client: p.Client, From: p.Mutations[0].ID, To: p.Mutations[len(p.Mutations)-1].ID}
	s.To = min(s.To, client.LastID)
	var missing bool
	for id := s.From; id <= s.To; id++ {
		if _, ok := e.facts.outcomes[outcomeKey{s.Client, id}]; !ok {
			missing = true
			e.facts.outcomes[outcomeKey{s.Client, id}] = store.Outcome{}
		}
	}
	if missing {
		n.Outcomes = append(n.Outcomes, s)
	}
}

// Learn takes what a [Need] asked for.
func (e *Engine) Learn(l *Learned) {
	for _, c := range l.Clients {
		e.clients[c.ID] = c
	}
	for i := range l.Orders {
		o := readOrder(&l.Orders[i])
		e.orders[o.ID] = o
		if o.State != protocol.Open {
			e.remember(o.ID)
		}
	}
	for _, o := range l.Outcomes {
		e.facts.outcomes[outcomeKey{o.Client, o.ID}] = o
	}
}

// Meet reads all that a batch needs and hands it to the engine.
func (e *Engine) Meet(ctx context.Context, ledger store.Ledger, batch []Request) error {
	for {
		n := e.Need(batch)
		if n.Empty() {
			return nil
		}
		l, beyond, err := n.read(ctx, ledger, e.id)
		if err == nil && len(beyond) > 0 && divisible(batch) {
			err = errTooMuch
		}
		if err != nil {
			e.facts = facts{}
			return err
		}
		e.Learn(l)
		for _, id := range beyond {
			if e.facts.beyond == nil {
				e.facts.beyond = map[protocol.OrderID]bool{}
			}
			e.facts.beyond[id] = true
		}
	}
}

// divisible reports whether a batch has more than one mutation or request.
func divisible(batch []Request) bool {
	push, ok := batch[0].(*Push)
	return len(batch) > 1 || ok && len(push.Mutations) > 1
}

// read asks the store. beyond are orders that weren't read.
func (n *Need) read(ctx context.Context, ledger store.Ledger, ms protocol.MultiSessionID) (l *Learned, beyond []protocol.OrderID, err error) {
	l = &Learned{}
	for _, id := range n.Clients {
		c, err := ledger.Client(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		l.Clients = append(l.Clients, c)
	}
	for _, s := range n.Outcomes {
		outcomes, err := ledger.Outcomes(ctx, s.Client, s.From, s.To)
		if err != nil {
			return nil, nil, err
		}
		l.Outcomes = append(l.Outcomes, outcomes...)
	}
	bytes := 0
	for beyond = n.Orders; len(beyond) > 0 && bytes < meetBytes; {
		orders, read, err := ledger.Orders(ctx, ms, beyond)
		if err != nil {
			return nil, nil, err
		}
		for i := range orders {
			bytes += orders[i].Size()
		}
		l.Orders, beyond = append(l.Orders, orders...), beyond[read:]
	}
	return l, beyond, nil
}
