package protocol

import (
	"encoding/json"
	"time"

	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol/jsonw"
)

// The shapes that are written for every reader, or from rows that no Go value
// of these types is made of: orders, changes, results, and what stands around
// them in answers and frames. A test holds each against its type's JSON.

// Writer writes such shapes, piece by piece.
type Writer struct{ jsonw.Writer }

// NewWriter appends to b, which may be nil.
func NewWriter(b []byte) Writer { return Writer{jsonw.New(b)} }

// changeTime is RFC 3339 in whole seconds: it goes to every reader, and only
// informs.
const changeTime = time.RFC3339

// ChangeHead is a [Change] without what it did to orders, as the server has it.
type ChangeHead struct {
	Seq    Seq
	At     time.Time
	Client ClientID // "" for one of the server's own
	ID     MutationID
	Tapped string
	By     Value // [By] as JSON
	// From is set in a folded change, which stands for all of From…Seq.
	From Seq
}

// BeginChange opens a [Change] and its orders, which [Writer.BeginOrderChange]
// writes.
func (w *Writer) BeginChange(h *ChangeHead) {
	w.Open('{')
	w.Key("seq")
	w.Int(int64(h.Seq))
	w.Key("at")
	w.Time(h.At, changeTime)
	switch {
	case h.From > 0:
		w.Key("folded")
		w.Bool(true)
		w.Key("from")
		w.Int(int64(h.From))
	case h.Client != "":
		w.Key("client_id")
		w.Plain(string(h.Client))
		w.Key("id")
		w.Int(int64(h.ID))
	}
	if h.Tapped != "" {
		w.Key("tapped_at")
		w.Text(h.Tapped)
	}
	if h.By != "" {
		w.Key("by")
		w.RawString(string(h.By))
	}
	w.Key("orders")
	w.Open('{')
}

// EndChange closes a change.
func (w *Writer) EndChange() {
	w.Close('}')
	w.Close('}')
}

// OrderHead is what every order on the wire has, in a change and in a snapshot.
type OrderHead struct {
	Rev    int64
	Number Number
	Run    Run
	State  State
	Needs  Needs
	Review []Review
}

// BeginOrderChange opens an [OrderChange]. Set, lines and payments follow, each
// only if it changed; then Close('}').
func (w *Writer) BeginOrderChange(id OrderID, h *OrderHead) {
	w.Key(string(id))
	w.Open('{')
	w.orderHead(h)
}

func (w *Writer) orderHead(h *OrderHead) {
	w.Key("rev")
	w.Int(h.Rev)
	w.Key("number")
	w.Int(int64(h.Number))
	w.Key("run")
	w.Int(int64(h.Run))
	w.Key("state")
	w.Plain(string(h.State))
	if h.Needs != "" {
		w.Key("needs")
		w.Plain(string(h.Needs))
	}
	w.Reviews(h.Review)
}

// Reviews writes the member of that name, if there are any.
func (w *Writer) Reviews(reviews []Review) {
	from := w.Begin("review", '[')
	for i := range reviews {
		w.Open('{')
		w.Key("extension")
		w.Text(reviews[i].Extension)
		w.Key("message")
		w.Text(reviews[i].Message)
		w.Close('}')
	}
	w.End(from, ']')
}

// BeginSet opens the fields that changed, of an order or a line; End(from, '}')
// closes them.
func (w *Writer) BeginSet() (from int) { return w.Begin("set", '{') }

// BeginLines opens the lines of an [OrderChange]; End(from, '}') closes them.
func (w *Writer) BeginLines() (from int) { return w.Begin("lines", '{') }

// BeginPayments opens the payments of an [OrderChange]; End(from, ']') closes
// them.
func (w *Writer) BeginPayments() (from int) { return w.Begin("payments", '[') }

// BeginLineChange opens a [LineChange]. Either its set follows or it is gone;
// then Close('}').
func (w *Writer) BeginLineChange(id LineID, n int) {
	w.Key(string(id))
	w.Open('{')
	w.Key("n")
	w.Int(int64(n))
}

// Gone says that the line was removed, or moved to another order.
func (w *Writer) Gone(to OrderID) {
	if to == "" {
		w.Key("removed")
		w.Bool(true)
		return
	}
	w.Key("moved_to")
	w.Plain(string(to))
}

// Field writes a field and its value; no value is null.
func (w *Writer) Field(f Field, v Value) {
	w.TextKey(string(f))
	if v == "" {
		v = Null
	}
	w.RawString(string(v))
}

// MSInfo writes the field ms_info of authors that are JSON already.
func (w *Writer) MSInfo(created, changed Value) {
	w.Key(string(FieldMSInfo))
	w.msInfo(created, changed)
}

func (w *Writer) msInfo(created, changed Value) {
	w.Open('{')
	w.Key("changed")
	w.RawString(string(changed))
	w.Key("created")
	w.RawString(string(created))
	w.Close('}')
}

// MSInfoJSON is the value of the field ms_info.
func MSInfoJSON(created, changed Value) Value {
	var w Writer
	w.msInfo(created, changed)
	return Value(w.Bytes())
}

// PaymentRow is a [Payment] as the server has it.
type PaymentRow struct {
	ID      PaymentID
	Method  string
	Amount  decimal.Decimal
	Offline bool
	Ref     string
	Needs   Needs
	By      Value // [By] as JSON
	At      time.Time
}

// Payment is the row as it is sent.
func (p *PaymentRow) Payment() Payment {
	sent := Payment{
		NewPayment: NewPayment{ID: p.ID, Method: p.Method, Amount: Num(p.Amount), Offline: p.Offline, Ref: p.Ref},
		Needs:      p.Needs, At: FormatTime(p.At),
	}
	if p.By != "" {
		sent.By = new(By)
		_ = p.By.Decode(sent.By)
	}
	return sent
}

// BeginPayment opens a [Payment] with all that it has; then Close('}').
func (w *Writer) BeginPayment(p *PaymentRow) {
	w.Open('{')
	w.Key("id")
	w.Plain(string(p.ID))
	w.Key("method")
	w.Text(p.Method)
	w.Key("amount")
	w.RawString(p.Amount.String())
	if p.Offline {
		w.Key("offline")
		w.Bool(true)
	}
	if p.Ref != "" {
		w.Key("ref")
		w.Text(p.Ref)
	}
	if p.Needs != "" {
		w.Key("needs")
		w.Plain(string(p.Needs))
	}
	if p.By != "" {
		w.Key("by")
		w.RawString(string(p.By))
	}
	w.Key("at")
	w.Time(p.At, TimeFormat)
}

// BeginOrder opens an [Order] and its fields, which [Writer.Field] and
// [Writer.MSInfo] write.
func (w *Writer) BeginOrder(id OrderID, h *OrderHead, pruned bool) {
	w.Open('{')
	w.Key("id")
	w.Plain(string(id))
	w.orderHead(h)
	if pruned {
		w.Key("pruned")
		w.Bool(true)
	}
	w.Key("fields")
	w.Open('{')
}

// OrderPayments ends the fields of an [Order] and opens its payments.
func (w *Writer) OrderPayments() {
	w.Close('}')
	w.Key("payments")
	w.Open('[')
}

// OrderLines ends the payments of an [Order] and opens its lines.
func (w *Writer) OrderLines() {
	w.Close(']')
	w.Key("lines")
	w.Open('[')
}

// BeginLine opens a [Line] and its fields; [Writer.EndLine] closes both.
func (w *Writer) BeginLine(id LineID, n int) {
	w.Open('{')
	w.Key("id")
	w.Plain(string(id))
	w.Key("n")
	w.Int(int64(n))
	w.Key("fields")
	w.Open('{')
}

// EndLine closes a line.
func (w *Writer) EndLine() {
	w.Close('}')
	w.Close('}')
}

// EndOrder closes an [Order] and its lines.
func (w *Writer) EndOrder() {
	w.Close(']')
	w.Close('}')
}

// AuthorJSON is an [Author] as canonical JSON, which is also the [By] of what
// he changes.
func AuthorJSON(pos POS, user *User) Value {
	w := NewWriter(make([]byte, 0, 96))
	w.Open('{')
	w.Key("pos")
	w.named(string(pos.ID), pos.Name)
	w.Key("user")
	if user == nil {
		w.RawString(string(Null))
	} else {
		w.named(user.ID, user.Name)
	}
	w.Close('}')
	return Value(w.Bytes())
}

// named writes a [POS] or a [User].
func (w *Writer) named(id, name string) {
	w.Open('{')
	w.Key("id")
	w.Text(id)
	w.Key("name")
	w.Text(name)
	w.Close('}')
}

// JSON is the by as the server keeps and sends it.
func (by *By) JSON() Value {
	var w Writer
	w.by(by)
	return Value(w.Bytes())
}

// MarshalJSON is [By.JSON].
func (by *By) MarshalJSON() ([]byte, error) { return []byte(by.JSON()), nil }

// AppendJSON writes a result.
func (r *Result) AppendJSON(b []byte) []byte {
	w := NewWriter(b)
	w.Open('{')
	w.Key("id")
	w.Int(int64(r.ID))
	w.Key("status")
	w.Plain(string(r.Status))
	if r.Seq != 0 {
		w.Key("seq")
		w.Int(int64(r.Seq))
	}
	w.heads(r.Orders)
	w.texts("ignored", r.Ignored)
	from := w.Begin("why", '{')
	for _, name := range SortedKeys(r.Why) {
		w.TextKey(name)
		w.Text(r.Why[name])
	}
	w.End(from, '}')
	w.texts("kept", texts(r.Kept))
	w.Reviews(r.Review)
	if r.Rejection != nil {
		w.rejection(r.Rejection)
	}
	w.Close('}')
	return w.Bytes()
}

// MarshalJSON is [Result.AppendJSON].
func (r *Result) MarshalJSON() ([]byte, error) { return r.AppendJSON(nil), nil }

func (w *Writer) heads(orders map[OrderID]Head) {
	from := w.Begin("orders", '{')
	for _, id := range SortedKeys(orders) {
		w.Key(string(id))
		w.Open('{')
		w.Key("number")
		w.Int(int64(orders[id].Number))
		w.Key("rev")
		w.Int(orders[id].Rev)
		w.Close('}')
	}
	w.End(from, '}')
}

func (w *Writer) texts(key string, list []string) {
	from := w.Begin(key, '[')
	for _, text := range list {
		w.Text(text)
	}
	w.End(from, ']')
}

func texts[S ~string](list []S) []string {
	all := make([]string, len(list))
	for i, s := range list {
		all[i] = string(s)
	}
	return all
}

func (w *Writer) text(key, text string) {
	if text != "" {
		w.Key(key)
		w.Text(text)
	}
}

func (w *Writer) rejection(r *Rejection) {
	w.Key("code")
	w.Plain(string(r.Code))
	w.Key("message")
	w.Text(r.Message)
	w.text("at", r.At)
	w.text("order", string(r.Order))
	w.text("line", string(r.Line))
	w.text("field", string(r.Field))
	from := w.Begin("now", '{')
	for _, f := range SortedKeys(r.Now) {
		w.Field(f, r.Now[f])
	}
	w.End(from, '}')
	if r.By != nil {
		w.Key("by")
		w.by(r.By)
	}
	w.text("state", string(r.State))
	w.text("moved_to", string(r.MovedTo))
	w.text("extension", r.Extension)
	if r.Limit != 0 {
		w.Key("limit")
		w.Int(int64(r.Limit))
	}
	w.text("ref", r.Ref)
}

func (w *Writer) by(by *By) {
	w.Open('{')
	w.text("server", by.Server)
	w.text("reason", by.Reason)
	if by.POS != nil {
		w.Key("pos")
		w.named(string(by.POS.ID), by.POS.Name)
	}
	switch {
	case by.User != nil:
		w.Key("user")
		w.named(by.User.ID, by.User.Name)
	case by.POS != nil: // as AuthorJSON has it
		w.Key("user")
		w.RawString(string(Null))
	}
	w.Close('}')
}

// ReadPaymentRow reads what [Writer.BeginPayment] wrote; of what can't be read
// as much as can.
func ReadPaymentRow(raw []byte) (p PaymentRow, err error) {
	var read struct {
		Payment
		By Value `json:"by"`
	}
	err = json.Unmarshal(raw, &read)
	p = PaymentRow{
		ID: read.ID, Method: read.Method, Offline: read.Offline, Ref: read.Ref, Needs: read.Needs, By: read.By,
	}
	p.Amount, _ = read.Amount.Decimal()
	p.At, _ = time.Parse(TimeFormat, read.At)
	return p, err
}
