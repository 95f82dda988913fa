package pluginpb

import (
	"sync"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Storages are what a process keeps of storages, by the names that the server
// gave them. Safe for concurrent use.
type Storages struct {
	mu   sync.Mutex
	kept Kept[uint64, *KeptStorage]
}

// KeptStorage is a storage that a side keeps for the other's sake.
type KeptStorage struct {
	Name    uint64
	Storage *hooks.Storage
}

// Bytes is what it takes, about.
func (k *KeptStorage) Bytes() int { return 400 + 150*k.Storage.Keys() + k.Storage.Bytes() }

// Of are the storages of a call, in their order; false where one was sent as what
// changed in another that isn't kept.
func (s *Storages) Of(sent []*Storage) (all []*hooks.Stored, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ok = true
	for _, x := range sent {
		before := &KeptStorage{}
		if since := x.GetSince(); since != 0 {
			var known bool
			if before, known = s.kept.Get(since); !known {
				ok = false
				continue
			}
		}
		now := before
		if x.GetKept() != x.GetSince() {
			entries := make([]hooks.Entry, len(x.GetEntries()))
			for i, e := range x.GetEntries() {
				entries[i] = e.Entry(protocol.Value(e.GetValue()))
			}
			now = &KeptStorage{x.GetKept(), before.Storage.With(entries...)}
			s.kept.Drop(x.GetSince()) // the server goes on from these
			s.kept.Put(x.GetKept(), now)
		}
		all = append(all, &hooks.Stored{Storage: now.Storage, MaxKeys: int(x.GetMaxKeys())})
	}
	return all, ok
}

// Find is what the hooks on a record find stored; nil: nothing is found or kept.
func (x *Record) Find(storages []*hooks.Stored) *hooks.Stored {
	if at := int(x.GetStorage()); at > 0 && at <= len(storages) {
		return storages[at-1]
	}
	return nil
}

// EntriesOf writes entries.
func EntriesOf(entries []hooks.Entry) (sent []*Entry) {
	for _, e := range entries {
		sent = append(sent, &Entry{Key: e.Key, Value: string(e.Value), Until: string(e.Until), Damaged: e.Damaged})
	}
	return sent
}

// Entry is an entry as it was sent, with its value.
func (x *Entry) Entry(value protocol.Value) hooks.Entry {
	return hooks.Entry{Key: x.GetKey(), Value: value, Until: protocol.OrderID(x.GetUntil()), Damaged: x.GetDamaged()}
}
