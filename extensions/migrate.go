package extensions

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Migrate makes the fields that older versions of extensions wrote in a wave's orders
// those of now. No other hook runs.
func (c *Chain) Migrate(ctx context.Context, wave *hooks.Wave) {
	c.using.RLock()
	defer c.using.RUnlock()
	w := &run{chain: c, wave: wave, outer: ctx, end: func() {}}
	defer func() { w.end() }()
	w.migrate()
}

// migrate migrates the wave's orders, each for all of its records or for none: hooks
// look at an order's lines together. What is of a newer schema is left alone.
func (w *run) migrate() {
	if w.chain.schemas == nil {
		return
	}
	for _, l := range w.chain.links {
		var old []*aged
		for _, m := range w.wave.Mutations {
			if m.Veto != nil || m.Late && !slices.Contains(m.Missed, l.Name) && !slices.Contains(m.Missed, anyExtension) {
				continue
			}
			for _, o := range m.Orders {
				least, most := o.LinesUnder(l.Name)
				if own := o.Under(l.Name); own > 0 {
					least, most = min(own, cmp.Or(least, own)), max(own, most)
				}
				switch {
				case most > l.SchemaVersion:
					w.leave(l, o, most)
				case least > 0 && least < l.SchemaVersion:
					old = append(old, agedOf(l, m, o))
				}
			}
		}
		if len(old) > 0 && w.chain.ending.Err() != nil {
			w.wave.GivenUp = true
			return
		}
		w.raise(l, old)
	}
}

// aged is an order with records of an older schema, itself among them.
type aged struct {
	due     // of the order
	records []*hooks.Change
	became  []became
}

// became is what migrate made of a record.
type became struct {
	record *hooks.Snapshot // as it was handed over
	fields protocol.Fields // what differs then
	gave   *hooks.Result   // nil where the call failed
	took   time.Duration   // of the call
	err    error
}

func agedOf(l *link, m *hooks.Mutation, o *hooks.Change) *aged {
	a := &aged{due: due{m, o}}
	add := func(r *hooks.Change) {
		if under := r.Under(l.Name); under > 0 && under < l.SchemaVersion {
			a.records = append(a.records, r)
		}
	}
	for _, line := range m.Lines {
		if line.Of == o {
			add(line)
		}
	}
	if !o.Whole {
		for _, line := range o.OtherLines() {
			add(line)
		}
	}
	add(o)
	return a
}

// failed is the first of an order's records on which migrate failed; -1: none.
func (a *aged) failed() int {
	return slices.IndexFunc(a.became, func(b became) bool { return b.err != nil })
}

// raise migrates orders. One on which that fails keeps all of its values; before
// that it is tried alone, as in call.
func (w *run) raise(l *link, old []*aged) {
	var fit []*aged
	for _, a := range old {
		again := !slices.Contains(a.change.MissedBefore, l.Name) || slices.Contains(a.mutation.Missed, l.Name)
		if !again || l.health.skips(w.chain.now(), a.head().Order) {
			w.keepApart(l, a.change) // it was tried, and will be
			w.skip(l, a.due)
		} else {
			fit = append(fit, a)
		}
	}
	w.tryRaising(l, fit)
	for _, a := range fit {
		i := a.failed()
		if i >= 0 && (len(fit) > 1 || errors.Is(a.became[i].err, context.DeadlineExceeded)) && w.within().Err() == nil {
			w.tryRaising(l, []*aged{a})
			i = a.failed()
		}
		if i >= 0 {
			w.notRaised(l, a, i)
			continue
		}
		for i, r := range a.records {
			w.become(l, a, r, &a.became[i])
		}
	}
}

// tryRaising asks for all records of some orders.
func (w *run) tryRaising(l *link, orders []*aged) {
	var records []*hooks.Snapshot
	for _, a := range orders {
		for _, r := range a.records {
			records = append(records, agedRecord(l, w.chain.schema, r, r.MergedFields(), r.Under(l.Name)))
		}
	}
	all := l.migrate(w.within(), records)
	for _, a := range orders {
		a.became, all = all[:len(a.records)], all[len(a.records):]
	}
}

// agedRecord is a record as migrate is handed it: the extension's fields, those of
// earlier schemas too.
func agedRecord(l *link, schema *protocol.Schema, r hooks.Record, fields protocol.Fields, from int) *hooks.Snapshot {
	head := *r.Head()
	head.From, head.Storage, head.Outcome = from, nil, nil
	specs := schema.Order
	if head.Model == protocol.ModelOrderline {
		specs = schema.Orderline
	}
	own := protocol.Fields{}
	for f, v := range fields {
		if specs[f].Owner == l.Name {
			own[f] = v
		}
	}
	return &hooks.Snapshot{RecordHead: head, Merged: own}
}

// migratedAtOnce is how many records a call is of: each has the time of a call.
const migratedAtOnce = 200

// migrate asks what records become, in calls of some at a time.
func (l *link) migrate(ctx context.Context, records []*hooks.Snapshot) []became {
	all := make([]became, len(records))
	var asked []int
	for i, r := range records {
		if all[i].record = r; l.Migrates[r.Model] {
			asked = append(asked, i)
		}
	}
	for chunk := range slices.Chunk(asked, migratedAtOnce) {
		batch := &Batch{}
		for _, i := range chunk {
			batch.Records = append(batch.Records, records[i])
		}
		results, took, err := l.run(ctx, batch)
		for n, i := range chunk {
			b := &all[i]
			if b.took, b.err = took, err; err == nil {
				b.gave = &results[n]
				b.fields, b.err = l.Migrated(b.record, b.gave)
			}
		}
	}
	return all
}

// Migrated is what differs in what migrate gave of a record, checked.
func (d *Description) Migrated(record *hooks.Snapshot, gave *hooks.Result) (protocol.Fields, error) {
	switch {
	case gave.Err != nil:
		return nil, gave.Err
	case gave.Reject != "":
		return nil, fmt.Errorf("it rejects (%s): migrate refuses nothing", gave.Reject)
	case len(gave.Lines)+len(gave.Effects)+len(gave.Left)+len(gave.LookedAt) > 0:
		return nil, errors.New("it puts lines, wants effects or uses storage: migrate gives fields, and does nothing else")
	case len(gave.Dropped) > 0:
		not := gave.Dropped[0]
		return nil, fmt.Errorf("it gives %s, which %s", shown(not.Field), joined(cmp.Or(not.Why, "its manifest doesn't name"), not.Detail, not.At))
	}
	changed := protocol.Fields{}
	for f := range record.Merged {
		if _, stays := gave.Export[f]; !stays {
			changed[f] = protocol.Null
		}
	}
	for _, f := range protocol.SortedKeys(gave.Export) {
		v, info := gave.Export[f], d.Fields[record.Model][f]
		was, had := record.Merged[f]
		if !had {
			was = protocol.Null
		}
		if _, own := d.Fields[record.Model][f]; own {
			fits, err := info.Fit(v)
			if err != nil {
				return nil, fmt.Errorf("it gives %s as %.40s: it %w", f, v, err)
			}
			v = fits
		} else if v != was && (v != protocol.Null || !had) {
			return nil, fmt.Errorf("it gives %s, which is no field that its manifest names of an %s: it may give those, and leave others of its own as they are or out", shown(f), record.Model)
		}
		if v != was {
			changed[f] = v
		}
	}
	return changed, nil
}

// become makes what migrate gave part of the change.
func (w *run) become(l *link, a *aged, r *hooks.Change, b *became) {
	r.Migrate(l.Name, b.fields, l.SchemaVersion)
	r.By, a.change.By = l.Name, l.Name
	r.Changed = append(r.Changed, protocol.SortedKeys(b.fields)...)
	if r != a.change && len(b.fields) > 0 {
		a.change.Changed = append(a.change.Changed, protocol.KeyLines)
	}
	n := w.notingOf(l, a, r, b)
	n.told = nil
	var settings []setting
	for f, v := range b.fields {
		settings = append(settings, setting{field: f, value: v})
	}
	n.taken(settings)
	l.health.worked(a.head().Order)
}

func (w *run) notingOf(l *link, a *aged, r *hooks.Change, b *became) *noting {
	return &noting{
		l: l, observer: w.observer, multiSession: w.wave.MultiSession, due: due{a.mutation, r},
		record: b.record, seen: b.record, gave: b.gave, took: b.took, alone: len(a.records) == 1,
	}
}

// notRaised leaves an order as it is, on which migrate failed.
func (w *run) notRaised(l *link, a *aged, at int) {
	b := &a.became[at]
	err := b.err
	var in *hooks.HookError
	if errors.As(err, &in) {
		err = in.Err
	}
	w.keepApart(l, a.change)
	w.fail(w.notingOf(l, a, a.records[at], b), &hooks.HookError{Hook: protocol.HookMigrate, Err: fmt.Errorf(
		"from schema %d to %d: %w (the order keeps its values as they are, and the hooks don't run on it until migrate works: mend it and reload, or enable the version before)",
		b.record.From, l.SchemaVersion, err)})
	w.skip(l, a.due)
}

// leave leaves an order alone that a newer version wrote.
func (w *run) leave(l *link, o *hooks.Change, schema int) {
	w.keepApart(l, o)
	note := notes.Note{Code: notes.NewerData, Message: fmt.Sprintf(
		"orders hold what a newer version of it wrote (schema %d, this one has %d): its hooks leave these orders alone, and what is stored stays and is synced; enable that version again, and it goes on",
		schema, l.SchemaVersion)}
	if l.health.say(string(note.Code), note) == tellIt {
		l.log.Warn("an extension needs attention", "extension", l.Name, "why", note.Message, "code", note.Code, "order", o.Head().Order)
	}
}

// keepApart says that an extension's hooks run on nothing of an order.
func (w *run) keepApart(l *link, o *hooks.Change) {
	if w.apart == nil {
		w.apart = map[*link]map[*hooks.Change]bool{}
	}
	if w.apart[l] == nil {
		w.apart[l] = map[*hooks.Change]bool{}
	}
	w.apart[l][o] = true
}

func (w *run) isApart(l *link, r *hooks.Change) bool {
	if r.Of != nil {
		r = r.Of
	}
	return w.apart[l][r]
}

// anyApart reports whether an extension leaves a record alone: then nobody knows at
// its next change what ran on it.
func (w *run) anyApart(r *hooks.Change) bool {
	return slices.ContainsFunc(w.chain.links, func(l *link) bool { return w.isApart(l, r) })
}
