package extensions

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/runs"
	"github.com/manytill/manytill/sdk/protocol"
)

// What a trial is handed was written by an earlier version: it migrates that first,
// as a server would. Which schema it is of is told by the names of fields.

// wasOlder are the schemas of known fields; nil where none is older than those of the
// extension's.
func wasOlder(l *link, known *Known) *hooks.Schemas {
	if known == nil || known.Schema == nil {
		return nil
	}
	was, older := &hooks.Schemas{Fields: known.Schemas}, false
	for model, specs := range map[protocol.Model]map[protocol.Field]protocol.FieldSpec{protocol.ModelOrder: known.Order, protocol.ModelOrderline: known.Orderline} {
		for f, spec := range specs {
			older = older || spec.Owner == l.Name && was.Of(model, f) < l.SchemaVersion
		}
	}
	if !older {
		return nil
	}
	return was
}

// current is a record whose fields are of the schema of now.
type current struct{}

func (current) Under(string) int                     { return 0 }
func (current) LinesUnder(string) (least, most int)  { return 0, 0 }
func (current) Migrate(string, protocol.Fields, int) {}

// Raise are a record's fields in the trial's schema.
func (t *Trial) Raise(ctx context.Context, r hooks.Record, fields protocol.Fields) (protocol.Fields, error) {
	if t.was == nil {
		return fields, nil
	}
	raised, failed := t.raise(ctx, []*hooks.Snapshot{{RecordHead: *r.Head(), Merged: fields}})
	if failed != nil {
		return nil, failed.err
	}
	return raised[0], nil
}

// raise are the fields of snapshots in the trial's schema, or the first failure.
func (t *Trial) raise(ctx context.Context, of []*hooks.Snapshot) ([]protocol.Fields, *became) {
	l := t.chain.links[0]
	fields := make([]protocol.Fields, len(of))
	var at []int
	var old []*hooks.Snapshot
	for i, s := range of {
		fields[i] = s.Merged
		own, from := agedRecord(l, t.chain.schema, s, s.Merged, 0), 0
		for f := range own.Merged {
			from = min(cmp.Or(from, l.SchemaVersion), t.was.Of(s.Model, f))
		}
		if from > 0 && from < l.SchemaVersion {
			own.From = from
			at, old = append(at, i), append(old, own)
		}
	}
	for i, b := range l.migrate(ctx, old) {
		if b.err != nil {
			return nil, &b
		}
		fields[at[i]] = with(fields[at[i]], b.fields)
	}
	return fields, nil
}

// with are fields of which some have other values; null clears.
func with(fields, changed protocol.Fields) protocol.Fields {
	if len(changed) == 0 {
		return fields
	}
	fields = maps.Clone(fields)
	for f, v := range changed {
		if v == protocol.Null {
			delete(fields, f)
		} else {
			fields[f] = v
		}
	}
	return fields
}

// raised is what a run saw, in the trial's schema; false: that failed, or the run was
// of migrate itself.
func (t *Trial) raised(ctx context.Context, r *runs.Run, tried *Tried) (*hooks.Snapshot, bool) {
	l := t.chain.links[0]
	if r.Seen.From > 0 {
		began := time.Now()
		b := l.migrate(ctx, []*hooks.Snapshot{r.Seen})[0]
		tried.Took, tried.End, tried.Message, tried.Settings = time.Since(began), runs.Taken, "", b.fields
		if b.gave != nil {
			tried.Gave = *b.gave
		}
		if tried.Run.Settings = b.fields; b.err != nil {
			tried.End, tried.Hook, tried.Message = runs.Failed, protocol.HookMigrate, b.err.Error()
		}
		return nil, false
	}
	if t.was == nil {
		return r.Seen, true
	}
	seen := *r.Seen
	all := []*hooks.Snapshot{{RecordHead: seen.RecordHead, Merged: seen.Merged}, {RecordHead: seen.RecordHead, Merged: seen.Stored}}
	if seen.Parent != nil {
		all = append(all, &hooks.Snapshot{RecordHead: seen.Parent.RecordHead, Merged: seen.Parent.Merged})
	}
	lines := slices.Clone(seen.OrderLines())
	first := len(all)
	for _, line := range lines {
		head := seen.RecordHead
		head.Model, head.Line, head.N = protocol.ModelOrderline, line.ID, line.N
		all = append(all, &hooks.Snapshot{RecordHead: head, Merged: line.Fields})
	}
	fields, failed := t.raise(ctx, all)
	if failed != nil {
		tried.End, tried.Hook, tried.Message = runs.Failed, protocol.HookMigrate, failed.err.Error()
		return nil, false
	}
	seen.Merged, seen.Stored = fields[0], fields[1]
	tried.Migrated = true
	if seen.Parent != nil {
		parent := *seen.Parent
		parent.Merged, seen.Parent = fields[2], &parent
	}
	for i := range lines {
		lines[i].Fields = fields[first+i]
	}
	if seen.Lines != nil {
		seen.Lines = func() []protocol.Line { return lines }
	}
	return &seen, true
}
