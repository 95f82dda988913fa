package order

import (
	"fmt"
	"slices"
	"strings"

	"github.com/manytill/manytill/sdk/protocol"
)

func (t *try) setOrder(o *Order, op *Op) *protocol.Rejection {
	s := setting{op: op, id: string(o.ID), model: protocol.ModelOrder, specs: t.env.Schema.Order, fields: o.Fields, schemas: o.Schemas}
	changed, r := t.merge(&s)
	if r != nil || !changed {
		return r
	}
	o.Fields, o.Schemas = s.fields, s.schemas
	t.touch(o)
	t.grows(o)
	return nil
}

func (t *try) addLine(o *Order, op *Op) *protocol.Rejection {
	if protocol.IsOwnLine(op.Line) {
		return &protocol.Rejection{
			Code: protocol.Invalid, At: op.at + ".line", Order: o.ID, Line: op.Line,
			Message: op.at + ".line: ids that begin with mt: are of lines that extensions put; use an id of your own",
		}
	}
	if o.Line(op.Line) != nil {
		return lineExists(o, op.Line)
	}
	if o.LastN >= t.env.Limits.Lines {
		return limitRejection(o, op.Line, t.env.Limits.Lines, "lines")
	}
	line := &Line{ID: op.Line, Origin: o.ID, Info: Info{Created: t.author(), Changed: t.author(), Seq: t.env.Seq}}
	s := setting{op: op, id: string(op.Line), model: protocol.ModelOrderline, specs: t.env.Schema.Orderline}
	if _, r := t.merge(&s); r != nil {
		return r
	}
	line.Fields, line.Schemas = s.fields, s.schemas
	t.place(o, line)
	t.grows(o)
	return nil
}

// place puts a line at the end of an order.
func (t *try) place(o *Order, line *Line) {
	o.LastN++
	line.N, line.Gone = o.LastN, nil
	line.Added = Stamp{Seq: t.env.Seq, Client: t.env.Client}
	line.Touched = line.Added
	o.put(line)
	t.touchContent(o)
}

func lineExists(o *Order, line protocol.LineID) *protocol.Rejection {
	return &protocol.Rejection{
		Code: protocol.Exists, Order: o.ID, Line: line,
		Message: fmt.Sprintf("order %d has or had a line %s; use a new id", o.Number, line),
	}
}

// live finds a line that is there.
func live(o *Order, id protocol.LineID) (*Line, *protocol.Rejection) {
	line := o.Line(id)
	if line == nil {
		return nil, &protocol.Rejection{
			Code: protocol.NotFound, Order: o.ID, Line: id,
			Message: fmt.Sprintf("order %d has no line %s", o.Number, id),
		}
	}
	if line.Gone != nil {
		return nil, goneRejection(o, line)
	}
	return line, nil
}

func goneRejection(o *Order, line *Line) *protocol.Rejection {
	r := &protocol.Rejection{
		Code: protocol.Gone, Order: o.ID, Line: line.ID,
		By: decodeBy(line.Gone.By), Seq: line.Gone.Seq, MovedTo: line.Gone.MovedTo,
		Message: "the line was removed; add it again if it is still wanted",
	}
	if r.MovedTo != "" {
		r.Message = fmt.Sprintf("the line was moved to order %s; change it there", r.MovedTo)
	}
	return r
}

func (t *try) setLine(o *Order, op *Op) *protocol.Rejection {
	line, r := live(o, op.Line)
	if r != nil {
		return r
	}
	s := setting{
		op: op, id: string(line.ID), model: protocol.ModelOrderline, specs: t.env.Schema.Orderline,
		fields: line.Fields, schemas: line.Schemas, put: t.put(line),
	}
	changed, r := t.merge(&s)
	if r != nil || !changed {
		return r
	}
	line = t.editLine(o, line)
	line.Fields, line.Schemas = s.fields, s.schemas
	t.grows(o)
	return nil
}

// editLine is the draft of a line that this mutation changes.
func (t *try) editLine(o *Order, line *Line) *Line {
	line = o.edit(line)
	line.Touched = t.stamped(line.Touched)
	t.changedBy(&line.Info)
	t.touchContent(o)
	return line
}

// largestCount is the size that a number may have (protocol, "Data").
const largestCount = 1_000_000_000_000_000

func (t *try) increment(o *Order, op *Op) *protocol.Rejection {
	line, r := live(o, op.Line)
	if r != nil {
		return r
	}
	spec, known := t.env.Schema.Orderline[op.Field]
	if !known || spec.Derived {
		t.ignore(string(line.ID), op.Field, nil)
		return nil
	}
	if slices.Contains(t.put(line), op.Field) {
		t.ignore(string(line.ID), op.Field, ofExtension(line.ID))
		return nil
	}
	if spec.Merge != protocol.Counter {
		return &protocol.Rejection{
			Code: protocol.Invalid, At: op.at + ".field", Order: o.ID, Line: line.ID, Field: op.Field,
			Message: fmt.Sprintf("%s.field %s is no counter; use line.set", op.at, op.Field),
		}
	}
	now, _ := line.Fields.Value(op.Field).Decimal()
	sum, err := now.Add(op.By)
	if err != nil {
		return &protocol.Rejection{
			Code: protocol.LimitReached, Order: o.ID, Line: line.ID, Field: op.Field, Limit: largestCount,
			Message: fmt.Sprintf("%s is %s; adding %s leaves what can be counted", op.Field, now, op.By),
		}
	}
	if op.By.IsZero() || (sum.Cmp(now) == 0 && line.Fields.Value(op.Field) != protocol.Null) {
		return nil
	}
	value := protocol.Num(sum)
	if err := spec.Check(value); err != nil {
		t.ignore(string(line.ID), op.Field, err)
		return nil
	}
	schemas, err := line.Schemas.wrote(t.env.Versions, &setting{model: protocol.ModelOrderline, specs: t.env.Schema.Orderline, fields: line.Fields}, op.Field)
	if err != nil {
		t.ignore(string(line.ID), op.Field, err)
		return nil
	}
	line = t.editLine(o, line)
	line.Schemas = schemas
	line.Fields = line.Fields.with(Cell{
		Field: op.Field, Value: value, Stamp: t.cellStamp(spec, line.Fields.stamp(op.Field)),
	})
	return nil
}

func (t *try) removeLine(o *Order, op *Op) *protocol.Rejection {
	line := o.Line(op.Line)
	if line != nil && line.Gone != nil && line.Gone.MovedTo == "" {
		if protocol.IsOwnLine(line.ID) && !slices.Contains(o.removed(), line.ID) {
			t.touch(o)
			o.noteRemoved(line.ID, t.env.Seq) // its hooks dropped it; now it doesn't come back
		}
		return nil // removed already
	}
	line, r := live(o, op.Line)
	if r != nil {
		return r
	}
	t.end(o, line, "")
	if protocol.IsOwnLine(line.ID) {
		o.noteRemoved(line.ID, t.env.Seq)
	}
	return nil
}

// end leaves of a line what later ops must know of it.
func (t *try) end(o *Order, line *Line, to protocol.OrderID) {
	line = t.editLine(o, line)
	line.Gone = &End{By: t.env.By, Seq: t.env.Seq, MovedTo: to}
	line.Fields = nil
	o.count--
}

func (t *try) moveLines(o *Order, op *Op) *protocol.Rejection {
	lines := make([]*Line, 0, len(op.Lines))
	for _, id := range op.Lines {
		if protocol.IsOwnLine(id) {
			continue // its extension puts it where it belongs
		}
		line, r := live(o, id)
		if r != nil {
			return r
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return nil
	}
	to := t.named(op.To)
	switch {
	case to == nil:
		to = t.newOrder(op.To)
	case to.State != protocol.Open:
		return closedRejection(to, "")
	}
	if to.LastN+len(lines) > t.env.Limits.Lines {
		return limitRejection(to, "", t.env.Limits.Lines, "lines")
	}
	for _, line := range lines {
		if there := to.Line(line.ID); there != nil && !comesBack(there, line) {
			return lineExists(to, line.ID)
		}
		t.move(o, line, to)
	}
	t.grows(to)
	return nil
}

// comesBack: what is left in the target is of this very line.
func comesBack(there, line *Line) bool {
	return there.Gone != nil && there.Gone.MovedTo != "" && there.Origin == line.Origin
}

func (t *try) move(from *Order, line *Line, to *Order) {
	moved := *line
	t.end(from, line, to.ID)
	t.changedBy(&moved.Info)
	t.place(to, &moved)
}

// setting is one `set` on its way into a record.
type setting struct {
	op    *Op
	id    string // of the order or line, for `ignored`
	model protocol.Model
	specs map[protocol.Field]protocol.FieldSpec
	put   []protocol.Field // that hooks give; tills don't
	// As they are, and after the set.
	fields  Cells
	schemas Schemas
}

// merge makes the record's fields those after the set, and says whether any changed. A
// field that no one registered, that only hooks write, or (an extension's)
// that can't have such a value, is named in `ignored`.
func (t *try) merge(s *setting) (changed bool, r *protocol.Rejection) {
	var stale []protocol.Field
	was := s.fields
	for _, set := range bySettingName(s.op.Set) {
		spec, known := s.specs[set.Field]
		if !known || spec.Derived {
			t.ignore(s.id, set.Field, nil)
			continue
		}
		if slices.Contains(s.put, set.Field) {
			t.ignore(s.id, set.Field, ofExtension(protocol.LineID(s.id)))
			continue
		}
		now, stamp := was.Value(set.Field), was.stamp(set.Field)
		value, err := valueOf(spec, now, set)
		if err != nil {
			if spec.Owner == protocol.OwnerCore || set.Err != nil {
				return false, &protocol.Rejection{
					Code: protocol.Invalid, At: s.op.at + ".set." + string(set.Field), Field: set.Field,
					Message: fmt.Sprintf("%s.set.%s %s", s.op.at, set.Field, err),
				}
			}
			t.ignore(s.id, set.Field, err)
			continue
		}
		if t.stale(spec, value, now, stamp, s.op.Base) {
			stale = append(stale, set.Field)
			continue
		}
		if value == now {
			continue
		}
		schemas, err := s.schemas.wrote(t.env.Versions, s, set.Field)
		if err != nil {
			t.ignore(s.id, set.Field, err)
			continue
		}
		s.schemas, changed = schemas, true
		s.fields = s.fields.with(Cell{Field: set.Field, Value: value, Stamp: t.cellStamp(spec, stamp)})
	}
	if len(stale) > 0 {
		return false, staleRejection(s, was, stale)
	}
	return changed, nil
}

// bySettingName sorts, the last of a field that is named twice winning.
func bySettingName(set []Setting) []Setting {
	if slices.IsSortedFunc(set, func(a, b Setting) int {
		if a.Field == b.Field {
			return 1
		}
		return strings.Compare(string(a.Field), string(b.Field))
	}) {
		return set
	}
	last := make(map[protocol.Field]Setting, len(set))
	for _, s := range set {
		last[s.Field] = s
	}
	sorted := make([]Setting, 0, len(last))
	for _, f := range protocol.SortedKeys(last) {
		sorted = append(sorted, last[f])
	}
	return sorted
}

func (t *try) cellStamp(spec protocol.FieldSpec, was Stamp) Stamp {
	if spec.Merge == protocol.Guarded {
		return t.stamped(was)
	}
	return Stamp{Seq: t.env.Seq}
}

// stale: a guarded field that another client changed after base, or a first
// value that would be replaced.
func (t *try) stale(spec protocol.FieldSpec, value, now protocol.Value, stamp Stamp, base *protocol.Seq) bool {
	switch spec.Merge {
	case protocol.First:
		return now != protocol.Null && value != now
	case protocol.Guarded:
		return base != nil && (*base > t.env.Head || stamp.staleFor(t.env.Client, *base))
	}
	return false
}

// nowBytes is how much of values the result of a stale mutation repeats, and
// shownBytes how long a value may be to stand in its message. Results are kept,
// and a push of small mutations could ask for large values a thousand times;
// whoever needs the rest reads the order.
const (
	nowBytes   = 4 << 10
	shownBytes = 200
)

func staleRejection(s *setting, was Cells, stale []protocol.Field) *protocol.Rejection {
	now := make(protocol.Fields, len(stale))
	bytes := 0
	for _, f := range stale {
		value := was.Value(f)
		if n := len(f) + len(value); bytes+n <= nowBytes {
			now[f] = value
			bytes += n
		}
	}
	is := "something else"
	if value := was.Value(stale[0]); len(value) <= shownBytes {
		is = value.String()
	}
	return &protocol.Rejection{
		Code: protocol.StaleBase, Order: s.op.Order, Line: s.op.Line, Field: stale[0], Now: now,
		Message: fmt.Sprintf("%s was changed meanwhile and is %s now; look and decide again", stale[0], is),
	}
}

// valueOf is what a field holds after a set, or why it can't be set so.
func valueOf(spec protocol.FieldSpec, now protocol.Value, set Setting) (protocol.Value, error) {
	if set.Err != nil {
		return "", set.Err
	}
	return spec.Set(now, set.Value)
}
