package oldwire

import (
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
	paid := m.action == removeOrder // offline: its page edits it no more, so nothing that it sent is newer
	i := hold.at(snap.revision)
	if i < 0 && paid {
		i = hold.madeOn(snap.revision) // the answer was lost, and the till edited on
	}
	if i < 0 || v.stranger {
		return v.salvage(m, snap, h, hold, says)
	}
	base := hold.Views[i]
	now := snap.over(&base.Content, says, v.schema)
	d := v.difference(h, hold, &base, &now, paid)
	accept := &acceptance{Order: snap.uid, Revision: base.Revision, Content: now, Lines: d.lines, Tender: snap.tender, Again: d.doubt}
	_, refusal, err := v.tell(withMoney(m, d.ops, snap), snap.user, accept)
	if err != nil {
		return nil, err
	}
	if h.State != protocol.Open || refusal != nil && refusal.Code == protocol.OrderClosed {
		v.drop(snap.uid)
		return refuse(snap.uid, stateDeleted), nil
	}
	accept.Again = accept.Again || refusal != nil
	revision, err := v.accept(accept, base.Seq)
	if err != nil {
		return nil, err
	}
	if d.stale {
		v.want(snap.uid)
	}
	if accept.Again {
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
	result, refusal, err := v.tell(withMoney(m, ops, snap), snap.user, accept)
	if err != nil {
		return nil, err
	}
	h, err := v.head(snap.uid)
	if err != nil || h == nil { // refused as a whole: the till keeps it, and its next edit tries again
		return refuse(snap.uid, stateDraft), err
	}
	accept.Again = refusal != nil
	revision, err := v.accept(accept, result.Seq)
	if err != nil {
		return nil, err
	}
	if accept.Again {
		v.want(snap.uid)
		return refuse(snap.uid, stateDraft), nil
	}
	return accepted{"update_revision_ID", snap.uid, revision, h.Number, m.run}, nil
}

// salvage takes from a snapshot whose revision says nothing what can't be wrong:
// lines that the order never had. The till is told to read the order again. An order
// that was paid is as the till shows it: what others did to its lines is flagged when
// it is closed.
func (v *visit) salvage(m *message, snap *snapshot, h *head, hold *holding, says says) (any, error) {
	now := snap.over(hold.latest(), says, v.schema)
	if revision := hold.repeated(snap.revision, &now); revision != 0 && h.State == protocol.Open {
		return accepted{"update_revision_ID", snap.uid, revision, h.Number, m.run}, nil
	}
	paid := m.action == removeOrder
	d := &difference{}
	var said content
	for _, l := range now.Lines {
		id := hold.id(l.UID)
		for n := 2; v.stranger && !h.has(id, l.Fields) && (h.line(id) != nil || paid && h.ever[id]); n++ {
			id = suffixed(l.UID, n) // the page that asked for orders last calls the one that is there so
		}
		there := h.line(id)
		if there == nil && h.ever[id] && !paid {
			continue // the one that went, or another: another if the page still has it once it has read the order
		}
		said.Lines = append(said.Lines, l)
		switch {
		case protocol.IsOwnLine(id):
		case v.stranger && there == nil:
			d.ops = append(d.ops, protocol.LineAdd{Order: h.ID, Line: id, Set: l.Fields})
		case !h.has(id, l.Fields):
			d.add(h, hold, l)
		case paid:
			d.show(h, id, &l, v.schema)
		}
	}
	taken := "of the order only new lines are taken, and the till reads it again"
	if paid {
		taken = "since it was paid, its lines are taken as the till shows them"
	}
	v.bridge.warn("an order's revision isn't known; "+taken, "pos", v.till.pos, "order", snap.uid, "revision", snap.revision, "ops", len(d.ops))
	var accept *acceptance // a crash leaves no line without its name, and so none twice
	if !v.stranger {
		accept = &acceptance{Order: h.ID, Revision: unnamed, Content: said, Lines: d.lines, Tender: hold.Tender}
	}
	_, refusal, err := v.tell(withMoney(m, d.ops, snap), snap.user, accept)
	if err != nil {
		return nil, err
	}
	if h.State != protocol.Open || refusal != nil && refusal.Code == protocol.OrderClosed {
		v.drop(snap.uid)
		return refuse(snap.uid, stateDeleted), nil
	}
	if !v.stranger {
		hold.say(&said)
	}
	hold.name(d.lines)
	hold.mayShow(now, v.till.kept.Messages)
	v.till.dirty[snap.uid] = true
	v.want(snap.uid)
	return refuse(snap.uid, stateDraft), nil
}

// want has an order sent to the till, whatever it has.
func (v *visit) want(id protocol.OrderID) {
	if k := v.till.kept; !slices.Contains(k.Want, id) {
		k.Want = append(k.Want, id)
	}
}
