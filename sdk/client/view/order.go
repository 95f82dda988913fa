package view

import "github.com/manytill/manytill/sdk"

// Order is an order as a till shows it. It is never changed once handed out.
type Order struct {
	ID sdk.OrderID `json:"id"`
	// Number is 0 ("New") until the server gave one.
	Number sdk.Number `json:"number"`
	State  sdk.State  `json:"state"`
	Run    sdk.Run    `json:"run"`
	Rev    int64      `json:"rev"`
	Needs  sdk.Needs  `json:"needs,omitempty"`
	// Review is why, where extensions said it.
	Review   []sdk.Review `json:"review,omitempty"`
	Fields   sdk.Fields   `json:"fields"`
	Payments []Payment    `json:"payments"`
	Lines    []Line       `json:"lines"`
	// Pending: some of what stands here is not confirmed by the server yet.
	Pending bool `json:"pending,omitempty"`
}

// Line is an orderline. The N of one that was added or moved here by a pending
// mutation is provisional.
type Line struct {
	sdk.Line
	Pending bool `json:"pending,omitempty"`
}

// Payment is a payment of an order.
type Payment struct {
	sdk.Payment
	Pending bool `json:"pending,omitempty"`
}

// Of is an order of a snapshot, nothing of it pending. It shares o's maps.
func Of(o sdk.Order) *Order {
	v := &Order{
		ID: o.ID, Number: o.Number, State: o.State, Run: o.Run, Rev: o.Rev, Needs: o.Needs, Review: o.Review, Fields: o.Fields,
		Payments: make([]Payment, len(o.Payments)), Lines: make([]Line, len(o.Lines)),
	}
	if v.Fields == nil {
		v.Fields = sdk.Fields{}
	}
	for i, p := range o.Payments {
		v.Payments[i].Payment = p
	}
	for i, l := range o.Lines {
		v.Lines[i].Line = l
	}
	return v
}

// Wire is the order in the server's shape, without the marks.
func (o *Order) Wire() sdk.Order {
	w := sdk.Order{
		ID: o.ID, Number: o.Number, State: o.State, Run: o.Run, Rev: o.Rev, Needs: o.Needs, Review: o.Review, Fields: o.Fields,
		Payments: make([]sdk.Payment, len(o.Payments)), Lines: make([]sdk.Line, len(o.Lines)),
	}
	for i, p := range o.Payments {
		w.Payments[i] = p.Payment
	}
	for i, l := range o.Lines {
		w.Lines[i] = l.Line
	}
	return w
}

// Line finds a line of the order; nil if it has none of that id.
func (o *Order) Line(id sdk.LineID) *Line {
	if i := o.line(id); i >= 0 {
		return &o.Lines[i]
	}
	return nil
}

// Paid is the exact sum of the payments.
func (o *Order) Paid() sdk.Decimal {
	var sum sdk.Decimal
	for _, p := range o.Payments {
		if amount, ok := p.Amount.Decimal(); ok {
			sum, _ = sum.Add(amount)
		}
	}
	return sum
}

func (o *Order) line(id sdk.LineID) int {
	for i := range o.Lines {
		if o.Lines[i].ID == id {
			return i
		}
	}
	return -1
}

func (o *Order) payment(id sdk.PaymentID) int {
	for i := range o.Payments {
		if o.Payments[i].ID == id {
			return i
		}
	}
	return -1
}

func (o *Order) lastN() int {
	if len(o.Lines) == 0 {
		return 0
	}
	return o.Lines[len(o.Lines)-1].N
}
