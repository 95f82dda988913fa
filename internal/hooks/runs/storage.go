package runs

import (
	"fmt"
	"strings"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// storageJSON is an extension's storage, as far as the run looked at it. Of the
// rest only the size is there: limits depend on it.
type storageJSON struct {
	MaxKeys int         `json:"max_keys"`
	Entries []entryJSON `json:"entries"`
	// Keys and Bytes of what the run didn't look at.
	OtherKeys  int `json:"other_keys,omitempty"`
	OtherBytes int `json:"other_bytes,omitempty"`
}

type entryJSON struct {
	Key     string           `json:"key"`
	Value   protocol.Value   `json:"value"`
	Until   protocol.OrderID `json:"until,omitempty"`
	Damaged bool             `json:"damaged,omitempty"`
}

// storageKept is how much is kept of a storage of which it isn't known what the
// run looked at: its process is gone.
const storageKept = 128 << 10

// storage is what is kept of it; all: what was looked at isn't known.
func storage(s *hooks.Stored, gave *hooks.Result, all bool) *storageJSON {
	if s == nil {
		return nil
	}
	keep := map[string]bool{}
	for _, key := range gave.LookedAt {
		keep[key] = true
	}
	for _, e := range gave.Left {
		keep[e.Key] = true
	}
	kept := &storageJSON{MaxKeys: s.MaxKeys, Entries: []entryJSON{}}
	size := 0
	for _, e := range s.All() {
		bytes := len(e.Key) + len(e.Value)
		if !keep[e.Key] && (!all || size+bytes > storageKept) {
			kept.OtherKeys++
			kept.OtherBytes += bytes
			continue
		}
		size += bytes
		kept.Entries = append(kept.Entries, writtenEntry(e))
	}
	return kept
}

func writtenEntry(e hooks.Entry) entryJSON {
	w := entryJSON{Key: e.Key, Value: e.Value, Until: e.Until, Damaged: e.Damaged}
	if w.Value == "" {
		w.Value = protocol.Null
	}
	return w
}

func (e entryJSON) entry() hooks.Entry {
	read := hooks.Entry{Key: e.Key, Value: e.Value, Until: e.Until, Damaged: e.Damaged}
	if read.Value.IsNull() {
		read.Value = ""
	}
	return read
}

// stored reads it. What wasn't kept is made up, of the same size.
func (s *storageJSON) stored() *hooks.Stored {
	if s == nil {
		return nil
	}
	var entries []hooks.Entry
	for _, e := range s.Entries {
		entries = append(entries, e.entry())
	}
	left := s.OtherBytes
	for i := range s.OtherKeys {
		key := fmt.Sprintf("(not kept) %d", i+1)
		size := max(0, left/(s.OtherKeys-i)-len(key)-2)
		value := protocol.Text(strings.Repeat(".", size))
		left -= len(key) + len(value)
		entries = append(entries, hooks.Entry{Key: key, Value: value})
	}
	return &hooks.Stored{Storage: (*hooks.Storage)(nil).With(entries...), MaxKeys: s.MaxKeys}
}
