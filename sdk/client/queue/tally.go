package queue

import (
	"slices"

	"github.com/manytill/manytill/sdk"
)

// tally is what is known of the entries without looking at each.
type tally struct {
	unsent, waiting int
	// low: no entry below this id is active.
	low sdk.MutationID
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
		s.Entries[i] = e
	} else {
		s.Entries = slices.Insert(s.Entries, i, e)
	}
	s.count(e, 1)
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
		}
		return gone[e.ID()]
	})
}
