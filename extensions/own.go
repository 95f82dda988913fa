package extensions

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Lines that extensions put into orders.

// putBytes is how much an extension's lines of one order may hold.
const putBytes = 256 << 10

// puts are the lines that a hook wants in its order, checked: one whose values
// aren't valid stays as it was, and the operator is told. nil: it has no say.
func (w *run) puts(l *link, d due, result *hooks.Result) (puts []hooks.PutLine, err error) {
	if !l.Lines || d.mutation.Late || d.head().Model != protocol.ModelOrder {
		return nil, nil
	}
	puts = make([]hooks.PutLine, 0, len(result.Lines))
	size := 0
	for _, put := range result.Lines {
		if n := utf8.RuneCountInString(put.Key); n == 0 || n > protocol.MaxOwnKey {
			return nil, &hooks.HookError{Hook: "put_line", Err: fmt.Errorf("a key has 1 to %d characters, this one %d", protocol.MaxOwnKey, n)}
		}
		line := hooks.PutLine{Key: put.Key, Fields: protocol.Fields{}}
		size += len(put.Key)
		for _, f := range protocol.SortedKeys(put.Fields) {
			size += len(f) + len(put.Fields[f])
			value, err := w.chain.putValue(l, f, put.Fields[f])
			if err != nil {
				line.Keep = true
				w.drop(l, d.change, hooks.Dropped{
					Model: protocol.ModelOrderline, Field: f, Hook: "put_line",
					Why: fmt.Sprintf("%s: the line isn't put, and one that is there stays as it was", err), Detail: "key " + put.Key,
				}, "")
			} else if !value.IsNull() {
				line.Fields[f] = value
			}
		}
		puts = slices.DeleteFunc(puts, func(other hooks.PutLine) bool { return other.Key == put.Key })
		puts = append(puts, line)
	}
	if size > putBytes {
		return nil, &hooks.HookError{Hook: "put_line", Err: fmt.Errorf("its lines hold %d bytes, and may hold %d in one order", size, putBytes)}
	}
	return puts, nil
}

// putValue is a value of a line that is put, as it is stored.
func (c *Chain) putValue(l *link, f protocol.Field, v protocol.Value) (protocol.Value, error) {
	spec := c.spec(protocol.ModelOrderline, f)
	own, is := l.Fields[protocol.ModelOrderline][f]
	if is {
		spec = own.FieldSpec
	}
	switch {
	case !is && spec.Owner != protocol.OwnerCore:
		return "", fmt.Errorf("is neither the core's nor its own")
	case v.IsNull():
		return protocol.Null, nil
	}
	v, err := spec.Fit(v)
	if err != nil {
		return "", fmt.Errorf("is put and not taken: it %s", err)
	}
	return v, nil
}

// put makes an extension's lines those that its hook wants.
func (w *run) put(l *link, d due, puts []hooks.PutLine) {
	o := d.change
	done := o.PutLines(l.Name, puts)
	for _, id := range protocol.SortedKeys(done.Refused) {
		l.drop(hooks.Dropped{Why: "a line that it puts isn't taken: " + done.Refused[id]}, "")
	}
	for _, id := range done.Dropped {
		if line := lineOf(d.mutation, o, id); line != nil {
			if w.gone == nil {
				w.gone = map[*hooks.Change]bool{}
			}
			w.gone[line] = true
		}
	}
	for _, line := range done.Changed {
		line.By = l.Name
		if there := lineOf(d.mutation, o, line.Head().Line); there != nil {
			for _, f := range line.Changed {
				w.wrote(there, f)
			}
			continue
		}
		if w.born == nil {
			w.born = map[*hooks.Change]int{}
		}
		w.born[line] = w.turn
		d.mutation.Lines = append(d.mutation.Lines, line)
	}
	if len(done.Changed)+len(done.Dropped) > 0 {
		o.By = l.Name
		w.wroteLines(o)
		w.closing(l, d, "its lines were")
	}
}

// lineOf is a line of an order among those that a mutation changed.
func lineOf(m *hooks.Mutation, o *hooks.Change, id protocol.LineID) *hooks.Change {
	i := slices.IndexFunc(m.Lines, func(line *hooks.Change) bool { return line.Of == o && line.Head().Line == id })
	if i < 0 {
		return nil
	}
	return m.Lines[i]
}

// visibleRecord is a record whose order has no lines of some extensions.
type visibleRecord struct {
	hooks.Record
	hidden map[string]bool
}

// visible is a record as an extension is handed it: with the tills' lines and
// those of extensions before it, never its own. A service charge isn't charged
// on itself.
func (l *link) visible(r hooks.Record) hooks.Record {
	if l.hidden == nil {
		return r
	}
	return &visibleRecord{r, l.hidden}
}

func (r *visibleRecord) hides(id protocol.LineID) bool {
	return protocol.IsOwnLine(id) && r.hidden[protocol.OwnerOfLine(id)]
}

func (r *visibleRecord) OrderLines() []protocol.Line {
	return slices.DeleteFunc(slices.Clone(r.Record.OrderLines()), func(l protocol.Line) bool { return r.hides(l.ID) })
}

func (r *visibleRecord) EachLine(fields []protocol.Field, visit hooks.VisitLine) {
	r.Record.EachLine(fields, func(id protocol.LineID, n int, values []protocol.Value) {
		if !r.hides(id) {
			visit(id, n, values)
		}
	})
}

func (r *visibleRecord) OrderRecord() hooks.Record {
	of := r.Record.OrderRecord()
	if of == nil {
		return nil
	}
	return &visibleRecord{of, r.hidden}
}

// hideLines says of each extension whose lines it isn't handed.
func hideLines(links []*link) {
	for i, l := range links {
		for _, other := range links[i:] {
			if other.Lines {
				if l.hidden == nil {
					l.hidden = map[string]bool{}
				}
				l.hidden[other.Name] = true
			}
		}
	}
}
