package shop

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/manytill/manytill/sdk/protocol"
)

// shown is what a till shows: the orders of which it was told, by changes.
type shown map[protocol.OrderID]*protocol.Order

func (s shown) take(c *protocol.Change) {
	for id, change := range c.Orders {
		o := s[id]
		if o == nil {
			o = &protocol.Order{ID: id, Fields: protocol.Fields{}}
			s[id] = o
		}
		o.Number, o.Run, o.State, o.Rev = change.Number, change.Run, change.State, change.Rev
		o.Needs, o.Review = change.Needs, change.Review
		take(o.Fields, change.Set)
		for line, lc := range change.Lines {
			o.Lines = takeLine(o.Lines, line, &lc)
		}
		slices.SortFunc(o.Lines, func(a, b protocol.Line) int { return cmp.Compare(a.N, b.N) })
		for _, p := range change.Payments {
			o.Payments = slices.DeleteFunc(o.Payments, func(known protocol.Payment) bool { return known.ID == p.ID })
			o.Payments = append(o.Payments, p)
		}
	}
}

func take(fields, set protocol.Fields) {
	maps.Copy(fields, set)
	maps.DeleteFunc(fields, func(_ protocol.Field, v protocol.Value) bool { return v.IsNull() })
}

func takeLine(lines []protocol.Line, id protocol.LineID, c *protocol.LineChange) []protocol.Line {
	i := slices.IndexFunc(lines, func(l protocol.Line) bool { return l.ID == id })
	switch {
	case (c.Removed || c.MovedTo != "") && i < 0:
		return lines
	case c.Removed || c.MovedTo != "":
		return slices.Delete(lines, i, i+1)
	case i < 0:
		i = len(lines)
		lines = append(lines, protocol.Line{ID: id, Fields: protocol.Fields{}})
	}
	lines[i].N = c.N
	take(lines[i].Fields, c.Set)
	return lines
}

// Shows is an order as a till shows it; nil if it has none of that id.
func (t *Till) Shows(id protocol.OrderID) *protocol.Order { return t.shown[id] }

// Apart is where a till shows something else than what is stored, in words; "" if
// all that are online show the same.
func (s *Shop) Apart() string {
	for _, o := range s.Orders() {
		for _, t := range s.tills {
			if t.offline {
				continue
			}
			if words := Differ(t.shown[o.ID], &o); words != "" {
				return fmt.Sprintf("till %s, order %s: %s", t.Name, o.ID, words)
			}
		}
	}
	return ""
}

// Differ says where an order isn't what is expected; "" where it is. Who changed what
// last is no part of it.
func Differ(came, want *protocol.Order) string {
	if came == nil || want == nil {
		if came == want {
			return ""
		}
		return "it isn't there"
	}
	if came.State != want.State {
		return fmt.Sprintf("its state is %s, not %s", came.State, want.State)
	}
	if words := differ(came.Fields, want.Fields); words != "" {
		return words
	}
	ids := func(o *protocol.Order) (ids []protocol.LineID) {
		for _, l := range o.Lines {
			ids = append(ids, l.ID)
		}
		return ids
	}
	if a, b := ids(came), ids(want); !slices.Equal(a, b) {
		return fmt.Sprintf("its lines are %v, not %v", a, b)
	}
	for i := range came.Lines {
		if words := differ(came.Lines[i].Fields, want.Lines[i].Fields); words != "" {
			return fmt.Sprintf("line %s: %s", came.Lines[i].ID, words)
		}
	}
	return ""
}

func differ(came, want protocol.Fields) string {
	all := maps.Clone(came)
	maps.Copy(all, want)
	for _, f := range protocol.SortedKeys(all) {
		if f != protocol.FieldMSInfo && came[f] != want[f] {
			return fmt.Sprintf("%s is %s, not %s", f, Text(came[f]), Text(want[f]))
		}
	}
	return ""
}

// Text is a value in words, cut where it is long.
func Text(v protocol.Value) string {
	if v == "" {
		return "nothing"
	}
	const most = 120
	if runes := []rune(string(v)); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return string(v)
}
