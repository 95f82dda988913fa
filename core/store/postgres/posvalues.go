package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// POSValues implements [store.POSValues].
func (s *Store) POSValues(ctx context.Context, pos protocol.POSID, keys ...string) (map[string][]byte, error) {
	values, wanted := map[string][]byte{}, make([][]byte, len(keys))
	for i, key := range keys {
		wanted[i] = []byte(key)
	}
	err := s.read(ctx, statement{"SELECT key, value FROM pos_values WHERE pos = $1 AND key = ANY ($2)", []any{string(pos), wanted}, func(r pgx.Rows) error {
		var key, value []byte
		err := r.Scan(&key, &value)
		values[string(key)] = value
		return err
	}})
	return values, err
}

// POSKeys implements [store.POSValues].
func (s *Store) POSKeys(ctx context.Context, pos protocol.POSID) (keys []string, err error) {
	err = s.read(ctx, statement{"SELECT key FROM pos_values WHERE pos = $1 ORDER BY key", []any{string(pos)}, func(r pgx.Rows) error {
		var key []byte
		err := r.Scan(&key)
		keys = append(keys, string(key))
		return err
	}})
	return keys, err
}

// PutPOSValues implements [store.POSValues]. It locks the POS, which another node may be
// deleting.
func (s *Store) PutPOSValues(ctx context.Context, pos protocol.POSID, values map[string][]byte) error {
	return s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "SELECT FROM pos WHERE id = $1 AND NOT deleted FOR UPDATE", string(pos))
		if err == nil && tag.RowsAffected() == 0 {
			err = fmt.Errorf("POS %s: %w", pos, store.ErrNotFound)
		}
		for _, key := range protocol.SortedKeys(values) {
			if err != nil {
				break
			}
			if values[key] == nil {
				_, err = tx.Exec(ctx, "DELETE FROM pos_values WHERE pos = $1 AND key = $2", string(pos), []byte(key))
			} else {
				_, err = tx.Exec(ctx, "INSERT INTO pos_values VALUES ($1, $2, $3) ON CONFLICT (pos, key) DO UPDATE SET value = excluded.value", string(pos), []byte(key), values[key])
			}
		}
		return err
	})
}
