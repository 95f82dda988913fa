package oldwire

import (
	"fmt"
	"slices"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// What a till is answered. A till that is told of an error of the revision reads the
// order again; one whose order is deleted drops it.
type (
	accepted struct {
		Action   string           `json:"action"`
		UID      protocol.OrderID `json:"uid"`
		Revision int64            `json:"revision_ID"`
		Number   protocol.Number  `json:"order_ID"`
		Run      int64            `json:"run_ID"`
	}
	refused struct {
		Action string           `json:"action"`
		UID    protocol.OrderID `json:"order_uid"`
		State  string           `json:"state,omitempty"`
	}
	nothing struct {
		Action string `json:"action"`
	}
	numberOnly struct {
		Number protocol.Number `json:"order_ID"`
	}
)

const (
	stateDraft   = "draft"
	stateDeleted = "deleted"
)

func refuse(uid protocol.OrderID, state string) refused {
	return refused{"revision_error", uid, state}
}

// update takes a whole order from a till: the difference to what the till showed at
// the revision that it names is what its user did.
func (v *visit) update(m *message, data gjson.Result) (any, error) {
	snap, err := v.snapshot(data)
	if err != nil {
		return nil, err
	}
	var says says
	if !v.stranger {
		v.till.kept.Says.learn(snap)
		says = v.till.kept.Says
	}
	h, err := v.head(snap.uid)
	if err != nil {
		v.bridge.warn("an order can't be read; the till keeps what it has", "pos", v.till.pos, "order", snap.uid, "error", err)
		return nothing{}, nil
	}
	if h == nil {
		return v.create(m, snap)
	}
	hold, err := v.holding(snap.uid)
	if err != nil {
		return nil, err
	}
	i := hold.at(snap.revision)
	if i < 0 || v.stranger {
		return v.salvage(m, snap, h, hold, says)
	}
	base := hold.Views[i]
	now := snap.over(&base.Content, says, v.schema)
	d := v.difference(h, hold, &base, &now)
	accept := &acceptance{Order: snap.uid, Revision: snap.revision, Content: now, Lines: d.lines, Tender: snap.tender}
	_, refusal, err := v.tell(d.ops, snap.user, accept)
	if err != nil {
		return nil, err
	}
	if h.State != protocol.Open || refusal != nil && refusal.Code == protocol.OrderClosed {
		v.drop(snap.uid)
		return refuse(snap.uid, stateDeleted), nil
	}
	again := refusal != nil || d.doubt
	revision, err := v.accept(accept, base.Seq, again)
	if err != nil {
		return nil, err
	}
	if d.stale {
		v.want(snap.uid)
	}
	if again {
		v.want(snap.uid)
		return refuse(snap.uid, stateDraft), nil
	}
	return accepted{"update_revision_ID", snap.uid, revision, h.Number, m.run}, nil
}

// create makes an order that isn't known here, whatever revision it names: one of a
// database that was set back isn't lost.
func (v *visit) create(m *message, snap *snapshot) (any, error) {
	now := snap.over(nil, says{}, v.schema)
	ops := protocol.Ops{protocol.OrderCreate{Order: snap.uid, Set: now.Order}}
	for _, l := range now.Lines {
		if !protocol.IsOwnLine(protocol.LineID(l.UID)) {
			ops = append(ops, protocol.LineAdd{Order: snap.uid, Line: protocol.LineID(l.UID), Set: l.Fields})
		}
	}
	if snap.revision != 1 {
		v.bridge.warn("an order isn't known here, though the till has it from a server; it is taken as a new one", "pos", v.till.pos, "order", snap.uid, "revision", snap.revision)
	}
	accept := &acceptance{Order: snap.uid, New: true, Revision: snap.revision, Content: now, Tender: snap.tender}
	result, refusal, err := v.tell(ops, snap.user, accept)
	if err != nil {
		return nil, err
	}
	h, err := v.head(snap.uid)
	if err != nil || h == nil { // refused as a whole: the till keeps it, and its next edit tries again
		return refuse(snap.uid, stateDraft), err
	}
	revision, err := v.accept(accept, result.Seq, refusal != nil)
	if err != nil {
		return nil, err
	}
	if refusal != nil {
		v.want(snap.uid)
		return refuse(snap.uid, stateDraft), nil
	}
	return accepted{"update_revision_ID", snap.uid, revision, h.Number, m.run}, nil
}

// salvage takes from a snapshot whose revision says nothing what can't be wrong:
// lines that the order never had. The till is told to read the order again.
func (v *visit) salvage(m *message, snap *snapshot, h *head, hold *holding, says says) (any, error) {
	now := snap.over(hold.latest(), says, v.schema)
	if revision := hold.repeated(snap.revision, &now); revision != 0 && h.State == protocol.Open {
		return accepted{"update_revision_ID", snap.uid, revision, h.Number, m.run}, nil
	}
	d := &difference{}
	for _, l := range now.Lines {
		id := hold.id(l.UID)
		if !protocol.IsOwnLine(id) && (!h.ever[id] || h.line(id) != nil && !h.has(id, l.Fields)) {
			d.add(h, hold, l)
		}
	}
	v.bridge.warn("an order's revision isn't known; of the order only new lines are taken, and the till reads it again", "pos", v.till.pos,
		"order", snap.uid, "revision", snap.revision, "lines", len(d.ops))
	_, refusal, err := v.tell(d.ops, snap.user, nil)
	if err != nil {
		return nil, err
	}
	if h.State != protocol.Open || refusal != nil && refusal.Code == protocol.OrderClosed {
		v.drop(snap.uid)
		return refuse(snap.uid, stateDeleted), nil
	}
	hold.say(&now)
	hold.name(d.lines)
	v.mayShow(snap.uid, hold, now)
	v.want(snap.uid)
	return refuse(snap.uid, stateDraft), nil
}

// mayShow notes that the till may show something that no revision says.
func (v *visit) mayShow(id protocol.OrderID, hold *holding, now content) {
	views := []view{{Revision: unnamed, Content: now}}
	for i, w := range hold.Views {
		if w.Revision != unnamed || i == len(hold.Views)-1 {
			views = append(views, w)
		}
	}
	hold.Views = views
	v.till.dirty[id] = true
}

// want has an order sent to the till, whatever it has.
func (v *visit) want(id protocol.OrderID) {
	if k := v.till.kept; !slices.Contains(k.Want, id) {
		k.Want = append(k.Want, id)
	}
}

// difference is what was done between two views of an order: ops for the order as it
// is now, and lines that get another id than their uid. doubt: something else was
// done perhaps; stale: the till shows a line that others removed.
type difference struct {
	ops          protocol.Ops
	lines        map[string]protocol.LineID
	doubt, stale bool
}

func (v *visit) difference(h *head, hold *holding, base *view, now *content) *difference {
	d := &difference{}
	seq := base.Seq
	if set, based := changes(base.Content.Order, now.Order, v.schema.Order); len(set) > 0 {
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
		case was != nil && another(was.Fields, l.Fields):
			d.add(h, hold, l)
		case was != nil && base.rebuilt(&l):
			d.doubt = true
		case was != nil:
			d.edit(h.ID, id, was.Fields, l.Fields, seq, v.schema.Orderline)
		case protocol.IsOwnLine(id):
			// Its extension puts it where it belongs.
		case h.has(id, l.Fields): // the till kept what is there, or changed it, from what nobody knows
			d.doubt = d.doubt || !same(l.Fields, plain(h.line(id).Fields))
		case h.line(id) == nil && h.ever[id] && slices.Contains(hold.Said, l.UID):
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
