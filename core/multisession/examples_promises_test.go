package multisession_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/sdk/protocol"
)

// steadyChain is all of the hosts, in their order, and none fails.
func steadyChain(t *rapid.T, hosts []extensions.Host) multisession.Chain {
	var entries []extensions.Entry
	for _, h := range hosts {
		entries = append(entries, extensions.Entry{Host: &steady{h}, Timeout: 30 * time.Second})
	}
	chain, err := extensions.Build(entries, extensions.Options{Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	return chain
}

// keepsItsPromises: when all examples work again, what they missed is made up for,
// once. Each paid order that has a place in the fiscal chain has one effect, under its
// one key, and an order without has none; each bottle has its deposit, once; and
// nothing grows by being run again.
func (f *memSession) keepsItsPromises(whole multisession.Chain, signed, put *atomic.Int64) {
	f.chain = whole
	f.restart(0)
	f.ask(&multisession.Rerun{})
	for _, o := range f.snapshot() {
		f.do("b1", fmt.Sprintf(`[{"op":"line.add","order":%q,"line":"bottle","set":{"product_id":7,"qty":2,"price_unit":1}}]`, o.ID))
		for _, l := range o.Lines {
			if strings.HasPrefix(string(l.ID), "mt:") {
				continue
			}
			for _, by := range []int{1, -1} { // their hooks run, also where the extension was off
				f.do("b1", fmt.Sprintf(`[{"op":"line.inc","order":%q,"line":%q,"field":"qty","by":%d}]`, o.ID, l.ID, by))
			}
		}
	}
	if open := f.snapshot(); len(open) > 0 {
		f.do("b1", fmt.Sprintf(`[{"op":"order.close","order":%q,"state":"paid"}]`, open[0].ID))
	}
	f.signs(signed)
	for _, o := range f.snapshot() {
		put.Add(f.hasItsDeposits(o))
	}
	before, effects, storage := canonical(f.t, f.snapshot()), f.effects(""), f.storage()
	for range 2 {
		f.restart(0)
		f.ask(&multisession.Rerun{})
	}
	require.Equal(f.t, before, canonical(f.t, f.snapshot()), "run again")
	require.Equal(f.t, effects, f.effects(""), "run again")
	require.Equal(f.t, storage, f.storage(), "run again")
}

// hasItsDeposits: bottle-deposit of exampleHosts asks 0.25 for product 1 and 1 for 7.
func (f *memSession) hasItsDeposits(o protocol.Order) int64 {
	want, got := map[string]string{}, map[string]string{}
	for _, l := range o.Lines {
		cause, own := strings.CutPrefix(string(l.ID), "mt:bottle-deposit:")
		if own {
			got[cause] = fmt.Sprint(l.Fields["qty"], " × ", l.Fields["price_unit"])
			continue
		}
		deposit := map[protocol.Value]string{"1": "0.25", "7": "1"}[l.Fields["product_id"]]
		put := protocol.Text("mt:bottle-deposit:" + string(l.ID))
		if qty := l.Fields["qty"]; deposit != "" && qty != "" && qty != "0" && !strings.Contains(string(o.Fields["mt_removed"]), string(put)) {
			want[string(l.ID)] = fmt.Sprint(qty, " × ", deposit)
		}
	}
	require.Equal(f.t, want, got, "the deposits of %s", o.ID)
	return int64(len(got))
}

// signs does the effects of the fiscal chain, twice each, and follows the chain.
func (f *memSession) signs(signed *atomic.Int64) {
	places := map[protocol.Value]bool{}
	for _, id := range []protocol.OrderID{"o1", "o2", "o3", "o4"} {
		if rows, _, err := f.store.Orders(context.Background(), main, []protocol.OrderID{id}); err != nil || len(rows) == 0 {
			require.NoError(f.t, err)
			continue
		}
		o := f.stored(id)
		number, effects := o.Fields["fiscal_number"], f.effects(id)
		if number == "" {
			require.Empty(f.t, effects, "%s has no place", id)
			continue
		}
		require.Equal(f.t, protocol.Paid, o.State, id)
		require.False(f.t, places[number], "two orders have place %s", number)
		places[number] = true
		require.Len(f.t, effects, 1, "%s has one effect", id)
		require.Contains(f.t, effects[0], "fiscal-chain sign/"+o.Fields["fiscal_previous"].String()+" ")
		signature := fmt.Sprintf(`"S%s"`, number)
		for range 2 {
			require.Nil(f.t, f.outcome(f.effect(id), protocol.Value(fmt.Sprintf(`{"status":201,"body":{"signature":%s}}`, signature))).Err)
		}
		require.Equal(f.t, protocol.Value(signature), f.stored(id).Fields["fiscal_signature"], id)
		signed.Add(1)
	}
	for n := range len(places) {
		require.True(f.t, places[protocol.Int(n+1)], "a hole at %d", n+1)
	}
}
