package multisession

import (
	"crypto/sha256"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// EffectOutcome is what became of an effect: the order's model is told it, and
// what that then gives is a change by the extension, in one transaction with the
// effect's end.
type EffectOutcome struct {
	ID        string
	Extension string
	Order     protocol.OrderID
	hooks.Outcome
	// State is how the effect ends: done, given up or dropped.
	State store.EffectState
}

func (*EffectOutcome) request() {}

// hashOf tells other data from the same.
func hashOf(data protocol.Value) (hash [8]byte) {
	sum := sha256.Sum256([]byte(data))
	copy(hash[:], sum[:])
	return hash
}

// effectRows are the effects that a draft asked for since a seq.
func (e *Engine) effectRows(draft *order.Order, since protocol.Seq) (rows []store.EffectRow) {
	for i := range draft.Effects {
		effect := &draft.Effects[i]
		if effect.Seq <= since {
			continue
		}
		at := hooks.EffectAddress{MultiSession: e.id, Extension: effect.Extension, Order: draft.ID, Name: effect.Name, Key: effect.Key}
		rows = append(rows, store.EffectRow{
			ID: at.ID(e.rules.ServerID), MultiSession: e.id, Order: draft.ID, Extension: at.Extension, Name: at.Name, Key: at.Key,
			Data: []byte(effect.Data), Hash: effect.Hash, At: draft.At, Next: draft.At, State: store.EffectWaiting, Asked: effect.Asked,
		})
	}
	return rows
}

// readEffects are the addresses of an order's effects.
func readEffects(rows []store.EffectRow) (effects []order.Effect) {
	for i := range rows {
		r := &rows[i]
		effects = append(effects, order.Effect{Extension: r.Extension, Name: r.Name, Key: r.Key, Hash: r.Hash})
	}
	return effects
}

// effectOutcome tells the order's model what became of an effect. Where its
// hooks fail nothing is decided, and the same is asked again later: the effect
// isn't done again for that.
func (d *decider) effectOutcome(r *EffectOutcome, reply *Reply) {
	end := func() {
		d.write.EffectsEnded = append(d.write.EffectsEnded, store.EffectEnd{ID: r.ID, State: r.State, Result: []byte(r.Result)})
		d.dirty = true
	}
	if d.engine.facts.beyond[r.Order] {
		reply.Err = protocol.Errorf(protocol.Overloaded, "order %s is too large to be looked at now", r.Order)
		return
	}
	fact := d.engine.orders[r.Order]
	if fact == nil || fact.Broken || fact.Pruned {
		end() // there is nobody to tell
		return
	}
	by := (&protocol.By{Server: protocol.ByExtension + r.Extension}).JSON()
	draft := order.Again(d.set, r.Order, d.env(by, "", "", 0, 0))
	drafts := []*order.Order{draft}
	at := occasion{seq: d.head + 1, tapped: d.now, seed: ownSeed(by, drafts), by: by}
	m := d.wholeOrder(draft, at)
	m.Lines, m.Late, m.Missed = nil, true, []string{r.Extension}
	m.Orders[0].Record.(*hookRecord).head.Outcome = &r.Outcome
	d.runChain([]*hooks.Mutation{m})
	if missed := missedOf(m, r.Order); len(missed) > 0 {
		reply.Err = protocol.Errorf(protocol.Internal, "extension %s failed on the outcome of its effect %s of order %s; it is told it again", r.Extension, r.Name, r.Order)
		return
	}
	end()
	if d.differs(m.Storage) {
		draft.Stamp(at.seq, d.now)
	}
	if draft.Seq != at.seq {
		return
	}
	left := m.Storage
	if draft.State == protocol.Open {
		d.keep(left, nil)
		left = d.runOwn(by, drafts)
	}
	if d.change(protocol.ChangeHead{By: by}, drafts, 0, left) == nil {
		d.Faults = append(d.Faults, Fault{Order: r.Order, What: "what extension " + r.Extension + " wrote is no JSON"})
	}
}
