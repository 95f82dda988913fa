package sdktest

import (
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk"
)

// Storage is what an extension has stored: one of a test is empty at first, and
// takes what each run leaves that neither fails nor rejects.
type Storage struct {
	// MaxKeys is extension.yaml's; 0: 1000.
	MaxKeys int
	kept    *hooks.Storage
}

// Values is what is stored, by key.
func (s *Storage) Values() map[string]sdk.Value {
	values := map[string]sdk.Value{}
	for _, e := range s.kept.All() {
		values[e.Key] = e.Value
	}
	return values
}

// End ends an order: what was stored until then is gone.
func (s *Storage) End(order sdk.OrderID) { s.kept = s.kept.Ended(order) }

const defaultKeys = 1000

func (s *Storage) found() *hooks.Stored {
	if s == nil {
		return nil
	}
	found := &hooks.Stored{Storage: s.kept, MaxKeys: s.MaxKeys}
	if found.MaxKeys == 0 {
		found.MaxKeys = defaultKeys
	}
	return found
}

func (s *Storage) take(left []hooks.Entry) {
	if s != nil {
		s.kept = s.kept.With(left...)
	}
}
