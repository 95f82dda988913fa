package extensions

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// setting is a value that a hook gives a field: its own, or core's that it
// writes.
type setting struct {
	field protocol.Field
	value protocol.Value
	core  bool
}

// outcome is what an extension's hooks made of a record, checked.
type outcome struct {
	settings []setting
	puts     []hooks.PutLine // nil: it has no say over lines
	stored   *hooks.Storage
	effects  []hooks.Effect
}

// checked is what a run gave; an error where it asks for what may not be.
func (w *run) checked(l *link, d due, result *hooks.Result) (of outcome, err error) {
	if of.stored, err = w.stored(l, d, result); err != nil {
		return of, err
	}
	l.watch(d.change, result)
	of.settings = w.settings(l, d, result)
	if of.puts, err = w.puts(l, d, result); err != nil {
		return of, err
	}
	of.effects, err = w.effects(l, d, result)
	return of, err
}

// take makes it part of the change.
func (w *run) take(l *link, d due, of outcome) {
	r := d.change
	for _, s := range of.settings {
		if s.core {
			r.Write(s.field, s.value)
			w.closing(l, d, string(s.field)+" was")
		} else {
			r.Set(s.field, s.value)
		}
		r.By = l.Name
		w.wrote(r, s.field)
	}
	if of.puts != nil {
		w.put(l, d, of.puts)
	}
	w.store(l, d, of.stored)
	for _, e := range of.effects {
		if words := r.Effect(l.Name, e); words != "" {
			l.drop(hooks.Dropped{Why: fmt.Sprintf("the effect %s isn't taken: %s", e.Name, words)}, "")
		} else {
			r.By = l.Name
		}
	}
}

// closing flags an order whose content a hook changes in the change that it is
// paid in: the total that stands isn't the one that was paid.
func (w *run) closing(l *link, d due, what string) {
	head := d.head()
	if head.State != protocol.Paid {
		return
	}
	where := ""
	if head.Line != "" {
		where = fmt.Sprintf(" of line %s", head.Line)
	}
	words := fmt.Sprintf("%s changed%s by this extension in the change that paid the order: the total may not be what was paid", what, where)
	review := hooks.Review{Order: head.Order, Review: protocol.Review{Extension: l.Name, Message: words}}
	if !slices.Contains(d.mutation.Reviews, review) {
		d.mutation.Reviews = append(d.mutation.Reviews, review)
	}
}

// settings are what a hook exported and is taken, where it says something else
// than what the hook was handed: its own fields, and those of the core that its
// manifest says it writes. The operator is told of what isn't taken.
func (w *run) settings(l *link, d due, result *hooks.Result) (list []setting) {
	r := d.change
	head, merged := r.Head(), r.MergedFields()
	for _, d := range result.Dropped {
		w.drop(l, r, d, "")
	}
	for _, f := range protocol.SortedKeys(result.Export) {
		value := result.Export[f]
		info, own := l.Fields[head.Model][f]
		core := !own && slices.Contains(l.Writes[head.Model], f)
		if core {
			info.FieldSpec = w.chain.spec(head.Model, f)
		}
		now, has := merged[f]
		if !has {
			now = protocol.Null
		}
		var wrong error
		if own || core {
			value, wrong = info.Fit(value)
		}
		leave := func(of because, code notes.Code, why string) {
			w.drop(l, r, hooks.Dropped{Code: string(code), Field: f, Hook: protocol.HookExport, Why: why, At: result.At[f]}, of)
		}
		switch {
		case value == now, d.mutation.Late && !info.Derived:
			continue
		case core:
		case !own:
			code, why := w.chain.notOwn(l, head.Model, f, l.Strangers[head.Model][f])
			leave(notOwn, code, why)
			continue
		case info.OneWay && !info.Derived:
			leave(oneWay, notes.OneWay, "is one-way, as no hook reads it: what tills set stands; if only the hooks give it a value, say derived: true of it in a manifest")
			continue
		case info.NotTakenOver && !head.New && !info.Derived:
			if value != r.StoredFields()[f] {
				leave(oneWay, notes.NotApplied, "is not taken over by apply_ms_data: what tills set stands")
			}
			continue
		case !has && !head.New && !info.Derived && r.StoredFields()[f] == value:
			continue // a till cleared it, and apply left it alone: not taken over either
		}
		if wrong != nil {
			w.drop(l, r, Unfit(f, value, wrong, result.At[f]), "")
			continue
		}
		list = append(list, setting{f, value, core})
	}
	return list
}

// Unfit is an exported value that its field can't have, and where it was written.
func Unfit(f protocol.Field, value protocol.Value, wrong error, at string) hooks.Dropped {
	return hooks.Dropped{
		Code: string(notes.WrongType), Field: f, Hook: protocol.HookExport, At: at,
		Why: fmt.Sprintf("is exported and not taken: it %s", wrong), Detail: fmt.Sprintf("was %.40s", value),
	}
}

// because is a reason that may have been told when the extension was loaded.
type because string

const (
	notOwn because = "not its own"
	oneWay because = "one-way"
)

// drop counts a value that isn't taken, and tells the operator once for each
// field, hook and reason. A host that doesn't say why leaves it to the chain.
func (w *run) drop(l *link, r *hooks.Change, d hooks.Dropped, of because) {
	if w.quiet {
		return
	}
	head := r.Head()
	d.Model = cmp.Or(d.Model, head.Model)
	if d.Why == "" {
		var code notes.Code
		code, d.Why = w.chain.notOwn(l, d.Model, d.Field, l.Strangers[d.Model][d.Field])
		of, d.Code = notOwn, string(code)
	}
	if of == oneWay && slices.Contains(l.NotTaken[d.Model], d.Field) {
		d.Field = ""
	}
	if d.Field != "" || of == "" && d.Why != "" {
		w.told = append(w.told, d)
	}
	l.drop(d, of, "order", head.Order, "line", head.Line)
}

// drop is one value; what was told already has no field. What is of no field at
// all has its words.
func (l *link) drop(d hooks.Dropped, of because, where ...any) {
	if d.Field == "" && of == "" && d.Why != "" {
		note := notes.Note{Code: codeOf(d), Hook: d.Hook, Message: d.Why}
		if l.health.drop(d.Why, note) == tellIt {
			l.log.Warn("an extension needs attention", "extension", l.Name, "why", d.Why, "code", note.Code)
		}
		return
	}
	if d.Field == "" {
		l.health.drop("", notes.Note{})
		return
	}
	field, why := string(d.Model)+"."+shown(d.Field), d.Why
	place, at := notes.ParsePlace(d.At), ""
	if place.Line == 0 {
		place, at = notes.Place{}, d.At // a name, of a struct's field say
	}
	note := notes.Note{
		Code: codeOf(d), Place: place, Model: d.Model, Field: d.Field, Hook: d.Hook,
		Message: fmt.Sprintf("%s %s (%s)", field, why, joined(d.Hook, at, d.Detail)),
	}
	switch l.health.drop(strings.Join([]string{field, d.Hook, cmp.Or(string(of), why)}, " "), note) {
	case tellIt:
		l.log.Warn("a value from an extension was ignored", append([]any{
			"extension", l.Name, "field", field, "hook", d.Hook, "why", why, "detail", d.Detail, "at", d.At, "code", note.Code,
		}, where...)...)
	case tellNoMore:
		l.log.Warn("more values from an extension are ignored; from now on they are only counted", "extension", l.Name, "notes", notesKept)
	}
}

// noteTried tells of keys that were found to be exported and aren't taken, and of
// values that can't be.
func (c *Chain) noteTried(l *link) {
	for _, model := range protocol.SortedKeys(l.Strangers) {
		for _, f := range protocol.SortedKeys(l.Strangers[model]) {
			found := l.Strangers[model][f]
			code, why := c.notOwn(l, model, f, found)
			l.drop(hooks.Dropped{Code: string(code), Model: model, Field: f, Hook: protocol.HookExport, Why: why, At: found.At.String()}, notOwn)
		}
	}
	for _, d := range l.Dropped {
		var of because
		if d.Why == "" {
			var code notes.Code
			code, d.Why = c.notOwn(l, d.Model, d.Field, l.Strangers[d.Model][d.Field])
			of, d.Code = notOwn, string(code)
		}
		l.drop(d, of)
	}
	l.health.found()
}

// codeOf is what a host says, or that the value isn't taken.
func codeOf(d hooks.Dropped) notes.Code { return cmp.Or(notes.Code(d.Code), notes.NotTaken) }

// shown is a key as people read it: it may be anything.
func shown(f protocol.Field) string {
	if protocol.IsFieldName(f) {
		return string(f)
	}
	return strconv.Quote(fmt.Sprintf("%.64s", string(f)))
}

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// notOwn says why a value for a field of another's, or for a key that nobody
// declared, isn't taken, and what to do. It is never claimed silently.
func (c *Chain) notOwn(l *link, model protocol.Model, f protocol.Field, found Stranger) (notes.Code, string) {
	fields := c.schema.Order
	if model == protocol.ModelOrderline {
		fields = c.schema.Orderline
	}
	spec, known := fields[f]
	refused := protocol.CheckFieldName(model, f)
	in := "in a manifest"
	if l.Manifest {
		in = "in its manifest"
	}
	switch {
	case known && spec.Owner == protocol.OwnerCore:
		return notes.CoreField, "is exported, and is the core's: an extension writes only its own fields, tills write that one; give what is yours another name"
	case known && spec.Owner != l.Name:
		return notes.OthersField, "is exported, and belongs to the extension " + spec.Owner + ": an extension writes only its own fields; give what is yours another name"
	case refused != nil:
		return notes.ReservedName, "is exported and not stored: " + refused.Error()
	case found.Odoos:
		return notes.ReservedName, "is exported and not stored: the name is Odoo's own; choose another, or name it under fields " + in
	case l.Manifest:
		return notes.Undeclared, "is exported, and its manifest doesn't name it: it is not stored; name it under fields to have it"
	}
	return notes.Undeclared, "is exported for the first time while it runs: it is not stored; name it under fields in a manifest to have it"
}
