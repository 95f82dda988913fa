package faults_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/internal/servicetest"
	"github.com/manytill/manytill/sdk/protocol"
)

// effectsEnd waits until nothing is left to be done.
func (s *shop) effectsEnd() (all []protocol.AdminEffect) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		all = nil
		for after := ""; ; {
			var page protocol.EffectsResponse
			require.NoError(s.t, s.p.call("GET", "/v1/admin/effects?limit=100&after="+after, adminToken, nil, &page))
			all = append(all, page.Effects...)
			if page.After == nil {
				break
			}
			after = *page.After
		}
		return !slices.ContainsFunc(all, func(e protocol.AdminEffect) bool { return e.State != protocol.EffectDone })
	}, 90*time.Second, 100*time.Millisecond, "effects come to an end")
	return all
}

// check holds the shop against the promises: all extensions run, and each open order
// is touched.
func (s *shop) check() {
	s.calm()
	s.p.running()
	s.touchAll()
	s.calm()
	effects := s.effectsEnd()
	orders := s.p.agree(s.ms.id, s.tills...)
	before, stored := s.told(orders), s.stored("table")

	last := s.stored("fiscal-chain")
	s.hangup(shopExtensions[:1]...)
	s.hangup(shopExtensions...)
	s.p.kill()
	s.p.start()
	s.touchAll()
	s.calm()
	require.Len(s.t, s.effectsEnd(), len(effects), "run again")
	orders = s.p.agree(s.ms.id, s.tills...)
	require.Equal(s.t, before, s.told(orders), "run again")
	require.Equal(s.t, stored, s.stored("table"), "run again")
	require.Equal(s.t, last, s.stored("fiscal-chain"), "run again")

	s.p.stop()
	s.checkTaps(orders)
	changed := s.changes()
	s.checkFiscal(orders, changed)
	held := map[string]protocol.OrderID{}
	for _, o := range orders {
		ran := func(name string) bool { return !s.missed(name, changed[o.ID]) }
		s.checkLines(o, ran)
		s.checkSums(o, ran)
		s.checkEffects(o, effects, ran)
		if table := o.Fields["table_held"]; o.State == protocol.Open && table != "" && ran("table") {
			require.Empty(s.t, held[table.String()], "two open orders on table %s", table)
			held[table.String()] = o.ID
			require.Contains(s.t, stored, table.String())
			s.reached["tables held"]++
		}
		if o.Needs == protocol.NeedsReview {
			s.reached["flagged for a review"]++
		}
	}
}

func (s *shop) touchAll() {
	d := s.tills[0]
	for _, o := range s.p.orders(s.ms.id) {
		if o.State != protocol.Open {
			continue
		}
		for _, l := range o.Lines {
			if !own(l.ID) {
				s.touch(d, o.ID, l.ID)
			}
		}
	}
}

// told is what the orders say, but for who changed them.
func (s *shop) told(orders []protocol.Order) map[protocol.OrderID]string {
	told := map[protocol.OrderID]string{}
	for _, o := range orders {
		o.Rev = 0
		delete(o.Fields, protocol.FieldMSInfo)
		for _, l := range o.Lines {
			delete(l.Fields, protocol.FieldMSInfo)
		}
		raw, err := json.Marshal(o)
		require.NoError(s.t, err)
		told[o.ID] = string(raw)
	}
	return told
}

// checkTaps: what was tapped and not refused adds up, and payments are there once.
// What is weighed and what was taken off is left out.
func (s *shop) checkTaps(orders []protocol.Order) {
	for _, r := range s.rejections() {
		s.tapped.take(r.Mutation.Ops...)
		s.reached["refused: "+string(r.Result.Code)]++
		if r.Result.Code == protocol.NotFound { // what made its order was refused: its payment is the cashier's
			s.tapped.payments = slices.DeleteFunc(s.tapped.payments, func(id protocol.PaymentID) bool {
				return slices.ContainsFunc(r.Mutation.Ops, func(op protocol.Op) bool {
					pay, is := op.(protocol.OrderPay)
					return is && pay.Payment.ID == id
				})
			})
		}
		if r.Result.Code == protocol.Vetoed {
			s.reached["vetoed: "+r.Result.Extension]++
		}
	}
	for _, d := range s.tills {
		require.NoError(s.t, d.Close())
		state, err := d.store.Load()
		require.NoError(s.t, err)
		for _, e := range state.Entries {
			if e.Waiting { // what it is about isn't there since the backup was restored
				s.tapped.take(e.Mutation.Ops...)
				s.reached["waiting"]++
			}
		}
	}
	var list []protocol.Order
	there := map[protocol.LineID]bool{}
	for _, o := range orders {
		o.Lines = slices.DeleteFunc(slices.Clone(o.Lines), func(l protocol.Line) bool { return own(l.ID) || l.ID[0] == 'w' || s.removed[l.ID] })
		for _, l := range o.Lines {
			require.False(s.t, there[l.ID], "line %s is on two orders", l.ID)
			there[l.ID] = true
		}
		list = append(list, o)
	}
	for line := range s.tapped.most {
		if line[0] == 'w' || own(line) || s.removed[line] {
			delete(s.tapped.most, line)
			delete(s.tapped.least, line)
		}
	}
	s.tapped.check(s.t, list)
}

// changes are when each order was changed.
func (s *shop) changes() map[protocol.OrderID][]time.Time {
	ctx := context.Background()
	db, err := sqlite.Open(ctx, s.p.database(), sqlite.Options{})
	require.NoError(s.t, err)
	defer db.Close()
	rows, err := db.Changes(ctx, s.ms.id, 0, 1<<20)
	require.NoError(s.t, err)
	at := map[protocol.OrderID][]time.Time{}
	for _, row := range rows {
		var c protocol.Change
		require.NoError(s.t, json.Unmarshal(row.Body, &c))
		when, err := time.Parse(time.RFC3339Nano, c.At)
		require.NoError(s.t, err)
		for id := range c.Orders {
			at[id] = append(at[id], when)
		}
	}
	return at
}

// missed reports whether an order was changed while an extension didn't run.
func (s *shop) missed(name string, changed []time.Time) bool {
	return slices.ContainsFunc(s.absences[name], func(a absent) bool {
		return slices.ContainsFunc(changed, func(at time.Time) bool {
			return !at.Before(a.from.Truncate(time.Millisecond)) && !at.After(a.to)
		})
	})
}

func value(v protocol.Value) float64 {
	f, _ := strconv.ParseFloat(string(v), 64)
	return f
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

// checkLines: each bottle has its deposit once, goods weigh what the scales say, and
// no price grew or shrank by being run again.
func (s *shop) checkLines(o protocol.Order, ran func(string) bool) {
	open := o.State == protocol.Open
	want, got := map[string]string{}, map[string]string{}
	for _, l := range o.Lines {
		f := l.Fields
		if cause, is := strings.CutPrefix(string(l.ID), "mt:bottle-deposit:"); is {
			got[cause] = fmt.Sprint(f["qty"], " × ", f["price_unit"])
			continue
		}
		put := protocol.Text("mt:bottle-deposit:" + string(l.ID))
		deposit := map[protocol.Value]string{"41": "0.25", "42": "1.5"}[f["product_id"]]
		if deposit != "" && f["qty"] != "0" && !strings.Contains(string(o.Fields["mt_removed"]), string(put)) {
			want[string(l.ID)] = fmt.Sprint(f["qty"], " × ", deposit)
		}
		if f["gross"] != "" && (open || ran("tare")) {
			require.True(s.t, near(value(f["gross"])-value(f["tare"]), value(f["qty"])), "%s %s: %v", o.ID, l.ID, f)
			s.reached["goods weighed"]++
		}
		if f["happy_percent"] != "" && (open || ran("happy-hour")) {
			off := value(f["usual_price"]) * (1 - value(f["happy_percent"])/100)
			require.Less(s.t, math.Abs(off-value(f["price_unit"])), 0.0051, "%s %s: %v", o.ID, l.ID, f)
			require.Contains(s.t, []protocol.Value{"4.8", "6.8", "3", "7.5"}, f["usual_price"], "%s %s: %v", o.ID, l.ID, f)
			s.reached["happy lines"]++
		}
		if f["course"] != "" && (open || ran("course-and-fire")) {
			require.Equal(s.t, value(f["course"]) <= value(o.Fields["fired_course"]), f["fired"] == "true", "%s %s: %v of %v", o.ID, l.ID, f, o.Fields)
		}
	}
	if open || ran("bottle-deposit") {
		require.Equal(s.t, want, got, "the deposits of %s", o.ID)
		s.reached["deposits"] += len(got)
	}
}

// checkSums: what an order sums up is what its lines say.
func (s *shop) checkSums(o protocol.Order, ran func(string) bool) {
	open := o.State == protocol.Open
	points, states := 0.0, map[string]int{}
	for _, l := range o.Lines {
		points += value(l.Fields["qty"]) * value(l.Fields["price_unit"])
		if k := l.Fields["kitchen"]; k != "" {
			states[k.String()]++
			states["all"]++
		}
	}
	if open || ran("loyalty") && ran("bottle-deposit") && ran("happy-hour") && ran("tare") {
		require.InDelta(s.t, math.Floor(max(0, points)+1e-9), value(o.Fields["points"]), 1e-9, "points of %s", o.ID)
	}
	if open || ran("kitchen-state") {
		summary := ""
		switch served := states["served"]; {
		case states["all"] == 0:
		case served == states["all"]:
			summary = "all served"
		default:
			summary = fmt.Sprintf("%d of %d ready", states["ready"]+served, states["all"])
			if served > 0 {
				summary += fmt.Sprintf(", %d served", served)
			}
		}
		require.Equal(s.t, summary, o.Fields["kitchen_summary"].String(), "the kitchen of %s", o.ID)
	}
	if shares := o.Fields["tip_shares"]; shares != "" && (open || ran("tip-split")) {
		var by map[string]float64
		require.NoError(s.t, json.Unmarshal([]byte(shares), &by))
		sum := 0.0
		for _, share := range by {
			sum += share
		}
		require.InDelta(s.t, value(o.Fields["tip"]), sum, 1e-9, "the tip of %s", o.ID)
	}
	if ran("commission") && points > 0 {
		require.Equal(s.t, o.State == protocol.Paid, o.Fields["commission"] != "", "the commission of %s: %v", o.ID, o.Fields)
	}
}

// checkEffects: what a paid order wants done is done, once and under one key; of
// others nothing is.
func (s *shop) checkEffects(o protocol.Order, effects []protocol.AdminEffect, ran func(string) bool) {
	mine := map[string]int{}
	for _, e := range effects {
		if e.Order == o.ID {
			mine[e.Extension]++
		}
	}
	for name, n := range mine {
		require.Equal(s.t, 1, n, "effects of %s for %s", name, o.ID)
		require.Equal(s.t, protocol.Paid, o.State, "%s has an effect of %s", o.ID, name)
	}
	booked, _ := s.cards.Times(o.ID)
	if s.forgotten[o.ID] && o.Fields["gift_card"] == "" {
		// Another till paid it first since the restore, so that its card was refused.
		require.Equal(s.t, 1, booked, "bookings of %s before the restore", o.ID)
		require.Zero(s.t, mine["gift-card"], "effects of %s without a card", o.ID)
		s.reached["restored: booked, and its card refused since"]++
	} else {
		require.Equal(s.t, mine["gift-card"], booked, "bookings of %s", o.ID)
	}
	if state := o.Fields["gift_state"]; state != "" {
		want := protocol.Value(`"booked"`)
		if o.Fields["gift_card"] == `"EMPTY"` {
			want = `"refused"`
		}
		require.Equal(s.t, want, state, o.ID)
		s.reached["gift card: "+state.String()]++
	}
	if s.down[o.ID] {
		require.Equal(s.t, 1, booked, "%s was paid while gift-card was down", o.ID)
		s.reached["made up for"]++
	}
	if ran("gift-card") {
		wants := o.State == protocol.Paid && o.Fields["gift_card"] != "" && value(o.Fields["gift_amount"]) > 0
		require.Equal(s.t, wants, booked == 1, "the card of %s: %v", o.ID, o.Fields)
	}
	files, err := filepath.Glob(filepath.Join(s.bookings, "*.json"))
	require.NoError(s.t, err)
	points := 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(s.t, err)
		if strings.Contains(string(raw), fmt.Sprintf(`"order":%q`, o.ID)) {
			points++
		}
	}
	require.Equal(s.t, mine["loyalty"], points, "points of %s", o.ID)
	if ran("loyalty") {
		wants := o.State == protocol.Paid && o.Fields["partner_id"] != "" && value(o.Fields["points"]) != value(o.Fields["points_redeemed"])
		require.Equal(s.t, wants, points == 1, "points of %s: %v", o.ID, o.Fields)
	}
	s.reached["points booked"] += points
}

// checkFiscal: a chain without holes and forks, signed in its order.
func (s *shop) checkFiscal(orders []protocol.Order, changed map[protocol.OrderID][]time.Time) {
	signed := servicetest.FiscalChain(s.t, orders)
	s.reached["signed"] += len(signed)
	for _, o := range orders {
		if o.State == protocol.Paid && !s.missed("fiscal-chain", changed[o.ID]) {
			require.Contains(s.t, signed, o.ID, "%v", o.Fields)
		}
	}
	falls := 0
	for i, n := range s.signs {
		if i > 0 && value(n) != value(s.signs[i-1])+1 {
			falls++
		}
	}
	require.LessOrEqual(s.t, falls, 1, "signed out of order, but for the restored backup: %v", s.signs)
}
