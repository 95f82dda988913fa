package postgres

import (
	"context"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// Pruning goes in steps, each a short transaction, so that commits go on meanwhile.
// Each step is a turn of its multi-session: what nodes know of closed orders is out of
// date. If it is interrupted, the next one finishes it.
const (
	pruneOrders  = 500
	pruneChanges = 2000
)

// Prune implements [store.Maintenance].
func (s *Store) Prune(ctx context.Context, before time.Time, dry bool) (count store.Pruned, err error) {
	all, err := s.MultiSessions(ctx)
	if err != nil {
		return count, err
	}
	for _, ms := range all {
		young, err := s.firstYoung(ctx, ms.ID, before)
		if err == nil {
			err = s.pruneOrders(ctx, ms.ID, young, dry, &count)
		}
		if err == nil {
			err = s.pruneChanges(ctx, ms.ID, young, dry, &count)
		}
		if err != nil {
			return count, err
		}
	}
	return count, nil
}

// firstYoung is the seq of the first change to keep, see [store.Maintenance].
func (s *Store) firstYoung(ctx context.Context, id protocol.MultiSessionID, before time.Time) (young protocol.Seq, err error) {
	err = s.one(ctx, `WITH times AS (
			SELECT seq, at FROM changes WHERE ms = `+keyOf+` UNION ALL SELECT seq, at FROM orders WHERE ms = `+keyOf+`),
		young AS (SELECT coalesce(min(seq), $4) AS seq FROM times WHERE at >= $2)
		SELECT least(young.seq, coalesce((SELECT max(seq) FROM times WHERE times.seq < young.seq AND at >= $3), 0) + 1) FROM young`,
		[]any{string(id), toTime(before), store.Begin, int64(math.MaxInt64)}, &young)
	return young, err
}

const (
	hasPending = "EXISTS (SELECT FROM effects WHERE effects.order_key = orders.key AND effects." + isPending + ")"
	isOld      = "state <> 'open' AND seq < $2 AND body IS NOT NULL AND NOT " + hasPending
	nextTurn   = "UPDATE multi_sessions SET turn = turn + 1 WHERE id = $1"
)

func (s *Store) pruneOrders(ctx context.Context, id protocol.MultiSessionID, young protocol.Seq, dry bool, count *store.Pruned) error {
	for run, number := int64(-1), int64(0); ; {
		var keys []int64
		err := s.read(ctx, statement{
			"SELECT key, run, number, at FROM orders WHERE ms = " + keyOf + " AND (run, number) > ($3, $4) AND " + isOld + " ORDER BY run, number LIMIT $5",
			[]any{string(id), int64(young), run, number, pruneOrders},
			func(r pgx.Rows) error {
				var key int64
				var at time.Time
				err := r.Scan(&key, &run, &number, &at)
				if at.After(count.Newest) {
					count.Newest = at.UTC()
				}
				keys = append(keys, key)
				return err
			},
		})
		if err != nil || len(keys) == 0 {
			return err
		}
		n := int64(len(keys))
		if !dry {
			err = s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
				if _, err := tx.Exec(ctx, nextTurn, string(id)); err != nil {
					return err
				}
				return tx.QueryRow(ctx, `WITH dropped AS (UPDATE orders SET body = NULL WHERE key = ANY ($1) AND `+isOld+` RETURNING key),
					lines AS (DELETE FROM lines USING dropped WHERE order_key = dropped.key),
					effects AS (UPDATE effects SET state = NULL, attempts = NULL, next = NULL, since = NULL, error = NULL, ends = NULL, result = NULL, data = NULL
						FROM dropped WHERE order_key = dropped.key)
					SELECT count(*) FROM dropped`, keys, int64(young)).Scan(&n)
			})
		}
		if err != nil {
			return err
		}
		count.Orders += n
	}
}

func (s *Store) pruneChanges(ctx context.Context, id protocol.MultiSessionID, young protocol.Seq, dry bool, count *store.Pruned) error {
	// Those that touch only orders that are pruned, or would be.
	kept := "orders.key IS NULL OR orders.body IS NOT NULL"
	if dry {
		kept = "orders.key IS NULL OR orders.body IS NOT NULL AND (state = 'open' OR orders.seq >= $4 OR " + hasPending + ")"
	}
	old := " FROM changes WHERE ms = " + keyOf + ` AND seq > $2 AND seq <= $3 AND seq < $4 AND orders <> '{}' AND NOT EXISTS (
		SELECT FROM unnest(changes.orders) AS touched (id) LEFT JOIN orders ON orders.ms = changes.ms AND orders.id = touched.id WHERE ` + kept + ")"
	ms, err := s.in(ctx, id)
	for from := int64(0); err == nil && from < int64(min(ms.head, young)); from += pruneChanges {
		var n int64
		args := []any{string(id), from, from + pruneChanges, int64(young)}
		if dry {
			err = s.one(ctx, "SELECT count(*)"+old, args, &n)
		} else {
			err = s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
				return tx.QueryRow(ctx, "WITH dropped AS (DELETE"+old+` RETURNING seq),
					noted AS (UPDATE multi_sessions SET pruned = greatest(pruned, (SELECT max(seq) FROM dropped)), turn = turn + 1
						WHERE id = $1 AND EXISTS (SELECT FROM dropped))
					SELECT count(*) FROM dropped`, args...).Scan(&n)
			})
		}
		count.Changes += n
	}
	return err
}
