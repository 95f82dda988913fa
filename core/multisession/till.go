package multisession

import (
	"errors"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

func (d *decider) openTill(r *OpenTill, reply *Reply) {
	if !d.runOpen && d.engine.copied == nil {
		d.run, d.runOpen, d.lastNumber = d.run+1, true, 0
		d.write.Run = &store.RunRow{Run: d.run, Open: true}
		d.dirty, d.moved = true, true
	}
	reply.Run = d.run
	if was := d.till(r.POS.ID); was.Open && r.User == nil {
		return
	}
	d.setTill(r.POS.ID, store.Till{Open: true, User: r.User, Since: d.now})
}

func (d *decider) setTill(pos protocol.POSID, till store.Till) {
	if d.tills == nil {
		d.tills = map[protocol.POSID]store.Till{}
	}
	d.tills[pos] = till
	d.write.Tills = append(d.write.Tills, store.TillRow{POS: pos, Till: till})
	d.dirty, d.moved = true, true
}

func (d *decider) closeTill(r *CloseTill, reply *Reply) {
	reply.Run = d.run
	reply.Open = []protocol.OpenOrder{} // those too that the end of the run abandons
	for _, o := range d.engine.openOrders() {
		reply.Open = append(reply.Open, protocol.OpenOrder{Order: o.ID, Number: o.Number, Run: o.Run})
	}
	if was := d.till(r.POS); was.Open {
		d.setTill(r.POS, store.Till{User: was.User, Since: d.now})
		if d.runOpen && d.openTills() == 0 && d.engine.copied == nil {
			d.endRun()
			reply.RunEnded = true
		}
	}
}

func (d *decider) openTills() (n int) {
	for pos := range d.engine.tills {
		if d.till(pos).Open {
			n++
		}
	}
	return n
}

var runEndBy = (&protocol.By{Server: protocol.ByRunEnd}).JSON()

func (d *decider) endRun() {
	d.runOpen = false
	d.write.Run = &store.RunRow{Run: d.run}
	if !d.engine.rules.Abandon {
		return
	}
	fault := func(id protocol.OrderID) {
		d.Faults = append(d.Faults, Fault{Order: id, What: "the end of the run can't abandon the order; it stays open"})
	}
	var ended [][]*order.Order
	for _, o := range d.engine.openOrders() {
		draft, rejection := order.Close(d.set, o.ID, protocol.Abandoned, d.env(runEndBy, "", "", len(ended), 0))
		if rejection != nil {
			fault(o.ID)
			continue
		}
		ended = append(ended, []*order.Order{draft})
	}
	together := len(ended)
	if d.chain.Serial() {
		together = 1
	}
	for len(ended) > 0 {
		together = min(together, len(ended))
		left := d.runOwn(runEndBy, ended[:together]...)
		for _, drafts := range ended[:together] {
			if was := drafts[0].Seq; was != d.head+1 {
				order.MoveUp(drafts, was, d.head+1, 0) // one before it stays open
			}
			if d.change(protocol.ChangeHead{By: runEndBy}, drafts, 0, left) == nil {
				fault(drafts[0].ID)
			}
		}
		ended = ended[together:]
	}
}

func (d *decider) void(r *Void, reply *Reply) {
	by := (&protocol.By{Server: protocol.ByAdmin, Reason: r.Reason}).JSON()
	draft, rejection := order.Close(d.set, r.Order, protocol.Cancelled, d.env(by, "", "", 0, 0))
	if rejection != nil {
		code := protocol.Conflict
		if rejection.Code != protocol.OrderClosed {
			code = rejection.Code
		}
		reply.Err = protocol.Errorf(code, "%s", rejection.Message).Because(errors.New(string(rejection.Code)))
		return
	}
	left := d.runOwn(by, []*order.Order{draft})
	if reply.Change = d.change(protocol.ChangeHead{By: by}, []*order.Order{draft}, 0, left); reply.Change == nil {
		reply.Err = protocol.Errorf(protocol.Internal, "order %d can't be written; nothing was changed", draft.Number)
		return
	}
	d.dirty = true
}
