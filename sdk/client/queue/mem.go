package queue

import (
	"encoding/json"
	"sync"
)

// Mem is a store in memory, for tests. It keeps JSON, as a file would, and
// loses at Crash what wasn't synced.
type Mem struct {
	mu      sync.Mutex
	batches [][]byte
	synced  int
	fail    error
}

// NewMem is an empty store.
func NewMem() *Mem { return &Mem{} }

// Fail makes every write fail with err; nil ends that.
func (m *Mem) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = err
}

// Crash loses what was appended without sync since the last sync.
func (m *Mem) Crash() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.batches = m.batches[:m.synced]
}

// Load implements [Store].
func (m *Mem) Load() (*State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := NewState()
	for _, raw := range m.batches {
		var batch []Record
		if err := json.Unmarshal(raw, &batch); err != nil {
			return nil, err
		}
		s.Apply(batch...)
	}
	return s, nil
}

// Append implements [Store].
func (m *Mem) Append(batch []Record, sync bool) error {
	raw, err := json.Marshal(batch)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	m.batches = append(m.batches, raw)
	if sync {
		m.synced = len(m.batches)
	}
	return nil
}

// Rewrite implements [Store].
func (m *Mem) Rewrite(s *State) error {
	raw, err := json.Marshal(s.Records())
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	m.batches, m.synced = [][]byte{raw}, 1
	return nil
}

// Grown implements [Store].
func (m *Mem) Grown() bool { return false }

// Close implements [Store].
func (m *Mem) Close() error { return nil }
