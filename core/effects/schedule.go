package effects

import (
	"cmp"
	"slices"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// AtOnce is how many effects of one extension are done at the same time.
const AtOnce = 16

// kept is how many pending effects of one extension the schedule knows, the oldest;
// others are read as these end.
const kept = 5000

// specOf describes an effect by extension and name; false where there is none now.
type specOf func(extension, name string) (hooks.EffectSpec, bool)

// item is a pending effect. Bodies are read when it is done.
type item struct {
	pos                 int64
	id, extension, name string
	ms                  protocol.MultiSessionID
	order               protocol.OrderID
	state               store.EffectState
	next                time.Time
	busy                bool
}

// lane is in which effects are done one after another: of an order, or with order
// "" of a whole multi-session.
type lane struct {
	extension string
	ms        protocol.MultiSessionID
	order     protocol.OrderID
}

// schedule knows what is pending and says what is due. It is pure: no clock, no
// store, no goroutine.
type schedule struct {
	items []*item // by pos
	// of each extension: how many items, how many of them are busy, and the position
	// up to which they were read.
	known, busy map[string]int
	read        map[string]int64
}

func newSchedule() *schedule {
	return &schedule{known: map[string]int{}, busy: map[string]int{}, read: map[string]int64{}}
}

// add takes rows of one extension that were read above its position in read.
func (s *schedule) add(rows []store.EffectRow) {
	for i := range rows {
		e := &rows[i]
		s.read[e.Extension] = max(s.read[e.Extension], e.Pos)
		at, there := slices.BinarySearchFunc(s.items, e.Pos, func(it *item, pos int64) int { return cmp.Compare(it.pos, pos) })
		if there {
			if !s.items[at].busy {
				s.items[at].state, s.items[at].next = e.State, e.Next
			}
			continue
		}
		s.items = slices.Insert(s.items, at, &item{
			pos: e.Pos, id: e.ID, extension: e.Extension, name: e.Name, ms: e.MultiSession, order: e.Order, state: e.State, next: e.Next,
		})
		s.known[e.Extension]++
	}
}

// room is how many more of an extension may be read.
func (s *schedule) room(extension string) int { return kept - s.known[extension] }

// forget drops all that aren't being done, to be read anew.
func (s *schedule) forget() {
	s.items = slices.DeleteFunc(s.items, func(it *item) bool { return !it.busy })
	clear(s.known)
	clear(s.read)
	for _, it := range s.items {
		s.known[it.extension]++
	}
}

// due marks as busy and returns what is to be done now. next is when more may be
// due, zero if that depends on something else. An effect is behind an earlier one
// of its order and extension, or of its multi-session and extension if both are
// described so; one that is held holds those behind it. One that nobody describes
// any more is left alone, and holds none.
func (s *schedule) due(now time.Time, spec specOf) (start []*item, next time.Time) {
	taken := map[lane]bool{}
	for _, it := range s.items {
		described, known := spec(it.extension, it.name)
		if !known && !it.busy {
			continue
		}
		lanes := []lane{{it.extension, it.ms, it.order}}
		if described.WholeMultiSession {
			lanes = append(lanes, lane{it.extension, it.ms, ""})
		}
		free := !slices.ContainsFunc(lanes, func(l lane) bool { return taken[l] })
		for _, l := range lanes {
			taken[l] = true
		}
		switch {
		case !free, it.busy, it.state == store.EffectHeld, s.busy[it.extension] >= AtOnce:
		case it.next.After(now):
			if next.IsZero() || it.next.Before(next) {
				next = it.next
			}
		default:
			it.busy = true
			s.busy[it.extension]++
			start = append(start, it)
		}
	}
	return start, next
}

// ended takes what became of a busy item.
func (s *schedule) ended(it *item, state store.EffectState, next time.Time) {
	it.busy, it.state, it.next = false, state, next
	s.busy[it.extension]--
	if !state.Pending() {
		s.known[it.extension]--
		s.items = slices.DeleteFunc(s.items, func(other *item) bool { return other == it })
	}
}

// running reports whether anything is being done.
func (s *schedule) running() bool {
	return slices.ContainsFunc(s.items, func(it *item) bool { return it.busy })
}
