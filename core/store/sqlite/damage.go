package sqlite

import (
	"errors"
	"sync"

	"github.com/manytill/manytill/core/store"
	sqlite3 "modernc.org/sqlite"
)

// findings is what was found damaged since the database was opened.
type findings struct {
	tell func(store.Damage) // may be nil

	mu   sync.Mutex
	all  []store.Damage
	seen map[string]bool
}

// mostFindings bounds what is kept; the first ones say enough.
const mostFindings = 1000

// note tells of a place once.
func (f *findings) note(d store.Damage) {
	f.mu.Lock()
	if f.seen[d.Place] || len(f.all) >= mostFindings {
		f.mu.Unlock()
		return
	}
	if f.seen == nil {
		f.seen = map[string]bool{}
	}
	f.seen[d.Place] = true
	f.all = append(f.all, d)
	f.mu.Unlock()
	if f.tell != nil {
		f.tell(d)
	}
}

// noteCorrupt tells of an error by which SQLite found a page that can't be what
// it was.
func (f *findings) noteCorrupt(err error) {
	var s *sqlite3.Error
	if f != nil && errors.As(err, &s) && s.Code()&0xff == codeCorrupt {
		f.note(store.Damage{Place: "a page (" + s.Error() + ")"})
	}
}

// Damage implements [store.Maintenance].
func (s *Store) Damage() []store.Damage {
	s.found.mu.Lock()
	defer s.found.mu.Unlock()
	return append([]store.Damage(nil), s.found.all...)
}
