package order

import (
	"strconv"
	"time"

	"github.com/manytill/manytill/sdk"
	"github.com/tidwall/gjson"
)

// The bodies of rows are JSON that a person can read: the fields as they are,
// and beside them in "stamps" when each last changed, [seq, client, other].

// AppendBody writes what an order's row holds beside its columns.
func (o *Order) AppendBody(b []byte) []byte {
	b = appendRecord(append(b, '{'), o.Fields, &o.Info)
	b = appendStamp(append(b, `,"content":`...), o.Content)
	b = strconv.AppendInt(append(b, `,"last_n":`...), int64(o.LastN), 10)
	if o.Needs != "" {
		b = append(append(append(b, `,"needs":"`...), o.Needs...), '"')
	}
	b = AppendReviews(b, o.Reviews)
	if o.Pruned {
		b = append(b, `,"pruned":true`...)
	}
	if o.Marked {
		b = append(b, `,"marked":true`...)
	}
	b = o.Ended.append(b, `,"ended":`)
	return append(b, '}')
}

// ReadBody fills an order from its row; the columns are set by the caller. An
// empty body is what pruning left of an order.
func (o *Order) ReadBody(body []byte) {
	v := gjson.ParseBytes(body)
	o.Pruned = len(body) == 0 || v.Get("pruned").Bool()
	o.Fields, o.Info = readRecord(v)
	o.Content = readStamp(v.Get("content"))
	o.LastN = int(v.Get("last_n").Int())
	o.Needs = sdk.Needs(v.Get("needs").Str)
	for _, r := range v.Get("review").Array() {
		o.Reviews = append(o.Reviews, sdk.Review{Extension: r.Get("extension").Str, Message: r.Get("message").Str})
	}
	o.Marked = v.Get("marked").Bool()
	o.Ended = readEnd(v.Get("ended"))
}

// AppendBody writes what a line's row holds beside its columns.
func (l *Line) AppendBody(b []byte, in sdk.OrderID) []byte {
	b = appendRecord(append(b, '{'), l.Fields, &l.Info)
	b = appendStamp(append(b, `,"added":`...), l.Added)
	b = appendStamp(append(b, `,"touched":`...), l.Touched)
	if l.Origin != in {
		b = append(append(append(b, `,"origin":"`...), l.Origin...), '"')
	}
	b = l.Gone.append(b, `,"gone":`)
	return append(b, '}')
}

// AddLine puts a line from its row into an order that is being read.
func (o *Order) AddLine(id sdk.LineID, n int, body []byte) {
	v := gjson.ParseBytes(body)
	line := &Line{ID: id, N: n, Origin: o.ID}
	line.Fields, line.Info = readRecord(v)
	line.Added, line.Touched = readStamp(v.Get("added")), readStamp(v.Get("touched"))
	if origin := v.Get("origin"); origin.Exists() {
		line.Origin = sdk.OrderID(origin.Str)
	}
	line.Gone = readEnd(v.Get("gone"))
	o.put(line)
}

// AppendBody writes what a payment's row holds beside its columns.
func (p *Payment) AppendBody(b []byte) []byte {
	b = p.append(b)
	b = append(b[:len(b)-1], `,"client":"`...)
	return append(append(b, p.Client...), `"}`...)
}

// AddPayment appends a payment from its row.
func (o *Order) AddPayment(id sdk.PaymentID, seq sdk.Seq, body []byte) {
	v := gjson.ParseBytes(body)
	p := Payment{
		ID: id, Seq: seq, Method: v.Get("method").Str, Offline: v.Get("offline").Bool(), Ref: v.Get("ref").Str,
		Needs: sdk.Needs(v.Get("needs").Str), By: sdk.Value(v.Get("by").Raw), Client: sdk.ClientID(v.Get("client").Str),
	}
	p.Amount, _ = sdk.ParseDecimal(v.Get("amount").Raw)
	p.At, _ = time.Parse(sdk.TimeFormat, v.Get("at").Str)
	o.Payments = append(o.Payments, p)
}

func appendRecord(b []byte, fields Cells, info *Info) []byte {
	b = append(b, `"fields":{`...)
	for i := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendField(b, &fields[i])
	}
	b = append(b, `},"stamps":{`...)
	for i := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(sdk.AppendString(b, fields[i].Field), ':')
		b = appendStamp(b, fields[i].Stamp)
	}
	b = append(append(b, `},"created":`...), info.Created...)
	if info.Changed != info.Created {
		b = append(append(b, `,"changed":`...), info.Changed...)
	}
	return strconv.AppendInt(append(b, `,"info_seq":`...), int64(info.Seq), 10)
}

func readRecord(v gjson.Result) (fields Cells, info Info) {
	stamps := v.Get("stamps")
	i := 0
	var read []gjson.Result
	stamps.ForEach(func(_, stamp gjson.Result) bool {
		read = append(read, stamp)
		return true
	})
	v.Get("fields").ForEach(func(key, value gjson.Result) bool {
		cell := Cell{Field: sdk.Field(key.Str), Value: sdk.Value(value.Raw)}
		if i < len(read) {
			cell.Stamp = readStamp(read[i])
		}
		fields = append(fields, cell)
		i++
		return true
	})
	info.Created = sdk.Value(v.Get("created").Raw)
	if info.Created.IsNull() {
		info.Created = nobody
	}
	info.Changed = info.Created
	if changed := v.Get("changed"); changed.Exists() {
		info.Changed = sdk.Value(changed.Raw)
	}
	info.Seq = sdk.Seq(v.Get("info_seq").Int())
	return fields, info
}

func appendStamp(b []byte, s Stamp) []byte {
	if s.Client == "" && s.Other == 0 {
		return strconv.AppendInt(b, int64(s.Seq), 10)
	}
	b = strconv.AppendInt(append(b, '['), int64(s.Seq), 10)
	b = append(append(append(b, `,"`...), s.Client...), `",`...)
	return append(strconv.AppendInt(b, int64(s.Other), 10), ']')
}

func readStamp(v gjson.Result) (s Stamp) {
	if !v.IsArray() {
		return Stamp{Seq: sdk.Seq(v.Int())}
	}
	parts := v.Array()
	if len(parts) != 3 {
		return s
	}
	return Stamp{Seq: sdk.Seq(parts[0].Int()), Client: sdk.ClientID(parts[1].Str), Other: sdk.Seq(parts[2].Int())}
}

func (e *End) append(b []byte, key string) []byte {
	if e == nil {
		return b
	}
	b = append(append(b, key...), `{"by":`...)
	b = appendValue(b, e.By)
	b = strconv.AppendInt(append(b, `,"seq":`...), int64(e.Seq), 10)
	if e.MovedTo != "" {
		b = append(append(append(b, `,"moved_to":"`...), e.MovedTo...), '"')
	}
	return append(b, '}')
}

func readEnd(v gjson.Result) *End {
	if !v.Exists() {
		return nil
	}
	return &End{
		By: sdk.Value(v.Get("by").Raw), Seq: sdk.Seq(v.Get("seq").Int()), MovedTo: sdk.OrderID(v.Get("moved_to").Str),
	}
}
