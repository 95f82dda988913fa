package multisession

import (
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// readOrder makes an order of its rows. One whose rows are damaged is broken.
func readOrder(rows *store.OrderRows) *order.Order {
	o := &order.Order{
		ID: rows.ID, Number: rows.Number, State: rows.State, Run: rows.Run,
		Rev: rows.Rev, Created: rows.Created, Seq: rows.Seq, At: rows.At,
	}
	if o.Broken = !readable(rows); o.Broken {
		return o
	}
	o.ReadBody(rows.Body)
	for _, line := range rows.Lines {
		o.AddLine(line.ID, line.N, line.Body)
	}
	for _, payment := range rows.Payments {
		o.AddPayment(payment.ID, payment.Seq, payment.Body)
	}
	o.Weigh()
	return o
}

// writeOrder makes the rows of what a draft changed since a seq.
func writeOrder(draft *order.Order, since protocol.Seq) store.OrderRows {
	rows := store.OrderRows{OrderRow: store.OrderRow{
		ID: draft.ID, Run: draft.Run, Number: draft.Number, State: draft.State,
		Rev: draft.Rev, Created: draft.Created, Seq: draft.Seq, At: draft.At,
		Body: draft.AppendBody(make([]byte, 0, 512)),
	}}
	for _, line := range draft.TouchedLines() {
		rows.Lines = append(rows.Lines, store.LineRow{
			ID: line.ID, N: line.N, Seq: line.Touched.Seq,
			Body: line.AppendBody(make([]byte, 0, 512), draft.ID),
		})
	}
	for i := range draft.Payments {
		if p := &draft.Payments[i]; p.Changed() > since {
			rows.Payments = append(rows.Payments, store.PaymentRow{ID: p.ID, N: i + 1, Seq: p.Changed(), Body: p.AppendBody(nil)})
		}
	}
	return rows
}

// readable: no row is damaged, and every body is JSON. What the rest is made of
// is then valid, too.
func readable(rows *store.OrderRows) bool {
	if rows.Damaged || rows.Body != nil && !order.Valid(rows.Body) {
		return false
	}
	for i := range rows.Lines {
		if !order.Valid(rows.Lines[i].Body) {
			return false
		}
	}
	for i := range rows.Payments {
		if !order.Valid(rows.Payments[i].Body) {
			return false
		}
	}
	return true
}

// OrderJSON is an order of the store as the protocol shows it; an error for one
// that can't be read.
func OrderJSON(rows *store.OrderRows) ([]byte, error) {
	o := readOrder(rows)
	if o.Broken {
		return nil, damage(rows.ID)
	}
	body := o.AppendJSON(make([]byte, 0, 1024))
	if !order.Valid(body) {
		return nil, damage(rows.ID)
	}
	return body, nil
}

// damage is what is told of an order that can't be read.
func damage(id protocol.OrderID) error { return store.Damage{Place: "order " + string(id)}.Err() }
