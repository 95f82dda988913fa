package postgres

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

var _ store.Shared = (*Store)(nil)

// Turns implements [store.Shared].
func (s *Store) Turns(ctx context.Context, ids []protocol.MultiSessionID) (map[protocol.MultiSessionID]int64, error) {
	turns := make(map[protocol.MultiSessionID]int64, len(ids))
	err := s.read(ctx, statement{"SELECT id, turn FROM multi_sessions JOIN " + wantedIDs + " USING (id)", []any{texts(ids)}, func(r pgx.Rows) error {
		var id protocol.MultiSessionID
		var turn int64
		err := r.Scan(&id, &turn)
		turns[id] = turn
		return err
	}})
	return turns, err
}

// Lock implements [store.Shared]. It holds a connection of a pool of its own, so that
// who holds a lock always finds one to work with.
func (s *Store) Lock(ctx context.Context, keys ...string) (release func(), err error) {
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	within, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	c, err := s.locks.Acquire(within)
	if err != nil {
		return nil, s.classify(err)
	}
	for _, key := range keys {
		if err == nil {
			_, err = c.Exec(within, "SELECT pg_advisory_lock(hashtextextended($1, $2))", key, lockingKeys)
		}
	}
	release = func() {
		_, failed := c.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock_all()")
		if failed != nil {
			_ = c.Conn().Close(context.WithoutCancel(ctx)) // and with it the locks
		}
		c.Release()
	}
	if err != nil {
		release()
		return nil, s.classify(err)
	}
	return release, nil
}

// lockingKeys sets the locks of Lock apart from others of the database.
const lockingKeys = 7310579003

// locksAtOnce is how many connections hold locks at a time.
const locksAtOnce = 4

// PutTicket implements [store.Shared]. It deletes old ones, of which there are few.
func (s *Store) PutTicket(ctx context.Context, ticket, token [32]byte, until time.Time) error {
	_, err := s.exec(ctx, "WITH old AS (DELETE FROM tickets WHERE until < $3::timestamptz - interval '1 hour') INSERT INTO tickets VALUES ($1, $2, $3)", ticket[:], token[:], toTime(until))
	return err
}

// TakeTicket implements [store.Shared].
func (s *Store) TakeTicket(ctx context.Context, ticket [32]byte, now time.Time) (token [32]byte, err error) {
	var found []byte
	err = s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return tx.QueryRow(ctx, "DELETE FROM tickets WHERE ticket = $1 AND until >= $2 RETURNING token", ticket[:], toTime(now)).Scan(&found)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		err = store.ErrNotFound
	}
	copy(token[:], found)
	return token, err
}
