package trial

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Runner runs hooks, as an extensions.Host does.
type Runner interface {
	Run(ctx context.Context, batch *extensions.Batch) ([]hooks.Result, error)
}

// Seen is what the runs showed.
type Seen struct {
	Notes []notes.Note
	// Dropped are values that hooks handed over and that can't be taken, each
	// with its model.
	Dropped []hooks.Dropped
	// Tried are values of fields, by model, with which the hooks work.
	Tried map[protocol.Model]protocol.Fields
}

// Look runs the hooks that d says there are. It ends with ctx, and an error is
// that of a run as a whole; what a hook does is in what was seen.
func Look(ctx context.Context, of Runner, d extensions.Description) (*Seen, error) {
	seen := &Seen{Tried: map[protocol.Model]protocol.Fields{}}
	for _, model := range []protocol.Model{protocol.ModelOrder, protocol.ModelOrderline} {
		if !d.Hooks[model] {
			continue
		}
		l := &look{ctx: ctx, of: of, fields: d.Fields[model], manifest: d.Manifest, model: model, seen: seen, values: [2]protocol.Fields{{}, {}}}
		l.all()
		seen.Tried[model] = l.values[0]
		if l.err != nil {
			return seen, l.err
		}
	}
	return seen, nil
}

// look is at one model's hooks.
type look struct {
	ctx      context.Context
	of       Runner
	fields   map[protocol.Field]extensions.FieldInfo
	manifest bool
	model    protocol.Model
	seen     *Seen
	err      error
	values   [2]protocol.Fields // for the fields, two turns of them
}

// all looks at everything. Each look runs the hooks a few times.
func (l *look) all() {
	for _, f := range protocol.SortedKeys(l.fields) {
		l.choose(f)
	}
	empty := l.run(Record(l.model, nil, nil))
	full := l.run(Record(l.model, nil, l.values[0]))
	if l.err != nil || empty.Err != nil || full.Err != nil {
		l.threw(empty, "a record that no till has set a field of")
		l.threw(full, "a record with all of its fields")
	}
	// What has no value yet is NaN in many a hook, and that does no harm.
	empty.Dropped = slices.DeleteFunc(slices.Clone(empty.Dropped), func(d hooks.Dropped) bool { return d.Code == string(notes.NotJSON) })
	l.keep(empty)
	l.keep(full)
	if l.err != nil || full.Err != nil || full.Reject != "" {
		return
	}
	l.again(empty, full)
	l.later(empty, full)
	l.twice(full)
	l.takenOver()
}

// run runs the hooks on a record. An error of the run as a whole ends the look.
func (l *look) run(record *hooks.Snapshot) hooks.Result {
	if l.err != nil {
		return hooks.Result{Err: l.err}
	}
	results, err := l.of.Run(l.ctx, &extensions.Batch{Records: []hooks.Record{record}})
	switch {
	case err == nil && len(results) != 1:
		err = fmt.Errorf("%d results of a record", len(results))
	case err == nil && l.ctx.Err() != nil:
		err = context.Cause(l.ctx)
	}
	if err != nil {
		l.err = err
		return hooks.Result{Err: err}
	}
	return results[0]
}

// note says something, of a field once.
func (l *look) note(code notes.Code, f protocol.Field, message string) {
	if slices.ContainsFunc(l.seen.Notes, func(n notes.Note) bool { return n.Code == code && n.Model == l.model && n.Field == f }) {
		return
	}
	if f != "" {
		message = fmt.Sprintf("%s.%s %s", l.model, f, message)
	}
	l.seen.Notes = append(l.seen.Notes, notes.Note{Code: code, Model: l.model, Field: f, Message: message})
}

// threw notes a hook that failed.
func (l *look) threw(r hooks.Result, on string) {
	if r.Err == nil || l.err != nil {
		return
	}
	note := notes.Note{Code: notes.Throws, Model: l.model, Message: "a hook failed on " + on + ": " + r.Err.Error()}
	if failed := notes.Failures(r.Err); len(failed) > 0 {
		note.Code, note.Place = failed[0].Code, failed[0].Place
		note.Message = "a hook failed on " + on + ": " + failed[0].Message
	}
	var hook *hooks.HookError
	if errors.As(r.Err, &hook) {
		note.Hook = hook.Hook
	}
	if !slices.ContainsFunc(l.seen.Notes, func(n notes.Note) bool { return n.Code == note.Code && n.Model == l.model && n.Place == note.Place }) {
		l.seen.Notes = append(l.seen.Notes, note)
	}
}

// keep keeps what isn't taken of a result, each field and hook once.
func (l *look) keep(r hooks.Result) {
	for _, d := range r.Dropped {
		l.drop(d)
	}
	for _, f := range protocol.SortedKeys(r.Export) {
		info, own := l.fields[f]
		if !own || (info.OneWay && !info.Derived) {
			continue
		}
		if _, wrong := info.Fit(r.Export[f]); wrong != nil {
			l.drop(extensions.Unfit(f, r.Export[f], wrong, r.At[f]))
		}
	}
}

func (l *look) drop(d hooks.Dropped) {
	if d.Model == "" {
		d.Model = l.model
	}
	same := func(other hooks.Dropped) bool {
		return other.Model == d.Model && other.Field == d.Field && other.Hook == d.Hook && other.Code == d.Code
	}
	if !slices.ContainsFunc(l.seen.Dropped, same) {
		l.seen.Dropped = append(l.seen.Dropped, d)
	}
}

// clean: the hooks ran, and took a field's value as it is meant.
func clean(r hooks.Result, f protocol.Field) bool {
	return r.Err == nil && !slices.ContainsFunc(r.Dropped, func(d hooks.Dropped) bool { return d.Field == f })
}

// failuresSeen of a field are enough: each costs a copy of the code.
const failuresSeen = 4

// choose finds values for a field that the hooks can do something with: a text
// may be a day, or JSON. Set alone, they must not clear it.
func (l *look) choose(f protocol.Field) {
	info := l.fields[f]
	if info.Derived {
		return // tills never set it
	}
	first, other := Values(info, 0), Values(info, 1)
	var worked, found int = -1, -1
	var alone hooks.Result
	failed := 0
	for i, v := range first {
		r := l.run(Record(l.model, nil, protocol.Fields{f: v}))
		if r.Err != nil {
			failed++
		}
		if l.err != nil || failed > failuresSeen {
			break
		}
		if clean(r, f) && worked < 0 {
			worked, alone = i, r
		}
		if clean(r, f) && r.Export[f] == v {
			found = i
			break
		}
	}
	if l.err != nil {
		return
	}
	if found < 0 && worked < 0 {
		if l.manifest && len(first) > 0 {
			r := l.run(Record(l.model, nil, protocol.Fields{f: first[0]}))
			l.keep(r)
			l.threw(r, fmt.Sprintf("a record with %s alone", f))
		}
		return
	}
	i := found
	if i < 0 {
		i = worked
	}
	l.values[0][f] = first[i]
	l.values[1][f] = first[i]
	if i < len(other) && clean(l.run(Record(l.model, nil, protocol.Fields{f: other[i]})), f) {
		l.values[1][f] = other[i]
	}
	if found < 0 && l.taken(f) && alone.Export[f] == protocol.Null {
		l.wiped(f, first[i])
	}
}

// wiped notes a field that is cleared where it stands alone, and isn't among the
// others.
func (l *look) wiped(f protocol.Field, v protocol.Value) {
	all := protocol.Fields{}
	for other, info := range l.fields {
		if list := Values(info, 0); len(list) > 0 && !info.Derived {
			all[other] = list[0]
		}
	}
	all[f] = v
	if r := l.run(Record(l.model, nil, all)); r.Err == nil && r.Export[f] == v {
		l.note(notes.Wiped, f, "is cleared where a till sets it alone: the hooks give it only where other fields are there")
	}
}

// taken: what hooks give the field is taken.
func (l *look) taken(f protocol.Field) bool {
	info, own := l.fields[f]
	return own && (info.Derived || (!info.OneWay && !info.NotTakenOver))
}

// differing are fields of which two results say different things, and both are
// taken.
func (l *look) differing(a, b hooks.Result) (fields []protocol.Field) {
	if a.Err != nil || b.Err != nil || a.Reject != b.Reject {
		return nil
	}
	for _, f := range protocol.SortedKeys(l.fields) {
		kept := slices.ContainsFunc(l.seen.Notes, func(n notes.Note) bool { return n.Code == notes.ModuleState && n.Model == l.model && n.Field == f })
		if l.taken(f) && !kept && a.Export[f] != b.Export[f] {
			fields = append(fields, f)
		}
	}
	return fields
}

// again runs the same records after others: what code keeps shows.
func (l *look) again(empty, full hooks.Result) {
	unseen := protocol.Fields{}
	for f := range l.values[0] {
		if list := Values(l.fields[f], 4); len(list) > 0 {
			unseen[f] = list[0]
		}
	}
	other := Record(l.model, nil, unseen)
	other.Order, other.Seed = "made-up-2", 2
	if other.Parent != nil {
		other.Line, other.Parent.Order = "made-up-3", "made-up-2"
	}
	l.run(other)
	for _, c := range []struct {
		was    hooks.Result
		fields protocol.Fields
	}{{empty, nil}, {full, l.values[0]}, {empty, nil}} {
		for _, f := range l.differing(c.was, l.run(Record(l.model, nil, c.fields))) {
			l.note(notes.ModuleState, f, "has another value when the hooks run again on the same record: they keep something between calls")
		}
	}
}

// later runs the same records at another time, and with other chance.
func (l *look) later(empty, full hooks.Result) {
	for _, c := range []struct {
		was    hooks.Result
		fields protocol.Fields
	}{{empty, nil}, {full, l.values[0]}} {
		record := Record(l.model, nil, c.fields)
		move := func(head *hooks.RecordHead) { head.At = head.At.Add(26 * time.Hour) }
		move(&record.RecordHead)
		if record.Parent != nil {
			move(&record.Parent.RecordHead)
		}
		for _, f := range l.differing(c.was, l.run(record)) {
			l.note(notes.Clock, f, "depends on when the hooks run: a tap that was made offline gets the time at which it arrives")
		}
		if c.fields == nil {
			continue // what is made up once, and then stands, is no fault
		}
		record = Record(l.model, nil, c.fields)
		if record.Seed = 99; record.Parent != nil {
			record.Parent.Seed = 99
		}
		for _, f := range l.differing(c.was, l.run(record)) {
			l.note(notes.Chance, f, "depends on chance: every run gives it another value")
		}
	}
}

// twice runs the hooks on what they made, and on that once more. What settles is
// no fault.
func (l *look) twice(full hooks.Result) {
	made := func(r hooks.Result) protocol.Fields {
		fields := maps.Clone(l.values[0])
		for f, v := range r.Export {
			if l.taken(f) {
				fields[f] = v
			}
		}
		return fields
	}
	once := made(full)
	second := l.run(Record(l.model, once, once))
	if second.Err != nil || second.Reject != "" {
		l.threw(second, "what it made itself")
		return
	}
	l.keep(second)
	again := made(second)
	third := l.run(Record(l.model, again, again))
	for _, f := range l.differing(second, third) {
		if second.Export[f] != full.Export[f] {
			l.note(notes.ChangesTwice, f, fmt.Sprintf("moves by itself: run on what they made, the hooks give %.40s, then %.40s, then %.40s",
				full.Export[f], second.Export[f], third.Export[f]))
		}
	}
}

// takenOver sees whether what another till set stands.
func (l *look) takenOver() {
	r := l.run(Record(l.model, l.values[0], l.values[1]))
	if r.Err != nil || r.Reject != "" {
		return
	}
	for _, f := range protocol.SortedKeys(l.fields) {
		was, now := l.values[0][f], l.values[1][f]
		if l.taken(f) && !l.fields[f].Derived && was != now && r.Export[f] == was {
			l.note(notes.NotApplied, f, "turns back: another till has changed it, and the hooks give what was there before")
		}
	}
}
