package multisession

import (
	"fmt"
	"slices"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// rerun runs the hooks over orders on which an extension failed, or that it
// missed; what it then says is a change of its own.
func (d *decider) rerun() {
	d.migrateOpen()
	due := d.engine.due()
	if len(due) == reruns {
		d.engine.rerunFrom = due[len(due)-1] + "\x00" // behind it
	}
	for _, id := range due {
		missed, fact := d.engine.missed[id], d.engine.orders[id]
		if fact == nil && (!d.engine.facts.asked[orderKey(id)] || d.engine.facts.beyond[id]) {
			continue // another time
		}
		if fact == nil || fact.Broken || fact.Pruned {
			d.missedEnd(id, nil)
			continue
		}
		draft := order.Again(d.set, id, d.env("", "", "", 0, 0))
		at := occasion{seq: d.head + 1, tapped: d.now, seed: ownSeed("", []*order.Order{draft})}
		m := d.wholeOrder(draft, at)
		m.Missed, m.Late = missed, draft.State != protocol.Open
		d.runChain([]*hooks.Mutation{m})
		if addReviews(m, []*order.Order{draft}) {
			draft.Stamp(at.seq, d.now)
		}
		if d.differs(m.Storage) {
			draft.Stamp(at.seq, d.now) // what is stored is written with a change
		}
		draft.Missed = missedOf(m, id)
		if m.Late && !slices.Equal(draft.Missed, missed) {
			d.missedEnd(id, draft.Missed)
		}
		if draft.Seq != at.seq {
			d.set.Put([]*order.Order{draft})
			continue
		}
		by := (&protocol.By{Server: protocol.ByExtension + authorOf(m)}).JSON()
		if d.change(protocol.ChangeHead{By: by}, []*order.Order{draft}, 0, m.Storage) == nil {
			d.Faults = append(d.Faults, Fault{Order: id, What: "what extension " + authorOf(m) + " wrote is no JSON"})
		}
	}
}

// reruns is how many orders are run again at once: their rows must be read.
const reruns = 32

// due are the orders whose missed runs may be made up for now; where there are
// many, some of them, and the next time others.
func (e *Engine) due() (due []protocol.OrderID) {
	chain, ids := e.rules.chain(), protocol.SortedKeys(e.missed)
	from, _ := slices.BinarySearch(ids, e.rerunFrom)
	for i := range ids {
		id := ids[(from+i)%len(ids)]
		if !chain.Ready(e.missed[id]) {
			continue
		}
		if len(due) == reruns {
			break
		}
		due = append(due, id)
	}
	return due
}

// missedKept is how many orders may wait: they are read at each start.
const missedKept = 10_000

// missedEnd notes which extensions missed the end of an order; none: nothing is
// left to be made up for.
func (d *decider) missedEnd(id protocol.OrderID, names []string) {
	if d.ended == nil {
		d.ended = map[protocol.OrderID][]string{}
	}
	if _, noted := d.engine.missed[id]; !noted && len(names) > 0 && len(d.engine.missed) >= missedKept {
		d.Faults = append(d.Faults, Fault{Order: id, What: fmt.Sprintf("%d orders wait until an extension works again; this one won't be made up for", missedKept)})
		return
	}
	if d.ended[id] = names; len(names) == 0 {
		d.drop(spaceMissed, string(id))
		return
	}
	d.put(spaceMissed, string(id), names)
}

// wholeOrder is an order with all its lines, to be run whatever ran before.
func (d *decider) wholeOrder(draft *order.Order, at occasion) *hooks.Mutation {
	o, _ := d.hookOrder(draft, &at)
	m := &hooks.Mutation{Stands: true, Orders: []*hooks.Change{o}, Lines: o.OtherLines()}
	for _, c := range append([]*hooks.Change{o}, m.Lines...) {
		c.Ran = new(uint64)
	}
	o.Whole = true
	return m
}

// authorOf is the extension that wrote something, or asks for a review.
func authorOf(m *hooks.Mutation) string {
	for _, r := range append(slices.Clone(m.Orders), m.Lines...) {
		if r.By != "" {
			return r.By
		}
	}
	for _, r := range m.Reviews {
		return r.Extension
	}
	return ""
}
