package multisession

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// What a session's goroutine does with a batch: decide, commit, tell.

// decide runs one batch from the store to the store. What fails fails for the
// whole batch and changes nothing; the engine is then read anew.
func (s *Session) decide(requests []Request) (replies []Reply) {
	defer func() {
		if p := recover(); p != nil {
			s.engine = nil
			s.log.Error("a batch failed", "multi_session", s.ID, "panic", p, "stack", string(debug.Stack()))
			replies = failed(len(requests), protocol.AsError(fmt.Errorf("panic: %v", p)))
		}
	}()
	replies, err := s.attempts(context.Background(), requests)
	if errors.Is(err, errTooMuch) {
		return s.decideParts(requests)
	}
	if err != nil {
		return failed(len(requests), s.failure(err))
	}
	return replies
}

// attempts tries again where others were faster: other nodes, or another session that
// bound the same client. From the second time on other nodes wait, else who has to load
// could lose against who needn't for ever.
func (s *Session) attempts(ctx context.Context, requests []Request) (replies []Reply, err error) {
	const tries = 10
	locked := false
	for range tries {
		replies, err = s.attempt(ctx, requests, locked)
		if !errors.Is(err, store.ErrStale) && !errors.Is(err, store.ErrExists) {
			return replies, err
		}
		s.engine = nil
		if s.shared != nil && !locked {
			release, err := s.shared.Lock(ctx, store.TurnLock(s.ID))
			if err != nil {
				return nil, err
			}
			defer release()
			locked = true
		}
	}
	return nil, err
}

// decideParts decides a batch as two.
func (s *Session) decideParts(requests []Request) []Reply {
	if half := len(requests) / 2; half > 0 {
		return append(s.decide(requests[:half:half]), s.decide(requests[half:])...)
	}
	whole := *requests[0].(*Push)
	first, second := whole, whole
	half := len(whole.Mutations) / 2
	first.Mutations, second.Mutations = whole.Mutations[:half], whole.Mutations[half:]
	replies := s.decide([]Request{&first})
	if replies[0].Err != nil {
		return replies
	}
	results := replies[0].Results
	if replies = s.decide([]Request{&second}); replies[0].Err == nil {
		replies[0].Results = append(results, replies[0].Results...)
	}
	return replies
}

// attempt decides and commits a batch; locked says that other nodes wait meanwhile.
func (s *Session) attempt(ctx context.Context, requests []Request, locked bool) ([]Reply, error) {
	if s.replaced.Load() {
		return nil, errReplaced
	}
	if _, is := requests[0].(*Moved); is {
		if followed, err := s.follow(ctx); followed || err != nil {
			return make([]Reply, len(requests)), err
		}
	}
	loaded, err := s.ready(ctx, requests)
	if err != nil {
		return nil, err
	}
	if piece, is := requests[0].(*Piece); is {
		reply, err := s.take(ctx, piece, locked)
		return []Reply{reply}, err
	}
	if err := s.engine.Meet(ctx, s.ledger, requests); err != nil {
		return nil, err
	}
	began := s.now()
	d := s.engine.Decide(requests, began)
	if d.givenUp {
		return nil, protocol.Errorf(protocol.Overloaded, "the server is stopping; push again").With(protocol.Pause{RetryAfterMS: 500})
	}
	if d.Batch == nil && !loaded {
		// No commit says whether another node was faster.
		if behind, err := s.behind(ctx); err != nil || behind {
			return nil, cmp.Or(err, store.ErrStale)
		}
	}
	if d.Batch != nil {
		d.Batch.Locked = locked
		if err := s.ledger.Commit(ctx, d.Batch); err != nil {
			return nil, err
		}
		s.stored(d.Batch, began)
	}
	for _, f := range d.Faults {
		s.log.Error("internal error", "ref", f.Ref, "multi_session", s.ID, "client_id", f.Client, "mutation", f.ID, "order", f.Order, "error", f.What)
	}
	s.engine.Accept(d)
	s.turn.Store(s.engine.turn)
	s.missed.Store(s.engine.Missed())
	s.migrated.Store(s.engine.migrated)
	s.publish(requests, d)
	return d.Replies, nil
}

func (s *Session) publish(requests []Request, d *Decision) {
	for i, request := range requests {
		if _, is := request.(*Pin); is {
			d.Replies[i].Snapshot.Position = s.Feed.Head()
		}
	}
	var state *State
	if d.moved {
		now := s.engine.State()
		state = &now
	}
	s.Feed.publish(d.Entries, d.clients, state)
	for _, request := range requests {
		if seen, is := request.(*Seen); is {
			if c, known := s.engine.Client(seen.Client); known {
				s.Feed.learn(c, s.Feed.Head())
			}
		}
	}
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
		case *EffectOutcome:
			e.needOrder(&n, r.Order)
		case *Rerun:
			for _, id := range e.due() {
				e.needOrder(&n, id)
			}
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

func orderKey(id protocol.OrderID) string { return "order " + string(id) }

func (e *Engine) needOrder(n *Need, id protocol.OrderID) {
	if e.orders[id] == nil && e.ask(orderKey(id)) {
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
