package machine

import (
	"encoding/json"
	"fmt"
	"maps"
	"unicode/utf8"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/internal/view"
)

// MaxMutationBytes is the largest mutation that is queued (protocol, "What a client must do").
const MaxMutationBytes = 256 << 10

// sight is what a plan looks at.
type sight struct {
	drafts map[sdk.OrderID]sdk.Mutation
	order  func(sdk.OrderID) *view.Order
	schema *sdk.Schema
	// seq is what the user saw.
	seq  sdk.Seq
	user *sdk.User
	at   string
	// unsure: other taps are on their way to the disk.
	unsure bool
}

// plan is a tap turned into mutations: a new order waits for its first line,
// and a payment is never in one mutation with the order.create of its order.
type plan struct {
	sight
	groups [][]sdk.Op
	// changed are drafts that began or changed, or (nil) ended.
	changed map[sdk.OrderID]*sdk.Mutation
	created map[sdk.OrderID]bool // by this tap
	inGroup map[sdk.OrderID]bool // created by the last group
}

// planned is the plan of a tap, or an error that the user can mend.
func planned(s sight, ops []sdk.Op) (*plan, error) {
	p := &plan{sight: s, changed: map[sdk.OrderID]*sdk.Mutation{}, created: map[sdk.OrderID]bool{}}
	p.cut()
	if len(ops) == 0 {
		return nil, sdk.Errorf(sdk.Invalid, "there is nothing to do: give at least one op")
	}
	for i, op := range ops {
		if err := tidy(&op, fmt.Sprintf("ops[%d]", i)); err != nil {
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
func (p *plan) mutations(next sdk.MutationID) ([]sdk.Mutation, error) {
	mutations := make([]sdk.Mutation, len(p.groups))
	for i, ops := range p.groups {
		mutations[i] = p.mutation(ops)
		mutations[i].ID = next + sdk.MutationID(i)
		if err := fits(mutations[i]); err != nil {
			return nil, err
		}
	}
	return mutations, nil
}

func (p *plan) mutation(ops []sdk.Op) sdk.Mutation {
	return sdk.Mutation{User: p.user, At: p.at, Ops: ops}
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
	if d, ok := p.changed[id]; ok {
		return d
	}
	if d, ok := p.drafts[id]; ok {
		return &d
	}
	return nil
}

func (p *plan) add(op sdk.Op) error {
	draft := p.draft(op.Order)
	switch {
	case op.Op == sdk.OrderCreate:
		fresh := p.mutation([]sdk.Op{op})
		p.changed[op.Order], p.created[op.Order] = &fresh, true
		return nil
	case draft != nil && op.Op == sdk.OrderSet:
		create := draft.Ops[0]
		create.Set = maps.Clone(create.Set)
		maps.Copy(create.Set, op.Set)
		changed := *draft
		changed.Ops = []sdk.Op{create}
		p.changed[op.Order] = &changed
		return nil
	case draft != nil && op.Op == sdk.OrderClose && op.State == sdk.Cancelled:
		p.changed[op.Order] = nil
		return nil
	}
	if err := p.check(op.Order, op.Op); err != nil {
		return err
	}
	p.send(op.Order)
	if op.Op == sdk.LineMove {
		p.send(op.To)
		p.created[op.To] = true
	}
	if op.Op == sdk.OrderPay && p.inGroup[op.Order] {
		p.cut()
	}
	p.put(p.based(op))
	return nil
}

// send ends a draft: its order.create goes before what needs the order.
func (p *plan) send(id sdk.OrderID) {
	if draft := p.draft(id); draft != nil {
		p.put(draft.Ops[0])
		p.changed[id] = nil
		p.created[id], p.inGroup[id] = true, true
	}
}

// check refuses what can't work, so that no tap vanishes later. While other
// taps are on their way to the disk, the server is left to judge.
func (p *plan) check(id sdk.OrderID, kind sdk.OpKind) error {
	if p.created[id] || p.draft(id) != nil || p.unsure || kind == sdk.OrderPay {
		return nil
	}
	switch o := p.order(id); {
	case o == nil:
		return sdk.Errorf(sdk.NotFound, "there is no order %s here; start a new order", id)
	case o.State != sdk.Open && kind != sdk.OrderClose:
		return sdk.Errorf(sdk.OrderClosed, "order %d is %s; put this on a new order", o.Number, o.State)
	}
	return nil
}

// based adds the base where a stale one is refused: to guarded fields and to
// order.close. It is the position, which is what the user saw.
func (p *plan) based(op sdk.Op) sdk.Op {
	if op.Base != nil {
		return op
	}
	base := p.seq
	switch op.Op {
	case sdk.OrderClose:
		op.Base = &base
	case sdk.OrderSet, sdk.LineSet:
		specs := p.schema.Order
		if op.Op == sdk.LineSet {
			specs = p.schema.Orderline
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

// tidy checks the shape of an op and rounds its numbers to what the wire
// takes. It copies what it changes.
func tidy(op *sdk.Op, at string) error {
	if !sdk.ValidID(op.Order) {
		return badID(at + ".order")
	}
	switch op.Op {
	case sdk.OrderCreate, sdk.OrderSet, sdk.LineAdd, sdk.LineSet:
		if err := tidySet(op, at); err != nil {
			return err
		}
	case sdk.OrderPay:
		return tidyPayment(op, at)
	case sdk.OrderClose:
		if op.State != sdk.Paid && op.State != sdk.Cancelled {
			return sdk.Errorf(sdk.Invalid, "%s.state must be paid or cancelled", at)
		}
	case sdk.LineInc:
		if err := tidyNumber(&op.By, at+".by"); err != nil {
			return err
		}
	case sdk.LineMove:
		return tidyMove(op, at)
	case sdk.LineRemove:
	default:
		return sdk.Errorf(sdk.UnknownOp, "%s.op %q is no op", at, op.Op)
	}
	switch op.Op {
	case sdk.LineAdd, sdk.LineSet, sdk.LineInc, sdk.LineRemove:
		if !sdk.ValidID(op.Line) {
			return badID(at + ".line")
		}
	}
	if op.Op == sdk.LineAdd && view.OfExtension(op.Line) {
		return sdk.Errorf(sdk.Invalid, "%s.line begins with mt:, as those of extensions do; choose another id", at)
	}
	return nil
}

func tidySet(op *sdk.Op, at string) error {
	set := make(sdk.Fields, len(op.Set))
	for f, v := range op.Set {
		if v == "" {
			v = sdk.Null
		}
		canonical, err := sdk.ParseValue([]byte(v))
		if err != nil {
			return sdk.Errorf(sdk.Invalid, "%s.set.%s: %s", at, f, err)
		}
		set[f] = canonical
	}
	op.Set = set
	return nil
}

// What a payment's texts may hold, in characters. A server refuses more, and
// the money would be in no order.
const (
	maxMethod = 64
	maxRef    = 2000
)

func tidyPayment(op *sdk.Op, at string) error {
	if op.Payment == nil || !sdk.ValidID(op.Payment.ID) {
		return badID(at + ".payment.id")
	}
	if n := utf8.RuneCountInString(op.Payment.Method); n == 0 || n > maxMethod {
		return sdk.Errorf(sdk.Invalid, "%s.payment.method must have 1 to %d characters", at, maxMethod)
	}
	if utf8.RuneCountInString(op.Payment.Ref) > maxRef {
		return sdk.Errorf(sdk.Invalid, "%s.payment.ref must have %d characters at most", at, maxRef)
	}
	// By, At and Needs are the server's to say.
	p := sdk.Payment{
		ID: op.Payment.ID, Method: op.Payment.Method, Amount: op.Payment.Amount,
		Offline: op.Payment.Offline, Ref: op.Payment.Ref,
	}
	op.Payment = &p
	return tidyNumber(&p.Amount, at+".payment.amount")
}

func tidyMove(op *sdk.Op, at string) error {
	if !sdk.ValidID(op.To) || op.To == op.Order {
		return sdk.Errorf(sdk.Invalid, "%s.to must be the id of another order", at)
	}
	if len(op.Lines) == 0 {
		return sdk.Errorf(sdk.Invalid, "%s.lines must name at least one line", at)
	}
	for _, id := range op.Lines {
		if !sdk.ValidID(id) {
			return badID(at + ".lines")
		}
	}
	return nil
}

func tidyNumber(v *sdk.Value, at string) error {
	n, err := sdk.ParseDecimal(string(*v))
	if err != nil {
		return sdk.Errorf(sdk.Invalid, "%s: %s", at, err)
	}
	*v = sdk.Num(n)
	return nil
}

func badID(at string) error {
	return sdk.Errorf(sdk.Invalid, "%s must be an id: 1 to 64 of A-Z a-z 0-9 . _ - :", at)
}
