package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// Pruning goes in steps, each a read and then a short transaction, so that
// commits go on meanwhile. If it is interrupted, the next one finishes it.
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
		one, err := s.pruneOne(ctx, ms.ID, before, dry)
		count.Orders += one.Orders
		count.Changes += one.Changes
		if one.Newest.After(count.Newest) {
			count.Newest = one.Newest
		}
		if err != nil {
			return count, err
		}
	}
	return count, nil
}

func (s *Store) pruneOne(ctx context.Context, id protocol.MultiSessionID, before time.Time, dry bool) (count store.Pruned, err error) {
	var young protocol.Seq
	err = s.inMultiSession(ctx, id, func(c *conn, key int64, _ protocol.Seq) (err error) {
		if err = checkChanges(c, key, id, 0, math.MaxInt64); err == nil {
			young, err = firstYoung(c, key, before)
		}
		return err
	})
	if err == nil {
		count.Orders, count.Newest, err = s.pruneOrders(ctx, id, young, dry)
	}
	if err == nil {
		count.Changes, err = s.pruneChanges(ctx, id, young, dry)
	}
	return count, err
}

// firstYoung is the seq of the first change that isn't older than a time, or the
// first of those right before it whose time is before [store.Begin]: a machine's
// clock may have been in 1970 for a day. That change and all after it stay,
// whatever their time.
func firstYoung(c *conn, ms int64, before time.Time) (young protocol.Seq, err error) {
	young = math.MaxInt64
	lower := func(r row) {
		if n := r.int(0); n > 0 {
			young = min(young, protocol.Seq(n))
		}
	}
	_, err = c.one("SELECT min(seq) FROM orders WHERE ms = ? AND at >= ?", lower, ms, before.UnixMilli())
	if err == nil {
		_, err = c.one("SELECT "+oneSeq+" FROM changes CROSS JOIN "+eachChange+" WHERE ms = ? AND "+oneAt+` >= ?
			ORDER BY changes.seq, one.key LIMIT 1`, lower, ms, before.UnixMilli())
	}
	if err != nil {
		return 0, err
	}
	var old protocol.Seq // the last change before it with a plausible time
	raise := func(r row) { old = max(old, protocol.Seq(r.int(0))) }
	_, err = c.one("SELECT max(seq) FROM orders WHERE ms = ? AND seq < ? AND at >= ?", raise, ms, int64(young), store.Begin.UnixMilli())
	if err == nil {
		_, err = c.one("SELECT "+oneSeq+" FROM changes CROSS JOIN "+eachChange+" WHERE ms = ? AND "+firstSeq+" < ? AND "+oneSeq+" < ? AND "+oneAt+` >= ?
			ORDER BY changes.seq DESC, one.key DESC LIMIT 1`, raise, ms, int64(young), int64(young), store.Begin.UnixMilli())
	}
	return min(young, old+1), err
}

// oneAt is SQL for the time of a change of [eachChange], in milliseconds.
const oneAt = "round(unixepoch(json_extract(one.value, '$.at'), 'subsec') * 1000)"

func (s *Store) pruneOrders(ctx context.Context, id protocol.MultiSessionID, young protocol.Seq, dry bool) (count int64, newest time.Time, err error) {
	for run, number := int64(-1), int64(0); ; {
		var keys []int64
		err := s.inMultiSession(ctx, id, func(c *conn, ms int64, _ protocol.Seq) error {
			return c.query(`SELECT key, run, number, at FROM orders WHERE ms = ? AND (run, number) > (?, ?) AND state <> 'open' AND seq < ?
				AND body IS NOT NULL AND NOT `+hasPending+` ORDER BY run, number LIMIT ?`, func(r row) error {
				keys, run, number = append(keys, r.int(0)), r.int(1), r.int(2)
				if at := toTime(r.int(3)); at.After(newest) {
					newest = at
				}
				return nil
			}, ms, run, number, int64(young), int64(pruneOrders))
		})
		if err != nil || len(keys) == 0 {
			return count, newest, err
		}
		n := int64(len(keys))
		if !dry {
			err = s.writer.do(ctx, func(w *writer) error {
				n, err = w.dropOrders(keys, young)
				return err
			})
		}
		if err != nil {
			return count, newest, err
		}
		count += n
	}
}

// dropOrders deletes the lines and bodies of orders, and keeps their rows and
// payments. Orders that changed since they were found, and damaged ones, are skipped.
func (w *writer) dropOrders(keys []int64, young protocol.Seq) (count int64, err error) {
	for _, key := range keys {
		c, err := w.contents(key)
		if err == nil && !c.sound() {
			continue
		}
		n := int64(0)
		if err == nil {
			n, err = w.exec(dropOrder, key, int64(young))
		}
		if err == nil && n == 1 {
			count++
			_, err = w.exec("DELETE FROM lines WHERE order_key = ?", key)
		}
		if err == nil && n == 1 {
			err = w.recount(key, c)
		}
		if err == nil && n == 1 {
			_, err = w.exec("DELETE FROM outbox WHERE key IN (SELECT key FROM effects WHERE order_key = ?)", key)
		}
		if err != nil {
			return count, err
		}
	}
	return count, nil
}

// recount updates the digests of an order whose lines were deleted.
func (w *writer) recount(key int64, c *contents) error {
	for _, sum := range c.lines {
		c.whole -= share(*sum)
	}
	clear(c.lines)
	var ms, sum int64
	_, err := w.c.one("SELECT ms, sum FROM orders WHERE key = ?", func(r row) { ms, sum = r.int(0), r.int(1) }, key)
	whole := int64(0)
	if err == nil {
		whole, err = w.countOrder(ms, key, sum)
	}
	if err == nil {
		_, err = w.exec("UPDATE orders SET whole = ? WHERE key = ?", whole, key)
	}
	return err
}

// dropOrder skips damaged rows.
var dropOrder = "UPDATE orders SET body = NULL, sum = row_sum('orders', " + strings.TrimSuffix(ordersTable.columns, "body") + "NULL) " +
	"WHERE key = ? AND state <> 'open' AND seq < ? AND NOT " + hasPending + " AND NOT " + ordersTable.wrong()

// hasPending is the SQL condition for an order with a pending effect, or with one
// that may be, since its row is damaged.
var hasPending = `EXISTS (SELECT 1 FROM effects JOIN outbox ON outbox.key = effects.key WHERE effects.order_key = orders.key
	AND (outbox.` + isPending + " OR " + outboxTable.wrong() + "))"

func (s *Store) pruneChanges(ctx context.Context, id protocol.MultiSessionID, young protocol.Seq, dry bool) (count int64, err error) {
	for from, head := protocol.Seq(0), protocol.Seq(1); from < head; from += pruneChanges {
		var key int64
		var seqs []protocol.Seq
		err = s.inMultiSession(ctx, id, func(c *conn, k int64, pruned protocol.Seq) (err error) {
			key = k
			if head, _, err = readHead(c, key, pruned); err == nil {
				seqs, err = findDropped(c, key, from, young)
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

// findDropped finds the changes after from that touch only orders that are pruned,
// or would be.
func findDropped(c *conn, ms int64, from, young protocol.Seq) (seqs []protocol.Seq, err error) {
	err = c.query("SELECT "+oneSeq+" AS at FROM changes CROSS JOIN "+eachChange+` WHERE ms = ? AND changes.seq > ? AND changes.seq <= ? AND `+oneSeq+` < ?
		AND EXISTS (SELECT 1 FROM json_each(one.value, '$.orders'))
		AND NOT EXISTS (
			SELECT 1 FROM json_each(one.value, '$.orders') AS touched
			LEFT JOIN orders ON orders.ms = changes.ms AND orders.id = touched.key
			WHERE orders.key IS NULL OR (orders.body IS NOT NULL AND (state = 'open' OR orders.seq >= ? OR `+hasPending+`)))
		ORDER BY changes.seq, one.key`, func(r row) error {
		seqs = append(seqs, protocol.Seq(r.int(0)))
		return nil
	}, ms, int64(from), int64(from)+pruneChanges, int64(young), int64(young))
	return seqs, err
}

// dropChanges deletes changes. What is left of their rows is written again.
func (w *writer) dropChanges(ms int64, seqs []protocol.Seq) error {
	type changeRow struct {
		last         protocol.Seq
		newest, body driver.Value
		sum          int64
	}
	end := int64(0) // of the last row
	_, err := w.c.one("SELECT min(seq) FROM changes WHERE ms = ? AND seq >= ?", func(r row) { end = r.int(0) }, ms, int64(seqs[len(seqs)-1]))
	if err != nil {
		return err
	}
	h, err := w.release(ms, end)
	if err != nil {
		return err
	}
	for drop := seqs; len(drop) > 0; {
		var r changeRow
		found, err := w.c.one("SELECT seq, newest, body, sum FROM changes WHERE ms = ? AND seq >= ? ORDER BY seq LIMIT 1", func(got row) {
			r = changeRow{protocol.Seq(got.int(0)), got[1], got[2], got.int(3)}
		}, ms, int64(drop[0]))
		if err != nil || !found {
			return err
		}
		n := slices.IndexFunc(drop, func(seq protocol.Seq) bool { return seq > r.last })
		if n < 0 {
			n = len(drop)
		}
		body, _ := r.body.(string)
		left := without(ms, r.last, r.newest, []byte(body), drop[:n])
		h.kept -= share(r.sum)
		_, err = w.exec("DELETE FROM changes WHERE ms = ? AND seq = ?", ms, int64(r.last))
		for _, values := range left {
			if err == nil {
				values = w.c.summed(changesTable, values...)
				h.kept += share(values[4].(int64))
				_, err = w.exec(insertChange.one, append(values, []byte{})...)
			}
		}
		if err != nil {
			return err
		}
		drop = drop[n:]
	}
	_, err = w.exec("UPDATE multi_sessions SET pruned = max(pruned, ?) WHERE key = ?", int64(seqs[len(seqs)-1]), ms)
	return err
}

// Room is the size of the database file and how much of it is free, in bytes:
// free pages, and free space in used pages. It reads the whole file.
func (s *Store) Room(ctx context.Context) (size, free int64, err error) {
	err = s.pool.read(ctx, func(c *conn) error {
		_, err := c.one(`SELECT page_size * page_count, page_size * freelist_count + (SELECT total(unused) FROM dbstat)
			FROM pragma_page_size, pragma_page_count, pragma_freelist_count`, func(r row) {
			size = r.int(0)
			unused, _ := r[1].(float64)
			free = int64(unused)
		})
		return err
	})
	return size, free, err
}

// Vacuum gives the free space of a database file that nobody has open back to
// the disk. It rewrites the database, for which it needs as much disk space
// again.
func Vacuum(ctx context.Context, path string) error {
	locked, err := lock(path)
	if err != nil {
		return err
	}
	c, err := connect(path, "journal_mode = WAL", "synchronous = FULL")
	if err == nil {
		_, err = checkSchema(c)
		for _, step := range []string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} {
			if err == nil {
				err = c.once(ctx, step)
			}
		}
		err = errors.Join(err, c.close())
	}
	if err = errors.Join(err, locked.Close()); err != nil {
		return fmt.Errorf("vacuum %s: %w (it needs as much free disk space as the database takes; nothing was lost)", path, err)
	}
	return nil
}
