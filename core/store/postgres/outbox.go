package postgres

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/manytill/manytill/core/store"
)

// scanEffect reads effectColumns, and what follows them into more.
func scanEffect(r pgx.Rows, e *store.EffectRow, more ...any) error {
	var name, key, hash, failure []byte
	var at, next, since time.Time
	err := r.Scan(append([]any{
		&e.Pos, &e.ID, &e.MultiSession, &e.Order, &e.Extension, &name, &key, &hash, &at,
		&e.State, &e.Attempts, &next, &since, &failure, &e.Ends, &e.Result, &e.Data,
	}, more...)...)
	e.Name, e.Key, e.Error = string(name), string(key), string(failure)
	e.At, e.Next, e.Since = at.UTC(), next.UTC(), since.UTC()
	copy(e.Hash[:], hash)
	return err
}

// effectColumns are what scanEffect reads.
const effectColumns = "key, id, ms, order_id, extension, name, effect_key, hash, at, state, attempts, next, since, error, ends, result, data"

const isPending = "state IN ('waiting', 'held', 'answered')"

// Effects implements [store.Outbox].
func (s *Store) Effects(ctx context.Context, f store.EffectFilter) (page []store.EffectRow, more bool, err error) {
	states := texts(f.States)
	selected := "state IS NOT NULL"
	if len(states) > 0 {
		selected = "state = ANY ($1)"
		if !slices.ContainsFunc(f.States, func(s store.EffectState) bool { return !s.Pending() }) {
			selected += " AND " + isPending // so that its index is used
		}
	} else {
		selected += " AND $1::text[] IS NOT NULL"
	}
	columns, size := effectColumns, "coalesce(octet_length(data), 0) + coalesce(octet_length(result), 0)"
	if f.Bodiless {
		columns, size = strings.Replace(columns, "result, data", "NULL::bytea, NULL::bytea", 1), "0"
	}
	err = s.read(ctx, statement{
		"SELECT " + columns + `, beyond FROM effects JOIN (
			SELECT key AS at_key, row_number() OVER w > $6 OR sum(size) OVER w - size >= $7 AS beyond FROM (
				SELECT key, ` + size + ` AS size FROM effects WHERE ` + selected + ` AND key > $2 AND $3 IN ('', ms) AND $4 IN ('', extension) AND $5 IN ('', order_id)
				ORDER BY key LIMIT $6 + 1) AS found
			WINDOW w AS (ORDER BY key)) AS page ON key = at_key ORDER BY key`,
		[]any{states, f.After, string(f.MultiSession), f.Extension, string(f.Order), int64(f.Limit), int64(store.PageBytes)},
		func(r pgx.Rows) error {
			var e store.EffectRow
			var beyond bool
			err := scanEffect(r, &e, &beyond)
			if more = more || beyond; !more {
				page = append(page, e)
			}
			return err
		},
	})
	return page, more, err
}

// Effect implements [store.Outbox].
func (s *Store) Effect(ctx context.Context, id string) (e store.EffectRow, err error) {
	known := false
	err = s.read(ctx, statement{"SELECT " + effectColumns + " FROM effects WHERE id = $1 AND state IS NOT NULL", []any{id}, func(r pgx.Rows) error {
		known = true
		return scanEffect(r, &e)
	}})
	if err == nil && !known {
		err = store.ErrNotFound
	}
	return e, err
}

// SetEffect implements [store.Outbox].
func (s *Store) SetEffect(ctx context.Context, to store.EffectRow, was store.EffectState) (set bool, err error) {
	known := false
	err = s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE effects SET state = $3, attempts = $4, next = $5, since = $6, error = $7, ends = $8, result = $9 WHERE id = $1 AND state = $2`,
			to.ID, string(was), string(to.State), int64(to.Attempts), toTime(to.Next), toTime(to.Since), []byte(to.Error), string(to.Ends), to.Result)
		if set = tag.RowsAffected() == 1; set || err != nil {
			known = true
			return err
		}
		return tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM effects WHERE id = $1 AND state IS NOT NULL)", to.ID).Scan(&known)
	})
	if err == nil && !known {
		err = store.ErrNotFound
	}
	return set && err == nil, err
}

// ReleaseEffects implements [store.Outbox].
func (s *Store) ReleaseEffects(ctx context.Context, now time.Time) (int, error) {
	n, err := s.exec(ctx, `UPDATE effects SET state = CASE WHEN result IS NULL THEN 'waiting' ELSE 'answered' END, next = $1, since = $1
		WHERE state = 'held' AND `+isPending, toTime(now))
	return int(n), err
}

// CountEffects implements [store.Outbox].
func (s *Store) CountEffects(ctx context.Context) (counts []store.EffectCount, err error) {
	err = s.read(ctx, statement{sql: "SELECT extension, state, count(*), min(at) FROM effects WHERE " + isPending + " GROUP BY extension, state ORDER BY extension, state", each: func(r pgx.Rows) error {
		var c store.EffectCount
		var oldest time.Time
		err := r.Scan(&c.Extension, &c.State, &c.Count, &oldest)
		c.Oldest = oldest.UTC()
		counts = append(counts, c)
		return err
	}})
	return counts, err
}

// Lease implements [store.Outbox].
func (s *Store) Lease(ctx context.Context, node string, now, until time.Time) (taken bool, err error) {
	n, err := s.exec(ctx, `INSERT INTO effects_lease VALUES (true, $1, $3) ON CONFLICT (one) DO UPDATE SET node = excluded.node, until = excluded.until
		WHERE effects_lease.node = $1 OR effects_lease.until <= $2`, node, toTime(now), toTime(until))
	return n == 1, err
}
