package multisession

import (
	"fmt"
	"maps"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// hookRecord is an order or a line of a draft, as hooks look at it, and how the
// chain changes it: a [hooks.Record] and a [hooks.Draft].
type hookRecord struct {
	d      *decider
	at     *occasion
	head   hooks.RecordHead
	change *hooks.Change
	draft  *order.Order
	of     *hookRecord // of a line: its order
	// line is the line that the change touched, or (other) one that it didn't: it
	// does once a hook sets something.
	line  *order.Line
	other bool
	// restored are what extensions' fields were before the change, in the schema that
	// they were migrated to in it.
	restored map[string]protocol.Fields
}

func (d *decider) hookOrder(draft *order.Order, at *occasion) (*hooks.Change, *hookRecord) {
	r := &hookRecord{
		d: d, at: at, draft: draft,
		head: hooks.RecordHead{
			Model: protocol.ModelOrder, Order: draft.ID, Run: draft.Run, State: draft.State, New: draft.Created == at.seq,
			At: d.now, Seed: at.seed, Tapped: at.tapped, Mutation: at.mutation,
		},
	}
	if !r.head.New {
		r.head.Number = draft.Number
	}
	r.change = &hooks.Change{Record: r, Draft: r, Aged: r, Ran: &draft.Ran, MissedBefore: draft.Missed, Changed: draft.ChangedAt(at.seq)}
	return r.change, r
}

// hookLine is a line of a draft's own, of an order that hookOrder gave.
func (d *decider) hookLine(line *order.Line, of *hookRecord) *hooks.Change {
	r := of.ofLine(line)
	r.head.New = line.Added.Seq == of.at.seq
	r.change.Changed = line.ChangedAt(of.at.seq)
	return r.change
}

func (r *hookRecord) ofLine(line *order.Line) *hookRecord {
	l := &hookRecord{d: r.d, at: r.at, draft: r.draft, of: r, head: r.head, line: line}
	l.head.Model, l.head.Line, l.head.N, l.head.New = protocol.ModelOrderline, line.ID, line.N, false
	l.change = &hooks.Change{Record: l, Draft: l, Aged: l, Of: r.change, Ran: &line.Ran}
	return l
}

func (r *hookRecord) Head() *hooks.RecordHead { return &r.head }

func (r *hookRecord) StoredFields() (fields protocol.Fields) {
	switch {
	case r.head.New:
		return nil
	case r.line == nil:
		fields = r.draft.StoredFields()
	case r.other:
		fields = r.line.Map()
	default:
		fields = r.draft.StoredLine(r.line.ID)
	}
	for extension, restored := range r.restored {
		maps.DeleteFunc(fields, func(f protocol.Field, _ protocol.Value) bool { return r.specs()[f].Owner == extension })
		maps.Copy(fields, restored)
	}
	return fields
}

func (r *hookRecord) MergedFields() protocol.Fields {
	if r.line == nil {
		return r.draft.Fields.Map(r.draft.Info)
	}
	return r.now().Map()
}

// now is the line as the draft has it.
func (r *hookRecord) now() *order.Line {
	if r.other {
		return r.draft.Line(r.line.ID)
	}
	return r.line
}

func (r *hookRecord) OrderPayments() []protocol.Payment { return r.draft.Wire() }
func (r *hookRecord) OrderLines() []protocol.Line       { return r.draft.LiveLines() }

func (r *hookRecord) EachLine(fields []protocol.Field, visit hooks.VisitLine) {
	r.draft.EachLine(fields, visit)
}

func (r *hookRecord) OrderRecord() hooks.Record {
	if r.of == nil {
		return nil
	}
	return r.of
}

// author is whose it is what hooks write beside the extension's own fields.
func (r *hookRecord) author() order.Author {
	return order.Author{Seq: r.at.seq, At: r.d.now, Client: r.at.client, By: r.at.by, Author: r.at.author, Schema: r.d.schema}
}

func (r *hookRecord) Set(f protocol.Field, v protocol.Value) {
	switch {
	case r.line == nil:
		r.draft.Fields = r.draft.Fields.Put(f, v, r.at.seq)
		r.draft.Stamp(r.at.seq, r.d.now)
	case r.other:
		r.draft.SetLine(r.line.ID, f, v, r.at.seq, r.d.now)
	default:
		r.line.Fields = r.line.Fields.Put(f, v, r.at.seq)
	}
	if r.d.schemas != nil {
		extension := r.specs()[f].Owner
		r.draft.NoteSchema(extension, r.head.Line, r.d.schemas.Now(extension))
	}
}

func (r *hookRecord) Write(f protocol.Field, v protocol.Value) {
	if r.line == nil {
		r.draft.Write(f, v, r.author())
	} else {
		r.draft.WriteLine(r.line.ID, f, v, r.author())
	}
}

func (r *hookRecord) ReadOrder(extension string, keys []protocol.Field) bool {
	if r.line == nil {
		return r.draft.LineReads.Any(extension, keys)
	}
	return r.now().Reads.Any(extension, keys)
}

func (r *hookRecord) NoteReads(extension string, keys []protocol.Field) {
	r.draft.NoteReads(r.line.ID, extension, keys)
}

func (r *hookRecord) OtherLines() (others []*hooks.Change) {
	for _, line := range r.draft.Lines() {
		if line.Gone == nil && !r.draft.Touches(line) {
			l := r.ofLine(line)
			l.other = true
			others = append(others, l.change)
		}
	}
	return others
}

func (r *hookRecord) PutLines(extension string, puts []hooks.PutLine) *hooks.Putting {
	var lines []order.PutLine
	var keep []protocol.LineID
	for _, put := range puts {
		id := protocol.OwnLineID(extension, put.Key)
		if put.Keep {
			keep = append(keep, id)
		} else {
			lines = append(lines, order.PutLine{ID: id, Fields: put.Fields})
		}
	}
	by := r.author()
	if by.By == "" {
		by.By = (&protocol.By{Server: protocol.ByExtension + extension}).JSON()
	}
	changed, dropped, refused := r.draft.PutLines(extension, lines, keep, by, r.d.engine.rules.Limits.Lines)
	put := &hooks.Putting{Refused: refused}
	for _, line := range changed {
		r.draft.NoteSchema(extension, line.ID, r.d.schemas.Now(extension))
		put.Changed = append(put.Changed, r.d.hookLine(line, r))
	}
	for _, line := range dropped {
		put.Dropped = append(put.Dropped, line.ID)
	}
	return put
}

func (r *hookRecord) Effect(extension string, e hooks.Effect) string {
	r.d.asked++
	effect := order.Effect{
		Extension: extension, Name: e.Name, Key: e.Key, Hash: hashOf(e.Data), Data: e.Data, Seq: r.at.seq, Asked: r.d.asked,
	}
	switch again, other, ok := r.draft.AddEffect(effect, hooks.EffectsMost); {
	case !ok:
		return fmt.Sprintf("the order has %d effects, as many as it may have", hooks.EffectsMost)
	case other:
		return "it was asked for before under this key, with other data: what was asked for first is done"
	case !again:
		r.draft.Stamp(r.at.seq, r.d.now)
	}
	return ""
}
