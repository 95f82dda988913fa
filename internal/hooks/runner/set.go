package runner

import (
	"sync/atomic"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/protocol"
)

// Set is an extension's hooks: each func makes a fresh instance, for one
// run over one record. A nil func is a model without hooks.
type Set struct {
	Order     func() sdk.OrderHooks
	Orderline func() sdk.OrderlineHooks
	// Readable are the keys that are handed over; a model that isn't in it:
	// all.
	Readable map[protocol.Model]map[protocol.Field]bool
	// Own are the extension's fields; a model that isn't in it: not known.
	Own map[protocol.Model]map[protocol.Field]protocol.Type
	// Lines: its manifest says that hooks of orders put lines.
	Lines bool
	// Stores: its manifest declares storage.
	Stores bool
	// Effects are the names of those that its manifest describes.
	Effects []string
}

// Models are those on which any hook is defined; a struct with tags alone has
// none.
func (s *Set) Models() (models []protocol.Model) {
	if s.Order != nil && hasHook(s.Order()) {
		models = append(models, protocol.ModelOrder)
	}
	if s.Orderline != nil && hasHook(s.Orderline()) {
		models = append(models, protocol.ModelOrderline)
	}
	return models
}

// Migrating are the models that migrate fields of an older schema.
func (s *Set) Migrating() (models []protocol.Model) {
	for _, m := range s.instances() {
		if _, migrates := m.instance.(sdk.Migrator); migrates {
			models = append(models, m.model)
		}
	}
	return models
}

func hasHook(instance any) bool {
	_, inits := instance.(sdk.Initializer)
	_, applies := instance.(sdk.Applier)
	_, exports := instance.(sdk.Exporter)
	return inits || applies || exports
}

// Line is an order's line, ready for hooks of its order to read in any number
// of runs, also at the same time. It isn't changed, but for its memory.
type Line struct {
	ID     protocol.LineID
	N      int
	Fields protocol.Fields
	memory memory
}

// NewLine makes a line ready.
func NewLine(l protocol.Line) *Line { return &Line{ID: l.ID, N: l.N, Fields: l.Fields} }

// memory is what was worked out for a line, by as many as there is room for;
// others work anew each time.
type memory [4]atomic.Pointer[worked]

// worked is what an sdk.PerLine gave.
type worked struct{ by, out any }

func (m *memory) recall(by any) (out any, ok bool) {
	for i := range m {
		w := m[i].Load()
		if w == nil {
			return nil, false
		}
		if w.by == by {
			return w.out, true
		}
	}
	return nil, false
}

func (m *memory) remember(by, out any) {
	w := &worked{by, out}
	for i := range m {
		if m[i].CompareAndSwap(nil, w) {
			return
		}
	}
}
