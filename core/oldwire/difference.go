package oldwire

import (
	"fmt"
	"maps"
	"slices"

	"github.com/manytill/manytill/sdk/protocol"
)

// difference is what was done between two views of an order: ops for the order as it
// is now, and lines that get another id than their uid. doubt: something else was
// done perhaps; stale: the till shows a line that others removed.
type difference struct {
	ops          protocol.Ops
	lines        map[string]protocol.LineID
	doubt, stale bool
}

// Of an order that was paid, what the till shows of a line is a fact, also where nobody knows
// from what it comes.
func (v *visit) difference(h *head, hold *holding, base *view, now *content, paid bool) *difference {
	d := &difference{}
	seq := base.Seq
	was := d.unheard(base.Content.Order, now.Order, deafOrder, hold, func(c *content) protocol.Fields { return c.Order })
	if set, based := changes(was, now.Order, v.schema.Order); len(set) > 0 {
		op := protocol.OrderSet{Order: h.ID, Set: set}
		if based {
			op.Base = &seq
		}
		d.ops = append(d.ops, op)
	}
	for _, l := range now.Lines {
		id := hold.id(l.UID)
		was := base.Content.line(l.UID)
		switch {
		case was != nil && another(was.Fields, l.Fields) && !h.has(id, l.Fields):
			d.add(h, hold, l)
			d.doubt = true // was the other removed, or did its uid come again on a page that never showed it?
		case was != nil && base.rebuilt(&l) && !paid:
			d.doubt = true
		case was != nil:
			was := d.unheard(was.Fields, l.Fields, deafLine, hold, func(c *content) protocol.Fields { return c.fields(l.UID) })
			d.edit(h.ID, id, was, l.Fields, seq, v.schema.Orderline)
		case protocol.IsOwnLine(id):
			// Its extension puts it where it belongs.
		case h.has(id, l.Fields) && paid:
			d.show(h, id, &l, v.schema)
		case h.has(id, l.Fields): // the till kept what is there, or changed it, from what nobody knows
			d.doubt = d.doubt || !same(l.Fields, plain(h.line(id).Fields))
		case h.line(id) == nil && h.ever[id] && !paid && slices.Contains(hold.Said, l.UID):
			d.stale = true // a page keeps what it made offline until it is told that it arrived
		default:
			d.add(h, hold, l)
		}
	}
	for _, l := range base.Content.Lines {
		if now.line(l.UID) == nil {
			d.ops = append(d.ops, protocol.LineRemove{Order: h.ID, Line: hold.id(l.UID)})
		}
	}
	return d
}

// unheard are the fields of a record that the till showed. One that it takes from no message
// is perhaps as it showed it ever, and not changed by its user: a record that it had may
// count as one that a message brought.
func (d *difference) unheard(was, now protocol.Fields, deaf []protocol.Field, hold *holding, of func(*content) protocol.Fields) protocol.Fields {
	for _, f := range deaf {
		ever := func(v view) bool {
			return slices.ContainsFunc(v.shows(), func(c *content) bool { return of(c)[f] == now[f] })
		}
		if was[f] != now[f] && now[f] != "" && (f == fieldProduct || slices.ContainsFunc(hold.Views, ever)) {
			was = maps.Clone(was)
			was[f], d.doubt = now[f], true
		}
	}
	return was
}

// show makes a line that is there as the till shows it.
func (d *difference) show(h *head, id protocol.LineID, l *line, schema *protocol.Schema) {
	d.edit(h.ID, id, named(plain(h.line(id).Fields), l.Fields), l.Fields, h.seq, schema.Orderline)
}

// named are the fields that a till names.
func named(fields, by protocol.Fields) protocol.Fields {
	all := protocol.Fields{}
	for f := range by {
		if value, has := fields[f]; has {
			all[f] = value
		}
	}
	return all
}

// add makes a line. A page that is loaded anew counts its lines anew, so its uid may
// be that of one that went, or of one that the page doesn't show.
func (d *difference) add(h *head, hold *holding, l line) {
	id := hold.id(l.UID)
	if h.ever[id] {
		if d.lines == nil {
			d.lines = map[string]protocol.LineID{}
		}
		if h.line(id) != nil {
			d.lines[string(suffixed(l.UID, 1))] = id // the till gets that one under another uid
		}
		for n := 2; h.ever[id]; n++ {
			id = suffixed(l.UID, n)
		}
		d.lines[l.UID] = id
	}
	d.ops = append(d.ops, protocol.LineAdd{Order: h.ID, Line: id, Set: l.Fields})
}

// suffixed is an id like another.
func suffixed(uid string, n int) protocol.LineID {
	suffix := fmt.Sprint(":", n)
	return protocol.LineID(uid[:min(len(uid), protocol.MaxIDLength-len(suffix))] + suffix)
}

// edit makes the ops of a line that was changed: what counts is increased, the rest
// is set.
func (d *difference) edit(id protocol.OrderID, l protocol.LineID, was, now protocol.Fields, base protocol.Seq, schema map[protocol.Field]protocol.FieldSpec) {
	set, based := changes(was, now, schema)
	for _, f := range protocol.SortedKeys(set) {
		before, counts := was[f].Decimal()
		after, stillCounts := set[f].Decimal()
		if schema[f].Merge != protocol.Counter || !counts || !stillCounts {
			continue
		}
		if by, err := after.Add(before.Neg()); err == nil {
			d.ops = append(d.ops, protocol.LineInc{Order: id, Line: l, Field: f, By: protocol.Num(by)})
			delete(set, f)
		}
	}
	if len(set) == 0 {
		return
	}
	op := protocol.LineSet{Order: id, Line: l, Set: set}
	if based {
		op.Base = &base
	}
	d.ops = append(d.ops, op)
}

// changes are the fields that differ, null where there is no value any more. based:
// one of them is guarded.
func changes(was, now protocol.Fields, schema map[protocol.Field]protocol.FieldSpec) (set protocol.Fields, based bool) {
	set = protocol.Fields{}
	for f := range was {
		if now[f] == "" {
			set[f] = protocol.Null
		}
	}
	for f, v := range now {
		if was[f] != v {
			set[f] = v
			if schema[f].Merge == protocol.Union {
				set[f] = wish(was[f], v)
			}
		}
	}
	for f := range set {
		if spec := schema[f]; spec.Derived {
			delete(set, f)
		} else {
			based = based || spec.Merge == protocol.Guarded
		}
	}
	return set, based
}

// wish is a list's difference, for fields whose lists are merged.
func wish(was, now protocol.Value) protocol.Value {
	var before, after []protocol.Value
	if was.Decode(&before) != nil || now.Decode(&after) != nil {
		return now
	}
	w := protocol.UnionWish{Add: lacking(after, before), Remove: lacking(before, after)}
	value, err := protocol.ValueOf(w)
	if err != nil {
		return now
	}
	return value
}

// lacking are the values that a list has and another lacks.
func lacking(list, other []protocol.Value) []protocol.Value {
	rest := []protocol.Value{}
	for _, item := range list {
		if !slices.Contains(other, item) {
			rest = append(rest, item)
		}
	}
	return rest
}
