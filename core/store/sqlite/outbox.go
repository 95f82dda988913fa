package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// isPending is the condition of the index outbox_pending, which SQLite uses only
// for queries that have the same condition.
const isPending = "state IN ('waiting', 'held', 'answered')"

// What a query of an effect reads: 11 columns of effects and 10 of outbox.
const (
	nameColumns   = "effects.key, order_key, id, ms, order_id, extension, name, effect_key, hash, at, effects.sum"
	effectColumns = nameColumns + ", outbox.key, state, attempts, next, since, error, ends, result, data, outbox.sum"
	nameSum       = 10
	outboxAt      = nameSum + 1
	outboxSum     = 9
)

// scanEffect reads a row of effectColumns; an error if it is damaged.
func (c *conn) scanEffect(r row) (e store.EffectRow, err error) {
	e = store.EffectRow{
		Pos: r.int(0), ID: r.text(2), MultiSession: protocol.MultiSessionID(r.text(3)), Order: protocol.OrderID(r.text(4)),
		Extension: r.text(5), Name: r.text(6), Key: r.text(7), At: toTime(r.int(9)),
	}
	copy(e.Hash[:], r.bytes(8))
	o := r[outboxAt:]
	e.State, e.Attempts, e.Next, e.Since = store.EffectState(o.text(1)), int(o.int(2)), toTime(o.int(3)), toTime(o.int(4))
	e.Error, e.Ends, e.Result, e.Data = o.text(5), store.EffectState(o.text(6)), o.bytes(7), o.bytes(8)
	if !c.good(effectsTable, r, nameSum) || !c.good(outboxTable, o, outboxSum) {
		return e, c.damaged("effect %s of order %s of %s", e.ID, e.Order, e.MultiSession)
	}
	return e, nil
}

// readEffects reads an order's effects without what is done with them. It returns
// bad, or names the damaged one.
func (f *found) readEffects(o *store.OrderRows, key int64, bad string) (string, error) {
	err := f.c.query("SELECT "+nameColumns+" FROM effects WHERE order_key = ? ORDER BY key", func(r row) error {
		e := store.EffectRow{ID: r.text(2), Extension: r.text(5), Name: r.text(6), Key: r.text(7)}
		copy(e.Hash[:], r.bytes(8))
		if !f.c.good(effectsTable, r, nameSum) {
			bad = "effect " + e.ID
		}
		o.Effects = append(o.Effects, e)
		return nil
	}, key)
	return bad, err
}

// addEffect inserts an effect that a change asks for.
func (w *writer) addEffect(orderKey int64, e *store.EffectRow) error {
	w.keys.lastEffect++
	key := w.keys.lastEffect
	_, err := w.exec("INSERT INTO effects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", w.c.summed(effectsTable,
		key, orderKey, e.ID, string(e.MultiSession), string(e.Order), e.Extension, e.Name, e.Key, e.Hash[:], e.At.UnixMilli())...)
	if err == nil {
		row := *e
		row.Pos = key
		_, err = w.exec("INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", w.outboxRow(&row)...)
	}
	if err != nil {
		return fmt.Errorf("effect %s %s of order %s: %w", e.Name, e.Key, e.Order, err)
	}
	return nil
}

func (w *writer) outboxRow(e *store.EffectRow) []driver.Value {
	var result any
	if e.Result != nil {
		result = string(e.Result)
	}
	return w.c.summed(outboxTable, e.Pos, string(e.State), int64(e.Attempts), e.Next.UnixMilli(), e.Since.UnixMilli(), e.Error, string(e.Ends), result, string(e.Data))
}

// putEffect writes all of an effect's row in outbox but its data.
func (w *writer) putEffect(e *store.EffectRow) error {
	row := w.outboxRow(e)
	_, err := w.exec("UPDATE outbox SET state = ?, attempts = ?, next = ?, since = ?, error = ?, ends = ?, result = ?, sum = ? WHERE key = ?",
		append(slices.Clone(row[1:8]), row[9], row[0])...)
	return err
}

func (w *writer) endEffect(end store.EffectEnd) error {
	e, err := readEffect(w.c, end.ID)
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrDamaged), err == nil && e.State != store.EffectAnswered:
		return nil // the batch has others' changes, too
	case err != nil:
		return fmt.Errorf("effect %s: %w", end.ID, err)
	}
	e.State = end.State
	if end.Result != nil {
		e.Result = end.Result
	}
	return w.putEffect(&e)
}

func readEffect(c *conn, id string) (e store.EffectRow, err error) {
	known := false
	err = c.query("SELECT "+effectColumns+" FROM effects JOIN outbox ON outbox.key = effects.key WHERE id = ?", func(r row) (err error) {
		known = true
		e, err = c.scanEffect(r)
		return err
	}, id)
	if err == nil && !known {
		err = store.ErrNotFound
	}
	return e, err
}

// Effects implements [store.Outbox].
func (s *Store) Effects(ctx context.Context, f store.EffectFilter) (page []store.EffectRow, more bool, err error) {
	index, states := "", ""
	args := []driver.Value{f.After}
	for _, state := range f.States {
		states += ", ?"
		args = append(args, string(state))
	}
	if states != "" {
		states = " AND state IN (" + states[2:] + ")"
		if !slices.ContainsFunc(f.States, func(s store.EffectState) bool { return !s.Pending() }) {
			index, states = " INDEXED BY outbox_pending", states+" AND "+isPending
		}
	}
	query := "SELECT " + effectColumns + " FROM outbox" + index + " CROSS JOIN effects ON effects.key = outbox.key WHERE outbox.key > ?" + states +
		" AND ? IN ('', ms) AND ? IN ('', extension) AND ? IN ('', order_id) ORDER BY outbox.key"
	args = append(args, string(f.MultiSession), f.Extension, string(f.Order))
	size := 0
	err = s.pool.read(ctx, func(c *conn) error {
		return c.query(query, func(r row) error {
			if more = len(page) == f.Limit || size >= store.PageBytes; more {
				return errStop
			}
			e, err := c.scanEffect(r)
			if err != nil {
				return nil // it is noted
			}
			if f.Bodiless {
				e.Data, e.Result = nil, nil
			}
			size += len(e.Data) + len(e.Result)
			page = append(page, e)
			return nil
		}, args...)
	})
	return page, more, err
}

// Effect implements [store.Outbox].
func (s *Store) Effect(ctx context.Context, id string) (e store.EffectRow, err error) {
	err = s.pool.read(ctx, func(c *conn) error {
		e, err = readEffect(c, id)
		return err
	})
	return e, err
}

// SetEffect implements [store.Outbox].
func (s *Store) SetEffect(ctx context.Context, to store.EffectRow, was store.EffectState) (set bool, err error) {
	err = s.writer.do(ctx, func(w *writer) error {
		set, err = w.setEffect(to, was)
		return err
	})
	return set && err == nil, err
}

func (w *writer) setEffect(to store.EffectRow, was store.EffectState) (set bool, err error) {
	e, err := readEffect(w.c, to.ID)
	if err != nil || e.State != was {
		return false, err
	}
	to.Pos, to.Data = e.Pos, e.Data
	return true, w.putEffect(&to)
}

// ReleaseEffects implements [store.Outbox].
func (s *Store) ReleaseEffects(ctx context.Context, now time.Time) (n int, err error) {
	const atOnce = 200 // commits wait for them
	for {
		page, more, err := s.Effects(ctx, store.EffectFilter{States: []store.EffectState{store.EffectHeld}, Limit: atOnce})
		if err != nil {
			return n, err
		}
		released := 0
		err = s.writer.do(ctx, func(w *writer) error {
			released = 0
			for _, e := range page {
				e.State, e.Next, e.Since = store.EffectWaiting, now, now
				if e.Result != nil {
					e.State = store.EffectAnswered
				}
				set, err := w.setEffect(e, store.EffectHeld)
				if err != nil {
					return err
				}
				if set {
					released++
				}
			}
			return nil
		})
		if err != nil {
			return n, err
		}
		if n += released; !more {
			return n, nil
		}
	}
}

// CountEffects implements [store.Outbox].
func (s *Store) CountEffects(ctx context.Context) (counts []store.EffectCount, err error) {
	err = s.pool.read(ctx, func(c *conn) error {
		return c.query(`SELECT extension, state, count(*), min(at) FROM outbox CROSS JOIN effects ON effects.key = outbox.key
			WHERE `+isPending+" GROUP BY extension, state ORDER BY extension, state", func(r row) error {
			counts = append(counts, store.EffectCount{
				Extension: r.text(0), State: store.EffectState(r.text(1)), Count: int(r.int(2)), Oldest: toTime(r.int(3)),
			})
			return nil
		})
	})
	return counts, err
}

// Lease implements [store.Outbox]. A damaged lease is nobody's.
func (s *Store) Lease(ctx context.Context, node string, now, until time.Time) (taken bool, err error) {
	err = s.writer.do(ctx, func(w *writer) error {
		taken = true
		err := w.c.query("SELECT one, node, until, sum FROM effects_lease", func(r row) error {
			if w.c.good(leaseTable, r, 3) {
				taken = r.text(1) == node || !toTime(r.int(2)).After(now)
			}
			return nil
		})
		if err == nil && taken {
			_, err = w.exec("INSERT OR REPLACE INTO effects_lease VALUES (?, ?, ?, ?)",
				w.c.summed(leaseTable, int64(1), node, until.UnixMilli())...)
		}
		return err
	})
	return taken && err == nil, err
}

// effectsSince is the version of the schema in which there are effects.
const effectsSince = 7

// holdEffects holds a restored backup's pending effects: a copy of the database
// does nothing by itself.
func holdEffects(ctx context.Context, c *conn) error {
	version, err := checkSchema(c)
	if err != nil || version < effectsSince {
		return err
	}
	err = c.once(ctx, "UPDATE outbox SET state = 'held', sum = row_sum('outbox', key, 'held', attempts, next, since, error, ends, result, data) WHERE "+isPending)
	if err == nil {
		err = c.once(ctx, "DELETE FROM effects_lease")
	}
	return err
}
