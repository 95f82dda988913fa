package multisession

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// What a room's goroutine does with a batch: decide, commit, tell.

// decide runs one batch from the store to the store. What fails fails for the
// whole batch and changes nothing; the engine is then read anew.
func (r *Room) decide(requests []Request) (replies []Reply) {
	defer func() {
		if p := recover(); p != nil {
			r.engine = nil
			r.log.Error("a batch failed", "multi_session", r.ID, "panic", p, "stack", string(debug.Stack()))
			replies = failed(len(requests), protocol.AsError(fmt.Errorf("panic: %v", p)))
		}
	}()
	ctx := context.Background()
	const tries = 3 // another node, or another room that bound the same client, may be faster
	var err error
	for range tries {
		if replies, err = r.attempt(ctx, requests); !errors.Is(err, store.ErrStale) && !errors.Is(err, store.ErrExists) {
			break
		}
		r.engine = nil
	}
	if errors.Is(err, errTooMuch) {
		return r.decideParts(requests)
	}
	if err != nil {
		return failed(len(requests), r.failure(err))
	}
	return replies
}

// decideParts decides a batch as two.
func (r *Room) decideParts(requests []Request) []Reply {
	if half := len(requests) / 2; half > 0 {
		return append(r.decide(requests[:half:half]), r.decide(requests[half:])...)
	}
	whole := *requests[0].(*Push)
	first, second := whole, whole
	half := len(whole.Mutations) / 2
	first.Mutations, second.Mutations = whole.Mutations[:half], whole.Mutations[half:]
	replies := r.decide([]Request{&first})
	if replies[0].Err != nil {
		return replies
	}
	results := replies[0].Results
	if replies = r.decide([]Request{&second}); replies[0].Err == nil {
		replies[0].Results = append(results, replies[0].Results...)
	}
	return replies
}

func (r *Room) attempt(ctx context.Context, requests []Request) ([]Reply, error) {
	if r.engine == nil {
		if err := r.load(ctx); err != nil {
			return nil, err
		}
	}
	if err := r.engine.Meet(ctx, r.ledger, requests); err != nil {
		return nil, err
	}
	began := r.now()
	d := r.engine.Decide(requests, began)
	if d.givenUp {
		return nil, protocol.Errorf(protocol.Overloaded, "the server is stopping; push again").With(protocol.Pause{RetryAfterMS: 500})
	}
	if d.Batch != nil {
		if err := r.ledger.Commit(ctx, d.Batch); err != nil {
			return nil, err
		}
		if r.stuck {
			r.stuck = false
			r.log.Info("orders are stored again", "multi_session", r.ID)
		}
		r.committed(d.Batch, r.now().Sub(began))
	}
	for _, f := range d.Faults {
		r.log.Error("internal error", "ref", f.Ref, "multi_session", r.ID, "client_id", f.Client, "mutation", f.ID, "order", f.Order, "error", f.What)
	}
	r.engine.Accept(d)
	r.marked.Store(r.engine.Marked() > 0)
	r.publish(requests, d)
	return d.Replies, nil
}

func (r *Room) load(ctx context.Context) error {
	snapshot, err := r.ledger.Load(ctx, r.ID)
	if err != nil {
		return err
	}
	r.engine = NewEngine(r.ID, r.rules, snapshot)
	if r.Feed == nil || r.Feed.Head().Seq != snapshot.Head {
		head := Position{Seq: snapshot.Head, Tag: TagOf(snapshot.HeadChange)}
		feed := newFeed(r.cursors, head, r.engine.State())
		if r.Feed == nil {
			r.Feed = feed
		} else {
			r.Feed.become(feed)
		}
	}
	r.marked.Store(r.engine.Marked() > 0)
	r.loaded.Store(true)
	return nil
}

func (r *Room) publish(requests []Request, d *Decision) {
	for i, request := range requests {
		switch request := request.(type) {
		case *Seen:
			if c, known := r.engine.Client(request.Client); known {
				r.Feed.learn(c)
			}
		case *Pin:
			d.Replies[i].Snapshot.Position = r.Feed.Head()
		}
	}
	var state *State
	if d.moved {
		now := r.engine.State()
		state = &now
	}
	r.Feed.publish(d.Entries, d.clients, state)
}

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
