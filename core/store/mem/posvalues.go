package mem

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// POSValues implements [store.POSValues].
func (s *Store) POSValues(ctx context.Context, pos protocol.POSID, keys ...string) (map[string][]byte, error) {
	values := map[string][]byte{}
	err := s.read(ctx, func(d *data) error {
		for _, key := range keys {
			if value, known := d.POSValues[pos][key]; known {
				values[key] = bytes.Clone(value)
			}
		}
		return nil
	})
	return values, err
}

// POSKeys implements [store.POSValues].
func (s *Store) POSKeys(ctx context.Context, pos protocol.POSID) (keys []string, err error) {
	err = s.read(ctx, func(d *data) error {
		keys = slices.Sorted(maps.Keys(d.POSValues[pos]))
		return nil
	})
	return keys, err
}

// PutPOSValues implements [store.POSValues].
func (s *Store) PutPOSValues(ctx context.Context, pos protocol.POSID, values map[string][]byte) error {
	return s.write(ctx, func(d *data) error {
		if p, ok := d.POS[pos]; !ok || p.Deleted {
			return fmt.Errorf("POS %s: %w", pos, store.ErrNotFound)
		}
		if d.POSValues == nil {
			d.POSValues = map[protocol.POSID]map[string][]byte{}
		}
		kept := maps.Clone(d.POSValues[pos])
		if kept == nil {
			kept = map[string][]byte{}
		}
		for key, value := range values {
			if kept[key] = bytes.Clone(value); value == nil {
				delete(kept, key)
			}
		}
		d.POSValues[pos] = kept
		return nil
	})
}
