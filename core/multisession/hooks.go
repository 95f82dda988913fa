package multisession

import (
	"context"
	"hash/fnv"
	"slices"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/sdk"
)

// runHooks runs the chain over what a wave's mutations changed.
func (d *decider) runHooks(slots []*slot) {
	wave := &sdk.Wave{MultiSession: d.engine.id}
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
func (d *decider) waveMutation(s *slot) *sdk.WaveMutation {
	if s.outcome.Rejection != nil {
		return nil
	}
	m := &sdk.WaveMutation{At: d.now, Seed: seedOf(s)}
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

func (d *decider) waveOrder(draft *order.Order, seq sdk.Seq) *sdk.WaveRecord {
	r := &sdk.WaveRecord{
		Model: sdk.ModelOrder, Order: draft.ID, Run: draft.Run, New: draft.Created == seq, Ran: &draft.Ran,
		Changed:  draft.ChangedAt(seq),
		Merged:   func() sdk.Fields { return draft.Fields.Map(draft.Info) },
		Payments: draft.Wire, Lines: draft.LiveLines, EachLine: draft.EachLine,
		Set: func(f sdk.Field, v sdk.Value) { draft.Fields = draft.Fields.Put(f, v, seq) },
	}
	if !r.New {
		r.Number = draft.Number
		r.Stored = draft.StoredFields
	}
	return r
}

func waveLine(draft *order.Order, line *order.Line, parent *sdk.WaveRecord, seq sdk.Seq) *sdk.WaveRecord {
	r := &sdk.WaveRecord{
		Model: sdk.ModelOrderline, Order: draft.ID, Line: line.ID, N: line.N, Run: draft.Run, Number: parent.Number,
		New: line.Added.Seq == seq, Ran: &line.Ran, Parent: parent,
		Changed:  line.ChangedAt(seq),
		Merged:   func() sdk.Fields { return line.Fields.Map(line.Info) },
		Payments: parent.Payments, Lines: parent.Lines, EachLine: parent.EachLine,
		Set: func(f sdk.Field, v sdk.Value) { line.Fields = line.Fields.Put(f, v, seq) },
	}
	if !r.New {
		r.Stored = func() sdk.Fields { return draft.StoredLine(line.ID) }
	}
	return r
}

func failedOn(m *sdk.WaveMutation, id sdk.OrderID) bool {
	failed := func(r *sdk.WaveRecord) bool { return r.Failed && r.Order == id }
	return slices.ContainsFunc(m.Lines, failed) || slices.ContainsFunc(m.Orders, failed)
}

// rerun runs the hooks over orders on which an extension failed; what it then
// says is a change of its own.
func (d *decider) rerun() {
	for _, id := range sdk.SortedKeys(d.engine.marked) {
		draft := order.Again(d.set, id, d.env("", "", "", 0, 0))
		m := &sdk.WaveMutation{At: d.now}
		o := d.waveOrder(draft, d.head+1)
		m.Orders = []*sdk.WaveRecord{o}
		*o.Ran = 0
		for _, line := range draft.Lines() {
			if line.Gone == nil {
				r := waveLine(draft, line, o, d.head+1)
				r.Set = func(f sdk.Field, v sdk.Value) { draft.SetLine(r.Line, f, v, d.head+1, d.now) }
				r.Merged = func() sdk.Fields { return draft.Line(r.Line).Map() }
				r.Ran = new(uint64)
				m.Lines = append(m.Lines, r)
			}
		}
		set := o.Set
		o.Set = func(f sdk.Field, v sdk.Value) {
			set(f, v)
			draft.Stamp(d.head+1, d.now)
		}
		wave := &sdk.Wave{MultiSession: d.engine.id, Mutations: []*sdk.WaveMutation{m}}
		d.chain.Run(context.Background(), wave)
		d.givenUp = d.givenUp || wave.GivenUp
		draft.Marked = failedOn(m, id)
		if draft.Seq == d.head+1 {
			by := sdk.AppendString([]byte(`{"server":`), "extension:"+authorOf(m))
			if d.change(order.ChangeHead{By: sdk.Value(append(by, '}'))}, []*order.Order{draft}, 0) == nil {
				d.Faults = append(d.Faults, Fault{Order: id, What: "what extension " + authorOf(m) + " wrote is no JSON"})
			}
		} else {
			d.set.Put([]*order.Order{draft})
		}
	}
}

// authorOf is the extension that wrote something.
func authorOf(m *sdk.WaveMutation) string {
	for _, r := range append(slices.Clone(m.Orders), m.Lines...) {
		if r.By != "" {
			return r.By
		}
	}
	return ""
}
