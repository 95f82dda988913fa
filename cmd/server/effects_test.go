package main_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// bookings is the API of somebody else: it books each key once, and may fail
// before or after it did.
type bookings struct {
	*httptest.Server
	mu     sync.Mutex
	booked map[string]json.RawMessage
	calls  chan string                                       // the key of each call
	answer func(w http.ResponseWriter, call int, key string) // of the n-th call; nil books
	n      int
}

func newBookings(t *testing.T) *bookings {
	b := &bookings{booked: map[string]json.RawMessage{}, calls: make(chan string, 100)}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		key := r.Header.Get("Idempotency-Key")
		b.mu.Lock()
		defer b.mu.Unlock()
		b.booked[key] = body
		b.n++
		b.calls <- key
		if b.answer != nil {
			b.answer(w, b.n, key)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"number":"B1","secret":"` + r.Header.Get("Authorization") + `"}`))
	}))
	t.Cleanup(b.Close)
	return b
}

func (b *bookings) answers(f func(w http.ResponseWriter, call int, key string)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer = f
}

func (b *bookings) called(t *testing.T) string {
	t.Helper()
	select {
	case key := <-b.calls:
		return key
	case <-time.After(30 * time.Second):
		t.Fatal("nobody called")
		return ""
	}
}

const bookingManifest = `
name: booking
js: booking.js
fields: {order: {booked: {type: string, derived: true}}}
effects: {book: {url: "API/bookings", headers: {Authorization: "Bearer {key}"}, timeout: 5s}}
config: config.schema.json
`

const bookingHooks = `
const { Order } = require("point_of_sale.models");
const Registries = require("point_of_sale.Registries");
Registries.Model.extend(Order, (Order) => class extends Order {
	init_from_JSON(json) { super.init_from_JSON(...arguments); this.booked = json.booked; this.paid = json.mt_state === "paid"; }
	apply_ms_data(data) { this.booked = data.booked; this.paid = data.mt_state === "paid"; }
	export_as_JSON() {
		if (this.paid) this.effect("book", "paid", {order: this.uid});
		return Object.assign(super.export_as_JSON(...arguments), {booked: this.booked});
	}
	effect_result(name, key, result) { this.booked = result.status + " " + (result.body.number || result.body); }
});`

// What an order's hooks want done after the commit is done by an HTTPS call, at
// least once, through answers that fail, kills and restarts; its outcome comes to
// the closed order. Without allow it waits.
func TestEffects(t *testing.T) {
	f, api := newServerWithTwoPOS(t), newBookings(t)
	enable := func(allow string) {
		f.enable("  - path: booking\n    config: {key: s3cret}\n" + allow)
	}
	require.NoError(t, os.Mkdir(filepath.Join(f.dir, "booking"), 0o700))
	f.write("booking/booking.js", bookingHooks)
	f.write("booking/config.schema.json", `{"type": "object", "properties": {"key": {"type": "string"}}}`)
	f.write("booking/extension.yaml", strings.ReplaceAll(bookingManifest, "API", api.URL))
	enable("")
	f.server.stop()
	f.start()
	bar := f.hand(f.bar, "c1")
	pay := func(order protocol.OrderID) {
		t.Helper()
		result := bar.do(create(order, nil), protocol.LineAdd{Order: order, Line: "l1", Set: protocol.Fields{"product_id": "11", "qty": "1", "price_unit": "2.5"}})
		require.Equal(t, protocol.Applied, result.Status)
		result = bar.do(
			protocol.OrderPay{Order: order, Payment: protocol.NewPayment{ID: protocol.PaymentID("p-" + order), Method: "cash", Amount: "2.5"}},
			protocol.OrderClose{Order: order, State: protocol.Paid},
		)
		require.Equal(t, protocol.Applied, result.Status)
	}
	booked := func(order protocol.OrderID, want protocol.Value) {
		t.Helper()
		require.Eventually(t, func() bool { return bar.fields(order)["booked"] == want }, 30*time.Second, 20*time.Millisecond, "the outcome comes to %s", order)
	}
	pay("o1")
	f.server.eventually("allow")
	require.Empty(t, api.calls, "no host is allowed")

	// Allowed, the API loses an answer and is busy; then it has it.
	api.answers(func(w http.ResponseWriter, call int, _ string) {
		switch call {
		case 1:
			panic(http.ErrAbortHandler)
		case 2:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"number":"B7"}`))
		}
	})
	enable("    allow: ['" + api.URL + "']\n")
	f.hangup("extensions loaded")
	key := api.called(t)
	require.Equal(t, []string{key, key}, []string{api.called(t), api.called(t)}, "the same key in every try")
	booked("o1", `"200 B7"`)

	// Killed after it was called, before its outcome is stored.
	answer := make(chan struct{})
	api.answers(func(w http.ResponseWriter, _ int, _ string) {
		api.mu.Unlock()
		<-answer
		api.mu.Lock()
	})
	pay("o2")
	second := api.called(t)
	require.NoError(t, f.server.cmd.Process.Kill())
	<-f.server.ended // killed
	close(answer)
	api.answers(func(w http.ResponseWriter, _ int, _ string) {
		w.WriteHeader(http.StatusConflict)
		_, _ = w.Write([]byte("booked before"))
	})
	f.start()
	require.Equal(t, second, api.called(t))
	booked("o2", `"409 booked before"`)
	require.Len(t, api.booked, 2, "each once, by its key")
	require.NotContains(t, f.server.all(), "s3cret")
}
