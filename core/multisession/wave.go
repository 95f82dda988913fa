package multisession

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strconv"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk"
)

// wave is a run of mutations of which no two touch the same order, so that
// the hooks see all of them at once. Without a chain each is a wave.
type wave struct {
	slots   []*slot
	touched map[sdk.OrderID]bool
}

// join takes a mutation into the wave, or ends the wave first.
func (d *decider) join(s *slot) {
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
		d.wave.touched = map[sdk.OrderID]bool{}
	}
	for _, id := range s.mutation.Orders {
		d.wave.touched[id] = true
	}
	d.wave.slots = append(d.wave.slots, s)
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
	pending, created := 0, 0
	d.opened = map[sdk.POSID]order.Held{}
	for _, s := range slots {
		d.apply(s, pending, created)
		d.weigh(s.outcome.Drafts, d.opened)
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
	if s.seq == d.head+1 && s.outcome.Rejection.Code != sdk.LimitReached {
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
func cannot() *sdk.Rejection {
	return &sdk.Rejection{
		Code:    sdk.Internal,
		Message: "the server can't do this; what was there stays as it is. Ask whoever runs the server, and try it another way",
	}
}

// settle numbers what a mutation changed and writes its outcome.
func (d *decider) settle(s *slot) {
	if s.outcome.Rejection == nil && d.change(order.ChangeHead{
		Client: s.client, ID: s.mutation.ID, Tapped: s.mutation.At, By: s.author,
	}, s.outcome.Drafts, len(s.outcome.Created)) == nil {
		s.fault = "its change would be no JSON"
		d.refuse(s)
	}
	if s.outcome.Rejection != nil {
		d.reject(s)
	} else {
		s.result = appliedResult(s, d.head)
	}
	d.dirty = true
	d.write.Outcomes = append(d.write.Outcomes, store.Outcome{
		Client: s.client, ID: s.mutation.ID, Hash: s.mutation.Hash, Result: s.result,
	})
}

var keptBy = sdk.Value(`{"server":"` + sdk.ByKeptPayment + `"}`)

func (d *decider) reject(s *slot) {
	why := s.outcome.Rejection
	if why.Code == sdk.Internal {
		d.fault(s, why)
	}
	if len(s.outcome.Kept) > 0 && d.change(order.ChangeHead{By: keptBy}, s.outcome.Drafts, 0) == nil {
		s.outcome.Kept = nil // no JSON either; the operator's inbox has the mutation
	}
	if len(s.outcome.Kept) > 0 {
		entry := &d.Entries[len(d.Entries)-1]
		entry.Client, entry.ID = s.client, s.mutation.ID // for last_id; readers aren't told
	}
	result := sdk.Result{ID: s.mutation.ID, Status: sdk.Rejected, Seq: why.Seq, Kept: s.outcome.Kept, Rejection: why}
	if len(s.outcome.Kept) > 0 {
		result.Seq = d.head
		result.Orders = heads(s.outcome.Drafts)
	}
	var by sdk.Author
	_ = s.author.Decode(&by)
	d.write.Rejections = append(d.write.Rejections, store.Rejection{
		At: d.now, MultiSession: d.engine.id, Client: s.client, By: by, Mutation: s.mutation.Raw,
		Code: why.Code, Message: why.Message, Kept: s.outcome.Kept,
	})
	var err error
	if s.result, err = json.Marshal(&result); err != nil {
		s.result, _ = json.Marshal(&sdk.Result{
			ID: result.ID, Status: sdk.Rejected, Seq: result.Seq, Kept: result.Kept,
			Rejection: &sdk.Rejection{Code: why.Code, Message: why.Message},
		})
	}
}

// fault gives a rejection its reference: the same in every retry, since the
// engine knows no chance.
func (d *decider) fault(s *slot, why *sdk.Rejection) {
	why.Ref = strconv.FormatUint(seedOf(s), 16)
	what := s.fault
	if what == "" {
		what = why.Message
	}
	d.Faults = append(d.Faults, Fault{Ref: why.Ref, Client: s.client, ID: s.mutation.ID, Order: why.Order, What: what})
}

func heads(drafts []*order.Order) map[sdk.OrderID]sdk.Head {
	h := make(map[sdk.OrderID]sdk.Head, len(drafts))
	for _, o := range drafts {
		h[o.ID] = sdk.Head{Number: o.Number, Rev: o.Rev}
	}
	return h
}

func appliedResult(s *slot, seq sdk.Seq) []byte {
	b := strconv.AppendInt(append(make([]byte, 0, 128), `{"id":`...), int64(s.mutation.ID), 10)
	b = strconv.AppendInt(append(b, `,"status":"applied","seq":`...), int64(seq), 10)
	separator := `,"orders":{"`
	for _, o := range s.outcome.Drafts {
		b = append(append(b, separator...), o.ID...)
		b = strconv.AppendInt(append(b, `":{"number":`...), int64(o.Number), 10)
		b = append(strconv.AppendInt(append(b, `,"rev":`...), o.Rev, 10), '}')
		separator = `,"`
	}
	b = append(b, '}')
	separator = `,"ignored":[`
	for _, name := range s.outcome.Ignored {
		b = sdk.AppendString(append(b, separator...), name)
		separator = `,`
	}
	if len(s.outcome.Ignored) > 0 {
		b = append(b, ']')
	}
	separator = `,"why":{`
	for _, name := range sdk.SortedKeys(s.outcome.Why) {
		b = append(sdk.AppendString(append(b, separator...), name), ':')
		b = sdk.AppendString(b, s.outcome.Why[name])
		separator = `,`
	}
	if len(s.outcome.Why) > 0 {
		b = append(b, '}')
	}
	return append(order.AppendReviews(b, s.outcome.Reviews), '}')
}
