package sqlite

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// ListRejections implements [store.Operator].
func (s *Store) ListRejections(ctx context.Context, f store.RejectionFilter) (page []store.Rejection, more bool, err error) {
	resolved := int64(0)
	if f.Resolved {
		resolved = 1
	}
	bytes := 0
	err = s.pool.read(ctx, func(c *conn) error {
		return c.query(`SELECT id, at, ms, client, author, mutation, code, message, kept, sum FROM rejections
			WHERE resolved = ? AND id > ? AND ? IN ('', ms) ORDER BY id`, func(r row) error {
			if more = len(page) == f.Limit || bytes >= store.PageBytes; more {
				return errStop
			}
			rejection := store.Rejection{
				ID: r.int(0), At: toTime(r.int(1)), MultiSession: protocol.MultiSessionID(r.text(2)), Client: protocol.ClientID(r.text(3)),
				Mutation: r.bytes(5), Code: protocol.Code(r.text(6)), Message: r.text(7), Resolved: f.Resolved,
			}
			if !c.good(rejectionTable, r, 9) {
				_ = c.damaged("rejection %d", rejection.ID)
				return nil
			}
			err := json.Unmarshal(r.bytes(4), &rejection.By)
			if kept := r.bytes(8); kept != nil {
				err = errors.Join(err, json.Unmarshal(kept, &rejection.Kept))
			}
			page = append(page, rejection)
			bytes += len(rejection.Mutation)
			return err
		}, resolved, f.After, string(f.MultiSession))
	})
	return page, more, err
}

// CountRejections implements [store.Operator].
func (s *Store) CountRejections(ctx context.Context) (n int, err error) {
	err = s.pool.read(ctx, func(c *conn) error {
		_, err := c.one("SELECT count(*) FROM rejections WHERE resolved = 0", func(r row) { n = int(r.int(0)) })
		return err
	})
	return n, err
}

// ResolveRejection implements [store.Operator]. The row stays.
func (s *Store) ResolveRejection(ctx context.Context, id int64) error {
	return s.writer.do(ctx, func(w *writer) error {
		n, err := w.exec("UPDATE rejections SET resolved = 1 WHERE id = ? AND resolved = 0", id)
		if err == nil && n == 0 {
			err = store.ErrNotFound
		}
		return err
	})
}

// TrimRejections implements [store.Operator]. It searches on a reading
// connection, so that commits don't wait for it.
func (s *Store) TrimRejections(ctx context.Context, pos protocol.POSID, keep store.RejectionsKept) (int, error) {
	var drop []int64
	count, bytes := 0, 0
	err := s.pool.read(ctx, func(c *conn) error {
		return c.query(`SELECT id, octet_length(mutation) FROM rejections
			WHERE iif(json_valid(author), author ->> '$.pos.id', '') = ? ORDER BY resolved, id DESC`, func(r row) error {
			if bytes += int(r.int(1)); count >= keep.Count || count > 0 && bytes > keep.Bytes {
				drop = append(drop, r.int(0))
			}
			count++
			return nil
		}, string(pos))
	})
	if err != nil {
		return 0, err
	}
	const atOnce = 100 // commits wait for them
	dropped := 0
	for some := range slices.Chunk(drop, atOnce) {
		err := s.writer.do(ctx, func(w *writer) error {
			for _, id := range some {
				n, err := w.exec("DELETE FROM rejections WHERE id = ?", id)
				if err != nil {
					return err
				}
				dropped += int(n)
			}
			return nil
		})
		if err != nil {
			return dropped, err
		}
	}
	return dropped, nil
}

// History implements [store.Operator]. It searches the log from the order's first
// change on. That is slow, but only people call it.
func (s *Store) History(ctx context.Context, ms protocol.MultiSessionID, order protocol.OrderID, after protocol.Seq) (page []store.Change, more bool, err error) {
	bytes := 0
	err = s.inMultiSession(ctx, ms, func(c *conn, key int64, _ protocol.Seq) error {
		of := found{c: c, in: ms}
		err := c.query("SELECT "+orderColumns+" FROM orders WHERE ms = ? AND id = ?", of.scan, key, string(order))
		switch {
		case err != nil:
			return err
		case len(of.rows) == 0:
			return store.ErrNotFound
		case of.rows[0].Damaged:
			return c.damaged("order %s of %s", order, ms)
		}
		from := max(of.rows[0].Created, after+1)
		return c.query("SELECT "+changeColumns+" FROM changes WHERE ms = ? AND seq >= ? AND ("+changesTable.wrong()+` OR instr(body, ?) > 0)
			ORDER BY seq`, func(r row) error {
			all, err := c.changes(r, ms)
			if err != nil {
				return err
			}
			for _, change := range all {
				if change.Seq < from || !touches(change.Body, order) {
					continue
				}
				if more = bytes >= store.PageBytes; more {
					return errStop
				}
				page, bytes = append(page, change), bytes+len(change.Body)
			}
			return nil
		}, key, int64(from), `"`+string(order)+`"`)
	})
	return page, more, err
}

// touches reports whether a change is of an order.
func touches(change []byte, order protocol.OrderID) (found bool) {
	gjson.GetBytes(change, "orders").ForEach(func(key, _ gjson.Result) bool {
		found = key.Str == string(order)
		return !found
	})
	return found
}

// KnownFields implements [store.Maintenance].
func (s *Store) KnownFields(ctx context.Context) (fields []byte, err error) {
	err = s.pool.read(ctx, func(c *conn) error {
		return c.query("SELECT one, fields, sum FROM known_fields", func(r row) error {
			if !c.good(fieldsTable, r, 2) {
				return c.damaged("the fields of extensions")
			}
			fields = r.bytes(1)
			return nil
		})
	})
	return fields, err
}

// PutKnownFields implements [store.Maintenance].
func (s *Store) PutKnownFields(ctx context.Context, fields []byte) error {
	return s.writer.do(ctx, func(w *writer) error {
		_, err := w.exec("INSERT INTO known_fields (one, fields) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET fields = excluded.fields", string(fields))
		return err
	})
}
