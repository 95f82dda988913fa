package queue

import (
	"slices"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/view"
)

// tally is what is known of the entries without looking at each.
type tally struct {
	unsent, waiting int
	// low: no entry below this id is active.
	low sdk.MutationID
	// naming has, once somebody asked, the ids of entries by the orders that
	// they name, rising; at least of those that aren't over.
	naming map[sdk.OrderID][]sdk.MutationID
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
func (s *State) Naming(id sdk.OrderID) []sdk.MutationID {
	if s.naming == nil {
		s.naming = map[sdk.OrderID][]sdk.MutationID{}
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
	for _, id := range view.Named(e.Mutation.Ops) {
		if i, there := slices.BinarySearch(s.naming[id], e.ID()); !there {
			s.naming[id] = slices.Insert(s.naming[id], i, e.ID())
		}
	}
}

// unname takes an entry out of the index.
func (s *State) unname(e *Entry) {
	for _, id := range view.Named(e.Mutation.Ops) {
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
func (s *State) Between(above, to sdk.MutationID) []*Entry {
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

func (s *State) drop(ids []sdk.MutationID) {
	gone := make(map[sdk.MutationID]bool, len(ids))
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
