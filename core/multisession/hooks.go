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
	m, seed := &hooks.Mutation{}, seedOf(s)
	for _, draft := range s.outcome.Drafts {
		if draft.Seq != s.seq || draft.WasClosed() {
			continue
		}
		o, of := d.waveOrder(draft, s.seq, seed)
		m.Orders = append(m.Orders, o)
		for _, line := range draft.TouchedLines() {
			if line.Gone == nil {
				l, _ := waveLine(line, o, of, s.seq)
				m.Lines = append(m.Lines, l)
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

// waveRecord is an order or a line of a draft, as hooks look at it.
type waveRecord struct {
	head           hooks.RecordHead
	draft          *order.Order
	of             *waveRecord // of a line: its order
	stored, merged func() protocol.Fields
}

func (r *waveRecord) Head() *hooks.RecordHead { return &r.head }

func (r *waveRecord) StoredFields() protocol.Fields {
	if r.head.New {
		return nil
	}
	return r.stored()
}

func (r *waveRecord) MergedFields() protocol.Fields     { return r.merged() }
func (r *waveRecord) OrderPayments() []protocol.Payment { return r.draft.Wire() }
func (r *waveRecord) OrderLines() []protocol.Line       { return r.draft.LiveLines() }

func (r *waveRecord) EachLine(fields []protocol.Field, visit hooks.VisitLine) {
	r.draft.EachLine(fields, visit)
}

func (r *waveRecord) OrderRecord() hooks.Record {
	if r.of == nil {
		return nil
	}
	return r.of
}

func (d *decider) waveOrder(draft *order.Order, seq protocol.Seq, seed uint64) (*hooks.Change, *waveRecord) {
	r := &waveRecord{
		head:   hooks.RecordHead{Model: protocol.ModelOrder, Order: draft.ID, Run: draft.Run, New: draft.Created == seq, At: d.now, Seed: seed},
		draft:  draft,
		stored: draft.StoredFields,
		merged: func() protocol.Fields { return draft.Fields.Map(draft.Info) },
	}
	if !r.head.New {
		r.head.Number = draft.Number
	}
	return &hooks.Change{
		Record: r, Ran: &draft.Ran, Changed: draft.ChangedAt(seq),
		Set: func(f protocol.Field, v protocol.Value) { draft.Fields = draft.Fields.Put(f, v, seq) },
	}, r
}

// waveLine is a line of an order that waveOrder gave.
func waveLine(line *order.Line, o *hooks.Change, of *waveRecord, seq protocol.Seq) (*hooks.Change, *waveRecord) {
	draft := of.draft
	r := &waveRecord{
		head: of.head, draft: draft, of: of,
		stored: func() protocol.Fields { return draft.StoredLine(line.ID) },
		merged: func() protocol.Fields { return line.Fields.Map(line.Info) },
	}
	r.head.Model, r.head.Line, r.head.N, r.head.New = protocol.ModelOrderline, line.ID, line.N, line.Added.Seq == seq
	return &hooks.Change{
		Record: r, Of: o, Ran: &line.Ran, Changed: line.ChangedAt(seq),
		Set: func(f protocol.Field, v protocol.Value) { line.Fields = line.Fields.Put(f, v, seq) },
	}, r
}

func failedOn(m *hooks.Mutation, id protocol.OrderID) bool {
	failed := func(c *hooks.Change) bool { return c.Failed && c.Head().Order == id }
	return slices.ContainsFunc(m.Lines, failed) || slices.ContainsFunc(m.Orders, failed)
}

// rerun runs the hooks over orders on which an extension failed; what it then
// says is a change of its own.
func (d *decider) rerun() {
	for _, id := range protocol.SortedKeys(d.engine.marked) {
		draft := order.Again(d.set, id, d.env("", "", "", 0, 0))
		m := &hooks.Mutation{}
		o, of := d.waveOrder(draft, d.head+1, 0)
		m.Orders = []*hooks.Change{o}
		*o.Ran = 0
		for _, line := range draft.Lines() {
			if line.Gone == nil {
				l, r := waveLine(line, o, of, d.head+1)
				l.Set = func(f protocol.Field, v protocol.Value) { draft.SetLine(line.ID, f, v, d.head+1, d.now) }
				r.merged = func() protocol.Fields { return draft.Line(line.ID).Map() }
				l.Ran = new(uint64)
				m.Lines = append(m.Lines, l)
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
