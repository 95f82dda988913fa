package multisession

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// wave is a run of mutations of which no two touch the same order, so that
// the hooks see all of them at once. Without a chain, or in a serial one, each is
// a wave.
type wave struct {
	slots   []*slot
	touched map[protocol.OrderID]bool
}

// join takes a mutation into the wave, or ends the wave first.
func (d *decider) join(s *slot) {
	if d.tooMuch(s) {
		return
	}
	if !d.chain.Active() {
		d.apply(s, 0, 0)
		d.settle(s)
		return
	}
	for _, id := range s.mutation.Orders {
		if d.wave.touched[id] {
			d.flush()
			break
		}
	}
	if d.wave.touched == nil {
		d.wave.touched = map[protocol.OrderID]bool{}
	}
	for _, id := range s.mutation.Orders {
		d.wave.touched[id] = true
	}
	if d.wave.slots = append(d.wave.slots, s); d.chain.Serial() {
		d.flush()
	}
}

// tooMuch refuses a mutation for which too many closed orders would have to be
// read.
func (d *decider) tooMuch(s *slot) bool {
	at := slices.IndexFunc(s.mutation.Orders, func(id protocol.OrderID) bool { return d.engine.facts.beyond[id] })
	if at < 0 {
		return false
	}
	d.flush()
	s.outcome = order.Refuse(d.set, s.mutation, d.env(s.author, s.author, s.client, 0, 0), &protocol.Rejection{
		Code: protocol.LimitReached, Order: s.mutation.Orders[at], Limit: meetBytes,
		Message: "the closed orders that it names are too large to be looked at together; change fewer of them at once",
	})
	d.settle(s)
	return true
}

// flush ends the wave: the core's merge, the hooks, then seqs and numbers in
// the order of arrival. A veto takes only its own mutation out, and what came
// behind it moves up.
func (d *decider) flush() {
	slots := d.wave.slots
	if len(slots) == 0 {
		return
	}
	d.wave = wave{}
	d.migrateNamed(slots)
	pending, created := 0, 0
	for _, s := range slots {
		d.apply(s, pending, created)
		d.weigh(s.outcome.Drafts, &d.opened)
		if len(s.outcome.Drafts) > 0 {
			pending++
		}
		created += len(s.outcome.Created)
	}
	d.opened = nil
	d.runHooks(slots)
	for _, s := range slots {
		switch {
		case s.veto != nil:
			s.outcome = order.Refuse(d.set, s.mutation, d.env(s.author, s.author, s.client, 0, 0), s.veto)
		case s.outcome.Rejection != nil:
			d.again(s)
		case s.seq == d.head+1:
		default:
			order.MoveUp(s.outcome.Drafts, s.seq, d.head+1, d.lastNumber+1)
		}
		d.settle(s)
	}
}

// again decides anew what was refused in a wave: its words may name a number,
// and what a veto took out may have made room for it.
func (d *decider) again(s *slot) {
	if s.seq == d.head+1 && s.outcome.Rejection.Code != protocol.LimitReached {
		return
	}
	d.apply(s, 0, 0)
	if d.runHooks([]*slot{s}); s.veto != nil {
		s.outcome = order.Refuse(d.set, s.mutation, d.env(s.author, s.author, s.client, 0, 0), s.veto)
	}
}

// apply runs the core's merge. One that panics is refused alone: else the whole
// batch would fail, and again and again, since clients repeat it.
func (d *decider) apply(s *slot, pending, created int) {
	env := d.env(s.author, s.author, s.client, pending, created)
	s.seq = env.Seq
	defer func() {
		if p := recover(); p != nil {
			s.fault = fmt.Sprintf("the merge panicked: %v\n%s", p, debug.Stack())
			d.refuse(s)
		}
	}()
	s.outcome = order.Apply(d.set, s.mutation, env)
}

// refuse rejects a mutation that the server fails on; its payments are kept if
// that much works.
func (d *decider) refuse(s *slot) {
	defer func() {
		if recover() != nil {
			s.outcome = &order.Outcome{Rejection: cannot()}
		}
	}()
	s.outcome = order.Refuse(d.set, s.mutation, d.env(s.author, s.author, s.client, 0, 0), cannot())
}

// cannot is the rejection of a mutation that the server fails on.
func cannot() *protocol.Rejection {
	return &protocol.Rejection{
		Code:    protocol.Internal,
		Message: "the server can't do this; what was there stays as it is. Ask whoever runs the server, and try it another way",
	}
}

// settle numbers what a mutation changed and writes its outcome.
func (d *decider) settle(s *slot) {
	if s.outcome.Rejection == nil && d.change(protocol.ChangeHead{
		Client: s.client, ID: s.mutation.ID, Tapped: s.mutation.At, By: s.author,
	}, s.outcome.Drafts, len(s.outcome.Created), s.left) == nil {
		s.fault = "its change would be no JSON"
		d.refuse(s)
	}
	if s.outcome.Rejection != nil {
		d.reject(s)
	} else {
		s.result = resultOf(&protocol.Result{
			ID: s.mutation.ID, Status: protocol.Applied, Seq: d.head, Orders: heads(s.outcome.Drafts),
			Ignored: s.outcome.Ignored, Why: s.outcome.Why, Review: s.outcome.Reviews,
		})
	}
	d.dirty = true
	d.write.Outcomes = append(d.write.Outcomes, store.Outcome{
		Client: s.client, ID: s.mutation.ID, Hash: s.mutation.Hash, Result: s.result.JSON,
	})
}

var keptBy = (&protocol.By{Server: protocol.ByKeptPayment}).JSON()

func (d *decider) reject(s *slot) {
	why := s.outcome.Rejection
	if why.Code == protocol.Internal {
		d.fault(s, why)
	}
	var left storages
	if len(s.outcome.Kept) > 0 {
		left = d.runOwn(keptBy, s.outcome.Drafts)
	}
	if len(s.outcome.Kept) > 0 && d.change(protocol.ChangeHead{By: keptBy}, s.outcome.Drafts, 0, left) == nil {
		s.outcome.Kept = nil // no JSON either; the operator's inbox has the mutation
	}
	if len(s.outcome.Kept) > 0 {
		entry := &d.Entries[len(d.Entries)-1]
		entry.Client, entry.ID = s.client, s.mutation.ID // for last_id; readers aren't told
	}
	result := protocol.Result{ID: s.mutation.ID, Status: protocol.Rejected, Seq: why.Seq, Kept: s.outcome.Kept, Rejection: why}
	if len(s.outcome.Kept) > 0 {
		result.Seq = d.head
		result.Orders = heads(s.outcome.Drafts)
	}
	var by protocol.Author
	_ = s.author.Decode(&by)
	d.write.Rejections = append(d.write.Rejections, store.Rejection{
		At: d.now, MultiSession: d.engine.id, Client: s.client, By: by, Mutation: s.mutation.Raw,
		Code: why.Code, Message: why.Message, Kept: s.outcome.Kept,
	})
	if s.result = resultOf(&result); !order.Valid(s.result.JSON) { // what it tells of is damaged
		result.Rejection = &protocol.Rejection{Code: why.Code, Message: why.Message}
		s.result = resultOf(&result)
	}
}

// fault gives a rejection its reference: the same in every retry, since the
// engine knows no chance.
func (d *decider) fault(s *slot, why *protocol.Rejection) {
	why.Ref = strconv.FormatUint(seedOf(s), 16)
	what := s.fault
	if what == "" {
		what = why.Message
	}
	d.Faults = append(d.Faults, Fault{Ref: why.Ref, Client: s.client, ID: s.mutation.ID, Order: why.Order, What: what})
}

func heads(drafts []*order.Order) map[protocol.OrderID]protocol.Head {
	h := make(map[protocol.OrderID]protocol.Head, len(drafts))
	for _, o := range drafts {
		h[o.ID] = protocol.Head{Number: o.Number, Rev: o.Rev}
	}
	return h
}
