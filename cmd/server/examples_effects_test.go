package main_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/manytill/manytill/internal/servicetest"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// calls is an example with its effects, as an entry of the config. The server may
// call the service; what its manifest says of a call's time is 2 seconds.
func (f *serverWithTwoPOS) calls(name string, s *servicetest.Service) string {
	f.t.Helper()
	dir := filepath.Join(f.dir, name)
	require.NoError(f.t, os.CopyFS(dir, os.DirFS("../../plugins/example/"+name)))
	manifest, err := os.ReadFile(filepath.Join(dir, "extension.yaml"))
	require.NoError(f.t, err)
	require.Contains(f.t, string(manifest), "timeout: 10s")
	f.write(filepath.Join(name, "extension.yaml"), strings.Replace(string(manifest), "timeout: 10s", "timeout: 2s", 1))
	return fmt.Sprintf("  - path: %s\n    timeout: 5s\n    allow: [%q]\n    config: {api: %q, key: %s}\n", name, s.URL, s.URL, servicetest.Key)
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
	issuer := servicetest.New(t, "/bookings", func(_ int, data protocol.Fields) servicetest.Answer {
		if data["card"] == `"EMPTY"` {
			return servicetest.Answer{Status: http.StatusPaymentRequired, Body: `{"message":"There is nothing on it"}`}
		}
		return servicetest.Answer{Status: http.StatusCreated, Body: `{}`}
	})
	f.enable(f.calls("gift-card", issuer))
	f.hangup("extensions loaded")
	bar := f.hand(f.bar, "c1")
	card := protocol.Fields{"gift_card": `"C1"`, "gift_amount": "4"}
	becomes := func(order protocol.OrderID, state protocol.Value) protocol.Fields {
		t.Helper()
		return f.awaitFields(order, func(fields protocol.Fields) bool { return fields["gift_state"] == state })
	}

	plans := map[protocol.OrderID][]servicetest.Trouble{
		"calm": nil, "busy": {servicetest.Busy}, "cut": {servicetest.Cut}, "lost": {servicetest.Lost}, "twice": {servicetest.Twice}, "slow": {servicetest.Slow}, "all": {servicetest.Lost, servicetest.Busy, servicetest.Twice},
	}
	for order, troubles := range plans {
		issuer.Plan(order, troubles...)
		bar.sell(order, card)
	}
	for order, troubles := range plans {
		becomes(order, `"booked"`)
		done, calls := issuer.Times(order)
		require.Equal(t, 1, done, order)
		require.GreaterOrEqual(t, calls, len(troubles), order)
	}
	bar.sell("empty", protocol.Fields{"gift_card": `"EMPTY"`, "gift_amount": "4"})
	require.Equal(t, protocol.Value(`"There is nothing on it"`), becomes("empty", `"refused"`)["gift_message"])

	// The server is killed when the change is stored and nothing was booked, and when
	// it was booked and the server wasn't told.
	for order, what := range map[protocol.OrderID]servicetest.Trouble{"committed": servicetest.Held, "booked": servicetest.HeldDone} {
		issuer.Plan(order, what)
		bar.sell(order, card)
		issuer.Reaches(order)
		done, _ := issuer.Times(order)
		require.Equal(t, what == servicetest.HeldDone, done == 1)
		f.kill()
		becomes(order, `"booked"`)
		done, calls := issuer.Times(order)
		require.Equal(t, []int{1, 2}, []int{done, calls})
		bar = f.hand(f.bar, "after-"+string(order))
	}
	f.server.stop()
	must(t, "verify", "--config", f.config)
}

// TestFiscalChainOfAServer: the places of all paid orders make one chain without a
// hole or a fork, signed in order, through refused and cancelled changes, a kill, a
// restart, and a time in which the extension is off.
func TestFiscalChainOfAServer(t *testing.T) {
	f := newServerWithTwoPOS(t)
	signer := servicetest.New(t, "/signatures", func(n int, data protocol.Fields) servicetest.Answer {
		if data["number"] != protocol.Int(n) {
			return servicetest.Answer{Status: http.StatusConflict, Body: fmt.Sprintf(`{"message":"it is the turn of %d"}`, n)}
		}
		return servicetest.Answer{Status: http.StatusCreated, Body: fmt.Sprintf(`{"signature":"S%d of %s"}`, n, data["hash"].String())}
	})
	require.NoError(t, os.CopyFS(filepath.Join(f.dir, "table"), os.DirFS("../../plugins/example/table")))
	f.enable(f.calls("fiscal-chain", signer) + "  - path: table\n    timeout: 5s\n")
	f.hangup("extensions loaded")
	bar, door := f.hand(f.bar, "c1"), f.hand(f.till1, "c2")
	door.do(create("seated", protocol.Fields{"table": `"1"`}))
	door.do(create("standing", nil))

	paid := 0
	sell := func(h *hand) {
		paid++
		order := protocol.OrderID(fmt.Sprintf("p%d", paid))
		signer.Plan(order, []servicetest.Trouble{servicetest.Fine, servicetest.Busy, servicetest.Lost, servicetest.Twice}[paid%4])
		h.sell(order, nil)
	}
	among := func() {
		t.Helper()
		sell(bar)
		refused := door.do(protocol.OrderClose{Order: "standing", State: protocol.Paid}, create("late", protocol.Fields{"table": `"1"`}))
		require.Equal(t, []any{protocol.Vetoed, "table"}, []any{refused.Code, refused.Extension}, "behind the chain, and its place is free again")
		sell(door)
		cancelled := protocol.OrderID(fmt.Sprintf("c%d", paid))
		require.Equal(t, protocol.Applied, bar.do(create(cancelled, nil)).Status)
		require.Equal(t, protocol.Applied, bar.do(protocol.OrderClose{Order: cancelled, State: protocol.Cancelled}).Status)
		sell(bar)
	}
	hands := func(run string) { bar, door = f.hand(f.bar, run+"1"), f.hand(f.till1, run+"2") }
	chained := func() {
		t.Helper()
		f.await(func(orders []protocol.Order) bool { return len(servicetest.FiscalChain(t, orders)) == paid })
	}
	among()
	chained()

	signer.Plan("p4", servicetest.HeldDone)
	paid++
	bar.sell("p4", nil)
	signer.Reaches("p4")
	among() // these wait behind it
	f.kill()
	hands("killed")
	among()
	chained()
	f.server.stop()
	f.start()
	hands("restarted")
	among()

	call := func(does string) {
		must(t, "extension", does, "fiscal-chain", "--server", f.url, "--token", adminToken)
	}
	call("disable")
	bar.sell("unseen", nil)
	call("enable")
	among()
	chained()
	require.Empty(t, bar.fields("unseen")["fiscal_number"])
	f.server.stop()
	must(t, "verify", "--config", f.config)
}

// TestLoyaltyBooks: a customer's points are booked by the plugin itself when the
// order is paid.
func TestLoyaltyBooks(t *testing.T) {
	f := newServerWithTwoPOS(t)
	folder := t.TempDir()
	f.enable(f.plugin("loyalty", fmt.Sprintf("{bookings: %q}", folder)))
	f.hangup("extensions loaded")
	bar := f.hand(f.bar, "c1")
	bar.sell("nobody", nil)
	bar.sell("o1", protocol.Fields{"partner_id": "12", "points_redeemed": "2"})
	fields := f.awaitFields("o1", func(fields protocol.Fields) bool { return fields["points_booked"] != "" })
	require.Equal(t, []protocol.Value{"5", "3"}, []protocol.Value{fields["points"], fields["points_booked"]})
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, files, 1)
	booked, err := os.ReadFile(filepath.Join(folder, files[0].Name()))
	require.NoError(t, err)
	require.JSONEq(t, `{"order":"o1","customer":12,"points":3}`, string(booked))
}
