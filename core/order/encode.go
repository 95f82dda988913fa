package order

import (
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/manytill/manytill/sdk"
	"github.com/tidwall/gjson"
)

// changeTime is RFC 3339 in whole seconds: it goes to every reader, and only
// informs.
const changeTime = time.RFC3339

// Valid reports whether text is what may be stored and sent: JSON in UTF-8.
func Valid(text []byte) bool { return utf8.Valid(text) && gjson.ValidBytes(text) }

// ChangeHead is a change without what it did to orders.
type ChangeHead struct {
	Seq    sdk.Seq
	At     time.Time
	Client sdk.ClientID // "" for one of the server's own
	ID     sdk.MutationID
	Tapped string
	By     sdk.Value
	// From is set in a folded change, which stands for all of From…Seq.
	From sdk.Seq
}

// AppendChange writes the change that readers are sent: of each order what is
// newer than the change before it.
func AppendChange(b []byte, head *ChangeHead, orders []*Order) []byte {
	b = strconv.AppendInt(append(b, `{"seq":`...), int64(head.Seq), 10)
	b = append(b, `,"at":"`...)
	b = head.At.UTC().AppendFormat(b, changeTime)
	b = append(b, '"')
	since := head.Seq - 1
	switch {
	case head.From > 0:
		b = strconv.AppendInt(append(b, `,"folded":true,"from":`...), int64(head.From), 10)
		since = head.From - 1
	case head.Client != "":
		b = append(append(b, `,"client_id":"`...), head.Client...)
		b = strconv.AppendInt(append(b, `","id":`...), int64(head.ID), 10)
	}
	if head.Tapped != "" {
		b = sdk.AppendString(append(b, `,"tapped_at":`...), head.Tapped)
	}
	if head.By != "" {
		b = append(append(b, `,"by":`...), head.By...)
	}
	b = append(b, `,"orders":{`...)
	for i, o := range orders {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), o.ID...), `":`...)
		b = o.appendChange(b, since)
	}
	return append(b, `}}`...)
}

func (o *Order) appendChange(b []byte, since sdk.Seq) []byte {
	b = o.appendHead(append(b, '{'))
	b = appendSet(b, `,"set":`, o.Fields, o.Info, since)
	separator := `,"lines":{`
	for _, line := range o.TouchedLines() {
		if line.Touched.Seq <= since {
			continue
		}
		b = append(append(append(b, separator...), '"'), line.ID...)
		b = line.appendChange(append(b, `":`...), since)
		separator = `,`
	}
	if separator == `,` {
		b = append(b, '}')
	}
	separator = `,"payments":[`
	for i := range o.Payments {
		if o.Payments[i].Changed() > since {
			b = o.Payments[i].append(append(b, separator...))
			separator = `,`
		}
	}
	if separator == `,` {
		b = append(b, ']')
	}
	return append(b, '}')
}

func (o *Order) appendHead(b []byte) []byte {
	b = strconv.AppendInt(append(b, `"rev":`...), o.Rev, 10)
	b = strconv.AppendInt(append(b, `,"number":`...), int64(o.Number), 10)
	b = strconv.AppendInt(append(b, `,"run":`...), int64(o.Run), 10)
	b = append(append(append(b, `,"state":"`...), o.State...), '"')
	if o.Needs != "" {
		b = append(append(append(b, `,"needs":"`...), o.Needs...), '"')
	}
	return AppendReviews(b, o.Reviews)
}

// AppendReviews writes the member "review", behind another one; nothing where
// there are none.
func AppendReviews(b []byte, reviews []sdk.Review) []byte {
	separator := `,"review":[`
	for i := range reviews {
		b = sdk.AppendString(append(append(b, separator...), `{"extension":`...), reviews[i].Extension)
		b = append(sdk.AppendString(append(b, `,"message":`...), reviews[i].Message), '}')
		separator = `,`
	}
	if len(reviews) > 0 {
		b = append(b, ']')
	}
	return b
}

func (l *Line) appendChange(b []byte, since sdk.Seq) []byte {
	b = strconv.AppendInt(append(b, `{"n":`...), int64(l.N), 10)
	switch {
	case l.Gone != nil && l.Gone.MovedTo != "":
		b = append(append(append(b, `,"moved_to":"`...), l.Gone.MovedTo...), '"')
	case l.Gone != nil:
		b = append(b, `,"removed":true`...)
	case l.Added.Seq > since:
		b = appendSet(b, `,"set":`, l.Fields, l.Info, -1)
	default:
		b = appendSet(b, `,"set":`, l.Fields, l.Info, since)
	}
	return append(b, '}')
}

// appendSet writes the fields that changed after since, if there are any.
func appendSet(b []byte, key string, fields Cells, info Info, since sdk.Seq) []byte {
	separator := key + `{`
	for i := range fields {
		if fields[i].Stamp.Seq > since {
			b = appendField(append(b, separator...), &fields[i])
			separator = `,`
		}
	}
	if info.Seq > since {
		b = info.append(append(b, separator...))
		separator = `,`
	}
	if separator == `,` {
		b = append(b, '}')
	}
	return b
}

func appendField(b []byte, c *Cell) []byte {
	b = sdk.AppendString(b, c.Field)
	return appendValue(append(b, ':'), c.Value)
}

// appendValue writes a value; none is null.
func appendValue(b []byte, v sdk.Value) []byte {
	if v == "" {
		v = sdk.Null
	}
	return append(b, v...)
}

func (i *Info) append(b []byte) []byte {
	b = append(append(b, `"ms_info":{"changed":`...), i.Changed...)
	return append(append(append(b, `,"created":`...), i.Created...), '}')
}

func (p *Payment) append(b []byte) []byte {
	b = append(append(b, `{"id":"`...), p.ID...)
	b = sdk.AppendString(append(b, `","method":`...), p.Method)
	b = append(append(b, `,"amount":`...), p.Amount.String()...)
	if p.Offline {
		b = append(b, `,"offline":true`...)
	}
	if p.Ref != "" {
		b = sdk.AppendString(append(b, `,"ref":`...), p.Ref)
	}
	if p.Needs != "" {
		b = append(append(append(b, `,"needs":"`...), p.Needs...), '"')
	}
	if p.By != "" {
		b = append(append(b, `,"by":`...), p.By...)
	}
	b = p.At.UTC().AppendFormat(append(b, `,"at":"`...), sdk.TimeFormat)
	return append(b, `"}`...)
}

// AppendJSON writes the whole order as a snapshot has it: without the lines
// that went and the fields that were cleared.
func (o *Order) AppendJSON(b []byte) []byte {
	b = append(append(append(b, `{"id":"`...), o.ID...), `",`...)
	b = o.appendHead(b)
	if o.Pruned {
		b = append(b, `,"pruned":true`...)
	}
	b = appendFields(b, o.Fields, &o.Info)
	b = append(b, `,"payments":[`...)
	for i := range o.Payments {
		if i > 0 {
			b = append(b, ',')
		}
		b = o.Payments[i].append(b)
	}
	separator := `],"lines":[`
	for _, line := range o.Lines() {
		if line.Gone != nil {
			continue
		}
		b = append(append(append(b, separator...), `{"id":"`...), line.ID...)
		b = strconv.AppendInt(append(b, `","n":`...), int64(line.N), 10)
		b = append(appendFields(b, line.Fields, &line.Info), '}')
		separator = `,`
	}
	if separator != `,` {
		b = append(b, separator...)
	}
	return append(b, `]}`...)
}

func appendFields(b []byte, fields Cells, info *Info) []byte {
	b = append(b, `,"fields":{`...)
	for i := range fields {
		if fields[i].Value != sdk.Null {
			b = append(appendField(b, &fields[i]), ',')
		}
	}
	return append(info.append(b), '}')
}
