package mem

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// Commit implements [store.Ledger].
func (s *Store) Commit(ctx context.Context, b *store.Batch) error {
	return s.write(ctx, func(d *data) error {
		fault := s.next
		s.next = NoFault
		if fault == Before {
			return errAsked
		}
		r, err := d.checkBatch(b)
		if err != nil {
			return fmt.Errorf("commit to %s: %w", b.MultiSession, err)
		}
		r.Turn++
		if b.Anew {
			d.empty(b.MultiSession, r, b.Expect)
		}
		r.commit(b)
		d.commit(b)
		if fault == After {
			return ErrLost
		}
		return nil
	})
}

// checkBatch is the error if a batch can't be written.
func (d *data) checkBatch(b *store.Batch) (*session, error) {
	r := d.Sessions[b.MultiSession]
	if r == nil {
		return nil, store.ErrNotFound
	}
	if b.Turn != 0 && b.Turn != r.Turn {
		return nil, fmt.Errorf("%w: turn %d, not %d", store.ErrStale, r.Turn, b.Turn)
	}
	if r.Head != b.Expect && !b.Anew {
		return nil, fmt.Errorf("%w: at %d, not at %d", store.ErrStale, r.Head, b.Expect)
	}
	for i, c := range b.Changes {
		if want := b.Expect + protocol.Seq(i) + 1; c.Seq != want {
			return nil, fmt.Errorf("change %d isn't numbered %d", c.Seq, want)
		}
	}
	for _, o := range b.Orders {
		if o.Seq <= b.Expect && !b.Copied || o.Seq > b.Expect+protocol.Seq(len(b.Changes)) {
			return nil, fmt.Errorf("order %s is of change %d, which isn't in the batch", o.ID, o.Seq)
		}
	}
	for _, till := range b.Tills {
		if _, ok := d.POS[till.POS]; !ok {
			return nil, fmt.Errorf("POS %s: %w", till.POS, store.ErrNotFound)
		}
	}
	if b.Anew {
		return r, d.checkOutcomes(b) // nothing is there
	}
	if err := r.checkNumbers(b.Orders); err != nil {
		return nil, err
	}
	if err := d.checkEffects(b); err != nil {
		return nil, err
	}
	return r, d.checkOutcomes(b)
}

// empty deletes what [store.Batch.Anew] says.
func (d *data) empty(id protocol.MultiSessionID, r *session, head protocol.Seq) {
	r.Head, r.Pruned, r.Changes, r.Values = head, head, nil, nil
	r.Orders = map[protocol.OrderID]*store.OrderRows{}
	d.Inbox = slices.DeleteFunc(d.Inbox, func(one store.Rejection) bool { return one.MultiSession == id })
	for i := range d.Effects {
		if e := &d.Effects[i]; e.MultiSession == id { // its position stays taken
			delete(d.EffectAt, e.ID)
			*e = store.EffectRow{Pos: e.Pos}
		}
	}
}

func (d *data) checkOutcomes(b *store.Batch) error {
	bound := map[protocol.ClientID]bool{}
	for _, c := range b.Clients {
		if d.Clients[c.ID] != nil || bound[c.ID] {
			return fmt.Errorf("client %s: %w", c.ID, store.ErrExists)
		}
		bound[c.ID] = true
	}
	for i, o := range b.Outcomes {
		known := d.Clients[o.Client]
		if known == nil && !bound[o.Client] {
			return fmt.Errorf("client %s: %w", o.Client, store.ErrNotFound)
		}
		twice := slices.ContainsFunc(b.Outcomes[:i], func(p store.Outcome) bool { return p.Client == o.Client && p.ID == o.ID })
		if known != nil && !twice {
			_, twice = known.Outcomes[o.ID]
		}
		if twice {
			return fmt.Errorf("outcome %d of %s: %w", o.ID, o.Client, store.ErrExists)
		}
	}
	return nil
}

func (r *session) checkNumbers(orders []store.OrderRows) error {
	type place struct {
		run    protocol.Run
		number protocol.Number
	}
	owner := map[place]protocol.OrderID{}
	for _, o := range orders {
		if r.Orders[o.ID] == nil {
			owner[place{o.Run, o.Number}] = ""
		}
	}
	if len(owner) > 0 {
		for id, o := range r.Orders {
			if _, wanted := owner[place{o.Run, o.Number}]; wanted {
				owner[place{o.Run, o.Number}] = id
			}
		}
	}
	for _, o := range orders {
		if r.Orders[o.ID] != nil {
			continue
		}
		at := place{o.Run, o.Number}
		if owner[at] != "" {
			return fmt.Errorf("number %d of run %d: %w", o.Number, o.Run, store.ErrExists)
		}
		owner[at] = o.ID
	}
	return nil
}

func (r *session) commit(b *store.Batch) {
	for _, c := range b.Changes {
		r.Changes = append(r.Changes, store.Change{Seq: c.Seq, Body: bytes.Clone(c.Body)})
		r.Head = c.Seq
	}
	for i := range b.Orders {
		r.put(&b.Orders[i])
	}
	for _, v := range b.Values {
		if at := (valueKey{v.Space, v.Key}); v.Value == nil {
			delete(r.Values, at)
		} else {
			if r.Values == nil {
				r.Values = map[valueKey][]byte{}
			}
			r.Values[at] = bytes.Clone(v.Value)
		}
	}
	if b.Run != nil {
		r.Row.Run, r.Row.RunOpen = b.Run.Run, b.Run.Open
	}
}

func (r *session) put(o *store.OrderRows) {
	fresh := copyRows(o, -1)
	was := r.Orders[o.ID]
	if was == nil {
		was = &store.OrderRows{}
		r.Orders[o.ID] = was
	}
	was.OrderRow = fresh.OrderRow
	for _, line := range fresh.Lines {
		was.Lines = replace(was.Lines, line, func(l store.LineRow) protocol.LineID { return l.ID })
	}
	for _, payment := range fresh.Payments {
		was.Payments = replace(was.Payments, payment, func(p store.PaymentRow) protocol.PaymentID { return p.ID })
	}
	slices.SortFunc(was.Lines, func(a, b store.LineRow) int {
		return cmp.Or(cmp.Compare(a.N, b.N), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(was.Payments, func(a, b store.PaymentRow) int {
		return cmp.Or(cmp.Compare(a.N, b.N), cmp.Compare(a.ID, b.ID))
	})
}

func replace[Row any, ID comparable](rows []Row, row Row, id func(Row) ID) []Row {
	if i := slices.IndexFunc(rows, func(r Row) bool { return id(r) == id(row) }); i >= 0 {
		rows[i] = row
		return rows
	}
	return append(rows, row)
}

func (d *data) commit(b *store.Batch) {
	for _, c := range b.Clients {
		c.LastID = 0
		d.Clients[c.ID] = &client{c, map[protocol.MutationID]store.Outcome{}}
	}
	for _, o := range b.Outcomes {
		o.Result = bytes.Clone(o.Result)
		c := d.Clients[o.Client]
		c.Outcomes[o.ID] = o
		c.LastID = max(c.LastID, o.ID)
	}
	for _, rejection := range b.Rejections {
		d.LastRejection++
		rejection.ID = d.LastRejection
		d.Inbox = append(d.Inbox, copyRejection(rejection))
	}
	for _, till := range b.Tills {
		p := d.POS[till.POS]
		p.Till = till.Till
		d.POS[till.POS] = copyPOS(p)
	}
	d.commitEffects(b)
}
