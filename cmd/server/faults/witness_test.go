package faults_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/client/clienttest"
	"github.com/manytill/manytill/sdk/protocol"
)

// witness looks at a simulation after each step: what the server commits goes into
// its own log, and what each till confirmed is held against that.
type witness struct {
	w    *simulation
	logs map[protocol.MultiSessionID]*life
	// ended are lives that a restored backup ended: tills may stand there yet.
	ended []*life
	views map[*till]*position
}

// life is the log of a multi-session in one life of its numbering.
type life struct {
	ms       protocol.MultiSessionID
	changes  []protocol.Change
	tags     []multisession.Tag
	cursors  func(multisession.Position) protocol.Cursor
	numbers  map[protocol.Run]protocol.Number
	orders   clienttest.Confirmed // all, closed ones too
	payments map[protocol.PaymentID]protocol.Payment
}

// position is where a till stands, and the open orders that it must have there.
type position struct {
	cursor protocol.Cursor
	of     *life
	seq    protocol.Seq
	orders clienttest.Confirmed
}

func newWitness(w *simulation) *witness {
	return &witness{w: w, logs: map[protocol.MultiSessionID]*life{}, views: map[*till]*position{}}
}

// begun is a log up to a seq, as a backup of that time has it.
func (v *witness) begun(ms protocol.MultiSessionID, changes []protocol.Change, tags []multisession.Tag) *life {
	l := &life{
		ms: ms, cursors: v.w.server.session(ms).Feed.Cursor, numbers: map[protocol.Run]protocol.Number{},
		orders: clienttest.Confirmed{}, payments: map[protocol.PaymentID]protocol.Payment{},
	}
	for i, c := range changes {
		v.committed(l, c, tags[i])
	}
	return l
}

// restored: the logs are those of a backup from now on.
func (v *witness) restored() {
	for _, ms := range floors {
		was, head := v.log(ms), v.w.server.session(ms).Feed.Head()
		require.LessOrEqual(v.w.t, int(head.Seq), len(was.changes), "a backup has no change that was never there")
		v.ended = append(v.ended, was)
		v.logs[ms] = v.begun(ms, was.changes[:head.Seq], was.tags[:head.Seq])
	}
}

// log is what was committed in a multi-session, in this life.
func (v *witness) log(ms protocol.MultiSessionID) *life {
	if v.logs[ms] == nil {
		v.logs[ms] = v.begun(ms, nil, nil)
	}
	return v.logs[ms]
}

// look takes in what a step did.
func (v *witness) look() {
	for _, ms := range floors {
		v.lookIn(v.log(ms))
	}
	for _, t := range v.w.tills {
		v.lookAt(t)
	}
	v.lookForMoney()
}

// lookIn holds the server's orders against its changes, where there are new ones.
func (v *witness) lookIn(l *life) {
	feed := v.w.server.session(l.ms).Feed
	for protocol.Seq(len(l.changes)) != feed.Head().Seq {
		v.read(l, feed.Head().Seq)
		has := v.w.server.snapshot(l.ms) // it may learn of a commit whose answer was lost
		if at := protocol.Seq(len(l.changes)); at == feed.Head().Seq {
			v.w.same(v.w.canonical(open(l.orders)), v.w.canonical(has), "the server's orders, and its changes up to %d,", at)
		}
	}
}

// read takes the next changes from the store, up to a seq.
func (v *witness) read(l *life, to protocol.Seq) {
	from := protocol.Seq(len(l.changes))
	rows, err := v.w.server.store.Changes(context.Background(), l.ms, from, int(to-from))
	require.NoError(v.w.t, err)
	require.NotEmpty(v.w.t, rows, "the log of %s ends before its head", l.ms)
	for _, row := range rows {
		var c protocol.Change
		require.NoError(v.w.t, json.Unmarshal(row.Body, &c))
		require.Equal(v.w.t, row.Seq, c.Seq)
		v.committed(l, c, multisession.TagOf(row.Body))
	}
}

// committed takes one change in, and holds it against what was there.
func (v *witness) committed(l *life, c protocol.Change, tag multisession.Tag) {
	require.EqualValues(v.w.t, len(l.changes)+1, c.Seq, "seq without holes in %s", l.ms)
	l.changes, l.tags = append(l.changes, c), append(l.tags, tag)
	for _, id := range slices.SortedFunc(maps.Keys(c.Orders), func(a, b protocol.OrderID) int {
		return int(c.Orders[a].Number) - int(c.Orders[b].Number)
	}) {
		o := c.Orders[id]
		if was := l.orders[id]; was == nil {
			require.Equal(v.w.t, l.numbers[o.Run]+1, o.Number, "the number of %s in run %d, seq %d: numbers are dense", id, o.Run, c.Seq)
			l.numbers[o.Run] = o.Number
		} else {
			require.Equal(v.w.t, was.Number, o.Number, "the number of %s stays, seq %d", id, c.Seq)
			require.Equal(v.w.t, was.Run, o.Run, "the run of %s stays, seq %d", id, c.Seq)
			require.Contains(v.w.t, []int64{was.Rev, was.Rev + 1}, o.Rev, "rev of %s counts its changes, seq %d", id, c.Seq)
		}
		for _, p := range o.Payments {
			v.paid(l, p, id, c.Seq)
		}
	}
	if c.By != nil && c.By.Server == protocol.ByExtension+fitfulName {
		v.w.reached.note("extension", "makes up")
	}
	l.orders.Absorb(c, true)
}

// paid: a payment is what was tapped, once and for ever; only its flag may come later.
func (v *witness) paid(l *life, p protocol.Payment, order protocol.OrderID, seq protocol.Seq) {
	asked := v.w.taps.payments[p.ID]
	require.NotNil(v.w.t, asked, "payment %s, seq %d, was tapped by nobody", p.ID, seq)
	require.Equal(v.w.t, asked.Order, order, "the order of payment %s, seq %d", p.ID, seq)
	require.Equal(v.w.t, asked.Payment.Method, p.Method, "how %s was paid, seq %d", p.ID, seq)
	require.Equal(v.w.t, number(asked.Payment.Amount).String(), number(p.Amount).String(), "the amount of payment %s, seq %d", p.ID, seq)
	if was, before := l.payments[p.ID]; before {
		was.Needs = p.Needs
		require.Equal(v.w.t, was, p, "payment %s stays what it is, seq %d", p.ID, seq)
	}
	l.payments[p.ID] = p
}

// lookAt holds what a till confirmed against the log up to where it stands.
func (v *witness) lookAt(t *till) {
	state := t.m.State()
	at := v.views[t]
	if at == nil {
		at = &position{orders: clienttest.Confirmed{}}
		v.views[t] = at
	}
	if state.Cursor == "" || state.Cursor == at.cursor {
		return // it waits for a snapshot, or nothing came
	}
	of := v.find(state.Cursor, state.Seq)
	require.NotNil(v.w.t, of, "%s stands at %s, seq %d, where the server never was", t.name, state.Cursor, state.Seq)
	changed := map[protocol.OrderID]bool{}
	if of != at.of || state.Seq < at.seq {
		*at = position{of: of, orders: clienttest.Confirmed{}}
		for id := range state.Orders {
			changed[id] = true
		}
	}
	for _, c := range of.changes[at.seq:state.Seq] {
		for _, id := range at.orders.Absorb(c, false) {
			changed[id] = true
		}
	}
	at.cursor, at.seq = state.Cursor, state.Seq
	want, got := clienttest.Confirmed{}, clienttest.Confirmed{}
	for id := range changed {
		for _, side := range []struct{ from, to clienttest.Confirmed }{{at.orders, want}, {state.Orders, got}} {
			if o := side.from[id]; o != nil {
				side.to[id] = o
			}
		}
	}
	v.w.same(v.w.canonical(open(want)), v.w.canonical(open(got)), "what %s confirmed at %d", t.name, state.Seq)
}

// find is the life that a cursor is of.
func (v *witness) find(cursor protocol.Cursor, seq protocol.Seq) *life {
	lives := slices.Clone(v.ended)
	for _, ms := range floors {
		lives = append(lives, v.log(ms))
	}
	for _, l := range slices.Backward(lives) {
		if int(seq) > len(l.changes) {
			continue
		}
		at := multisession.Position{Seq: seq}
		if seq > 0 {
			at.Tag = l.tags[seq-1]
		}
		if cursor == l.cursors(at) || cursor == l.cursors(multisession.Position{Seq: seq}) {
			return l
		}
	}
	return nil
}

// lookForMoney: a payment that a till took is with the server, in the queue of a till, or
// a person was told.
func (v *witness) lookForMoney() {
	var queued map[string]bool
	for _, tap := range v.w.taps.paying {
		if !tap.accepted || tap.parts == 0 || tap.aside || len(tap.told) > 0 {
			continue
		}
		for _, op := range tap.ops {
			pay, is := op.(protocol.OrderPay)
			if !is || v.holds(pay.Payment.ID) {
				continue
			}
			if queued == nil {
				queued = v.w.queued()
			}
			require.True(v.w.t, queued[tap.at], "payment %s of %s is nowhere", pay.Payment.ID, tap.till.name)
		}
	}
}

func (v *witness) holds(id protocol.PaymentID) bool {
	there := func(l *life) bool { _, there := l.payments[id]; return there }
	if v.w.faults.disaster == "replace" && slices.ContainsFunc(v.ended, there) {
		return true
	}
	return slices.ContainsFunc(slices.Collect(maps.Values(v.logs)), there)
}

// queued are the times of tapping of all that tills hold.
func (w *simulation) queued() map[string]bool {
	at := map[string]bool{}
	for _, t := range w.tills {
		for _, e := range t.m.State().Entries {
			at[e.Mutation.At] = true
		}
	}
	return at
}
