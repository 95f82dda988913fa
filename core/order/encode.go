package order

import (
	"slices"
	"unicode/utf8"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// Orders, lines and payments as readers are sent them, straight from what is
// in memory. Which members each shape has is package protocol's.

// Valid reports whether text is what may be stored and sent: JSON in UTF-8.
func Valid(text []byte) bool { return utf8.Valid(text) && gjson.ValidBytes(text) }

// AppendChange writes the change that readers are sent: of each order what is
// newer than the change before it.
func AppendChange(b []byte, head *protocol.ChangeHead, orders []*Order) []byte {
	w := protocol.NewWriter(b)
	w.BeginChange(head)
	since := head.Seq - 1
	if head.From > 0 {
		since = head.From - 1
	}
	for _, o := range orders {
		o.writeChange(&w, since)
	}
	w.EndChange()
	return w.Bytes()
}

func (o *Order) head() *protocol.OrderHead {
	return &protocol.OrderHead{Rev: o.Rev, Number: o.Number, Run: o.Run, State: o.State, Needs: o.Needs, Review: o.Reviews}
}

func (o *Order) writeChange(w *protocol.Writer, since protocol.Seq) {
	w.BeginOrderChange(o.ID, o.head())
	writeSet(w, o.Fields, &o.Info, since)
	from := w.BeginLines()
	for _, line := range o.TouchedLines() {
		if line.Touched.Seq > since {
			line.writeChange(w, since)
		}
	}
	w.End(from, '}')
	from = w.BeginPayments()
	for i := range o.Payments {
		if p := &o.Payments[i]; p.Changed() > since {
			w.BeginPayment(p.row())
			w.Close('}')
		}
	}
	w.End(from, ']')
	w.Close('}')
}

func (l *Line) writeChange(w *protocol.Writer, since protocol.Seq) {
	w.BeginLineChange(l.ID, l.N)
	switch {
	case l.Gone != nil:
		w.Gone(l.Gone.MovedTo)
	case l.Added.Seq > since:
		writeSet(w, l.Fields, &l.Info, -1)
	default:
		writeSet(w, l.Fields, &l.Info, since)
	}
	w.Close('}')
}

// writeSet writes the fields that changed after since, if there are any.
func writeSet(w *protocol.Writer, fields Cells, info *Info, since protocol.Seq) {
	from := w.BeginSet()
	for i := range fields {
		if fields[i].Stamp.Seq > since {
			w.Field(fields[i].Field, fields[i].Value)
		}
	}
	if info.Seq > since {
		w.MSInfo(info.Created, info.Changed)
	}
	w.End(from, '}')
}

func (p *Payment) row() *protocol.PaymentRow {
	return &protocol.PaymentRow{
		ID: p.ID, Method: p.Method, Amount: p.Amount, Offline: p.Offline, Ref: p.Ref, Needs: p.Needs, By: p.By, At: p.At,
	}
}

// AppendJSON writes the whole order as a snapshot has it: without the lines
// that went and the fields that were cleared.
func (o *Order) AppendJSON(b []byte) []byte {
	const head, line = 512, 288 // about what each takes
	w := protocol.NewWriter(slices.Grow(b, head+line*o.count))
	w.BeginOrder(o.ID, o.head(), o.Pruned)
	writeFields(&w, o.Fields, &o.Info)
	w.OrderPayments()
	for i := range o.Payments {
		w.BeginPayment(o.Payments[i].row())
		w.Close('}')
	}
	w.OrderLines()
	for _, line := range o.Lines() {
		if line.Gone == nil {
			w.BeginLine(line.ID, line.N)
			writeFields(&w, line.Fields, &line.Info)
			w.EndLine()
		}
	}
	w.EndOrder()
	return w.Bytes()
}

func writeFields(w *protocol.Writer, fields Cells, info *Info) {
	for i := range fields {
		if fields[i].Value != protocol.Null {
			w.Field(fields[i].Field, fields[i].Value)
		}
	}
	w.MSInfo(info.Created, info.Changed)
}
