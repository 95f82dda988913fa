package mem

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// inSession reads one multi-session; ErrNotFound if there is none.
func (s *Store) inSession(ctx context.Context, id protocol.MultiSessionID, do func(*data, *session) error) error {
	return s.read(ctx, func(d *data) error {
		r := d.Sessions[id]
		if r == nil {
			return store.ErrNotFound
		}
		return do(d, r)
	})
}

// Load implements [store.Ledger].
func (s *Store) Load(ctx context.Context, id protocol.MultiSessionID) (snap *store.Snapshot, err error) {
	err = s.inSession(ctx, id, func(d *data, r *session) error {
		snap = d.load(r)
		return nil
	})
	return snap, err
}

func (d *data) load(r *session) *store.Snapshot {
	id := r.Row.ID
	snap := &store.Snapshot{MultiSession: d.multiSession(r), Head: r.Head, Pruned: r.Pruned}
	if n := len(r.Changes); n > 0 && r.Changes[n-1].Seq == r.Head {
		snap.HeadChange = bytes.Clone(r.Changes[n-1].Body)
	}
	snap.Tills = d.openTills(id)
	for _, c := range d.Clients {
		if c.MultiSession == id {
			if snap.Clients == nil {
				snap.Clients = map[protocol.POSID]int{}
			}
			snap.Clients[c.POS]++
		}
	}
	for _, o := range r.byNumber() {
		if o.Run == r.Row.Run {
			snap.LastNumber = max(snap.LastNumber, o.Number)
		}
		if o.State == protocol.Open {
			snap.Open = append(snap.Open, d.withEffects(id, copyRows(o, -1)))
		}
	}
	snap.Values = r.values()
	return snap
}

func (r *session) values() (values []store.KeyValue) {
	for at, value := range r.Values {
		values = append(values, store.KeyValue{Space: at.Space, Key: at.Key, Value: bytes.Clone(value)})
	}
	slices.SortFunc(values, func(a, b store.KeyValue) int {
		return cmp.Or(cmp.Compare(a.Space, b.Space), cmp.Compare(a.Key, b.Key))
	})
	return values
}

// byNumber lists every order, pruned ones too, by run and number.
func (r *session) byNumber() []*store.OrderRows {
	orders := make([]*store.OrderRows, 0, len(r.Orders))
	for _, o := range r.Orders {
		orders = append(orders, o)
	}
	slices.SortFunc(orders, func(a, b *store.OrderRows) int {
		return cmp.Or(cmp.Compare(a.Run, b.Run), cmp.Compare(a.Number, b.Number))
	})
	return orders
}

// Orders implements [store.Ledger].
func (s *Store) Orders(ctx context.Context, ms protocol.MultiSessionID, ids []protocol.OrderID) (found []store.OrderRows, read int, err error) {
	err = s.inSession(ctx, ms, func(d *data, r *session) error {
		for bytes := 0; read < len(ids) && bytes < store.PageBytes; read++ {
			if o := r.Orders[ids[read]]; o != nil {
				found = append(found, d.withEffects(ms, copyRows(o, -1)))
				bytes += o.Size()
			}
		}
		return nil
	})
	return found, read, err
}

// List implements [store.Ledger].
func (s *Store) List(ctx context.Context, ms protocol.MultiSessionID, f store.ListFilter) (page []store.OrderRows, err error) {
	bytes := 0
	err = s.inSession(ctx, ms, func(_ *data, r *session) error {
		for _, o := range r.byNumber() {
			after := o.Run > f.AfterRun || (o.Run == f.AfterRun && o.Number > f.AfterNo)
			wanted := (f.Run == 0 || o.Run == f.Run) && (f.State == "" || o.State == f.State) && (f.Number == 0 || o.Number == f.Number)
			if o.Body != nil && after && wanted && len(page) < f.Limit && bytes < store.PageBytes {
				page = append(page, copyRows(o, -1))
				bytes += o.Size()
			}
		}
		return nil
	})
	return page, err
}

// Touched implements [store.Ledger]. Orders of one change stay on one page,
// because the next page starts after its seq.
func (s *Store) Touched(ctx context.Context, ms protocol.MultiSessionID, after store.TouchedAfter, limit int) (page *store.TouchedPage, err error) {
	err = s.inSession(ctx, ms, func(_ *data, r *session) error {
		var touched []*store.OrderRows
		for _, o := range r.Orders {
			if o.Body != nil && o.Seq > max(after.Since, after.Order) {
				touched = append(touched, o)
			}
		}
		slices.SortFunc(touched, func(a, b *store.OrderRows) int {
			return cmp.Or(cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.Created, b.Created), cmp.Compare(a.ID, b.ID))
		})
		page = &store.TouchedPage{Head: r.Head}
		bytes := 0
		for i, o := range touched {
			if (i >= limit || bytes >= store.PageBytes) && o.Seq != touched[i-1].Seq {
				page.More = true
				break
			}
			page.Orders = append(page.Orders, copyRows(o, after.Since))
			bytes += page.Orders[i].Size()
		}
		return nil
	})
	return page, err
}

// Changes implements [store.Ledger].
func (s *Store) Changes(ctx context.Context, ms protocol.MultiSessionID, after protocol.Seq, limit int) (page []store.Change, err error) {
	err = s.inSession(ctx, ms, func(_ *data, r *session) error {
		if after < r.Pruned {
			return store.ErrExpired
		}
		from, _ := slices.BinarySearchFunc(r.Changes, after+1, func(c store.Change, seq protocol.Seq) int { return cmp.Compare(c.Seq, seq) })
		size := 0
		for _, c := range r.Changes[from:min(len(r.Changes), from+limit)] {
			if size >= store.PageBytes {
				break
			}
			size += len(c.Body)
			page = append(page, store.Change{Seq: c.Seq, Body: bytes.Clone(c.Body)})
		}
		return nil
	})
	return page, err
}

// Client implements [store.Ledger].
func (s *Store) Client(ctx context.Context, id protocol.ClientID) (c store.Client, err error) {
	err = s.read(ctx, func(d *data) error {
		if d.Clients[id] == nil {
			return store.ErrNotFound
		}
		c = d.Clients[id].Client
		return nil
	})
	return c, err
}

// Outcomes implements [store.Ledger].
func (s *Store) Outcomes(ctx context.Context, id protocol.ClientID, from, to protocol.MutationID) (found []store.Outcome, err error) {
	err = s.read(ctx, func(d *data) error {
		c := d.Clients[id]
		if c == nil {
			return nil
		}
		for id := max(from, 1); id <= min(to, c.LastID); id++ {
			if o, ok := c.Outcomes[id]; ok {
				o.Result = bytes.Clone(o.Result)
				found = append(found, o)
			}
		}
		return nil
	})
	return found, err
}
