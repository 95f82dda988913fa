package faults_test

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// check holds a healed simulation against the promises.
func (w *simulation) check() {
	for _, ms := range floors {
		h := w.history(ms)
		w.checkEqual(ms, h.log)
		w.checkClosed(h)
		w.checkLines(h)
		w.checkAttribution(h)
	}
	w.checkTaps()
	w.checkPayments()
	w.checkOutcomes()
	w.crash("all was looked at, from disk too")
}

// history is what a multi-session's store tells in the end.
type history struct {
	ms     protocol.MultiSessionID
	log    []protocol.Change
	orders []store.OrderRows
}

func (w *simulation) history(ms protocol.MultiSessionID) *history {
	orders, err := w.server.store.List(context.Background(), ms, store.ListFilter{Limit: 1 << 20})
	require.NoError(w.t, err)
	return &history{ms, w.witness.log(ms).changes, orders}
}

// checkClosed: a closed order changes no more, but for late payments.
func (w *simulation) checkClosed(h *history) {
	closed := map[protocol.OrderID]protocol.OrderChange{}
	for _, c := range h.log {
		for id, o := range c.Orders {
			if was, before := closed[id]; before && !late(c, o) {
				require.Equal(w.t, was.State, o.State, "%s is closed, seq %d", id, c.Seq)
				require.Empty(w.t, o.Lines, "%s is closed, seq %d", id, c.Seq)
				require.Equal(w.t, o.Rev != was.Rev, len(o.Payments) > 0, "%s is closed, seq %d", id, c.Seq)
				for f := range o.Set {
					require.Equal(w.t, protocol.FieldMSInfo, f, "%s is closed, seq %d", id, c.Seq)
				}
			}
			if o.State != protocol.Open {
				closed[id] = o
			}
		}
	}
}

// checkLines: increments add up, and no paid order holds a line that its payer
// had not seen.
func (w *simulation) checkLines(h *history) {
	qty := map[protocol.LineID]decimal.Decimal{}
	at := map[protocol.OrderID]map[protocol.LineID]protocol.Value{}
	ended := map[protocol.OrderID]protocol.Seq{}
	adder := map[protocol.LineID]protocol.ClientID{}
	for _, c := range h.log {
		for id, o := range c.Orders {
			if at[id] == nil {
				at[id] = map[protocol.LineID]protocol.Value{}
			}
			if ended[id] == 0 && o.State != protocol.Open {
				ended[id] = c.Seq
			}
			for line, l := range o.Lines {
				if l.Removed || l.MovedTo != "" {
					delete(at[id], line)
				} else if v, ok := l.Set["qty"]; ok || at[id][line] == "" {
					at[id][line] = v
				}
			}
		}
		tap := w.taps.all[c.TappedAt]
		if c.TappedAt == "" {
			continue
		}
		require.NotNil(w.t, tap, "seq %d was tapped by nobody", c.Seq)
		for _, op := range tap.ops {
			switch op := op.(type) {
			case protocol.LineAdd:
				qty[op.Line], adder[op.Line] = number(op.Set["qty"]), c.ClientID
			case protocol.LineMove:
				for _, line := range op.Lines {
					adder[line] = c.ClientID
				}
			case protocol.LineInc:
				if op.Field == "qty" {
					qty[op.Line], _ = qty[op.Line].Add(number(op.By))
				}
			case protocol.OrderClose:
				if ended[op.Order] != c.Seq {
					continue // it was closed already
				}
				w.checkPayer(c, tap, op, at[op.Order], adder)
			}
		}
	}
	for id, lines := range at {
		for line, value := range lines {
			require.Equal(w.t, qty[line].String(), string(value), "qty of %s of %s: what was tapped adds up", line, id)
		}
	}
}

func (w *simulation) checkPayer(c protocol.Change, tap *tap, op protocol.OrderClose, lines map[protocol.LineID]protocol.Value, adder map[protocol.LineID]protocol.ClientID) {
	if op.State != protocol.Paid || c.ClientID != tap.client {
		return // pushed anew to a restored server: without base
	}
	for line := range lines {
		if adder[line] == c.ClientID {
			continue // on its way to a slow disk it isn't shown, but the payer's own
		}
		require.Contains(w.t, tap.seen[op.Order], line, "paid at %s, seq %d, without having been seen", tap.at, c.Seq)
	}
}

func number(v protocol.Value) decimal.Decimal {
	d, _ := v.Decimal()
	return d
}

// checkAttribution: a change names who tapped it.
func (w *simulation) checkAttribution(h *history) {
	for _, c := range h.log {
		tap := w.taps.all[c.TappedAt]
		if tap == nil {
			require.Empty(w.t, c.ClientID)
			require.NotEmpty(w.t, c.By.Server)
			continue
		}
		require.Contains(w.t, append(tap.clones, tap.pos.ID), c.By.POS.ID)
		if tap.user != nil {
			require.Equal(w.t, tap.user, c.By.User)
		}
	}
}

// checkTaps: every accepted tap has exactly one outcome.
func (w *simulation) checkTaps() {
	applied := map[string]int{}
	for _, ms := range floors {
		for _, c := range w.witness.log(ms).changes {
			applied[c.TappedAt]++
		}
	}
	waits := w.waiting()
	for _, at := range protocol.SortedKeys(w.taps.all) {
		tap := w.taps.all[at]
		require.LessOrEqual(w.t, applied[at], max(1, tap.parts), "tap %s is applied once", at)
		if !tap.accepted || tap.parts == 0 {
			continue
		}
		var ends []string
		for word, is := range map[string]bool{
			"applied": applied[at] > 0 || w.elsewhere(at), "rejected": len(tap.told) > 0, "waiting": waits[at], "aside": tap.aside,
		} {
			if is {
				ends = append(ends, word)
			}
		}
		slices.Sort(ends)
		require.NotEmpty(w.t, ends, "tap %s (%s) vanished", at, describe(tap.ops))
		if !w.faults.restores() && !tap.aside && tap.parts < 2 {
			require.Len(w.t, ends, 1, "tap %s (%s) has one outcome", at, describe(tap.ops))
		}
	}
}

// elsewhere: a tap was applied by the server that was at the address before.
func (w *simulation) elsewhere(at string) bool {
	return w.faults.disaster == "replace" && slices.ContainsFunc(w.witness.ended, func(l *life) bool {
		return slices.ContainsFunc(l.changes, func(c protocol.Change) bool { return c.TappedAt == at })
	})
}

// waiting are mutations that wait for another till to bring their order.
func (w *simulation) waiting() map[string]bool {
	at := map[string]bool{}
	for _, t := range w.tills {
		for _, e := range t.m.State().Entries {
			if e.Waiting {
				at[e.Mutation.At] = true
			}
		}
	}
	return at
}

// checkPayments: every payment is on the server exactly once, if its order is
// there.
func (w *simulation) checkPayments() {
	there, orders := map[protocol.PaymentID]int{}, map[protocol.OrderID]bool{}
	for _, ms := range floors {
		for _, o := range w.history(ms).orders {
			orders[o.ID] = true
			for _, p := range o.Payments {
				there[p.ID]++
			}
		}
	}
	for _, at := range protocol.SortedKeys(w.taps.all) {
		tap := w.taps.all[at]
		for _, op := range tap.ops {
			op, is := op.(protocol.OrderPay)
			if !is {
				continue
			}
			require.LessOrEqual(w.t, there[op.Payment.ID], 1, "payment %s is there once", op.Payment.ID)
			if tap.accepted && orders[op.Order] && !tap.aside && !orderless(tap) {
				require.Equal(w.t, 1, there[op.Payment.ID], "payment %s of %s isn't lost", op.Payment.ID, op.Order)
			}
		}
	}
}

// checkOutcomes: what was told is what lies on disk.
func (w *simulation) checkOutcomes() {
	keys := slices.SortedFunc(maps.Keys(w.server.said), func(a, b outcomeKey) int {
		return cmp.Or(cmp.Compare(a.client, b.client), cmp.Compare(a.id, b.id))
	})
	for _, key := range keys {
		said := w.server.said[key]
		known, err := w.server.store.Outcomes(context.Background(), key.client, key.id, key.id)
		require.NoError(w.t, err)
		require.Len(w.t, known, 1, "%s %d was decided (seq %d) and is gone", key.client, key.id, said.Seq)
	}
}

// orderless: it was given back because its order wasn't there, which came
// into being later only (by a move to it, say).
func orderless(t *tap) bool {
	return slices.ContainsFunc(t.told, func(r protocol.Result) bool {
		return len(r.Kept) == 0 && (r.Code == protocol.NotFound || r.Code == protocol.Invalid)
	})
}
