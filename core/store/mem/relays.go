package mem

import (
	"context"
	"maps"
	"slices"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// Relays implements [store.Relays].
func (s *Store) Relays(ctx context.Context) (list []store.Relay, err error) {
	err = s.read(ctx, func(d *data) error {
		for _, id := range slices.Sorted(maps.Keys(d.Relays)) {
			if !d.Relays[id].Deleted {
				list = append(list, d.Relays[id])
			}
		}
		return nil
	})
	return list, err
}

// Relay implements [store.Relays].
func (s *Store) Relay(ctx context.Context, id protocol.RelayID) (r store.Relay, err error) {
	err = s.read(ctx, func(d *data) error {
		known := false
		if r, known = d.Relays[id]; !known {
			return store.ErrNotFound
		}
		return nil
	})
	return r, err
}

// PutRelay implements [store.Relays].
func (s *Store) PutRelay(ctx context.Context, r store.Relay) error {
	return s.write(ctx, func(d *data) error {
		if d.Relays == nil {
			d.Relays = map[protocol.RelayID]store.Relay{}
		}
		d.Relays[r.ID] = r
		if r.Deleted {
			d.dropTokens(store.Owner{Relay: r.ID})
		}
		return nil
	})
}
