package order

import (
	"encoding/json"
	"slices"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// Orders, lines and payments as readers are sent them, straight from what is
// in memory. Which members each shape has is package protocol's.

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

// The bodies of rows are JSON that a person can read: the fields as they are,
// and beside them in "stamps" when each last changed, [seq, client, other].
const (
	rowFields  = "fields"
	rowStamps  = "stamps"
	rowCreated = "created"
	rowChanged = "changed"
	rowInfoSeq = "info_seq"
	rowSchemas = "schemas"
	// Of an order.
	rowContent = "content"
	rowLastN   = "last_n"
	rowNeeds   = "needs"
	rowReview  = "review"
	rowPruned  = "pruned"
	rowMissed  = "missed"
	rowMarked  = "marked" // instead of missed, in older databases
	rowEnded   = "ended"
	// Of a line.
	rowAdded   = "added"
	rowTouched = "touched"
	rowOrigin  = "origin"
	rowGone    = "gone"
	rowReads   = "reads"
	rowPut     = "put"
	// Of an end.
	rowBy      = "by"
	rowSeq     = "seq"
	rowMovedTo = "moved_to"
	// Of a payment, beside what is sent.
	rowClient = "client"
)

// AppendBody writes what an order's row holds beside its columns.
func (o *Order) AppendBody(b []byte) []byte {
	w := protocol.NewWriter(b)
	w.Open('{')
	writeRecord(&w, o.Fields, &o.Info)
	o.Schemas.write(&w)
	w.Key(rowContent)
	writeStamp(&w, o.Content)
	w.Key(rowLastN)
	w.Int(int64(o.LastN))
	if o.Needs != "" {
		w.Key(rowNeeds)
		w.Plain(string(o.Needs))
	}
	w.Reviews(o.Reviews)
	if o.Pruned {
		w.Key(rowPruned)
		w.Bool(true)
	}
	if len(o.Missed) > 0 {
		w.Key(rowMissed)
		w.Open('[')
		for _, name := range o.Missed {
			w.Plain(name)
		}
		w.Close(']')
	}
	o.Ended.write(&w, rowEnded)
	w.Close('}')
	return w.Bytes()
}

// ReadBody fills an order from its row; the columns are set by the caller. An
// empty body is what pruning left of an order.
func (o *Order) ReadBody(body []byte) {
	v := gjson.ParseBytes(body)
	o.Pruned = len(body) == 0 || v.Get(rowPruned).Bool()
	o.Fields, o.Info = readRecord(v)
	o.Schemas = readSchemas(v)
	o.Content = readStamp(v.Get(rowContent))
	o.LastN = int(v.Get(rowLastN).Int())
	o.Needs = protocol.Needs(v.Get(rowNeeds).Str)
	if reviews := v.Get(rowReview); reviews.Exists() {
		_ = json.Unmarshal([]byte(reviews.Raw), &o.Reviews)
	}
	for _, name := range v.Get(rowMissed).Array() {
		o.Missed = append(o.Missed, name.Str)
	}
	if v.Get(rowMarked).Bool() {
		o.Missed = []string{AnyExtension}
	}
	o.Ended = readEnd(v.Get(rowEnded))
}

// AppendBody writes what a line's row holds beside its columns.
func (l *Line) AppendBody(b []byte, in protocol.OrderID) []byte {
	w := protocol.NewWriter(b)
	w.Open('{')
	writeRecord(&w, l.Fields, &l.Info)
	l.Schemas.write(&w)
	w.Key(rowAdded)
	writeStamp(&w, l.Added)
	w.Key(rowTouched)
	writeStamp(&w, l.Touched)
	if l.Origin != in {
		w.Key(rowOrigin)
		w.Plain(string(l.Origin))
	}
	l.Gone.write(&w, rowGone)
	if len(l.Reads) > 0 {
		l.Reads.write(&w)
	}
	if len(l.Put) > 0 {
		w.Key(rowPut)
		w.Open('[')
		for _, f := range l.Put {
			w.Plain(string(f))
		}
		w.Close(']')
	}
	w.Close('}')
	return w.Bytes()
}

// AddLine puts a line from its row into an order that is being read.
func (o *Order) AddLine(id protocol.LineID, n int, body []byte) {
	v := gjson.ParseBytes(body)
	line := &Line{ID: id, N: n, Origin: o.ID}
	line.Fields, line.Info = readRecord(v)
	line.Schemas = readSchemas(v)
	line.Added, line.Touched = readStamp(v.Get(rowAdded)), readStamp(v.Get(rowTouched))
	if origin := v.Get(rowOrigin); origin.Exists() {
		line.Origin = protocol.OrderID(origin.Str)
	}
	line.Gone = readEnd(v.Get(rowGone))
	for _, f := range v.Get(rowPut).Array() {
		line.Put = append(line.Put, protocol.Field(f.Str))
	}
	if reads := v.Get(rowReads); reads.Exists() {
		line.Reads = readReads(reads, o.LineReads)
	}
	o.put(line)
}

// AppendBody writes what a payment's row holds beside its columns: the payment
// as it is sent, and its client.
func (p *Payment) AppendBody(b []byte) []byte {
	w := protocol.NewWriter(b)
	w.BeginPayment(p.row())
	w.Key(rowClient)
	w.Plain(string(p.Client))
	w.Close('}')
	return w.Bytes()
}

// AddPayment appends a payment from its row.
func (o *Order) AddPayment(id protocol.PaymentID, seq protocol.Seq, body []byte) {
	row, _ := protocol.ReadPaymentRow(body)
	o.Payments = append(o.Payments, Payment{
		ID: id, Seq: seq, Method: row.Method, Amount: row.Amount, Offline: row.Offline, Ref: row.Ref, Needs: row.Needs, By: row.By, At: row.At,
		Client: protocol.ClientID(gjson.GetBytes(body, rowClient).Str),
	})
}

func writeRecord(w *protocol.Writer, fields Cells, info *Info) {
	w.Key(rowFields)
	w.Open('{')
	for i := range fields {
		w.Field(fields[i].Field, fields[i].Value)
	}
	w.Close('}')
	w.Key(rowStamps)
	w.Open('{')
	for i := range fields {
		w.TextKey(string(fields[i].Field))
		writeStamp(w, fields[i].Stamp)
	}
	w.Close('}')
	w.Key(rowCreated)
	w.RawString(string(info.Created))
	if info.Changed != info.Created {
		w.Key(rowChanged)
		w.RawString(string(info.Changed))
	}
	w.Key(rowInfoSeq)
	w.Int(int64(info.Seq))
}

func readRecord(v gjson.Result) (fields Cells, info Info) {
	stamps := v.Get(rowStamps)
	i := 0
	var read []gjson.Result
	stamps.ForEach(func(_, stamp gjson.Result) bool {
		read = append(read, stamp)
		return true
	})
	v.Get(rowFields).ForEach(func(key, value gjson.Result) bool {
		cell := Cell{Field: protocol.Field(key.Str), Value: protocol.Value(value.Raw)}
		if i < len(read) {
			cell.Stamp = readStamp(read[i])
		}
		fields = append(fields, cell)
		i++
		return true
	})
	info.Created = protocol.Value(v.Get(rowCreated).Raw)
	if info.Created.IsNull() {
		info.Created = nobody
	}
	info.Changed = info.Created
	if changed := v.Get(rowChanged); changed.Exists() {
		info.Changed = protocol.Value(changed.Raw)
	}
	info.Seq = protocol.Seq(v.Get(rowInfoSeq).Int())
	return fields, info
}

func writeStamp(w *protocol.Writer, s Stamp) {
	if s.Client == "" && s.Other == 0 {
		w.Int(int64(s.Seq))
		return
	}
	w.Open('[')
	w.Int(int64(s.Seq))
	w.Plain(string(s.Client))
	w.Int(int64(s.Other))
	w.Close(']')
}

func readStamp(v gjson.Result) (s Stamp) {
	if !v.IsArray() {
		return Stamp{Seq: protocol.Seq(v.Int())}
	}
	parts := v.Array()
	if len(parts) != 3 {
		return s
	}
	return Stamp{Seq: protocol.Seq(parts[0].Int()), Client: protocol.ClientID(parts[1].Str), Other: protocol.Seq(parts[2].Int())}
}

func (e *End) write(w *protocol.Writer, key string) {
	if e == nil {
		return
	}
	w.Key(key)
	w.Open('{')
	by := e.By
	if by == "" {
		by = protocol.Null
	}
	w.Key(rowBy)
	w.RawString(string(by))
	w.Key(rowSeq)
	w.Int(int64(e.Seq))
	if e.MovedTo != "" {
		w.Key(rowMovedTo)
		w.Plain(string(e.MovedTo))
	}
	w.Close('}')
}

func readEnd(v gjson.Result) *End {
	if !v.Exists() {
		return nil
	}
	return &End{
		By: protocol.Value(v.Get(rowBy).Raw), Seq: protocol.Seq(v.Get(rowSeq).Int()), MovedTo: protocol.OrderID(v.Get(rowMovedTo).Str),
	}
}
