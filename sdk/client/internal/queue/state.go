package queue

import (
	"cmp"
	"slices"

	"github.com/manytill/manytill/sdk/client/internal/view"
	"github.com/manytill/manytill/sdk/protocol"
)

// State is the sum of all records.
type State struct {
	ClientID protocol.ClientID
	// Next is the id of the next mutation.
	Next protocol.MutationID
	// Entries rise by id. There can be holes, where decided ones were dropped.
	// They change by records alone.
	Entries []*Entry
	tally
	Drafts map[protocol.OrderID]protocol.Mutation
	Position
	Orders   view.Confirmed
	Place    Place
	Recovery *Recovery
	Stranded []StrandedQueue
}

// NewState is the state without any record.
func NewState() *State {
	return &State{Next: 1, Drafts: map[protocol.OrderID]protocol.Mutation{}, Orders: view.Confirmed{}}
}

// Find is the entry of an id; nil if it isn't held.
func (s *State) Find(id protocol.MutationID) *Entry {
	if i, ok := s.index(id); ok {
		return s.Entries[i]
	}
	return nil
}

func (s *State) index(id protocol.MutationID) (int, bool) {
	return slices.BinarySearchFunc(s.Entries, id, func(e *Entry, id protocol.MutationID) int { return cmp.Compare(e.ID(), id) })
}

// Apply adds a batch and returns the confirmed orders that it altered.
func (s *State) Apply(batch ...Record) (touched []protocol.OrderID) {
	for i := range batch {
		touched = append(touched, s.apply(&batch[i])...)
	}
	return touched
}

func (s *State) apply(r *Record) []protocol.OrderID {
	switch {
	case r.Client != "":
		s.ClientID, s.Entries, s.Next, s.Decided, s.tally = r.Client, nil, 1, 0, tally{}
	case r.Entry != nil:
		s.put(r.Entry)
	case r.Drop != nil:
		s.drop(r.Drop)
	case r.Draft != nil:
		s.Drafts[r.Draft.Ops[0].On()] = *r.Draft
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
		return []protocol.OrderID{r.Forget}
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
	case r.Stranded != nil:
		s.Stranded = append(slices.Clip(s.Stranded), *r.Stranded)
	case r.Unset != "":
		s.Stranded = slices.DeleteFunc(slices.Clone(s.Stranded), func(a StrandedQueue) bool { return a.ClientID == r.Unset })
	}
}

// changes applies what lies above the position, which never goes back. The
// parts of a folded answer may share a seq.
func (s *State) changes(c *protocol.Changes) (touched []protocol.OrderID) {
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
	return s.Recovery == nil || s.Recovery.Reason == string(protocol.IDReused)
}

// Records are records that add up to s.
func (s *State) Records() []Record {
	place, at := s.Place, s.Position
	records := []Record{}
	if s.ClientID != "" {
		records = append(records, Record{Client: s.ClientID})
	}
	records = append(records, Record{Place: &place}, Record{At: &at}, Record{Start: s.Next})
	for _, id := range protocol.SortedKeys(s.Orders) {
		records = append(records, Record{Order: s.Orders[id]})
	}
	for _, e := range s.Entries {
		records = append(records, Record{Entry: e})
	}
	for _, id := range protocol.SortedKeys(s.Drafts) {
		draft := s.Drafts[id]
		records = append(records, Record{Draft: &draft})
	}
	for i := range s.Stranded {
		records = append(records, Record{Stranded: &s.Stranded[i]})
	}
	if s.Recovery != nil {
		records = append(records, Record{Recovery: s.Recovery})
	}
	return records
}

// tally is what is known of the entries without looking at each.
type tally struct {
	unsent, waiting int
	// low: no entry below this id is active.
	low protocol.MutationID
	// naming has, once somebody asked, the ids of entries by the orders that
	// they name, rising; at least of those that aren't over.
	naming map[protocol.OrderID][]protocol.MutationID
}

func (t *tally) count(e *Entry, by int) {
	switch {
	case e.Waiting:
		t.waiting += by
	case !e.Decided():
		t.unsent += by
	}
}

// Unsent is how many mutations have no known outcome.
func (t *tally) Unsent() int { return t.unsent }

// Waiting is how many mutations wait for another till.
func (t *tally) Waiting() int { return t.waiting }

// Active are the entries from the first that isn't over: undecided, waiting,
// or decided above the position. What is over costs nothing. The slice is the
// state's own.
func (s *State) Active() []*Entry {
	from, _ := s.index(s.low)
	for from < len(s.Entries) && s.over(s.Entries[from]) {
		from++
	}
	s.low = s.Next
	if from < len(s.Entries) {
		s.low = s.Entries[from].ID()
	}
	return s.Entries[from:]
}

func (s *State) over(e *Entry) bool { return e.Decided() && !e.Waiting && e.Result.Seq <= s.Seq }

// Naming are the ids of the entries that name an order, rising. Some of them
// may be over; those before the first that isn't are left out. The slice is the
// state's own.
func (s *State) Naming(id protocol.OrderID) []protocol.MutationID {
	if s.naming == nil {
		s.naming = map[protocol.OrderID][]protocol.MutationID{}
		for _, e := range s.Active() {
			s.name(e)
		}
	}
	ids := s.naming[id]
	for len(ids) > 0 && s.over(s.Find(ids[0])) {
		ids = ids[1:]
	}
	if len(ids) == 0 {
		delete(s.naming, id)
	} else {
		s.naming[id] = ids
	}
	return ids
}

// name puts an entry into the index, if there is one.
func (s *State) name(e *Entry) {
	if s.naming == nil {
		return
	}
	for _, id := range view.OrdersOf(e.Mutation.Ops) {
		if i, there := slices.BinarySearch(s.naming[id], e.ID()); !there {
			s.naming[id] = slices.Insert(s.naming[id], i, e.ID())
		}
	}
}

// unname takes an entry out of the index.
func (s *State) unname(e *Entry) {
	for _, id := range view.OrdersOf(e.Mutation.Ops) {
		if i, there := slices.BinarySearch(s.naming[id], e.ID()); there {
			if s.naming[id] = slices.Delete(s.naming[id], i, i+1); len(s.naming[id]) == 0 {
				delete(s.naming, id)
			}
		}
	}
}

// rewind is for a position that may lie lower than the one before: what was
// over may not be.
func (s *State) rewind(to Position) {
	s.Position, s.low, s.naming = to, 0, nil
}

// Between are the entries above one id and up to another.
func (s *State) Between(above, to protocol.MutationID) []*Entry {
	from, _ := s.index(above + 1)
	end, _ := s.index(to + 1)
	return s.Entries[from:max(from, end)]
}

func (s *State) put(e *Entry) {
	i, there := s.index(e.ID())
	if there {
		s.count(s.Entries[i], -1)
		s.unname(s.Entries[i])
		s.Entries[i] = e
	} else {
		s.Entries = slices.Insert(s.Entries, i, e)
	}
	s.count(e, 1)
	s.name(e)
	s.low = min(s.low, e.ID())
	s.Next = max(s.Next, e.ID()+1)
}

func (s *State) drop(ids []protocol.MutationID) {
	gone := make(map[protocol.MutationID]bool, len(ids))
	for _, id := range ids {
		gone[id] = true
	}
	s.Entries = slices.DeleteFunc(slices.Clone(s.Entries), func(e *Entry) bool {
		if gone[e.ID()] {
			s.count(e, -1)
			s.unname(e)
		}
		return gone[e.ID()]
	})
}
