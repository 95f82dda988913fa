package order

import (
	"encoding/json"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// The bodies of rows are JSON that a person can read: the fields as they are,
// and beside them in "stamps" when each last changed, [seq, client, other].
const (
	rowFields  = "fields"
	rowStamps  = "stamps"
	rowCreated = "created"
	rowChanged = "changed"
	rowInfoSeq = "info_seq"
	// Of an order.
	rowContent = "content"
	rowLastN   = "last_n"
	rowNeeds   = "needs"
	rowReview  = "review"
	rowPruned  = "pruned"
	rowMarked  = "marked"
	rowEnded   = "ended"
	// Of a line.
	rowAdded   = "added"
	rowTouched = "touched"
	rowOrigin  = "origin"
	rowGone    = "gone"
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
	if o.Marked {
		w.Key(rowMarked)
		w.Bool(true)
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
	o.Content = readStamp(v.Get(rowContent))
	o.LastN = int(v.Get(rowLastN).Int())
	o.Needs = protocol.Needs(v.Get(rowNeeds).Str)
	if reviews := v.Get(rowReview); reviews.Exists() {
		_ = json.Unmarshal([]byte(reviews.Raw), &o.Reviews)
	}
	o.Marked = v.Get(rowMarked).Bool()
	o.Ended = readEnd(v.Get(rowEnded))
}

// AppendBody writes what a line's row holds beside its columns.
func (l *Line) AppendBody(b []byte, in protocol.OrderID) []byte {
	w := protocol.NewWriter(b)
	w.Open('{')
	writeRecord(&w, l.Fields, &l.Info)
	w.Key(rowAdded)
	writeStamp(&w, l.Added)
	w.Key(rowTouched)
	writeStamp(&w, l.Touched)
	if l.Origin != in {
		w.Key(rowOrigin)
		w.Plain(string(l.Origin))
	}
	l.Gone.write(&w, rowGone)
	w.Close('}')
	return w.Bytes()
}

// AddLine puts a line from its row into an order that is being read.
func (o *Order) AddLine(id protocol.LineID, n int, body []byte) {
	v := gjson.ParseBytes(body)
	line := &Line{ID: id, N: n, Origin: o.ID}
	line.Fields, line.Info = readRecord(v)
	line.Added, line.Touched = readStamp(v.Get(rowAdded)), readStamp(v.Get(rowTouched))
	if origin := v.Get(rowOrigin); origin.Exists() {
		line.Origin = protocol.OrderID(origin.Str)
	}
	line.Gone = readEnd(v.Get(rowGone))
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
