package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// readPOS fills in which POS are in a multi-session.
func (ms *msRow) readPOS(c *conn) error {
	return c.query("SELECT "+posColumns+" WHERE pos.ms = ? ORDER BY pos.id", func(r row) error {
		var p store.POS
		if c.scanPOS(r, &p) == nil { // without those that are damaged
			ms.POS = append(ms.POS, p.ID)
		}
		return nil
	}, ms.key)
}

// MultiSessions implements [store.Directory].
func (s *Store) MultiSessions(ctx context.Context) (list []store.MultiSession, err error) {
	err = s.pool.read(ctx, func(c *conn) error {
		at := map[int64]int{}
		err := c.query("SELECT "+msColumns+" ORDER BY id", func(r row) error {
			var ms msRow
			if c.scanMultiSession(r, &ms) == nil {
				at[ms.key] = len(list)
				list = append(list, ms.MultiSession)
			}
			return nil
		})
		if err != nil {
			return err
		}
		return c.query("SELECT "+posColumns+" WHERE pos.ms IS NOT NULL ORDER BY pos.id", func(r row) error {
			var p store.POS
			if i, known := at[r.int(3)]; known && c.scanPOS(r, &p) == nil {
				list[i].POS = append(list[i].POS, p.ID)
			}
			return nil
		})
	})
	return list, err
}

// MultiSession implements [store.Directory].
func (s *Store) MultiSession(ctx context.Context, id protocol.MultiSessionID) (ms store.MultiSession, err error) {
	err = s.pool.read(ctx, func(c *conn) error {
		found, err := findMS(c, id)
		if err == nil {
			err = found.readPOS(c)
		}
		ms = found.MultiSession
		return err
	})
	return ms, err
}

// PutMultiSession implements [store.Directory].
func (s *Store) PutMultiSession(ctx context.Context, ms store.MultiSession, pos []protocol.POSID) error {
	return s.writer.do(ctx, func(w *writer) error {
		_, err := w.exec(`INSERT INTO multi_sessions (id, name, active, deleted) VALUES (?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, active = excluded.active, deleted = excluded.deleted`,
			string(ms.ID), ms.Name, flag(ms.Active), flag(ms.Deleted))
		if err != nil || pos == nil {
			return err
		}
		key, _, err := msKey(w.c, ms.ID)
		if err != nil {
			return err
		}
		if _, err := w.exec("UPDATE pos SET ms = NULL WHERE ms = ?", key); err != nil {
			return err
		}
		for _, id := range pos {
			n, err := w.exec("UPDATE pos SET ms = ? WHERE id = ? AND deleted = 0", key, string(id))
			if err == nil && n == 0 {
				err = fmt.Errorf("POS %s: %w", id, store.ErrNotFound)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// AllPOS implements [store.Directory].
func (s *Store) AllPOS(ctx context.Context) (list []store.POS, err error) {
	err = s.pool.read(ctx, func(c *conn) error {
		return c.query("SELECT "+posColumns+" ORDER BY pos.id", func(r row) error {
			var p store.POS
			if c.scanPOS(r, &p) == nil && !p.Deleted {
				list = append(list, p)
			}
			return nil
		})
	})
	return list, err
}

// POS implements [store.Directory].
func (s *Store) POS(ctx context.Context, id protocol.POSID) (p store.POS, err error) {
	err = s.lookUp(ctx, "SELECT "+posColumns+" WHERE pos.id = ?", func(c *conn, r row) error { return c.scanPOS(r, &p) }, string(id))
	return p, err
}

// lookUp reads one row; ErrNotFound if there is none.
func (s *Store) lookUp(ctx context.Context, query string, into func(*conn, row) error, args ...driver.Value) error {
	return s.pool.read(ctx, func(c *conn) error {
		found := false
		err := c.query(query, func(r row) error {
			found = true
			return into(c, r)
		}, args...)
		if err == nil && !found {
			err = store.ErrNotFound
		}
		return err
	})
}

// PutPOS implements [store.Directory].
func (s *Store) PutPOS(ctx context.Context, p store.POS) error {
	return s.writer.do(ctx, func(w *writer) error {
		user, name := userColumns(p.Till.User)
		_, err := w.exec(`INSERT INTO pos (id, name, deleted, till_open, user_id, user_name, since) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, deleted = excluded.deleted,
				till_open = excluded.till_open, user_id = excluded.user_id, user_name = excluded.user_name, since = excluded.since,
				ms = iif(excluded.deleted, NULL, ms)`,
			string(p.ID), p.Name, flag(p.Deleted), flag(p.Till.Open), user, name, p.Till.Since.UnixMilli())
		if err == nil && p.Deleted {
			if _, err = w.exec("DELETE FROM tokens WHERE owner = ?", string(p.ID)); err == nil {
				_, err = w.exec("DELETE FROM pos_values WHERE pos = ?", string(p.ID))
			}
		}
		return err
	})
}

// PutToken implements [store.Tokens].
func (s *Store) PutToken(ctx context.Context, owner store.Owner, hash [32]byte) error {
	return s.writer.do(ctx, func(w *writer) error {
		name := owner.Name()
		if !owner.Admin {
			known, err := w.c.one("SELECT 1 FROM pos WHERE id = ? UNION ALL SELECT 1 FROM relays WHERE id = ?", func(row) {}, string(owner.POS), string(owner.Relay))
			if err != nil || !known {
				return orNotFound(err, "POS or relay %s", name)
			}
		}
		_, err := w.exec("INSERT INTO tokens (owner, hash) VALUES (?, ?) ON CONFLICT (owner) DO UPDATE SET hash = excluded.hash", name, hash[:])
		return err
	})
}

// TokenOwner implements [store.Tokens].
func (s *Store) TokenOwner(ctx context.Context, hash [32]byte) (owner store.Owner, err error) {
	err = s.lookUp(ctx, "SELECT owner, hash, sum FROM tokens WHERE hash = ?", func(c *conn, r row) error {
		owner = store.OwnerNamed(r.text(0))
		if !c.good(tokensTable, r, 2) {
			owner = store.Owner{}
			return c.damaged("a token")
		}
		return nil
	}, hash[:])
	return owner, err
}

// HasAdmin implements [store.Tokens].
func (s *Store) HasAdmin(ctx context.Context) (has bool, err error) {
	err = s.lookUp(ctx, "SELECT count(*) FROM tokens WHERE owner = ''", func(_ *conn, r row) error {
		has = r.int(0) == 1
		return nil
	})
	return has, err
}
