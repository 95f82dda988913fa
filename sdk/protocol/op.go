package protocol

import (
	"encoding/json"
	"fmt"

	"github.com/manytill/manytill/sdk/protocol/jsonw"
)

// OpKind is what an op does.
type OpKind string

// The ops of the protocol ("Ops").
const (
	KindOrderCreate OpKind = "order.create"
	KindOrderSet    OpKind = "order.set"
	KindOrderPay    OpKind = "order.pay"
	KindOrderClose  OpKind = "order.close"
	KindLineAdd     OpKind = "line.add"
	KindLineSet     OpKind = "line.set"
	KindLineInc     OpKind = "line.inc"
	KindLineRemove  OpKind = "line.remove"
	KindLineMove    OpKind = "line.move"
)

// Op is one step of a mutation: one of the types below, by value.
//
//union:op
type Op interface {
	// Kind is the op's name on the wire.
	Kind() OpKind
	// On is the order that it is of.
	On() OrderID
}

// Base, where it isn't nil, is the seq up to which the sender had seen
// everything when the user decided.
type (
	// OrderCreate makes a new open order.
	OrderCreate struct {
		Order OrderID `json:"order"`
		Set   Fields  `json:"set,omitzero"`
	}
	// OrderSet sets fields of an order.
	OrderSet struct {
		Order OrderID `json:"order"`
		Set   Fields  `json:"set"`
		Base  *Seq    `json:"base,omitempty"`
	}
	// OrderPay adds a payment, once for each payment id.
	OrderPay struct {
		Order   OrderID    `json:"order"`
		Payment NewPayment `json:"payment"`
	}
	// OrderClose ends an order as paid or cancelled, for ever.
	OrderClose struct {
		Order OrderID `json:"order"`
		State State   `json:"state"`
		Base  *Seq    `json:"base,omitempty"`
	}
	// LineAdd adds a line.
	LineAdd struct {
		Order OrderID `json:"order"`
		Line  LineID  `json:"line"`
		Set   Fields  `json:"set"`
	}
	// LineSet sets fields of a line.
	LineSet struct {
		Order OrderID `json:"order"`
		Line  LineID  `json:"line"`
		Set   Fields  `json:"set"`
		Base  *Seq    `json:"base,omitempty"`
	}
	// LineInc adds to a counter; all increments count.
	LineInc struct {
		Order OrderID `json:"order"`
		Line  LineID  `json:"line"`
		Field Field   `json:"field"`
		By    Value   `json:"by" shape:"number"`
	}
	// LineRemove removes a line for good.
	LineRemove struct {
		Order OrderID `json:"order"`
		Line  LineID  `json:"line"`
	}
	// LineMove moves lines to the end of another order, which is made first if
	// need be.
	LineMove struct {
		Order OrderID  `json:"order"`
		Lines []LineID `json:"lines"`
		To    OrderID  `json:"to"`
	}
)

// Kind implements [Op].
func (OrderCreate) Kind() OpKind { return KindOrderCreate }

// Kind implements [Op].
func (OrderSet) Kind() OpKind { return KindOrderSet }

// Kind implements [Op].
func (OrderPay) Kind() OpKind { return KindOrderPay }

// Kind implements [Op].
func (OrderClose) Kind() OpKind { return KindOrderClose }

// Kind implements [Op].
func (LineAdd) Kind() OpKind { return KindLineAdd }

// Kind implements [Op].
func (LineSet) Kind() OpKind { return KindLineSet }

// Kind implements [Op].
func (LineInc) Kind() OpKind { return KindLineInc }

// Kind implements [Op].
func (LineRemove) Kind() OpKind { return KindLineRemove }

// Kind implements [Op].
func (LineMove) Kind() OpKind { return KindLineMove }

// On implements [Op].
func (o OrderCreate) On() OrderID { return o.Order }

// On implements [Op].
func (o OrderSet) On() OrderID { return o.Order }

// On implements [Op].
func (o OrderPay) On() OrderID { return o.Order }

// On implements [Op].
func (o OrderClose) On() OrderID { return o.Order }

// On implements [Op].
func (o LineAdd) On() OrderID { return o.Order }

// On implements [Op].
func (o LineSet) On() OrderID { return o.Order }

// On implements [Op].
func (o LineInc) On() OrderID { return o.Order }

// On implements [Op].
func (o LineRemove) On() OrderID { return o.Order }

// On implements [Op].
func (o LineMove) On() OrderID { return o.Order }

// WithoutBase is an op that says nothing of what its sender had seen.
func WithoutBase(op Op) Op {
	switch op := op.(type) {
	case OrderSet:
		op.Base = nil
		return op
	case OrderClose:
		op.Base = nil
		return op
	case LineSet:
		op.Base = nil
		return op
	}
	return op
}

// Ops are the steps of a mutation.
type Ops []Op

// MarshalJSON writes each with its kind.
func (ops Ops) MarshalJSON() ([]byte, error) {
	var w jsonw.Writer
	w.Open('[')
	for _, op := range ops {
		raw, err := json.Marshal(op)
		if err != nil {
			return nil, err
		}
		w.Open('{')
		w.Key("op")
		w.Plain(string(op.Kind()))
		w.Members(raw)
		w.Close('}')
	}
	w.Close(']')
	return w.Bytes(), nil
}

// UnmarshalJSON reads a list of ops; one of a kind that isn't known is an
// error.
func (ops *Ops) UnmarshalJSON(raw []byte) error {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return err
	}
	read := make(Ops, len(list))
	for i, item := range list {
		var err error
		if read[i], err = DecodeOp(item); err != nil {
			return fmt.Errorf("ops[%d]: %w", i, err)
		}
	}
	*ops = read
	return nil
}

// DecodeOp reads one op.
func DecodeOp(raw []byte) (Op, error) {
	var head struct {
		Op OpKind `json:"op"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, err
	}
	read, known := ops[head.Op]
	if !known {
		return nil, fmt.Errorf("op %.40q isn't known", string(head.Op))
	}
	return read(raw)
}

var ops = map[OpKind]func([]byte) (Op, error){
	KindOrderCreate: readOp[OrderCreate], KindOrderSet: readOp[OrderSet], KindOrderPay: readOp[OrderPay], KindOrderClose: readOp[OrderClose],
	KindLineAdd: readOp[LineAdd], KindLineSet: readOp[LineSet], KindLineInc: readOp[LineInc], KindLineRemove: readOp[LineRemove],
	KindLineMove: readOp[LineMove],
}

func readOp[O Op](raw []byte) (Op, error) {
	var o O
	err := json.Unmarshal(raw, &o)
	return o, err
}

// OpKinds are the kinds of ops, sorted.
func OpKinds() []OpKind { return SortedKeys(ops) }
