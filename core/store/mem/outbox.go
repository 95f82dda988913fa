package mem

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// lease is the right to do effects.
type lease struct {
	Node  string
	Until time.Time
}

// effect finds a row; one of a pruned order has no state.
func (d *data) effect(id string) (int, error) {
	i, ok := d.EffectAt[id]
	if !ok || d.Effects[i].State == "" {
		return 0, fmt.Errorf("effect %s: %w", id, store.ErrNotFound)
	}
	return i, nil
}

// checkEffects is the error if an effect of a batch was asked for before.
func (d *data) checkEffects(b *store.Batch) error {
	asked := map[string]bool{}
	for i := range b.Orders {
		for _, e := range b.Orders[i].Effects {
			if _, ok := d.EffectAt[e.ID]; ok || asked[e.ID] {
				return fmt.Errorf("effect %s %s of order %s: %w", e.Name, e.Key, b.Orders[i].ID, store.ErrExists)
			}
			asked[e.ID] = true
		}
	}
	return nil
}

func (d *data) commitEffects(b *store.Batch) {
	for _, e := range b.Asked() {
		e = copyEffect(e)
		e.Pos, e.Asked = int64(len(d.Effects)+1), 0
		d.EffectAt[e.ID] = len(d.Effects)
		d.Effects = append(d.Effects, e)
	}
	for _, end := range b.EffectsEnded {
		if i, err := d.effect(end.ID); err == nil && d.Effects[i].State == store.EffectAnswered {
			d.Effects[i].State = end.State
			if end.Result != nil {
				d.Effects[i].Result = bytes.Clone(end.Result)
			}
		}
	}
}

// withEffects adds the effects that an order asked for, bare.
func (d *data) withEffects(ms protocol.MultiSessionID, rows store.OrderRows) store.OrderRows {
	for i := range d.Effects {
		if e := &d.Effects[i]; e.MultiSession == ms && e.Order == rows.ID {
			rows.Effects = append(rows.Effects, e.Bare())
		}
	}
	return rows
}

// pending reports for each order whether it has a pending effect.
func (d *data) pending(ms protocol.MultiSessionID) map[protocol.OrderID]bool {
	orders := map[protocol.OrderID]bool{}
	for i := range d.Effects {
		if e := &d.Effects[i]; e.MultiSession == ms && e.State.Pending() {
			orders[e.Order] = true
		}
	}
	return orders
}

// forgetEffects keeps what names a pruned order's effects.
func (d *data) forgetEffects(ms protocol.MultiSessionID, order protocol.OrderID) {
	for i := range d.Effects {
		if e := &d.Effects[i]; e.MultiSession == ms && e.Order == order {
			named := e.Bare()
			named.Pos, named.MultiSession, named.Order, named.At = e.Pos, ms, order, e.At
			*e = named
		}
	}
}

// holdEffects holds a restored backup's pending effects.
func (d *data) holdEffects() {
	for i := range d.Effects {
		if d.Effects[i].State.Pending() {
			d.Effects[i].State = store.EffectHeld
		}
	}
	d.Lease = lease{}
}

func copyEffect(e store.EffectRow) store.EffectRow {
	e.Data, e.Result = bytes.Clone(e.Data), bytes.Clone(e.Result)
	return e
}

// Effects implements [store.Outbox].
func (s *Store) Effects(ctx context.Context, f store.EffectFilter) (page []store.EffectRow, more bool, err error) {
	size := 0
	err = s.read(ctx, func(d *data) error {
		for i := range d.Effects {
			e := &d.Effects[i]
			if e.State == "" || e.Pos <= f.After || !f.Selects(e) {
				continue
			}
			if more = len(page) == f.Limit || size >= store.PageBytes; more {
				return nil
			}
			row := copyEffect(*e)
			if f.Bodiless {
				row.Data, row.Result = nil, nil
			}
			page = append(page, row)
			size += len(row.Data) + len(row.Result)
		}
		return nil
	})
	return page, more, err
}

// Effect implements [store.Outbox].
func (s *Store) Effect(ctx context.Context, id string) (e store.EffectRow, err error) {
	err = s.read(ctx, func(d *data) error {
		i, err := d.effect(id)
		if err == nil {
			e = copyEffect(d.Effects[i])
		}
		return err
	})
	return e, err
}

// SetEffect implements [store.Outbox].
func (s *Store) SetEffect(ctx context.Context, to store.EffectRow, was store.EffectState) (set bool, err error) {
	err = s.write(ctx, func(d *data) error {
		i, err := d.effect(to.ID)
		if err != nil || d.Effects[i].State != was {
			return err
		}
		e := &d.Effects[i]
		e.State, e.Attempts, e.Next, e.Since, e.Error, e.Ends = to.State, to.Attempts, to.Next, to.Since, to.Error, to.Ends
		e.Result = bytes.Clone(to.Result)
		set = true
		return nil
	})
	return set, err
}

// ReleaseEffects implements [store.Outbox].
func (s *Store) ReleaseEffects(ctx context.Context, now time.Time) (n int, err error) {
	err = s.write(ctx, func(d *data) error {
		for i := range d.Effects {
			e := &d.Effects[i]
			if e.State != store.EffectHeld {
				continue
			}
			e.State, e.Next, e.Since = store.EffectWaiting, now, now
			if e.Result != nil {
				e.State = store.EffectAnswered
			}
			n++
		}
		return nil
	})
	return n, err
}

// CountEffects implements [store.Outbox].
func (s *Store) CountEffects(ctx context.Context) (counts []store.EffectCount, err error) {
	err = s.read(ctx, func(d *data) error {
		for i := range d.Effects {
			e := &d.Effects[i]
			if !e.State.Pending() {
				continue
			}
			at := slices.IndexFunc(counts, func(c store.EffectCount) bool { return c.Extension == e.Extension && c.State == e.State })
			if at < 0 {
				at = len(counts)
				counts = append(counts, store.EffectCount{Extension: e.Extension, State: e.State, Oldest: e.At})
			}
			counts[at].Count++
			if e.At.Before(counts[at].Oldest) {
				counts[at].Oldest = e.At
			}
		}
		slices.SortFunc(counts, func(a, b store.EffectCount) int {
			return cmp.Or(cmp.Compare(a.Extension, b.Extension), cmp.Compare(a.State, b.State))
		})
		return nil
	})
	return counts, err
}

// Lease implements [store.Outbox].
func (s *Store) Lease(ctx context.Context, node string, now, until time.Time) (taken bool, err error) {
	err = s.write(ctx, func(d *data) error {
		if taken = d.Lease.Node == node || !d.Lease.Until.After(now); taken {
			d.Lease = lease{node, until}
		}
		return nil
	})
	return taken, err
}
