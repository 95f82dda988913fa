package runs

import (
	"slices"
	"strings"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// In is what the change did to the record before the hooks ran.
func (r *Run) In() []protocol.Difference {
	if r.Seen.Outcome != nil {
		o := r.Seen.Outcome
		return []protocol.Difference{{Key: "effect " + o.Name + " " + o.Key, Before: protocol.Null, After: o.Result}}
	}
	return Between(r.Seen.Stored, r.Seen.Merged)
}

// Out is what the hooks made of it, as far as that differs from what they were
// handed: fields, lines that they put, effects, and what they left in storage.
func (r *Run) Out() []protocol.Difference {
	out := []protocol.Difference{}
	for _, f := range protocol.SortedKeys(r.Settings) {
		out = append(out, protocol.Difference{Key: string(f), Before: valueOf(r.Seen.Merged, f), After: OrNull(r.Settings[f])})
	}
	for _, put := range r.Gave.Lines {
		out = append(out, protocol.Difference{Key: "line " + put.Key, Before: protocol.Null, After: JSONOf(put.Fields)})
	}
	for _, e := range r.Gave.Effects {
		out = append(out, protocol.Difference{Key: "effect " + e.Name + " " + e.Key, Before: protocol.Null, After: OrNull(e.Data)})
	}
	for _, e := range r.Gave.Left {
		before := protocol.Null
		if s := r.Seen.RecordHead.Storage; s != nil {
			before = OrNull(s.Get(e.Key).Value)
		}
		out = append(out, protocol.Difference{Key: "storage " + e.Key, Before: before, After: OrNull(e.Value)})
	}
	return out
}

// Notes are the values that aren't taken, in words.
func (r *Run) Notes() []string {
	notes := []string{}
	for _, d := range r.Gave.Dropped {
		notes = append(notes, noteOf(d))
	}
	return notes
}

// NotTakenMessage are the words of a value that isn't taken, the same for each of
// its kind.
func NotTakenMessage(d hooks.Dropped) string {
	if d.Field == "" {
		return d.Why
	}
	return strings.TrimPrefix(string(d.Model)+".", ".") + string(d.Field) + " " + d.Why
}

func noteOf(d hooks.Dropped) string {
	where := strings.Join(slices.DeleteFunc([]string{d.Hook, places(d.At), d.Detail}, func(s string) bool { return s == "" }), ", ")
	note := strings.TrimSpace(string(d.Field) + " " + d.Why)
	if where != "" {
		note += " (" + where + ")"
	}
	return note
}

// Between are the fields that differ, by name.
func Between(before, after protocol.Fields) []protocol.Difference {
	all := map[protocol.Field]bool{}
	for f := range before {
		all[f] = true
	}
	for f := range after {
		all[f] = true
	}
	differences := []protocol.Difference{}
	for _, f := range protocol.SortedKeys(all) {
		if b, a := valueOf(before, f), valueOf(after, f); b != a {
			differences = append(differences, protocol.Difference{Key: string(f), Before: b, After: a})
		}
	}
	return differences
}

func valueOf(fields protocol.Fields, f protocol.Field) protocol.Value { return OrNull(fields[f]) }

// OrNull is a value that compares: what isn't there is null.
func OrNull(v protocol.Value) protocol.Value {
	if v == "" {
		return protocol.Null
	}
	return v
}

// JSONOf is what is shown of anything.
func JSONOf(v any) protocol.Value {
	value, err := protocol.ValueOf(v)
	if err != nil {
		return protocol.Text(err.Error())
	}
	return value
}

// Against are the differences of what came of two runs over the same record: of
// this one, which is kept, and of another.
func (r *Run) Against(other *Run) []protocol.Difference {
	differences := []protocol.Difference{}
	add := func(key string, before, after protocol.Value) {
		if before != after {
			differences = append(differences, protocol.Difference{Key: key, Before: before, After: after})
		}
	}
	add("end", protocol.Text(string(r.End)), protocol.Text(string(other.End)))
	add("hook", protocol.Text(r.Hook), protocol.Text(other.Hook))
	add("message", protocol.Text(places(r.Message)), protocol.Text(places(other.Message)))
	differences = append(differences, Between(r.outcome(), other.outcome())...)
	return differences
}

// outcome is what a run gave, as one list of names and values.
func (r *Run) outcome() protocol.Fields {
	all := protocol.Fields{}
	for f, v := range r.Gave.Export {
		all[f] = v
	}
	for _, put := range r.Gave.Lines {
		all[protocol.Field("line "+put.Key)] = JSONOf(put.Fields)
	}
	for _, e := range r.Gave.Effects {
		all[protocol.Field("effect "+e.Name+" "+e.Key)] = OrNull(e.Data)
	}
	for _, e := range r.Gave.Left {
		all[protocol.Field("storage "+e.Key)] = OrNull(e.Value)
	}
	for _, d := range r.Gave.Dropped {
		all[protocol.Field("not taken: "+noteOf(d))] = protocol.Value("true")
	}
	return all
}

// Reproduces reports whether another run over the same record came to the same
// end: the same failure, in the same hook and file, the same veto, the same value
// that isn't taken; or that it was slow again.
func (r *Run) Reproduces(other *Run) bool {
	switch r.End {
	case Slow:
		return other.End == Slow || other.Took > r.Limit/2
	case Taken:
		return len(r.Against(other)) == 0
	case NotTaken:
		return slices.ContainsFunc(other.Gave.Dropped, func(d hooks.Dropped) bool { return d.Hook == r.Hook && NotTakenMessage(d) == r.Message })
	case Failed:
		return other.End == Failed && r.Kind == other.Kind && (r.Kind != "" || r.Hook == other.Hook && files(r.Message) == files(other.Message))
	}
	return r.End == other.End && r.Hook == other.Hook && files(r.Message) == files(other.Message)
}
