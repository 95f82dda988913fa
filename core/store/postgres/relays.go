package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// Relays implements [store.Relays].
func (s *Store) Relays(ctx context.Context) ([]store.Relay, error) {
	return s.relays(ctx, "NOT deleted ORDER BY id")
}

// Relay implements [store.Relays].
func (s *Store) Relay(ctx context.Context, id protocol.RelayID) (store.Relay, error) {
	list, err := s.relays(ctx, "id = $1", string(id))
	if err == nil && len(list) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return store.Relay{}, err
	}
	return list[0], nil
}

func (s *Store) relays(ctx context.Context, which string, args ...any) (list []store.Relay, err error) {
	err = s.read(ctx, statement{"SELECT id, name, deleted, server_id, seen FROM relays WHERE " + which, args, func(r pgx.Rows) error {
		var one store.Relay
		var name []byte
		var seen time.Time
		err := r.Scan(&one.ID, &name, &one.Deleted, &one.ServerID, &seen)
		one.Name = string(name)
		if seen.UnixMilli() != 0 {
			one.Seen = seen.UTC()
		}
		list = append(list, one)
		return err
	}})
	return list, err
}

// PutRelay implements [store.Relays].
func (s *Store) PutRelay(ctx context.Context, r store.Relay) error {
	seen := time.UnixMilli(0)
	if !r.Seen.IsZero() {
		seen = toTime(r.Seen)
	}
	return s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO relays (id, name, deleted, server_id, seen) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE
			SET name = excluded.name, deleted = excluded.deleted, server_id = excluded.server_id, seen = excluded.seen`,
			string(r.ID), []byte(r.Name), r.Deleted, r.ServerID, seen)
		if err == nil && r.Deleted {
			_, err = tx.Exec(ctx, "DELETE FROM tokens WHERE owner = $1", store.Owner{Relay: r.ID}.Name())
		}
		return err
	})
}
