package machine

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/manytill/manytill/sdk/client/internal/view"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// MaxMutationBytes is the largest mutation that is queued (protocol, "What a client must do").
const MaxMutationBytes = 256 << 10

// sight is what a plan looks at.
type sight struct {
	drafts map[protocol.OrderID]protocol.Mutation
	order  func(protocol.OrderID) *view.Order
	schema *protocol.Schema
	// seq is what the user saw.
	seq  protocol.Seq
	user *protocol.User
	at   string
	// unsure: other taps are on their way to the disk.
	unsure bool
}

// plan is a tap turned into mutations: a new order waits for its first line,
// and a payment is never in one mutation with the order.create of its order.
type plan struct {
	sight
	groups []protocol.Ops
	// changed are drafts that began or changed, or (nil) ended.
	changed map[protocol.OrderID]*protocol.Mutation
	created map[protocol.OrderID]bool // by this tap
	inGroup map[protocol.OrderID]bool // created by the last group
}

// planned is the plan of a tap, or an error that the user can mend.
func planned(s sight, ops protocol.Ops) (*plan, error) {
	p := &plan{sight: s, changed: map[protocol.OrderID]*protocol.Mutation{}, created: map[protocol.OrderID]bool{}}
	p.cut()
	if len(ops) == 0 {
		return nil, protocol.Errorf(protocol.Invalid, "there is nothing to do: give at least one op")
	}
	for i, op := range ops {
		op, err := tidy(op, fmt.Sprintf("ops[%d]", i))
		if err != nil {
			return nil, err
		}
		if err := p.add(op); err != nil {
			return nil, err
		}
	}
	if n := len(p.groups); len(p.groups[n-1]) == 0 {
		p.groups = p.groups[:n-1]
	}
	return p, nil
}

// mutations are those of the plan, numbered from an id on.
func (p *plan) mutations(next protocol.MutationID) ([]protocol.Mutation, error) {
	mutations := make([]protocol.Mutation, len(p.groups))
	for i, ops := range p.groups {
		mutations[i] = p.mutation(ops)
		mutations[i].ID = next + protocol.MutationID(i)
		if err := fits(mutations[i]); err != nil {
			return nil, err
		}
	}
	return mutations, nil
}

func (p *plan) mutation(ops protocol.Ops) protocol.Mutation {
	return protocol.Mutation{User: p.user, At: p.at, Ops: ops}
}

// cut begins a new mutation, unless the last is still empty.
func (p *plan) cut() {
	if n := len(p.groups); n == 0 || len(p.groups[n-1]) > 0 {
		p.groups = append(p.groups, nil)
	}
	p.inGroup = map[protocol.OrderID]bool{}
}

func (p *plan) put(op protocol.Op) {
	n := len(p.groups) - 1
	p.groups[n] = append(p.groups[n], op)
}

func (p *plan) draft(id protocol.OrderID) *protocol.Mutation {
	if d, ok := p.changed[id]; ok {
		return d
	}
	if d, ok := p.drafts[id]; ok {
		return &d
	}
	return nil
}

func (p *plan) add(op protocol.Op) error {
	id := op.On()
	draft := p.draft(id)
	switch op := op.(type) {
	case protocol.OrderCreate:
		fresh := p.mutation(protocol.Ops{op})
		p.changed[id], p.created[id] = &fresh, true
		return nil
	case protocol.OrderSet:
		if draft != nil {
			create, _ := draft.Ops[0].(protocol.OrderCreate)
			set := protocol.Fields{}
			maps.Copy(set, create.Set)
			maps.Copy(set, op.Set)
			create.Set = set
			changed := *draft
			changed.Ops = protocol.Ops{create}
			p.changed[id] = &changed
			return nil
		}
	case protocol.OrderClose:
		if draft != nil && op.State == protocol.Cancelled {
			p.changed[id] = nil
			return nil
		}
	}
	if err := p.check(id, op.Kind()); err != nil {
		return err
	}
	p.send(id)
	switch op := op.(type) {
	case protocol.LineMove:
		p.send(op.To)
		p.created[op.To] = true
	case protocol.OrderPay:
		if p.inGroup[id] {
			p.cut()
		}
	}
	p.put(p.based(op))
	return nil
}

// send ends a draft: its order.create goes before what needs the order, and
// never into a mutation that is behind some of that.
func (p *plan) send(id protocol.OrderID) {
	if draft := p.draft(id); draft != nil {
		last := p.groups[len(p.groups)-1]
		if slices.ContainsFunc(last, func(op protocol.Op) bool { return op.On() == id }) {
			p.cut()
		}
		p.put(draft.Ops[0])
		p.changed[id] = nil
		p.created[id], p.inGroup[id] = true, true
	}
}

// check refuses what can't work, so that no tap vanishes later. While other
// taps are on their way to the disk, the server is left to judge.
func (p *plan) check(id protocol.OrderID, kind protocol.OpKind) error {
	if p.created[id] || p.draft(id) != nil || p.unsure || kind == protocol.KindOrderPay {
		return nil
	}
	switch o := p.order(id); {
	case o == nil:
		return protocol.Errorf(protocol.NotFound, "there is no order %s here; start a new order", id)
	case o.State != protocol.Open && kind != protocol.KindOrderClose:
		return protocol.Errorf(protocol.OrderClosed, "order %d is %s; put this on a new order", o.Number, o.State)
	}
	return nil
}

// based adds the base where a stale one is refused: to guarded fields and to
// order.close. It is the position, which is what the user saw.
func (p *plan) based(op protocol.Op) protocol.Op {
	base := p.seq
	guarded := func(specs map[protocol.Field]protocol.FieldSpec, set protocol.Fields) bool {
		for f := range set {
			if specs[f].Merge == protocol.Guarded {
				return true
			}
		}
		return false
	}
	switch op := op.(type) {
	case protocol.OrderClose:
		if op.Base == nil {
			op.Base = &base
		}
		return op
	case protocol.OrderSet:
		if op.Base == nil && guarded(p.schema.Order, op.Set) {
			op.Base = &base
		}
		return op
	case protocol.LineSet:
		if op.Base == nil && guarded(p.schema.Orderline, op.Set) {
			op.Base = &base
		}
		return op
	}
	return op
}

func fits(mutation protocol.Mutation) error {
	raw, err := json.Marshal(mutation)
	if err != nil {
		return protocol.Errorf(protocol.Invalid, "this can't be written as JSON; check the values").Because(err)
	}
	if protocol.TooDeep(append(append([]byte("[["), raw...), "]]"...)) { // as it stands in a push
		return protocol.Errorf(protocol.Invalid, "this is nested too deep; a field's value may be 94 deep")
	}
	if len(raw) > MaxMutationBytes {
		return protocol.Errorf(protocol.TooLarge, "this is %d KiB and at most 256 KiB can be sent at once; split it", len(raw)>>10).
			With(protocol.TooMuch{What: "mutation", Limit: MaxMutationBytes})
	}
	return nil
}

// tidy is an op whose shape is right, with its numbers rounded to what the wire
// takes.
func tidy(op protocol.Op, at string) (protocol.Op, error) {
	if op == nil {
		return nil, protocol.Errorf(protocol.UnknownOp, "%s is no op", at)
	}
	if !protocol.ValidID(op.On()) {
		return nil, badID(at + ".order")
	}
	var err error
	switch op := op.(type) {
	case protocol.OrderCreate:
		op.Set, err = tidySet(op.Set, at)
		return op, err
	case protocol.OrderSet:
		op.Set, err = tidySet(op.Set, at)
		return op, err
	case protocol.OrderPay:
		op.Payment, err = tidyPayment(op.Payment, at+".payment")
		return op, err
	case protocol.OrderClose:
		if op.State != protocol.Paid && op.State != protocol.Cancelled {
			err = protocol.Errorf(protocol.Invalid, "%s.state must be paid or cancelled", at)
		}
		return op, err
	case protocol.LineAdd:
		if protocol.IsOwnLine(op.Line) {
			return nil, protocol.Errorf(protocol.Invalid, "%s.line begins with mt:, as those of extensions do; choose another id", at)
		}
		op.Set, err = tidySet(op.Set, at)
		return op, cmp.Or(err, tidyLine(op.Line, at))
	case protocol.LineSet:
		op.Set, err = tidySet(op.Set, at)
		return op, cmp.Or(err, tidyLine(op.Line, at))
	case protocol.LineInc:
		op.By, err = tidyNumber(op.By, at+".by")
		return op, cmp.Or(err, tidyLine(op.Line, at))
	case protocol.LineRemove:
		return op, tidyLine(op.Line, at)
	case protocol.LineMove:
		return op, tidyMove(op, at)
	}
	return nil, protocol.Errorf(protocol.UnknownOp, "%s.op %q is no op", at, op.Kind())
}

func tidyLine(id protocol.LineID, at string) error {
	if !protocol.ValidID(id) {
		return badID(at + ".line")
	}
	return nil
}

func tidySet(given protocol.Fields, at string) (protocol.Fields, error) {
	set := make(protocol.Fields, len(given))
	for f, v := range given {
		if v == "" {
			v = protocol.Null
		}
		canonical, err := protocol.ParseValue([]byte(v))
		if err != nil {
			return nil, protocol.Errorf(protocol.Invalid, "%s.set.%s: %s", at, f, err)
		}
		set[f] = canonical
	}
	return set, nil
}

// What a payment's texts may hold, in characters. A server refuses more, and
// the money would be in no order.
const (
	maxMethod = 64
	maxRef    = 2000
)

func tidyPayment(p protocol.NewPayment, at string) (_ protocol.NewPayment, err error) {
	if !protocol.ValidID(p.ID) {
		return p, badID(at + ".id")
	}
	if n := utf8.RuneCountInString(p.Method); n == 0 || n > maxMethod {
		return p, protocol.Errorf(protocol.Invalid, "%s.method must have 1 to %d characters", at, maxMethod)
	}
	if utf8.RuneCountInString(p.Ref) > maxRef {
		return p, protocol.Errorf(protocol.Invalid, "%s.ref must have %d characters at most", at, maxRef)
	}
	p.Amount, err = tidyNumber(p.Amount, at+".amount")
	return p, err
}

func tidyMove(op protocol.LineMove, at string) error {
	if !protocol.ValidID(op.To) || op.To == op.Order {
		return protocol.Errorf(protocol.Invalid, "%s.to must be the id of another order", at)
	}
	if len(op.Lines) == 0 {
		return protocol.Errorf(protocol.Invalid, "%s.lines must name at least one line", at)
	}
	for _, id := range op.Lines {
		if !protocol.ValidID(id) {
			return badID(at + ".lines")
		}
	}
	return nil
}

func tidyNumber(v protocol.Value, at string) (protocol.Value, error) {
	n, err := decimal.Parse(string(v))
	if err != nil {
		return "", protocol.Errorf(protocol.Invalid, "%s: %s", at, err)
	}
	return protocol.Num(n), nil
}

func badID(at string) error {
	return protocol.Errorf(protocol.Invalid, "%s must be an id: 1 to 64 of A-Z a-z 0-9 . _ - :", at)
}
