package sqlite

import (
	"context"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk"
)

// A prune goes in steps, each a read and then a short transaction, so that
// commits go on beside it. One that was cut off is finished by the next.
const (
	pruneOrders  = 500
	pruneChanges = 2000
)

// Prune implements [store.Maintenance].
func (s *Store) Prune(ctx context.Context, before time.Time, dry bool) (count store.Pruned, err error) {
	if count.Orders, err = s.pruneOrders(ctx, before.UnixMilli(), dry); err != nil {
		return count, err
	}
	all, err := s.MultiSessions(ctx)
	if err != nil {
		return count, err
	}
	for _, ms := range all {
		n, err := s.pruneChanges(ctx, ms.ID, before.UnixMilli(), dry)
		count.Changes += n
		if err != nil {
			return count, err
		}
	}
	return count, nil
}

func (s *Store) pruneOrders(ctx context.Context, before int64, dry bool) (count int64, err error) {
	for last := int64(0); ; {
		var keys []int64
		err := s.pool.read(ctx, func(c *conn) error {
			return c.query(`SELECT key FROM orders WHERE key > ? AND state <> 'open' AND at < ? AND body IS NOT NULL
				ORDER BY key LIMIT ?`, func(r row) error {
				keys = append(keys, r.int(0))
				return nil
			}, last, before, int64(pruneOrders))
		})
		if err != nil || len(keys) == 0 {
			return count, err
		}
		last = keys[len(keys)-1]
		n := int64(len(keys))
		if !dry {
			err = s.writer.do(ctx, func(w *writer) error {
				n, err = w.dropOrders(keys, before)
				return err
			})
		}
		if err != nil {
			return count, err
		}
		count += n
	}
}

// dropOrders leaves bare rows of orders, with their payments, but for those that were written to
// since they were found.
func (w *writer) dropOrders(keys []int64, before int64) (count int64, err error) {
	for _, key := range keys {
		n, err := w.exec("UPDATE orders SET body = NULL WHERE key = ? AND state <> 'open' AND at < ?", key, before)
		if err == nil && n == 1 {
			count++
			_, err = w.exec("DELETE FROM lines WHERE order_key = ?", key)
		}
		if err != nil {
			return count, err
		}
	}
	return count, nil
}

func (s *Store) pruneChanges(ctx context.Context, id sdk.MultiSessionID, before int64, dry bool) (count int64, err error) {
	for from, head := sdk.Seq(0), sdk.Seq(1); from < head; from += pruneChanges {
		var key int64
		var seqs []sdk.Seq
		err = s.inMultiSession(ctx, id, func(c *conn, k int64, pruned sdk.Seq) (err error) {
			key = k
			if head, _, err = readHead(c, key, pruned); err == nil {
				seqs, err = findDropped(c, key, from, before)
			}
			return err
		})
		if err == nil && len(seqs) > 0 && !dry {
			err = s.writer.do(ctx, func(w *writer) error { return w.dropChanges(key, seqs) })
		}
		if err != nil {
			return count, err
		}
		count += int64(len(seqs))
	}
	return count, nil
}

// findDropped finds the changes after from that touch nothing but orders that
// are dropped, or would be.
func findDropped(c *conn, ms int64, from sdk.Seq, before int64) (seqs []sdk.Seq, err error) {
	err = c.query(`SELECT seq FROM changes WHERE ms = ? AND seq > ? AND seq <= ?
		AND EXISTS (SELECT 1 FROM json_each(changes.body, '$.orders'))
		AND NOT EXISTS (
			SELECT 1 FROM json_each(changes.body, '$.orders') AS touched
			LEFT JOIN orders ON orders.ms = changes.ms AND orders.id = touched.key
			WHERE orders.key IS NULL OR (orders.body IS NOT NULL AND (state = 'open' OR at >= ?)))
		ORDER BY seq`, func(r row) error {
		seqs = append(seqs, sdk.Seq(r.int(0)))
		return nil
	}, ms, int64(from), int64(from)+pruneChanges, before)
	return seqs, err
}

func (w *writer) dropChanges(ms int64, seqs []sdk.Seq) error {
	for _, seq := range seqs {
		if _, err := w.exec("DELETE FROM changes WHERE ms = ? AND seq = ?", ms, int64(seq)); err != nil {
			return err
		}
	}
	_, err := w.exec("UPDATE multi_sessions SET pruned = max(pruned, ?) WHERE key = ?", int64(seqs[len(seqs)-1]), ms)
	return err
}
