package sdk

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// HookRun is one run of the hooks over one record: what [OrderBase] and
// [OrderlineBase] ask. The server makes it, and sdk/sdktest in a test; a
// vendor's code has no need of it.
type HookRun interface {
	Stored() Record
	Merged() Record
	IsNew() bool
	Now() time.Time
	Rand() *rand.Rand
	// UID is the order's id, of a line the line's order's.
	UID() OrderID
	Lines() []OrderLine
	Payments() []Payment
}

// LinePutter is a [HookRun] of an order that puts lines: what [OrderBase.PutLine]
// asks.
type LinePutter interface {
	PutLine(key string, fields any) error
}

// BindOrder makes an order's base belong to a run. It is for those who run
// hooks. It reports false where [OrderBase] isn't there.
func BindOrder(o OrderHooks, run HookRun) bool {
	b := o.orderBase()
	if b != nil {
		b.run = run
	}
	return b != nil
}

// BindOrderline makes a line's base belong to a run, with the run of its order,
// as [BindOrder] does.
func BindOrderline(l OrderlineHooks, line Line, run, order HookRun) bool {
	b := l.orderlineBase()
	if b != nil {
		*b = OrderlineBase{base: base{run}, id: line.ID, n: line.N, order: &OrderBase{base{order}}}
	}
	return b != nil
}

// OrderBase is embedded in a vendor's order. It knows the order that the
// hooks run on.
type OrderBase struct{ base }

// OrderlineBase is embedded in a vendor's orderline. It knows the line that
// the hooks run on, and its order.
type OrderlineBase struct {
	base
	id    LineID
	n     int
	order *OrderBase
}

// base is what both have. A struct that was made by hand has no run.
type base struct{ run HookRun }

// Stored is the record before the mutation; empty if it is new.
func (b *base) Stored() Record {
	if b.run == nil {
		return none{}
	}
	return b.run.Stored()
}

// Merged is the record as it would be after the core's merge: what
// ApplyMSData is handed.
func (b *base) Merged() Record {
	if b.run == nil {
		return none{}
	}
	return b.run.Merged()
}

// IsNew reports that there was no such record before the mutation.
func (b *base) IsNew() bool { return b.run != nil && b.run.IsNew() }

// Now is the time of the change: the only clock that a hook has, since it may
// be run again.
func (b *base) Now() time.Time {
	if b.run == nil {
		return time.Time{}
	}
	return b.run.Now()
}

// TappedAt is the time of the tap by the till's clock, hours before Now
// perhaps, where the till had no network. Without such a clock it is Now.
func (b *base) TappedAt() time.Time { return read[time.Time](b.Merged(), protocol.KeyMTTappedAt) }

// Mutation is "client_id/id" of the mutation that the change came from, the
// same in every run over it; "" in a change of the server's own.
func (b *base) Mutation() string { return read[string](b.Merged(), protocol.KeyMTMutation) }

// read is what the record has under one of its own keys.
func read[T any](r Record, key Field) (value T) {
	_ = r.Get(key, &value) // the server wrote it
	return value
}

// Rand is chance that is the same in each run over the same mutation.
func (b *base) Rand() *rand.Rand {
	if b.run == nil {
		return rand.New(rand.NewPCG(0, 0))
	}
	return b.run.Rand()
}

// UID is the order's id.
func (o *OrderBase) UID() OrderID {
	if o.run == nil {
		return ""
	}
	return o.run.UID()
}

// Number is what people call the order; 0 in the change that creates it.
func (o *OrderBase) Number() Number { return read[Number](o.Merged(), protocol.KeyMTNumber) }

// Run is the run that the order belongs to.
func (o *OrderBase) Run() Run { return read[Run](o.Merged(), protocol.KeyMTRun) }

// State is the order's as it will be: [Paid] or [Cancelled] in the change that
// closes it. A hook that looks at it runs when the order ends.
func (o *OrderBase) State() State { return read[State](o.Merged(), protocol.KeyMTState) }

// Lines are the order's lines, by their place, with the fields that `reads:
// {orderline: […]}` in extension.yaml names. Without it none are handed over,
// and looking at them is an error of the hook. The slice is the hook's own;
// the lines are read-only.
func (o *OrderBase) Lines() []OrderLine {
	if o.run == nil {
		return nil
	}
	return o.run.Lines()
}

// Payments are the order's, as they were added.
func (o *OrderBase) Payments() []Payment {
	if o.run == nil {
		return nil
	}
	return o.run.Payments()
}

// PutLine puts a line of the extension's own into the order: call it for every
// line that there should be. One that was put before and isn't put in a run is
// dropped. key, of 1 to 200 characters, tells it from the extension's other
// lines of the order; fields are an object, of the core's fields (product_id,
// qty, price_unit, …) and the extension's own. The manifest must say lines: true;
// without it, and outside of an order's hooks, it is an error.
func (o *OrderBase) PutLine(key string, fields any) error {
	putter, ok := o.run.(LinePutter)
	if !ok {
		return errors.New("lines are put by an order's hooks while they run")
	}
	return putter.PutLine(key, fields)
}

// OrderLine is a line as the hooks of its order see it.
type OrderLine struct {
	ID LineID
	N  int
	Record
}

// UID is the line's id.
func (l *OrderlineBase) UID() LineID { return l.id }

// N is the line's place in its order.
func (l *OrderlineBase) N() int { return l.n }

// Order is the line's order. Its Merged holds what `reads: {order: […]}` in
// extension.yaml names.
func (l *OrderlineBase) Order() *OrderBase {
	if l.order == nil {
		return &OrderBase{}
	}
	return l.order
}
