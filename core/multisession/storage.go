package multisession

import (
	"encoding/json"
	"maps"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// storages are what extensions store, by their names.
type storages map[string]*hooks.Storage

// storedValue is an entry of an extension's storage, as it is written.
type storedValue struct {
	Value protocol.Value `json:"v"`
	// Order: the entry goes when this order ends.
	Order protocol.OrderID `json:"order,omitempty"`
}

func readStored(v store.KeyValue) hooks.Entry {
	var stored storedValue
	if v.Damaged || json.Unmarshal(v.Value, &stored) != nil || stored.Value == "" {
		return hooks.Entry{Key: v.Key, Damaged: true}
	}
	return hooks.Entry{Key: v.Key, Value: stored.Value, Until: stored.Order}
}

// stores is what extensions have stored by now. It may be changed.
func (d *decider) stores() storages {
	all := maps.Clone(d.engine.storage)
	maps.Copy(all, d.storage)
	return all
}

// differs reports whether hooks left anything.
func (d *decider) differs(left storages) bool {
	now := d.stores()
	for name, storage := range left {
		if storage != now[name] {
			return true
		}
	}
	return false
}

// keep takes what hooks left, with the change. What goes with orders that have
// ended is gone with them, whose ever it is.
func (d *decider) keep(left storages, drafts []*order.Order) {
	if len(left) > 0 {
		d.store(left)
	}
	for _, draft := range drafts {
		if draft.State == protocol.Open {
			continue
		}
		now := d.stores()
		for name, storage := range now {
			now[name] = storage.Ended(draft.ID)
		}
		d.store(now)
	}
}

func (d *decider) store(now storages) {
	if d.storage == nil {
		d.storage = storages{}
	}
	maps.Copy(d.storage, now)
}

// writeStorage adds to the batch what extensions have stored since the last one.
func (d *decider) writeStorage() {
	for _, name := range protocol.SortedKeys(d.storage) {
		for _, e := range d.storage[name].Since(d.engine.storage[name]) {
			if e.There() {
				d.put(spaceStorage+name, e.Key, storedValue{e.Value, e.Until})
			} else {
				d.drop(spaceStorage+name, e.Key)
			}
		}
	}
}

// look is what an extension has stored, as an operator sees it.
func (d *decider) look(extension string) []protocol.StoredEntry {
	entries := []protocol.StoredEntry{}
	for _, e := range d.stores()[extension].All() {
		shown := protocol.StoredEntry{Key: e.Key, Bytes: len(e.Key) + len(e.Value), Value: e.Value, Order: e.Until, Damaged: e.Damaged}
		if e.Damaged {
			shown.Value = protocol.Null
		}
		entries = append(entries, shown)
	}
	return entries
}

func (d *decider) dropStored(r *Drop) error {
	now := d.stores()[r.Extension]
	if !now.Get(r.Key).There() {
		return protocol.Errorf(protocol.NotFound, "the extension %.64q has stored nothing under the key %.200q here", r.Extension, r.Key)
	}
	d.store(storages{r.Extension: now.With(hooks.Entry{Key: r.Key})})
	return nil
}
