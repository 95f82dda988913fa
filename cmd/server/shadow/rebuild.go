package shadow

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/runs"
	"github.com/manytill/manytill/sdk/protocol"
)

// Record is an order or a line that a stored change touched, as hooks would be
// handed it, and what it became.
type Record struct {
	runs.Run
	Seq protocol.Seq
	// After are its fields with the change, Puts, of an order, the lines that the
	// extension has in it then.
	After protocol.Fields
	Puts  map[protocol.LineID]protocol.Fields
}

// Rebuild makes records of changes. Those of one multi-session, or of one order,
// come in their order. For one goroutine.
type Rebuild struct {
	of      extensions.Description
	session protocol.MultiSessionID
	orders  map[protocol.OrderID]*order
	ended   map[protocol.OrderID]bool
	unknown map[protocol.OrderID]bool
	// Begun counts orders that were seen whole, LeftOut those whose beginning isn't
	// in the log any more.
	Begun, LeftOut int
}

// NewRebuild begins with an empty multi-session, for one extension.
func NewRebuild(of extensions.Description, session protocol.MultiSessionID) *Rebuild {
	return &Rebuild{
		of: of, session: session, orders: map[protocol.OrderID]*order{}, ended: map[protocol.OrderID]bool{}, unknown: map[protocol.OrderID]bool{},
	}
}

// order is an order as it is after a change. What it holds is never changed.
type order struct {
	fields   protocol.Fields
	lines    []line // by their place
	payments []protocol.Payment
	state    protocol.State
	number   protocol.Number
	run      protocol.Run
}

type line struct {
	id     protocol.LineID
	n      int
	fields protocol.Fields
}

// Change gives the records that hooks would have run on for a change; of one order
// alone, unless only is "".
func (b *Rebuild) Change(c *protocol.Change, only protocol.OrderID) (records []*Record) {
	for _, id := range protocol.SortedKeys(c.Orders) {
		if only != "" && id != only {
			continue
		}
		oc := c.Orders[id]
		before, known := b.orders[id]
		switch {
		case b.ended[id] || b.unknown[id]:
			continue
		case !known && oc.Rev != 1:
			b.unknown[id] = true
			b.LeftOut++
			continue
		case !known:
			b.Begun++
		}
		after, changed := before.with(&oc)
		if b.orders[id] = after; after.state != protocol.Open {
			delete(b.orders, id)
			b.ended[id] = true
		}
		// What the extension itself gave at another time, such as an effect's outcome,
		// no change would give again.
		if c.By != nil && c.By.Server == protocol.ByExtension+b.of.Name {
			continue
		}
		records = append(records, b.records(c, id, before, after, changed)...)
	}
	return records
}

// with is the order with a change, and which lines changed.
func (o *order) with(c *protocol.OrderChange) (after *order, changed map[protocol.LineID]bool) {
	after = &order{state: c.State, number: c.Number, run: c.Run}
	if o == nil {
		after.fields = set(nil, c.Set)
	} else {
		after.fields = set(o.fields, c.Set)
		after.lines, after.payments = o.lines, o.payments
	}
	changed = map[protocol.LineID]bool{}
	if len(c.Lines) > 0 {
		after.lines = slices.DeleteFunc(slices.Clone(after.lines), func(l line) bool {
			lc, is := c.Lines[l.id]
			return is && (lc.Removed || lc.MovedTo != "")
		})
		for _, id := range protocol.SortedKeys(c.Lines) {
			lc := c.Lines[id]
			if lc.Removed || lc.MovedTo != "" {
				continue
			}
			changed[id] = true
			at := slices.IndexFunc(after.lines, func(l line) bool { return l.id == id })
			if at < 0 {
				after.lines = append(after.lines, line{id, lc.N, set(nil, lc.Set)})
			} else {
				after.lines[at] = line{id, lc.N, set(after.lines[at].fields, lc.Set)}
			}
		}
		slices.SortFunc(after.lines, func(a, b line) int { return a.n - b.n })
	}
	for i := range c.Payments {
		p := c.Payments[i]
		at := slices.IndexFunc(after.payments, func(q protocol.Payment) bool { return q.ID == p.ID })
		after.payments = slices.Clone(after.payments)
		if at < 0 {
			after.payments = append(after.payments, p)
		} else {
			after.payments[at] = p
		}
	}
	return after, changed
}

// set is fields with others; null clears.
func set(fields, with protocol.Fields) protocol.Fields {
	if len(with) == 0 && fields != nil {
		return fields
	}
	next := make(protocol.Fields, len(fields)+len(with))
	maps.Copy(next, fields)
	for f, v := range with {
		if v.IsNull() {
			delete(next, f)
		} else {
			next[f] = v
		}
	}
	return next
}

func (o *order) line(id protocol.LineID) protocol.Fields {
	if o == nil {
		return nil
	}
	for i := range o.lines {
		if o.lines[i].id == id {
			return o.lines[i].fields
		}
	}
	return nil
}

// records are those of an order's change on which the extension has hooks: its
// lines, then the order.
func (b *Rebuild) records(c *protocol.Change, id protocol.OrderID, before, after *order, changed map[protocol.LineID]bool) (list []*Record) {
	at, _ := time.Parse(time.RFC3339Nano, c.At)
	tapped, err := time.Parse(time.RFC3339Nano, c.TappedAt)
	if err != nil {
		tapped = at
	}
	of := &hooks.Snapshot{
		RecordHead: hooks.RecordHead{
			Model: protocol.ModelOrder, Order: id, Number: after.number, Run: after.run, State: after.state, New: before == nil, At: at, Tapped: tapped,
		},
		Merged: b.merged(protocol.ModelOrder, before.all(), after.fields), Stored: before.all(), Payments: after.payments, Lines: after.wire,
	}
	if before == nil {
		of.Number = 0
	}
	if c.ClientID != "" {
		of.Mutation = string(c.ClientID) + "/" + strconv.FormatInt(int64(c.ID), 10)
	}
	add := func(seen *hooks.Snapshot, fields protocol.Fields) *Record {
		r := &Record{Run: runs.Run{Extension: b.of.Name, MultiSession: b.session, Seen: seen}, Seq: c.Seq, After: fields}
		list = append(list, r)
		return r
	}
	if b.of.Hooks[protocol.ModelOrderline] {
		for _, l := range after.lines {
			if !changed[l.id] {
				continue
			}
			seen := *of
			was := before.line(l.id)
			seen.Model, seen.Line, seen.N, seen.New, seen.Parent = protocol.ModelOrderline, l.id, l.n, was == nil, of
			seen.Stored, seen.Merged = was, b.merged(protocol.ModelOrderline, was, l.fields)
			add(&seen, l.fields)
		}
	}
	if b.of.Hooks[protocol.ModelOrder] {
		r := add(of, after.fields)
		for _, l := range after.lines {
			if b.of.Lines && protocol.OwnerOfLine(l.id) == b.of.Name {
				if r.Puts == nil {
					r.Puts = map[protocol.LineID]protocol.Fields{}
				}
				r.Puts[l.id] = l.fields
			}
		}
	}
	return list
}

// merged is a record as hooks were handed it, as far as the log has that: derived
// fields are the hooks' alone, so they stand as they were before; what a hook made
// of another field of its own stands in place of what the till gave.
func (b *Rebuild) merged(model protocol.Model, before, after protocol.Fields) protocol.Fields {
	merged := after
	for f, info := range b.of.Fields[model] {
		if !info.Derived || after[f] == before[f] {
			continue
		}
		if v, was := before[f]; was {
			merged = set(merged, protocol.Fields{f: v})
		} else {
			merged = set(merged, protocol.Fields{f: protocol.Null})
		}
	}
	return merged
}

func (o *order) all() protocol.Fields {
	if o == nil {
		return nil
	}
	return o.fields
}

// wire are its lines, as hooks are handed them.
func (o *order) wire() []protocol.Line {
	lines := make([]protocol.Line, len(o.lines))
	for i, l := range o.lines {
		lines[i] = protocol.Line{ID: l.id, N: l.n, Fields: l.fields}
	}
	return lines
}

// ownKey is a line's key as people read it.
func ownKey(id protocol.LineID, extension string) string {
	return strings.TrimPrefix(string(id), "mt:"+extension+":")
}
