package queue

import (
	"cmp"
	"slices"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/view"
	"github.com/manytill/manytill/sdk/client/wire"
)

// State is the sum of all records.
type State struct {
	ClientID sdk.ClientID
	// Next is the id of the next mutation.
	Next sdk.MutationID
	// Entries rise by id. There can be holes, where decided ones were dropped.
	// They change by records alone.
	Entries []*Entry
	tally
	Drafts map[sdk.OrderID]sdk.Mutation
	Position
	Orders   view.Confirmed
	Place    Place
	Recovery *Recovery
	Asides   []Aside
}

// NewState is the state without any record.
func NewState() *State {
	return &State{Next: 1, Drafts: map[sdk.OrderID]sdk.Mutation{}, Orders: view.Confirmed{}}
}

// Find is the entry of an id; nil if it isn't held.
func (s *State) Find(id sdk.MutationID) *Entry {
	if i, ok := s.index(id); ok {
		return s.Entries[i]
	}
	return nil
}

func (s *State) index(id sdk.MutationID) (int, bool) {
	return slices.BinarySearchFunc(s.Entries, id, func(e *Entry, id sdk.MutationID) int { return cmp.Compare(e.ID(), id) })
}

// Apply adds a batch and returns the confirmed orders that it altered.
func (s *State) Apply(batch ...Record) (touched []sdk.OrderID) {
	for i := range batch {
		touched = append(touched, s.apply(&batch[i])...)
	}
	return touched
}

func (s *State) apply(r *Record) []sdk.OrderID {
	switch {
	case r.Client != "":
		s.ClientID, s.Entries, s.Next, s.Decided, s.tally = r.Client, nil, 1, 0, tally{}
	case r.Entry != nil:
		s.put(r.Entry)
	case r.Drop != nil:
		s.drop(r.Drop)
	case r.Draft != nil:
		s.Drafts[r.Draft.Ops[0].Order] = *r.Draft
	case r.Undraft != "":
		delete(s.Drafts, r.Undraft)
	case r.Changes != nil:
		return s.changes(r.Changes)
	case r.Snapshot != nil:
		s.Orders.Replace(r.Snapshot.Orders, s.sameLife())
		s.rewind(Position{Cursor: r.Snapshot.Cursor, Seq: r.Snapshot.Seq, Decided: r.Snapshot.LastID})
	case r.Order != nil:
		s.Orders[r.Order.ID] = r.Order
	case r.Forget != "":
		delete(s.Orders, r.Forget)
		return []sdk.OrderID{r.Forget}
	case r.Start != 0:
		s.Next = r.Start
	default:
		s.applyRare(r)
	}
	return nil
}

func (s *State) applyRare(r *Record) {
	switch {
	case r.At != nil:
		s.rewind(*r.At)
	case r.Clear:
		clear(s.Orders)
		s.rewind(Position{})
	case r.Place != nil:
		s.Place = *r.Place
	case r.Recovery != nil:
		s.Recovery = r.Recovery
	case r.Recovered:
		s.Recovery = nil
	case r.Aside != nil:
		s.Asides = append(slices.Clip(s.Asides), *r.Aside)
	case r.Unset != "":
		s.Asides = slices.DeleteFunc(slices.Clone(s.Asides), func(a Aside) bool { return a.ClientID == r.Unset })
	}
}

// changes applies what lies above the position, which never goes back. The
// parts of a folded answer may share a seq.
func (s *State) changes(c *wire.Changes) (touched []sdk.OrderID) {
	start := s.Seq
	for _, change := range c.Changes {
		if change.Seq > s.Seq || (change.Folded && change.Seq > start) {
			touched = append(touched, s.Orders.Absorb(change, change.ClientID == s.ClientID)...)
			s.Seq = max(s.Seq, change.Seq)
		}
	}
	if c.Seq >= s.Seq {
		s.Seq, s.Cursor = c.Seq, c.Cursor
		s.Decided = max(s.Decided, c.LastID)
	}
	return touched
}

// sameLife: the orders that are held belong to the database that answers.
func (s *State) sameLife() bool {
	return s.Recovery == nil || s.Recovery.Reason == string(sdk.IDReused)
}

// Records are records that add up to s.
func (s *State) Records() []Record {
	place, at := s.Place, s.Position
	records := []Record{}
	if s.ClientID != "" {
		records = append(records, Record{Client: s.ClientID})
	}
	records = append(records, Record{Place: &place}, Record{At: &at}, Record{Start: s.Next})
	for _, id := range sdk.SortedKeys(s.Orders) {
		records = append(records, Record{Order: s.Orders[id]})
	}
	for _, e := range s.Entries {
		records = append(records, Record{Entry: e})
	}
	for _, id := range sdk.SortedKeys(s.Drafts) {
		draft := s.Drafts[id]
		records = append(records, Record{Draft: &draft})
	}
	for i := range s.Asides {
		records = append(records, Record{Aside: &s.Asides[i]})
	}
	if s.Recovery != nil {
		records = append(records, Record{Recovery: s.Recovery})
	}
	return records
}
