package goplugin

import (
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/pluginpb"
	"github.com/manytill/manytill/sdk/protocol"
)

// storageMemory is what a process was handed of storages, so that it is sent what
// changed since. As with lines, it says where it hasn't what it was thought to
// have, and is sent all. Safe for concurrent use.
type storageMemory struct {
	mu    sync.Mutex
	last  uint64 // the name that was given last
	names pluginpb.Kept[protocol.MultiSessionID, *pluginpb.KeptStorage]
}

// newStorageMemory: names begin anywhere, as newMemory's.
func newStorageMemory() *storageMemory { return &storageMemory{last: rand.Uint64()} }

// hand notes that the process is handed a storage, and gives the one that it was
// handed before; nil if there is none.
func (m *storageMemory) hand(ms protocol.MultiSessionID, s *hooks.Storage) (now, before *pluginpb.KeptStorage) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before, _ = m.names.Get(ms)
	if before != nil && before.Storage == s {
		return before, before
	}
	if m.last++; m.last == 0 {
		m.last++
	}
	now = &pluginpb.KeptStorage{Name: m.last, Storage: s}
	m.names.Put(ms, now)
	return now, before
}

// storageOf writes what the hooks on a record find stored, once for all that find
// the same: its place in the request, from 1; 0 where they find nothing.
func (w *writer) storageOf(r *request, ms protocol.MultiSessionID, found *hooks.Stored) int32 {
	if w.storage == nil || found == nil {
		return 0
	}
	for i, h := range r.storages {
		if h.ms == ms && h.kept.Storage == found.Storage {
			return int32(i) + 1
		}
	}
	now, before := w.storage.hand(ms, found.Storage)
	sent := &pluginpb.Storage{Kept: now.Name, MaxKeys: int32(found.MaxKeys)}
	if before != nil {
		sent.Since, sent.Entries = before.Name, pluginpb.EntriesOf(now.Storage.Since(before.Storage))
	} else {
		sent.Entries = pluginpb.EntriesOf(now.Storage.All())
	}
	r.Storages, r.storages = append(r.Storages, sent), append(r.storages, handedStorage{ms, now})
	return int32(len(r.Storages))
}

// handedStorage is a storage as a request hands it over.
type handedStorage struct {
	ms   protocol.MultiSessionID
	kept *pluginpb.KeptStorage
}

// leftOf reads what hooks left in storage. The chain checks how much it is.
func leftOf(r *pluginpb.Result) (left []hooks.Entry, err error) {
	for _, e := range r.GetLeft() {
		value := protocol.Value("")
		if e.GetValue() != "" {
			if value, err = protocol.ParseValue([]byte(e.GetValue())); err != nil {
				return nil, fmt.Errorf("storage: %.40q: %w", e.GetKey(), err)
			}
		}
		left = append(left, e.Entry(value))
	}
	return left, nil
}
