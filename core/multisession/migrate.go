package multisession

import (
	"context"
	"maps"
	"slices"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Data of an older version (docs/decisions/0023). An order that a till names is
// migrated before the merge, as a change of the server's own: so what a till set by
// the new names is merged with what was there, by its rules. Open orders that nobody
// names follow soon, as pages show them. What a till that is behind sets by the old
// names, and what the server's own changes touch, Chain.Run migrates.

// migrateNamed migrates the orders that mutations name.
func (d *decider) migrateNamed(slots []*slot) {
	if d.schemas == nil {
		return
	}
	for _, s := range slots {
		for _, id := range s.mutation.Orders {
			if o := d.set.Order(id); o != nil && d.older(o, nil) {
				d.migrate(o)
			}
		}
	}
}

// migrateOpen migrates open orders, some at a time.
func (d *decider) migrateOpen() {
	if d.schemas != nil && d.schemas != d.migrated {
		done := 0
		for _, o := range d.engine.openOrders() {
			if done == reruns {
				return // the rest another time
			}
			if o = d.set.Order(o.ID); d.older(o, o.Missed) {
				d.migrate(o)
				done++
			}
		}
	}
	d.migrated = d.schemas
}

// behind reports whether there may be open orders that are to be migrated and that
// nobody has tried to.
func (e *Engine) behind() bool { return e.migrated != e.rules.chain().Schemas() }

// migrate migrates an order.
func (d *decider) migrate(o *order.Order) {
	draft := order.Again(d.set, o.ID, d.env("", "", "", 0, 0))
	drafts := []*order.Order{draft}
	at := occasion{seq: d.head + 1, tapped: d.now, seed: ownSeed("", drafts)}
	m := d.wholeOrder(draft, at)
	m.Missed = draft.Missed
	wave := &hooks.Wave{MultiSession: d.engine.id, Mutations: []*hooks.Mutation{m}}
	d.chain.Migrate(context.Background(), wave)
	d.givenUp = d.givenUp || wave.GivenUp
	missed := len(draft.Missed)
	noteMissed(m, drafts)
	switch {
	case draft.Seq == at.seq:
		by := (&protocol.By{Server: protocol.ByExtension + authorOf(m)}).JSON()
		if d.change(protocol.ChangeHead{By: by}, drafts, 0, nil) == nil {
			d.Faults = append(d.Faults, Fault{Order: o.ID, What: "what extension " + authorOf(m) + " made of older data is no JSON"})
		}
	case len(draft.Missed) > missed:
		d.set.Put(drafts)
	}
}

// older reports whether an open order has fields of an older schema than an enabled
// extension's, but for those that missed it.
func (d *decider) older(o *order.Order, missed []string) bool {
	if o.State != protocol.Open || o.Broken {
		return false
	}
	for extension, now := range d.schemas.Enabled {
		if now == 1 || slices.Contains(missed, extension) {
			continue
		}
		own := o.Schemas.Under(extension, o.Fields, d.schema.Order)
		least, _ := o.LinesUnder(extension, d.schema.Orderline)
		if own > 0 && own < now || least > 0 && least < now {
			return true
		}
	}
	return false
}

func (r *hookRecord) specs() map[protocol.Field]protocol.FieldSpec {
	if r.line == nil {
		return r.d.schema.Order
	}
	return r.d.schema.Orderline
}

// Under implements [hooks.Aged].
func (r *hookRecord) Under(extension string) int {
	if r.line == nil {
		return r.draft.Schemas.Under(extension, r.draft.Fields, r.specs())
	}
	return r.now().Schemas.Under(extension, r.now().Fields, r.specs())
}

// LinesUnder implements [hooks.Aged].
func (r *hookRecord) LinesUnder(extension string) (least, most int) {
	return r.draft.LinesUnder(extension, r.d.schema.Orderline)
}

// Migrate implements [hooks.Aged].
func (r *hookRecord) Migrate(extension string, fields protocol.Fields, to int) {
	r.draft.Stamp(r.at.seq, r.d.now)
	for f, v := range fields {
		r.Set(f, v)
	}
	r.draft.NoteSchema(extension, r.head.Line, to)
	if r.head.New {
		return
	}
	if was := r.draft.StoredUnder(extension, r.head.Line, r.d.schema); was > 0 && was < to {
		if r.restored == nil {
			r.restored = map[string]protocol.Fields{}
		}
		own := r.MergedFields()
		maps.DeleteFunc(own, func(f protocol.Field, _ protocol.Value) bool { return r.specs()[f].Owner != extension })
		r.restored[extension] = own
	}
}
