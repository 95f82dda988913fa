package runner

import (
	"errors"
	"fmt"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/protocol"
)

// storage is the sdk.Storage of one run.
type storage struct {
	run     *run
	storing *hooks.Storing
}

// Storage implements [sdk.StoringRun].
func (h *run) Storage() sdk.Storage {
	if h.stores == nil {
		h.stores = &storage{h, hooks.NewStoring(h.head)}
	}
	return h.stores
}

var errStorage = errors.New("this extension has no storage: say storage: true in extension.yaml")

func (s *storage) Get(key string, into any) (bool, error) {
	s.run.reads.Note(hooks.KeyChance)
	if !s.run.set.Stores {
		return false, errStorage
	}
	v, err := s.storing.Get(key)
	if err != nil {
		return false, err
	}
	return v != "", decode(protocol.Field("storage: "+key), v, into)
}

func (s *storage) Set(key string, value any) error         { return s.set(key, value, false) }
func (s *storage) SetUntilEnd(key string, value any) error { return s.set(key, value, true) }

func (s *storage) set(key string, value any, untilEnd bool) error {
	if !s.run.set.Stores {
		return errStorage
	}
	v, err := protocol.ValueOf(value)
	if err != nil {
		return fmt.Errorf("storage: what is set for %.40q can't be stored: %w", key, err)
	}
	return s.storing.Set(key, v, untilEnd)
}

func (s *storage) left() []hooks.Entry {
	if s == nil {
		return nil
	}
	return s.storing.Left()
}

func (s *storage) lookedAt() []string {
	if s == nil {
		return nil
	}
	return s.storing.LookedAt()
}
