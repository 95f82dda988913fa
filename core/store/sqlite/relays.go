package sqlite

import (
	"context"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

const relayColumns = "id, name, deleted, server_id, seen, sum FROM relays"

func (c *conn) scanRelay(r row, into *store.Relay) error {
	*into = store.Relay{ID: protocol.RelayID(r.text(0)), Name: r.text(1), Deleted: r.int(2) == 1, ServerID: r.text(3)}
	if at := r.int(4); at != 0 {
		into.Seen = toTime(at)
	}
	if !c.good(relaysTable, r, 5) {
		return c.damaged("relay %s", into.ID)
	}
	return nil
}

// Relays implements [store.Relays].
func (s *Store) Relays(ctx context.Context) (list []store.Relay, err error) {
	err = s.pool.read(ctx, func(c *conn) error {
		return c.query("SELECT "+relayColumns+" ORDER BY id", func(r row) error {
			var one store.Relay
			if c.scanRelay(r, &one) == nil && !one.Deleted {
				list = append(list, one)
			}
			return nil
		})
	})
	return list, err
}

// Relay implements [store.Relays].
func (s *Store) Relay(ctx context.Context, id protocol.RelayID) (one store.Relay, err error) {
	err = s.lookUp(ctx, "SELECT "+relayColumns+" WHERE id = ?", func(c *conn, r row) error { return c.scanRelay(r, &one) }, string(id))
	return one, err
}

// PutRelay implements [store.Relays].
func (s *Store) PutRelay(ctx context.Context, r store.Relay) error {
	return s.writer.do(ctx, func(w *writer) error {
		_, err := w.exec("INSERT OR REPLACE INTO relays VALUES (?, ?, ?, ?, ?, ?)",
			w.c.summed(relaysTable, string(r.ID), r.Name, flag(r.Deleted), r.ServerID, orZero(r.Seen))...)
		if err == nil && r.Deleted {
			_, err = w.exec("DELETE FROM tokens WHERE owner = ?", store.Owner{Relay: r.ID}.Name())
		}
		return err
	})
}

// orZero is a time in milliseconds; 0 for none.
func orZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
