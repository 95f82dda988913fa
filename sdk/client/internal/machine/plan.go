package machine

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/manytill/manytill/sdk"
)

// MaxMutationBytes is the largest mutation that is queued (protocol, "What a client must do").
const MaxMutationBytes = 256 << 10

// plan turns the ops of a tap into mutations: a new order waits for its first
// line, and a payment is never in one mutation with the order.create of its
// order.
type plan struct {
	m      *Machine
	groups [][]sdk.Op
	// drafts that began or changed, or (nil) ended.
	drafts  map[sdk.OrderID]*sdk.Mutation
	created map[sdk.OrderID]bool // by this tap
	inGroup map[sdk.OrderID]bool // created by the last group
	err     error
}

func (m *Machine) plan(ops []sdk.Op) *plan {
	p := &plan{m: m, drafts: map[sdk.OrderID]*sdk.Mutation{}, created: map[sdk.OrderID]bool{}}
	p.cut()
	if len(ops) == 0 {
		p.err = sdk.Errorf(sdk.Invalid, "there is nothing to do: give at least one op")
	}
	for i, op := range ops {
		if p.err == nil {
			p.err = tidy(&op, fmt.Sprintf("ops[%d]", i))
		}
		if p.err == nil {
			p.add(op)
		}
	}
	if n := len(p.groups); len(p.groups[n-1]) == 0 {
		p.groups = p.groups[:n-1]
	}
	return p
}

// cut begins a new mutation, unless the last is still empty.
func (p *plan) cut() {
	if n := len(p.groups); n == 0 || len(p.groups[n-1]) > 0 {
		p.groups = append(p.groups, nil)
	}
	p.inGroup = map[sdk.OrderID]bool{}
}

func (p *plan) put(op sdk.Op) {
	n := len(p.groups) - 1
	p.groups[n] = append(p.groups[n], op)
}

func (p *plan) draft(id sdk.OrderID) *sdk.Mutation {
	if d, ok := p.drafts[id]; ok {
		return d
	}
	if d, ok := p.m.state.Drafts[id]; ok {
		return &d
	}
	return nil
}

func (p *plan) add(op sdk.Op) {
	draft := p.draft(op.Order)
	switch {
	case op.Op == sdk.OrderCreate:
		fresh := p.m.mutation([]sdk.Op{op})
		p.drafts[op.Order], p.created[op.Order] = &fresh, true
		return
	case draft != nil && op.Op == sdk.OrderSet:
		create := draft.Ops[0]
		create.Set = maps.Clone(create.Set)
		maps.Copy(create.Set, op.Set)
		changed := *draft
		changed.Ops = []sdk.Op{create}
		p.drafts[op.Order] = &changed
		return
	case draft != nil && op.Op == sdk.OrderClose && op.State == sdk.Cancelled:
		p.drafts[op.Order] = nil
		return
	}
	if p.err = p.check(op.Order, op.Op); p.err != nil {
		return
	}
	p.send(op.Order)
	if op.Op == sdk.LineMove {
		p.send(op.To)
		p.created[op.To] = true
	}
	if op.Op == sdk.OrderPay && p.inGroup[op.Order] {
		p.cut()
	}
	p.put(p.m.based(op))
}

// send ends a draft: its order.create goes before what needs the order.
func (p *plan) send(id sdk.OrderID) {
	if draft := p.draft(id); draft != nil {
		p.put(draft.Ops[0])
		p.drafts[id] = nil
		p.created[id], p.inGroup[id] = true, true
	}
}

// check refuses what can't work, so that no tap vanishes later. While other
// taps are on their way to the disk, the server is left to judge.
func (p *plan) check(id sdk.OrderID, kind sdk.OpKind) error {
	if p.created[id] || p.draft(id) != nil || len(p.m.taps) > 0 || kind == sdk.OrderPay {
		return nil
	}
	switch o := p.m.view.Order(id); {
	case o == nil:
		return sdk.Errorf(sdk.NotFound, "there is no order %s here; start a new order", id)
	case o.State != sdk.Open && kind != sdk.OrderClose:
		return sdk.Errorf(sdk.OrderClosed, "order %d is %s; put this on a new order", o.Number, o.State)
	}
	return nil
}

// based adds the base where a stale one is refused: to guarded fields and to
// order.close. It is the position, which is what the user saw.
func (m *Machine) based(op sdk.Op) sdk.Op {
	if op.Base != nil {
		return op
	}
	base := m.state.Seq
	switch op.Op {
	case sdk.OrderClose:
		op.Base = &base
	case sdk.OrderSet, sdk.LineSet:
		specs := m.cfg.Schema.Order
		if op.Op == sdk.LineSet {
			specs = m.cfg.Schema.Orderline
		}
		for f := range op.Set {
			if specs[f].Merge == sdk.Guarded {
				op.Base = &base
			}
		}
	}
	return op
}

func fits(mutation sdk.Mutation) error {
	raw, err := json.Marshal(mutation)
	if err != nil {
		return sdk.Errorf(sdk.Invalid, "this can't be written as JSON; check the values").Because(err)
	}
	if sdk.TooDeep(append(append([]byte("[["), raw...), "]]"...)) { // as it stands in a push
		return sdk.Errorf(sdk.Invalid, "this is nested too deep; a field's value may be 94 deep")
	}
	if len(raw) > MaxMutationBytes {
		return sdk.Errorf(sdk.TooLarge, "this is %d KiB and at most 256 KiB can be sent at once; split it", len(raw)>>10).
			With("what", "mutation").With("limit", MaxMutationBytes)
	}
	return nil
}
