package extensions

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// writer is a record of which hooks wrote fields of the core's.
type writer struct {
	noting
	outcome
}

// restRecord is a record as a hook's settings leave it: as stored, and as
// merged.
type restRecord struct {
	hooks.Record
	head   hooks.RecordHead
	fields protocol.Fields
}

func (r *restRecord) Head() *hooks.RecordHead       { return &r.head }
func (r *restRecord) StoredFields() protocol.Fields { return r.fields }
func (r *restRecord) MergedFields() protocol.Fields { return r.fields }

// rested is a record with settings taken.
func rested(r hooks.Record, settings []setting) *restRecord {
	rest := &restRecord{Record: r, head: *r.Head(), fields: maps.Clone(r.MergedFields())}
	rest.head.New = false
	for _, s := range settings {
		if s.value.IsNull() {
			delete(rest.fields, s.field)
		} else {
			rest.fields[s.field] = s.value
		}
	}
	return rest
}

// rest runs hooks that wrote fields of the core's once more, on what they made of
// the record. Only where they then leave it as it is their settings are taken:
// a hook that writes from what it wrote would go on for ever.
func (w *run) rest(ctx context.Context, l *link, writers []*writer) {
	if len(writers) == 0 {
		return
	}
	records := make([]hooks.Record, len(writers))
	for i, of := range writers {
		records[i] = l.finding(rested(l.visible(of.change.Record), of.settings), of.stored, of.mutation.Storage != nil)
	}
	results, _, err := l.run(ctx, &Batch{MultiSession: w.wave.MultiSession, Records: records})
	for i, of := range writers {
		switch {
		case err != nil && len(writers) > 1:
			w.rest(ctx, l, []*writer{of})
		case err != nil:
			w.fail(&of.noting, err)
		case results[i].Err != nil:
			w.fail(&of.noting, results[i].Err)
		case results[i].Reject != "":
			of.gave = &results[i]
			w.reject(&of.noting)
		default:
			if moved := w.chain.moves(l, records[i], &results[i]); moved != nil {
				w.fail(&of.noting, moved)
				continue
			}
			w.took(&of.noting, of.outcome)
		}
	}
}

// moves is the error of hooks that give something else on what they made
// themselves.
func (c *Chain) moves(l *link, r hooks.Record, result *hooks.Result) error {
	quiet := &run{chain: c, wave: &hooks.Wave{}, quiet: true}
	again := quiet.settings(l, due{&hooks.Mutation{}, &hooks.Change{Record: r}}, result)
	if len(again) == 0 {
		return nil
	}
	was := r.MergedFields()[again[0].field]
	if was == "" {
		was = protocol.Null
	}
	return &hooks.HookError{Hook: protocol.HookExport, Err: fmt.Errorf(
		"it doesn't come to rest: it wrote %s as %.40s, and run on that it gives %.40s; keep what it starts from in a field of its own, and work from that",
		again[0].field, was, again[0].value)}
}

// noteRest tells at load of a writer that doesn't come to rest on a made-up
// record.
func (c *Chain) noteRest(l *link) {
	for model, fields := range l.Writes {
		if len(fields) == 0 || !l.Hooks[model] {
			continue
		}
		order := &hooks.Snapshot{
			RecordHead: hooks.RecordHead{Model: protocol.ModelOrder, Order: "made-up", New: true, State: protocol.Open, At: c.now(), Tapped: c.now()},
			Merged:     protocol.Fields{}, Lines: func() []protocol.Line { return nil },
		}
		record := order
		if model == protocol.ModelOrderline {
			line := *order
			line.Model, line.Line, line.N, line.Parent = model, "made-up-line", 1, order
			line.Merged = protocol.Fields{"product_id": "1", "qty": "2", "price_unit": "10", "discount": "0", "description": `"made up"`}
			record = &line
		}
		ctx, cancel := context.WithTimeout(context.Background(), max(l.timeout, probeTime))
		err := c.probeRest(ctx, l, record)
		cancel()
		if err != nil {
			note := notes.Note{Code: notes.NotAtRest, Place: l.HooksAt[model][protocol.HookExport], Model: model, Hook: protocol.HookExport, Message: "on a made-up " + string(model) + " " + err.Error()}
			l.Notes = append(slices.Clip(l.Notes), note)
			l.log.Warn("an extension needs attention", "extension", l.Name, "why", note.String(), "code", note.Code)
		}
	}
}

// probeTime is how long a probe of a hook may take.
const probeTime = time.Second

// probeRest is the error of hooks that don't come to rest. That they fail
// otherwise on a made-up record says nothing.
func (c *Chain) probeRest(ctx context.Context, l *link, record hooks.Record) error {
	results, err := l.host.Run(ctx, &Batch{Records: []hooks.Record{record}, Limit: probeTime})
	if err != nil || len(results) != 1 || results[0].Err != nil || results[0].Reject != "" {
		return nil
	}
	quiet := &run{chain: c, wave: &hooks.Wave{}, quiet: true}
	settings := quiet.settings(l, due{&hooks.Mutation{}, &hooks.Change{Record: record}}, &results[0])
	rest := rested(record, settings)
	if results, err = l.host.Run(ctx, &Batch{Records: []hooks.Record{rest}, Limit: probeTime}); err != nil || len(results) != 1 || results[0].Err != nil {
		return nil
	}
	return c.moves(l, rest, &results[0])
}
