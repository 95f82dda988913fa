package faults_test

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/client/clienttest"
	"github.com/manytill/manytill/sdk/protocol"
)

// checkEqual: everyone at the same cursor has the same open orders, byte for
// byte in canonical JSON, however they got there.
func (w *simulation) checkEqual(ms protocol.MultiSessionID, log []protocol.Change) {
	want := w.canonical(w.server.snapshot(ms))
	for _, t := range w.tills {
		if w.server.sessionOf(t.pos.ID).ID != ms {
			continue
		}
		w.same(want, w.canonical(open(t.m.State().Orders)), "what %s confirmed", t.name)
		if shown := shownOrders(t); !w.drafting(t) {
			w.same(want, w.canonical(shown), "what %s shows", t.name)
		}
	}
	reader := clienttest.Confirmed{}
	for _, c := range log {
		reader.Absorb(c, false)
	}
	w.same(want, w.canonical(open(reader)), "by changes")
	w.checkFold(ms, log, want)
	w.server.start()
	w.same(want, w.canonical(w.server.snapshot(ms)), "by what lies on disk")
}

// checkFold reads from some place on, folded.
func (w *simulation) checkFold(ms protocol.MultiSessionID, log []protocol.Change, want string) {
	was := w.faults.fold
	w.faults.fold = 1
	defer func() { w.faults.fold = was }()
	w.server.start()
	session, reader, at := w.server.session(ms), clienttest.Confirmed{}, multisession.Position{}
	if n := w.dice(len(log) + 1); n > 0 {
		at = multisession.Position{Seq: protocol.Seq(n), Tag: w.witness.log(ms).tags[n-1]}
		_, bad := session.Check(context.Background(), session.Feed.Cursor(at))
		if protocol.ReasonOf(bad) == protocol.CursorExpired && w.faults.prune {
			return
		}
		require.NoError(w.t, bad)
		for _, c := range log[:n] {
			reader.Absorb(c, false)
		}
	}
	from := at.Seq
	for at != session.Feed.Head() {
		page, bad := session.Page(context.Background(), at, "", 3)
		require.Nil(w.t, bad)
		var changes []protocol.Change
		require.NoError(w.t, json.Unmarshal([]byte("["+string(page.Changes)+"]"), &changes))
		for _, c := range changes {
			reader.Absorb(c, false)
		}
		at = page.Position
	}
	w.same(want, w.canonical(open(reader)), "folded from %d", from)
}

func open(orders clienttest.Confirmed) (list []protocol.Order) {
	for _, o := range orders {
		if o.State == protocol.Open {
			list = append(list, o.Wire())
		}
	}
	slices.SortFunc(list, func(a, b protocol.Order) int {
		return cmp.Or(cmp.Compare(a.Run, b.Run), cmp.Compare(a.Number, b.Number))
	})
	return list
}

// shownOrders are those on the screen, without the empty new ones.
func shownOrders(t *till) []protocol.Order {
	orders := clienttest.Confirmed{}
	for id, o := range t.m.Orders() {
		if _, draft := t.m.State().Drafts[id]; !draft {
			orders[id] = o
		}
	}
	return open(orders)
}

// drafting: a draft hides a confirmed order of the same id for a while.
func (w *simulation) drafting(t *till) bool {
	for id := range t.m.State().Drafts {
		if t.m.State().Orders[id] != nil {
			return true
		}
	}
	return false
}

func (w *simulation) canonical(orders []protocol.Order) string {
	if orders == nil {
		orders = []protocol.Order{}
	}
	for i := range orders {
		if orders[i].Lines == nil {
			orders[i].Lines = []protocol.Line{}
		}
		if orders[i].Payments == nil {
			orders[i].Payments = []protocol.Payment{}
		}
	}
	v, err := protocol.ValueOf(orders)
	require.NoError(w.t, err)
	return string(v)
}

// same compares two lists, and shows where they part.
func (w *simulation) same(want, got string, format string, args ...any) {
	if want == got {
		return
	}
	at := 0
	for at < min(len(want), len(got)) && want[at] == got[at] {
		at++
	}
	piece := func(s string) string { return s[max(0, at-300):min(len(s), at+200)] }
	w.t.Fatalf(format+" differs\nwant …%s…\ngot  …%s…", append(args, piece(want), piece(got))...)
}
