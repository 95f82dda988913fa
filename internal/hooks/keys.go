package hooks

import (
	"slices"

	"github.com/manytill/manytill/sdk/protocol"
)

// KeyMT is the value of one of protocol.KeysMT on a record: an order's, or of
// a line its order's. known is false for any other key.
func KeyMT(r Record, key protocol.Field) (v protocol.Value, known bool, err error) {
	head := r.Head()
	switch key {
	case protocol.KeyMTState:
		v = protocol.Text(string(head.State))
	case protocol.KeyMTNumber:
		v = protocol.Int(int(head.Number))
	case protocol.KeyMTRun:
		v = protocol.Int(int(head.Run))
	case protocol.KeyMTPayments:
		v, err = protocol.ValueOf(append([]protocol.Payment{}, r.OrderPayments()...))
	case protocol.KeyMTTappedAt:
		v = protocol.Text(protocol.FormatTime(head.Tapped))
	case protocol.KeyMTMutation:
		if v = protocol.Null; head.Mutation != "" {
			v = protocol.Text(head.Mutation)
		}
	default:
		return "", false, nil
	}
	return v, true, err
}

// Reads are the keys that the hooks of one run have looked at; few, so lists.
type Reads struct {
	// Line: the run is over a line.
	Line bool
	// Own are those of the record, OfOrder those that a line's hooks read of
	// its order.
	Own, OfOrder []protocol.Field
}

// Note notes a key that was read on the record itself.
func (r *Reads) Note(key protocol.Field) {
	if protocol.CountsAsClock(key) {
		key = KeyChance
	}
	add(&r.Own, key)
	switch {
	case r.Line && protocol.IsKeyMT(key):
		r.ofOrder(key)
	case !r.Line && (key == "name" || key == "sequence_number"):
		add(&r.Own, protocol.KeyMTNumber) // they are made of it
	}
}

// NoteOfOrder notes a key that was read on a line's order. One of
// protocol.KeysMT is the line's own too.
func (r *Reads) NoteOfOrder(key protocol.Field) {
	if protocol.IsKeyMT(key) {
		r.Note(key)
		return
	}
	r.ofOrder(key)
	if key == "name" || key == "sequence_number" {
		r.ofOrder(protocol.KeyMTNumber)
	}
}

func (r *Reads) ofOrder(key protocol.Field) {
	if RunsLines(key) {
		add(&r.OfOrder, key)
	}
}

// RunsLines reports whether a change of an order's key runs the hooks of lines
// that have read it. Lines and payments don't: what depends on them belongs
// into the order's hook. Nor does the clock, and the id never changes.
func RunsLines(key protocol.Field) bool {
	switch key {
	case protocol.KeyLines, protocol.KeyPayments, protocol.KeyMTPayments, KeyChance, "uid":
		return false
	}
	return !protocol.CountsAsClock(key)
}

func add(to *[]protocol.Field, key protocol.Field) {
	if !slices.Contains(*to, key) {
		*to = append(*to, key)
	}
}
