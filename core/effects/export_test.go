package effects

import (
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/hooks"
)

// Kept is how many items of an extension a schedule knows.
const Kept = kept

// Pause is how long to wait after so many tries that failed.
var Pause = pause

// Schedule is the schedule alone.
type Schedule struct{ s *schedule }

// NewSchedule knows rows of any extensions.
func NewSchedule(rows ...store.EffectRow) Schedule {
	s := newSchedule()
	s.add(rows)
	return Schedule{s}
}

// Due starts what is due and names it.
func (s Schedule) Due(now time.Time, spec func(extension, name string) (hooks.EffectSpec, bool)) (ids []string, next time.Time) {
	start, next := s.s.due(now, spec)
	for _, it := range start {
		ids = append(ids, it.id)
	}
	return ids, next
}

// Ended says what became of one that was started.
func (s Schedule) Ended(id string, state store.EffectState, next time.Time) {
	for _, it := range s.s.items {
		if it.id == id {
			s.s.ended(it, state, next)
			return
		}
	}
}
