package protocol_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// asJSON holds what an encoder wrote against the JSON of the type: the same
// members, in the same order.
func asJSON(t *testing.T, want any, wrote []byte) {
	t.Helper()
	raw, err := json.Marshal(want)
	require.NoError(t, err)
	require.Equal(t, string(raw), string(wrote))
}

var (
	noon    = time.Date(2026, 11, 29, 12, 0, 0, 5e6, time.UTC)
	user    = &protocol.User{ID: "7", Name: "Ana"}
	by      = &protocol.By{POS: &protocol.POS{ID: "bar", Name: "Bar"}, User: user}
	byJSON  = protocol.AuthorJSON(*by.POS, user)
	head    = &protocol.OrderHead{Rev: 2, Number: 12, Run: 3, State: protocol.Open, Needs: protocol.NeedsReview, Review: reviews}
	reviews = []protocol.Review{{Extension: "x", Message: "a \"word\""}, {Extension: "y", Message: "m"}}
	info    = protocol.Value(`{"changed":{"pos":{"id":"bar","name":"Bar"},"user":{"id":"7","name":"Ana"}},"created":{"pos":{"id":"bar","name":"Bar"},"user":{"id":"7","name":"Ana"}}}`)
)

func paymentRow(t *testing.T) *protocol.PaymentRow {
	amount, err := decimal.Parse("4.8")
	require.NoError(t, err)
	return &protocol.PaymentRow{
		ID: "p1", Method: "cash", Amount: amount, Offline: true, Ref: "r", Needs: protocol.NeedsRefund, By: byJSON, At: noon,
	}
}

func TestEncodedChange(t *testing.T) {
	row := paymentRow(t)
	w := protocol.NewWriter(nil)
	w.BeginChange(&protocol.ChangeHead{Seq: 7, At: noon, Client: "c", ID: 3, Tapped: "then", By: byJSON})
	w.BeginOrderChange("o1", head)
	set := w.BeginSet()
	w.Field("a \"b\"", `"v"`)
	w.Field("z", "")
	w.End(set, '}')
	lines := w.BeginLines()
	for _, gone := range []protocol.OrderID{"", "o2"} {
		w.BeginLineChange("l"+protocol.LineID(gone), 4)
		w.Gone(gone)
		w.Close('}')
	}
	w.BeginLineChange("lx", 5)
	set = w.BeginSet()
	w.MSInfo(byJSON, byJSON)
	w.End(set, '}')
	w.Close('}')
	w.End(lines, '}')
	payments := w.BeginPayments()
	w.BeginPayment(row)
	w.Close('}')
	w.End(payments, ']')
	w.Close('}')
	w.EndChange()
	payment := row.Payment()
	require.Equal(t, by, payment.By)
	want := protocol.Change{
		Seq: 7, At: "2026-11-29T12:00:00Z", ClientID: "c", ID: 3, TappedAt: "then", By: by,
		Orders: map[protocol.OrderID]protocol.OrderChange{"o1": {
			Rev: 2, Number: 12, Run: 3, State: protocol.Open, Needs: protocol.NeedsReview, Review: reviews,
			Set: protocol.Fields{`a "b"`: `"v"`, "z": protocol.Null},
			Lines: map[protocol.LineID]protocol.LineChange{
				"l": {N: 4, Removed: true}, "lo2": {N: 4, MovedTo: "o2"}, "lx": {N: 5, Set: protocol.Fields{protocol.FieldMSInfo: info}},
			},
			Payments: []protocol.Payment{payment},
		}},
	}
	asJSON(t, want, w.Bytes())
	var read protocol.Change
	require.NoError(t, json.Unmarshal(w.Bytes(), &read))
	require.Equal(t, want, read)
}

// Nothing is left of what didn't change.
func TestEncodedEmptyChange(t *testing.T) {
	w := protocol.NewWriter(nil)
	w.BeginChange(&protocol.ChangeHead{Seq: 7, At: noon, From: 5})
	w.BeginOrderChange("o1", &protocol.OrderHead{State: protocol.Open})
	for _, from := range []int{w.BeginSet()} {
		w.End(from, '}')
	}
	w.End(w.BeginLines(), '}')
	w.End(w.BeginPayments(), ']')
	w.Close('}')
	w.EndChange()
	asJSON(t, protocol.Change{
		Seq: 7, At: "2026-11-29T12:00:00Z", Folded: true, From: 5, Orders: map[protocol.OrderID]protocol.OrderChange{"o1": {State: protocol.Open}},
	}, w.Bytes())
}

func TestEncodedOrder(t *testing.T) {
	row := paymentRow(t)
	w := protocol.NewWriter(nil)
	w.BeginOrder("o1", head, true)
	w.Field("a", "1")
	w.MSInfo(byJSON, byJSON)
	w.OrderPayments()
	w.BeginPayment(row)
	w.Close('}')
	w.OrderLines()
	for n := range 2 {
		w.BeginLine("l", n)
		w.Field("qty", "2")
		w.EndLine()
	}
	w.EndOrder()
	fields := protocol.Fields{"qty": "2"}
	order := protocol.Order{
		ID: "o1", Rev: 2, Number: 12, Run: 3, State: protocol.Open, Needs: protocol.NeedsReview, Review: reviews, Pruned: true,
		Fields: protocol.Fields{"a": "1", protocol.FieldMSInfo: info}, Payments: []protocol.Payment{row.Payment()},
		Lines: []protocol.Line{{ID: "l", Fields: fields}, {ID: "l", N: 1, Fields: fields}},
	}
	asJSON(t, order, w.Bytes())
	read, err := protocol.ReadPaymentRow(mustMarshal(t, row.Payment()))
	require.NoError(t, err)
	require.Equal(t, *row, read)
}

func mustMarshal(t *testing.T, v any) []byte {
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return raw
}

// A result's encoder writes what the type's tags say, of every member.
func TestEncodedResult(t *testing.T) {
	base := protocol.Seq(1)
	full := protocol.Result{
		ID: 3, Status: protocol.Rejected, Seq: base, Orders: map[protocol.OrderID]protocol.Head{"o1": {Number: 1, Rev: 2}, "o2": {}},
		Ignored: []string{"o1.\"foo\""}, Why: map[string]string{"l1.bar": "must be <one>"}, Kept: []protocol.PaymentID{"p2"}, Review: reviews,
		Rejection: &protocol.Rejection{
			Code: protocol.Gone, Message: "m", At: "ops[0]", Order: "o", Line: "l", Field: "f", Now: protocol.Fields{"b": "2", "a": "1"},
			By: &protocol.By{Server: "admin", Reason: "r", POS: by.POS, User: user}, State: protocol.Paid, MovedTo: "o3", Extension: "x", Limit: 5, Ref: "r",
		},
	}
	for i := range reflect.TypeFor[protocol.Rejection]().NumField() {
		if f := reflect.TypeFor[protocol.Rejection]().Field(i); f.Tag.Get("json") != "-" {
			require.False(t, reflect.ValueOf(*full.Rejection).Field(i).IsZero(), "%s is looked at", f.Name)
		}
	}
	for i := range reflect.TypeFor[protocol.Result]().NumField() {
		require.False(t, reflect.ValueOf(full).Field(i).IsZero(), "%s is looked at", reflect.TypeFor[protocol.Result]().Field(i).Name)
	}
	// plain is the result without its encoder.
	type plain protocol.Result
	for _, r := range []protocol.Result{full, {ID: 1, Status: protocol.Applied, Seq: 4}} {
		raw, err := json.Marshal(plain(r))
		require.NoError(t, err)
		require.JSONEq(t, string(raw), string(r.AppendJSON(nil)))
		var order, wrote []string
		keys(t, raw, &order)
		keys(t, r.AppendJSON(nil), &wrote)
		require.Equal(t, order, wrote)
		var read protocol.Result
		require.NoError(t, json.Unmarshal(r.AppendJSON(nil), &read))
		require.Equal(t, r, read)
	}
}

// keys are the members of an object, in their order.
func keys(t *testing.T, raw []byte, into *[]string) {
	d := json.NewDecoder(bytes.NewReader(raw))
	_, err := d.Token()
	require.NoError(t, err)
	for d.More() {
		key, err := d.Token()
		require.NoError(t, err)
		*into = append(*into, key.(string))
		var skipped json.RawMessage
		require.NoError(t, d.Decode(&skipped))
	}
}

func TestEncodedAnswers(t *testing.T) {
	change := protocol.Change{Seq: 7, At: "then", Orders: map[protocol.OrderID]protocol.OrderChange{}}
	order := protocol.Order{ID: "o1", State: protocol.Open, Fields: protocol.Fields{}, Payments: []protocol.Payment{}, Lines: []protocol.Line{}}
	result := protocol.Result{ID: 3, Status: protocol.Applied, Seq: 7}
	changes := protocol.Changes{Changes: []protocol.Change{change, change}, Cursor: "c.7", Seq: 7, Head: 9, More: true, LastID: 3}
	snapshot := protocol.Snapshot{Orders: []protocol.Order{order}, Cursor: "c.7", Seq: 7, Head: 9, LastID: 3}
	list := append(append(mustMarshal(t, change), ','), mustMarshal(t, change)...)
	orders, results := [][]byte{mustMarshal(t, order)}, [][]byte{result.AppendJSON(nil)}
	after := "1.2"

	frame := changes
	frame.Head = 0
	sameFrame(t, frame, changes.AppendFrameTail(append(protocol.ChangesFrameHead(), list...), true))
	frame.More = false
	sameFrame(t, frame, changes.AppendFrameTail(append(protocol.ChangesFrameHead(), list...), false))
	sameFrame(t, protocol.Pushed{Ref: 6, LastID: 3, Results: []protocol.Result{result}}, protocol.AppendPushed(nil, []byte("6"), 3, results))
	sent := snapshot
	sent.Head = 0
	sameFrame(t, sent, snapshot.AppendFrame(nil, orders))
	sameFrame(t, protocol.Snapshot{Orders: []protocol.Order{}, More: true}, (&protocol.Snapshot{Page: "p", More: true}).AppendFrame(nil, nil))
	for _, details := range []protocol.Details{nil, protocol.Gap{Expected: 3, Got: 5}} {
		e := &protocol.Error{Code: protocol.IDGap, Message: "m", Details: details}
		sameFrame(t, protocol.ErrorFrame{Ref: 6, Code: e.Code, Message: e.Message, Details: details}, protocol.AppendErrorFrame(nil, []byte("6"), e))
	}

	sameAnswer(t, changes, protocol.DecodePull, changes.AppendPull(nil, list))
	sameAnswer(t, snapshot, protocol.DecodePull, snapshot.AppendPull(nil, orders))
	page := protocol.Snapshot{Orders: []protocol.Order{order}, Page: "p", More: true}
	sameAnswer(t, page, protocol.DecodePull, page.AppendPull(nil, orders))
	pushed := protocol.PushResponse{
		LastID: 3, Results: []protocol.Result{result}, Changes: changes.Changes, Cursor: "c.7", Seq: 7, Head: 9, More: true,
	}
	asJSON(t, &pushed, changes.AppendPush(nil, results, list))
	sameAnswer(t, pushed, protocol.DecodePush, changes.AppendPush(nil, results, list))
	asJSON(t, protocol.OrdersResponse{Orders: snapshot.Orders, After: &after}, protocol.AppendOrders(nil, orders, &after))
	asJSON(t, protocol.OrdersResponse{Orders: []protocol.Order{}}, protocol.AppendOrders(nil, nil, nil))
	asJSON(t, protocol.HistoryResponse{Changes: []protocol.Change{change}, After: &after}, protocol.AppendHistory(nil, [][]byte{mustMarshal(t, change)}, &after))
	asJSON(t, protocol.CancelResponse{Change: change}, protocol.AppendCancelled(nil, mustMarshal(t, change)))
}

func sameFrame(t *testing.T, want protocol.ServerFrame, wrote []byte) {
	t.Helper()
	read, err := protocol.DecodeServerFrame(wrote)
	require.NoError(t, err, string(wrote))
	require.Equal(t, want, read)
	raw, err := protocol.EncodeServerFrame(want)
	require.NoError(t, err)
	require.JSONEq(t, string(raw), string(wrote))
}

func sameAnswer(t *testing.T, want protocol.Response, decode func([]byte) (protocol.Response, error), wrote []byte) {
	t.Helper()
	read, err := decode(wrote)
	require.NoError(t, err, string(wrote))
	require.Equal(t, want, read)
}

// Who made a change has one form, whoever writes it: the user of a POS is null
// where nobody said.
func TestByHasOneForm(t *testing.T) {
	for _, by := range []*protocol.By{
		{POS: &protocol.POS{ID: "1", Name: "Bar"}},
		{POS: &protocol.POS{ID: "1", Name: "Bar"}, User: &protocol.User{ID: "7", Name: "Ana"}},
		{Server: protocol.ByAdmin, Reason: "closed"},
	} {
		text, err := json.Marshal(by)
		require.NoError(t, err)
		require.Equal(t, string(by.JSON()), string(text))
		if by.POS != nil {
			require.Equal(t, protocol.AuthorJSON(*by.POS, by.User), by.JSON())
		}
	}
}
