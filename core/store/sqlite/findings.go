package sqlite

import (
	"errors"
	"fmt"
	"sync"

	"github.com/manytill/manytill/core/store"
	sqlite3 "modernc.org/sqlite"
)

// damaged notes a damaged row and returns its error.
func (c *conn) damaged(format string, args ...any) error {
	d := store.Damage{Place: fmt.Sprintf(format, args...)}
	if c.found != nil {
		c.found.note(d)
	}
	return d.Err()
}

// findings are the damaged places found since the database was opened.
type findings struct {
	tell func(store.Damage) // may be nil

	mu   sync.Mutex
	all  []store.Damage
	seen map[string]bool
}

// mostFindings limits how many are kept.
const mostFindings = 1000

// note keeps and reports a place, once.
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

// noteCorrupt notes an error in which SQLite reports a damaged page.
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
