package hooks

import (
	"maps"
	"slices"

	"github.com/manytill/manytill/sdk/protocol"
)

// Entry is one key of an extension's storage.
type Entry struct {
	Key string
	// Value is JSON; "" where there is none.
	Value protocol.Value
	// Until is the order with whose end the entry goes; "": it stays.
	Until protocol.OrderID
	// Damaged: there is a value, and it can't be read.
	Damaged bool
}

// There reports whether anything is stored under the key.
func (e Entry) There() bool { return e.Value != "" || e.Damaged }

// Storage is what an extension has stored for one multi-session, at one moment.
// It never changes: With gives another, which shares what stayed. nil is empty.
// Safe for concurrent use.
type Storage struct {
	below   *Storage         // what changed is held against; nil: nothing
	changed map[string]Entry // one that isn't There is gone
	depth   int              // how many are below, with itself
	keys    int
	bytes   int
	tied    int // entries that go with an order
}

// layersMost is how many layers a Storage may have before it is put together.
const layersMost = 16

// Get is what is stored under a key; its Value is "" where nothing is.
func (s *Storage) Get(key string) Entry {
	for ; s != nil; s = s.below {
		if e, known := s.changed[key]; known {
			return e
		}
	}
	return Entry{Key: key}
}

// Keys is how many keys there are.
func (s *Storage) Keys() int {
	if s == nil {
		return 0
	}
	return s.keys
}

// Bytes is how large keys and values are together.
func (s *Storage) Bytes() int {
	if s == nil {
		return 0
	}
	return s.bytes
}

// With is the storage with these entries instead of what stood under their keys.
// It is the same one where nothing differs.
func (s *Storage) With(entries ...Entry) *Storage {
	next := &Storage{below: s, changed: map[string]Entry{}, depth: 1 + s.layers()}
	if s != nil {
		next.keys, next.bytes, next.tied = s.keys, s.bytes, s.tied
	}
	for _, e := range entries {
		was := next.Get(e.Key)
		if was == e {
			continue
		}
		next.count(was, -1)
		next.count(e, 1)
		next.changed[e.Key] = e
	}
	switch {
	case len(next.changed) == 0:
		return s
	case next.depth > layersMost:
		next.changed, next.below, next.depth = next.all(), nil, 1
	}
	return next
}

func (s *Storage) count(e Entry, by int) {
	if !e.There() {
		return
	}
	s.keys += by
	s.bytes += by * (len(e.Key) + len(e.Value))
	if e.Until != "" {
		s.tied += by
	}
}

// Ended is the storage without what goes with an order.
func (s *Storage) Ended(order protocol.OrderID) *Storage {
	if s == nil || s.tied == 0 {
		return s
	}
	var gone []Entry
	for key, e := range s.all() {
		if e.Until == order {
			gone = append(gone, Entry{Key: key})
		}
	}
	return s.With(gone...)
}

// All are the entries, by key.
func (s *Storage) All() []Entry {
	all := s.all()
	entries := make([]Entry, 0, len(all))
	for _, key := range protocol.SortedKeys(all) {
		entries = append(entries, all[key])
	}
	return entries
}

// Since are the entries that differ from those of another storage, by key. It
// costs little where one was made of the other.
func (s *Storage) Since(before *Storage) (entries []Entry) {
	keys := map[string]bool{}
	for a, b := s, before; a != b; {
		if a.layers() < b.layers() {
			a, b = b, a
		}
		for key := range a.changed {
			keys[key] = true
		}
		a = a.below
	}
	now, was := s, before
	if len(keys) > manyKeys {
		now, was = s.flat(), before.flat()
	}
	for _, key := range protocol.SortedKeys(keys) {
		if e := now.Get(key); e != was.Get(key) {
			entries = append(entries, e)
		}
	}
	return entries
}

// manyKeys is from where on it is cheaper to put layers together than to look into
// each.
const manyKeys = 64

// flat is the same in one layer, to look into.
func (s *Storage) flat() *Storage { return &Storage{changed: s.all(), depth: 1} }

func (s *Storage) layers() int {
	if s == nil {
		return 0
	}
	return s.depth
}

func (s *Storage) all() map[string]Entry {
	var layers []*Storage
	for ; s != nil; s = s.below {
		layers = append(layers, s)
	}
	all := map[string]Entry{}
	for _, layer := range slices.Backward(layers) {
		maps.Copy(all, layer.changed)
	}
	maps.DeleteFunc(all, func(_ string, e Entry) bool { return !e.There() })
	return all
}
