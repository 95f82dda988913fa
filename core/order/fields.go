package order

import (
	"fmt"
	"slices"
	"strings"

	"github.com/manytill/manytill/sdk/protocol"
)

// setting is one `set` on its way into a record.
type setting struct {
	op     *Op
	id     string // of the order or line, for `ignored`
	specs  map[protocol.Field]protocol.FieldSpec
	fields Cells
}

// merge gives the record's fields after the set, and whether any changed. A
// field that no one registered, that only hooks write, or (an extension's)
// whose value is of the wrong type, is named in `ignored`.
func (t *try) merge(s setting) (fields Cells, changed bool, r *protocol.Rejection) {
	var stale []protocol.Field
	fields = s.fields
	for _, set := range bySettingName(s.op.Set) {
		spec, known := s.specs[set.Field]
		if !known || spec.Derived {
			t.ignore(s.id, set.Field, nil)
			continue
		}
		if err := check(spec, set); err != nil {
			if spec.Owner == protocol.OwnerCore || set.Err != nil {
				return nil, false, &protocol.Rejection{
					Code: protocol.Invalid, At: s.op.at + ".set." + string(set.Field), Field: set.Field,
					Message: fmt.Sprintf("%s.set.%s %s", s.op.at, set.Field, err),
				}
			}
			t.ignore(s.id, set.Field, err)
			continue
		}
		now, stamp := s.fields.Value(set.Field), s.fields.stamp(set.Field)
		if t.stale(spec, set, now, stamp, s.op.Base) {
			stale = append(stale, set.Field)
			continue
		}
		value := set.Value
		if spec.Merge == protocol.Union {
			value = now.Union(value)
		}
		if value != now {
			fields = fields.with(Cell{Field: set.Field, Value: value, Stamp: t.cellStamp(spec, stamp)})
			changed = true
		}
	}
	if len(stale) > 0 {
		return nil, false, staleRejection(s, stale)
	}
	return fields, changed, nil
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
func (t *try) stale(spec protocol.FieldSpec, set Setting, now protocol.Value, stamp Stamp, base *protocol.Seq) bool {
	switch spec.Merge {
	case protocol.First:
		return now != protocol.Null && set.Value != now
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

func staleRejection(s setting, stale []protocol.Field) *protocol.Rejection {
	now := make(protocol.Fields, len(stale))
	bytes := 0
	for _, f := range stale {
		value := s.fields.Value(f)
		if n := len(f) + len(value); bytes+n <= nowBytes {
			now[f] = value
			bytes += n
		}
	}
	is := "something else"
	if value := s.fields.Value(stale[0]); len(value) <= shownBytes {
		is = value.String()
	}
	return &protocol.Rejection{
		Code: protocol.StaleBase, Order: s.op.Order, Line: s.op.Line, Field: stale[0], Now: now,
		Message: fmt.Sprintf("%s was changed meanwhile and is %s now; look and decide again", stale[0], is),
	}
}

// check says what is wrong with a value for a field.
func check(spec protocol.FieldSpec, set Setting) error {
	if set.Err != nil {
		return set.Err
	}
	return spec.Check(set.Value)
}
