package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// ListRejections implements [store.Operator].
func (s *Store) ListRejections(ctx context.Context, f store.RejectionFilter) (page []store.Rejection, more bool, err error) {
	of := "$3 = ''"
	if f.MultiSession != "" {
		of = "ms = $3"
	}
	err = s.read(ctx, statement{
		`SELECT id, at, ms, client, author, CASE WHEN rank <= $4 AND before < $5 THEN mutation END, code, message, kept FROM (
			SELECT *, row_number() OVER w AS rank, sum(octet_length(mutation)) OVER w - octet_length(mutation) AS before FROM (
				SELECT * FROM rejections WHERE resolved = $1 AND id > $2 AND ` + of + ` ORDER BY id LIMIT $4 + 1) AS found
			WINDOW w AS (ORDER BY id)) AS page ORDER BY id`,
		[]any{f.Resolved, f.After, string(f.MultiSession), int64(f.Limit), int64(store.PageBytes)},
		func(r pgx.Rows) error {
			rejection := store.Rejection{Resolved: f.Resolved}
			var at time.Time
			var author, message, kept []byte
			err := r.Scan(&rejection.ID, &at, &rejection.MultiSession, &rejection.Client, &author, &rejection.Mutation, &rejection.Code, &message, &kept)
			if more = more || rejection.Mutation == nil; err != nil || more {
				return err
			}
			rejection.At, rejection.Message = at.UTC(), string(message)
			err = json.Unmarshal(author, &rejection.By)
			if kept != nil {
				err = errors.Join(err, json.Unmarshal(kept, &rejection.Kept))
			}
			page = append(page, rejection)
			return err
		},
	})
	return page, more, err
}

// CountRejections implements [store.Operator].
func (s *Store) CountRejections(ctx context.Context) (n int, err error) {
	err = s.one(ctx, "SELECT count(*) FROM rejections WHERE NOT resolved", nil, &n)
	return n, err
}

// ResolveRejection implements [store.Operator]. The row stays.
func (s *Store) ResolveRejection(ctx context.Context, id int64) error {
	n, err := s.exec(ctx, "UPDATE rejections SET resolved = true WHERE id = $1 AND NOT resolved", id)
	if err == nil && n == 0 {
		err = store.ErrNotFound
	}
	return err
}

// TrimRejections implements [store.Operator].
func (s *Store) TrimRejections(ctx context.Context, pos protocol.POSID, keep store.RejectionsKept) (int, error) {
	n, err := s.exec(ctx, `DELETE FROM rejections USING (
			SELECT id, row_number() OVER w AS rank, sum(octet_length(mutation)) OVER w AS bytes FROM rejections WHERE pos = $1
			WINDOW w AS (ORDER BY resolved, id DESC)) AS ranked
		WHERE rejections.id = ranked.id AND (rank > $2 OR rank > 1 AND bytes > $3)`, string(pos), keep.Count, keep.Bytes)
	return int(n), err
}

// History implements [store.Operator]. It searches the log from the order's first
// change on. That is slow, but only people call it.
func (s *Store) History(ctx context.Context, ms protocol.MultiSessionID, order protocol.OrderID, after protocol.Seq) (page []store.Change, more bool, err error) {
	known := false
	_, err = s.in(ctx, ms,
		statement{"SELECT FROM orders WHERE ms = " + keyOf + " AND id = $2", []any{string(ms), string(order)}, func(pgx.Rows) error {
			known = true
			return nil
		}},
		statement{`SELECT seq, CASE WHEN before < $4 THEN body END FROM (
				SELECT seq, body, sum(octet_length(body)) OVER (ORDER BY seq) - octet_length(body) AS before FROM changes WHERE ms = ` + keyOf + `
				AND seq > $3 AND seq >= (SELECT created FROM orders WHERE ms = ` + keyOf + ` AND id = $2) AND $2 = ANY (orders)) AS found
			ORDER BY seq`, []any{string(ms), string(order), int64(after), store.PageBytes}, func(r pgx.Rows) error {
			var c store.Change
			if err := r.Scan(&c.Seq, &c.Body); err != nil {
				return err
			}
			if more = more || c.Body == nil; !more {
				page = append(page, c)
			}
			return nil
		}},
	)
	if err == nil && !known {
		err = store.ErrNotFound
	}
	return page, more, err
}
