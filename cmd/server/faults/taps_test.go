package faults_test

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/manytill/manytill/sdk/client/clienttest"
	"github.com/manytill/manytill/sdk/protocol"
)

// tap is something that a user asked for. The time of tapping names it: the
// clock moves at every tap.
type tap struct {
	at       string
	till     *till
	pos      protocol.POS
	clones   []protocol.POSID // of clones that took it along unsent: whoever pushes first
	user     *protocol.User
	ops      protocol.Ops
	seen     map[protocol.OrderID][]protocol.LineID // what the screen showed
	client   protocol.ClientID                      // under which it was queued
	accepted bool                                   // the till said: done
	parts    int                                    // mutations; a draft is none, and a payment isn't in one with its order.create
	told     []protocol.Result                      // rejections that the user was told
	aside    bool                                   // put aside for a person to see
}

// taps are all that were ever tried, by their time.
type taps struct {
	all      map[string]*tap
	paying   []*tap // those with payments
	payments map[protocol.PaymentID]protocol.OrderPay
}

func newTaps() *taps {
	return &taps{all: map[string]*tap{}, payments: map[protocol.PaymentID]protocol.OrderPay{}}
}

// cloned notes what a clone took along.
func (ts *taps) cloned(by *till) {
	took := func(m protocol.Mutation) {
		if t := ts.all[m.At]; t != nil {
			t.clones = append(t.clones, by.pos.ID)
		}
	}
	for _, e := range by.m.State().Entries {
		took(e.Mutation)
	}
	for _, m := range by.m.State().Drafts {
		took(m)
	}
}

// asked notes a tap.
func (ts *taps) asked(t *tap) {
	ts.all[t.at] = t
	pays := false
	for _, op := range t.ops {
		if pay, is := op.(protocol.OrderPay); is {
			ts.payments[pay.Payment.ID], pays = pay, true
		}
	}
	if pays {
		ts.paying = append(ts.paying, t)
	}
}

func (ts *taps) told(at string, r protocol.Result) {
	if t := ts.all[at]; t != nil {
		t.told = append(t.told, r)
	}
}

func (ts *taps) aside(at string) {
	if t := ts.all[at]; t != nil {
		t.aside = true
	}
}

// tap asks a till for ops.
func (t *till) tap(ops ...protocol.Op) {
	t.w.clock = t.w.clock.Add(100 * time.Millisecond) // a tap's time names it, in tenths
	for t.w.taps.all[t.written(t.now())] != nil {
		t.w.clock = t.w.clock.Add(100 * time.Millisecond)
	}
	asked := &tap{
		at: t.written(t.now()), till: t, pos: t.pos, user: t.user, ops: ops,
		seen: map[protocol.OrderID][]protocol.LineID{}, client: t.m.State().ClientID,
	}
	for _, op := range ops {
		if o := t.m.Order(op.On()); o != nil {
			for _, line := range o.Lines {
				asked.seen[op.On()] = append(asked.seen[op.On()], line.ID)
			}
		}
		// What the user took off himself was seen too: that may be refused yet.
		if o := t.m.State().Orders[op.On()]; o != nil {
			for _, line := range o.Lines {
				asked.seen[op.On()] = append(asked.seen[op.On()], line.ID)
			}
		}
	}
	t.w.taps.asked(asked)
	t.w.counter++
	t.tapping[t.w.counter] = asked
	t.w.tell("%s taps at %s: %s", t.name, asked.at, describe(ops))
	t.step(clienttest.Tap{N: t.w.counter, Ops: ops})
}

// written is a time as the till's client writes it.
func (t *till) written(at time.Time) string {
	if t.script {
		return at.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	return protocol.FormatTime(at)
}

func describe(ops protocol.Ops) (text string) {
	for _, op := range ops {
		text += fmt.Sprintf("%s %v ", op.Kind(), op)
	}
	return text
}

func (t *till) done(d clienttest.Done) {
	asked := t.tapping[d.Tap]
	delete(t.tapping, d.Tap)
	if asked == nil || d.Err != nil {
		return
	}
	asked.accepted = true
	for _, e := range t.m.State().Entries {
		if e.Mutation.At == asked.at {
			asked.parts++
		}
	}
}

// shown are the orders on a till's screen, in a fixed order, of a state ("" is
// any) and (unless empty) with lines.
func (t *till) shown(state protocol.State, lines bool) (ids []protocol.OrderID) {
	all := t.m.Orders()
	for _, id := range slices.Sorted(maps.Keys(all)) {
		if (state == "" || all[id].State == state) && (!lines || len(all[id].Lines) > 0) {
			ids = append(ids, id)
		}
	}
	return ids
}
