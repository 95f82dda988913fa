package sqlite

import (
	"context"
	"fmt"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// POSValues implements [store.POSValues].
func (s *Store) POSValues(ctx context.Context, pos protocol.POSID, keys ...string) (map[string][]byte, error) {
	values := map[string][]byte{}
	err := s.pool.read(ctx, func(c *conn) error {
		for _, key := range keys {
			_, err := c.one("SELECT pos, key, value, sum FROM pos_values WHERE pos = ? AND key = ?", func(r row) {
				if !c.good(posValuesTable, r, 3) {
					_ = c.damaged("value %s of POS %s", key, pos)
					return
				}
				values[key] = r.bytes(2)
			}, string(pos), key)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return values, err
}

// POSKeys implements [store.POSValues].
func (s *Store) POSKeys(ctx context.Context, pos protocol.POSID) (keys []string, err error) {
	err = s.pool.read(ctx, func(c *conn) error {
		return c.query("SELECT key FROM pos_values WHERE pos = ? ORDER BY key", func(r row) error {
			keys = append(keys, r.text(0))
			return nil
		}, string(pos))
	})
	return keys, err
}

// PutPOSValues implements [store.POSValues].
func (s *Store) PutPOSValues(ctx context.Context, pos protocol.POSID, values map[string][]byte) error {
	return s.writer.do(ctx, func(w *writer) error {
		if known, err := w.c.one("SELECT 1 FROM pos WHERE id = ? AND deleted = 0", func(row) {}, string(pos)); err != nil || !known {
			return orNotFound(err, "POS %s", pos)
		}
		for _, key := range protocol.SortedKeys(values) {
			var err error
			if values[key] == nil {
				_, err = w.exec("DELETE FROM pos_values WHERE pos = ? AND key = ?", string(pos), key)
			} else {
				_, err = w.exec("INSERT OR REPLACE INTO pos_values VALUES (?, ?, ?, ?)",
					w.c.summed(posValuesTable, string(pos), key, string(values[key]))...)
			}
			if err != nil {
				return fmt.Errorf("value %s of POS %s: %w", key, pos, err)
			}
		}
		return nil
	})
}

// orNotFound is err, or (nil) ErrNotFound with its place.
func orNotFound(err error, format string, args ...any) error {
	if err != nil {
		return err
	}
	return fmt.Errorf(format+": %w", append(args, store.ErrNotFound)...)
}
