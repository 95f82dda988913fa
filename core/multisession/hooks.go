package multisession

import (
	"context"
	"hash/fnv"
	"slices"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// runHooks runs the chain over what a wave's mutations changed.
func (d *decider) runHooks(slots []*slot) {
	wave := &hooks.Wave{MultiSession: d.engine.id}
	asked := make([]*slot, 0, len(slots))
	for _, s := range slots {
		if m := d.waveMutation(s); m != nil {
			wave.Mutations = append(wave.Mutations, m)
			asked = append(asked, s)
		}
	}
	if len(asked) == 0 {
		return
	}
	d.chain.Run(context.Background(), wave)
	d.givenUp = d.givenUp || wave.GivenUp
	for i, s := range asked {
		m := wave.Mutations[i]
		s.veto = m.Veto
		for _, r := range m.Reviews {
			s.outcome.AddReview(r.Order, r.Review)
		}
		for _, draft := range s.outcome.Drafts {
			draft.Marked = draft.Marked || failedOn(m, draft.ID)
		}
	}
}

// waveMutation is nil where nothing changed that a hook could look at.
func (d *decider) waveMutation(s *slot) *hooks.Mutation {
	if s.outcome.Rejection != nil {
		return nil
	}
	m := &hooks.Mutation{At: d.now, Seed: seedOf(s)}
	for _, draft := range s.outcome.Drafts {
		if draft.Seq != s.seq || draft.WasClosed() {
			continue
		}
		o := d.waveOrder(draft, s.seq)
		m.Orders = append(m.Orders, o)
		for _, line := range draft.TouchedLines() {
			if line.Gone == nil {
				m.Lines = append(m.Lines, waveLine(draft, line, o, s.seq))
			}
		}
		m.Payment = m.Payment || draft.PaidAt(s.seq)
	}
	if len(m.Orders) == 0 {
		return nil
	}
	return m
}

// seedOf is the only chance that hooks have: the same in every retry.
func seedOf(s *slot) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s.client))
	_, _ = h.Write(s.mutation.Hash[:])
	return h.Sum64()
}

func (d *decider) waveOrder(draft *order.Order, seq protocol.Seq) *hooks.Record {
	r := &hooks.Record{
		Model: protocol.ModelOrder, Order: draft.ID, Run: draft.Run, New: draft.Created == seq, Ran: &draft.Ran,
		Changed:  draft.ChangedAt(seq),
		Merged:   func() protocol.Fields { return draft.Fields.Map(draft.Info) },
		Payments: draft.Wire, Lines: draft.LiveLines, EachLine: draft.EachLine,
		Set: func(f protocol.Field, v protocol.Value) { draft.Fields = draft.Fields.Put(f, v, seq) },
	}
	if !r.New {
		r.Number = draft.Number
		r.Stored = draft.StoredFields
	}
	return r
}

func waveLine(draft *order.Order, line *order.Line, parent *hooks.Record, seq protocol.Seq) *hooks.Record {
	r := &hooks.Record{
		Model: protocol.ModelOrderline, Order: draft.ID, Line: line.ID, N: line.N, Run: draft.Run, Number: parent.Number,
		New: line.Added.Seq == seq, Ran: &line.Ran, Parent: parent,
		Changed:  line.ChangedAt(seq),
		Merged:   func() protocol.Fields { return line.Fields.Map(line.Info) },
		Payments: parent.Payments, Lines: parent.Lines, EachLine: parent.EachLine,
		Set: func(f protocol.Field, v protocol.Value) { line.Fields = line.Fields.Put(f, v, seq) },
	}
	if !r.New {
		r.Stored = func() protocol.Fields { return draft.StoredLine(line.ID) }
	}
	return r
}

func failedOn(m *hooks.Mutation, id protocol.OrderID) bool {
	failed := func(r *hooks.Record) bool { return r.Failed && r.Order == id }
	return slices.ContainsFunc(m.Lines, failed) || slices.ContainsFunc(m.Orders, failed)
}

// rerun runs the hooks over orders on which an extension failed; what it then
// says is a change of its own.
func (d *decider) rerun() {
	for _, id := range protocol.SortedKeys(d.engine.marked) {
		draft := order.Again(d.set, id, d.env("", "", "", 0, 0))
		m := &hooks.Mutation{At: d.now}
		o := d.waveOrder(draft, d.head+1)
		m.Orders = []*hooks.Record{o}
		*o.Ran = 0
		for _, line := range draft.Lines() {
			if line.Gone == nil {
				r := waveLine(draft, line, o, d.head+1)
				r.Set = func(f protocol.Field, v protocol.Value) { draft.SetLine(r.Line, f, v, d.head+1, d.now) }
				r.Merged = func() protocol.Fields { return draft.Line(r.Line).Map() }
				r.Ran = new(uint64)
				m.Lines = append(m.Lines, r)
			}
		}
		set := o.Set
		o.Set = func(f protocol.Field, v protocol.Value) {
			set(f, v)
			draft.Stamp(d.head+1, d.now)
		}
		wave := &hooks.Wave{MultiSession: d.engine.id, Mutations: []*hooks.Mutation{m}}
		d.chain.Run(context.Background(), wave)
		d.givenUp = d.givenUp || wave.GivenUp
		draft.Marked = failedOn(m, id)
		if draft.Seq == d.head+1 {
			by := (&protocol.By{Server: protocol.ByExtension + authorOf(m)}).JSON()
			if d.change(protocol.ChangeHead{By: by}, []*order.Order{draft}, 0) == nil {
				d.Faults = append(d.Faults, Fault{Order: id, What: "what extension " + authorOf(m) + " wrote is no JSON"})
			}
		} else {
			d.set.Put([]*order.Order{draft})
		}
	}
}

// authorOf is the extension that wrote something.
func authorOf(m *hooks.Mutation) string {
	for _, r := range append(slices.Clone(m.Orders), m.Lines...) {
		if r.By != "" {
			return r.By
		}
	}
	return ""
}
