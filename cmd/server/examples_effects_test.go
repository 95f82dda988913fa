package main_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// calls is an example with its effects, as an entry of the config. The server may
// call the service; what its manifest says of a call's time is 2 seconds.
func (f *serverWithTwoPOS) calls(name string, s *service) string {
	f.t.Helper()
	dir := filepath.Join(f.dir, name)
	require.NoError(f.t, os.CopyFS(dir, os.DirFS("../../plugins/example/"+name)))
	manifest, err := os.ReadFile(filepath.Join(dir, "extension.yaml"))
	require.NoError(f.t, err)
	require.Contains(f.t, string(manifest), "timeout: 10s")
	f.write(filepath.Join(name, "extension.yaml"), strings.Replace(string(manifest), "timeout: 10s", "timeout: 2s", 1))
	return fmt.Sprintf("  - path: %s\n    timeout: 5s\n    allow: [%q]\n    config: {api: %q, key: s3cret}\n", name, s.URL, s.URL)
}

// kill ends the server as a power cut does, and starts it again.
func (f *serverWithTwoPOS) kill() {
	f.t.Helper()
	require.NoError(f.t, f.server.cmd.Process.Kill())
	<-f.server.ended
	f.start()
}

// awaitFields waits until the fields of an order are as they should be.
func (f *serverWithTwoPOS) awaitFields(order protocol.OrderID, done func(protocol.Fields) bool) (fields protocol.Fields) {
	f.t.Helper()
	f.await(func(orders []protocol.Order) bool {
		at := slices.IndexFunc(orders, func(o protocol.Order) bool { return o.ID == order })
		require.GreaterOrEqual(f.t, at, 0, order)
		fields = orders[at].Fields
		return done(fields)
	})
	return fields
}

// sell makes an order with a line and closes it as paid.
func (h *hand) sell(order protocol.OrderID, set protocol.Fields) {
	h.t.Helper()
	require.Equal(h.t, protocol.Applied, h.do(
		create(order, set), protocol.LineAdd{Order: order, Line: "l1", Set: protocol.Fields{"product_id": "11", "qty": "2", "price_unit": "2.50"}},
	).Status)
	require.Equal(h.t, protocol.Applied, h.do(protocol.OrderClose{Order: order, State: protocol.Paid}).Status)
}

// TestGiftCards: whatever becomes of calls and answers, each card's amount is booked
// once, and its order says so.
func TestGiftCards(t *testing.T) {
	f := newServerWithTwoPOS(t)
	issuer := newService(t, "/bookings", func(_ int, data protocol.Fields) answer {
		if data["card"] == `"EMPTY"` {
			return answer{http.StatusPaymentRequired, `{"message":"There is nothing on it"}`}
		}
		return answer{http.StatusCreated, `{}`}
	})
	f.enable(f.calls("gift-card", issuer))
	f.hangup("extensions loaded")
	bar := f.hand(f.bar, "c1")
	card := protocol.Fields{"gift_card": `"C1"`, "gift_amount": "4"}
	becomes := func(order protocol.OrderID, state protocol.Value) protocol.Fields {
		t.Helper()
		return f.awaitFields(order, func(fields protocol.Fields) bool { return fields["gift_state"] == state })
	}

	plans := map[protocol.OrderID][]trouble{
		"calm": nil, "busy": {busy}, "cut": {cut}, "lost": {lost}, "twice": {twice}, "slow": {slow}, "all": {lost, busy, twice},
	}
	for order, troubles := range plans {
		issuer.plan(order, troubles...)
		bar.sell(order, card)
	}
	for order, troubles := range plans {
		becomes(order, `"booked"`)
		done, calls := issuer.times(order)
		require.Equal(t, 1, done, order)
		require.GreaterOrEqual(t, calls, len(troubles), order)
	}
	bar.sell("empty", protocol.Fields{"gift_card": `"EMPTY"`, "gift_amount": "4"})
	require.Equal(t, protocol.Value(`"There is nothing on it"`), becomes("empty", `"refused"`)["gift_message"])

	// The server is killed when the change is stored and nothing was booked, and when
	// it was booked and the server wasn't told.
	for order, what := range map[protocol.OrderID]trouble{"committed": held, "booked": heldDone} {
		issuer.plan(order, what)
		bar.sell(order, card)
		issuer.reaches(order)
		done, _ := issuer.times(order)
		require.Equal(t, what == heldDone, done == 1)
		f.kill()
		becomes(order, `"booked"`)
		done, calls := issuer.times(order)
		require.Equal(t, []int{1, 2}, []int{done, calls})
		bar = f.hand(f.bar, "after-"+string(order))
	}
	f.server.stop()
	must(t, "verify", "--config", f.config)
}
