package mem

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"slices"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// ListRejections implements [store.Operator].
func (s *Store) ListRejections(ctx context.Context, f store.RejectionFilter) (page []store.Rejection, more bool, err error) {
	size := 0
	err = s.read(ctx, func(d *data) error {
		for _, r := range d.Inbox {
			wanted := r.Resolved == f.Resolved && (f.MultiSession == "" || r.MultiSession == f.MultiSession)
			if !wanted || r.ID <= f.After {
				continue
			}
			if more = len(page) == f.Limit || size >= store.PageBytes; more {
				return nil
			}
			page = append(page, copyRejection(r))
			size += len(r.Mutation)
		}
		return nil
	})
	return page, more, err
}

// CountRejections implements [store.Operator].
func (s *Store) CountRejections(ctx context.Context) (n int, err error) {
	err = s.read(ctx, func(d *data) error {
		for _, r := range d.Inbox {
			if !r.Resolved {
				n++
			}
		}
		return nil
	})
	return n, err
}

// ResolveRejection implements [store.Operator].
func (s *Store) ResolveRejection(ctx context.Context, id int64) error {
	return s.write(ctx, func(d *data) error {
		i := slices.IndexFunc(d.Inbox, func(r store.Rejection) bool { return r.ID == id && !r.Resolved })
		if i < 0 {
			return store.ErrNotFound
		}
		d.Inbox[i].Resolved = true
		return nil
	})
}

// TrimRejections implements [store.Operator].
func (s *Store) TrimRejections(ctx context.Context, pos protocol.POSID, keep store.RejectionsKept) (dropped int, err error) {
	err = s.write(ctx, func(d *data) error {
		dropped = 0
		drop := map[int64]bool{}
		count, bytes := 0, 0
		for _, resolved := range []bool{false, true} {
			for _, r := range slices.Backward(d.Inbox) {
				if r.By.POS.ID != pos || r.Resolved != resolved {
					continue
				}
				if bytes += len(r.Mutation); count >= keep.Count || count > 0 && bytes > keep.Bytes {
					drop[r.ID] = true
				}
				count++
			}
		}
		dropped = len(drop)
		d.Inbox = slices.DeleteFunc(d.Inbox, func(r store.Rejection) bool { return drop[r.ID] })
		return nil
	})
	return dropped, err
}

// History implements [store.Operator].
func (s *Store) History(ctx context.Context, ms protocol.MultiSessionID, order protocol.OrderID, after protocol.Seq) (page []store.Change, more bool, err error) {
	size := 0
	err = s.inSession(ctx, ms, func(_ *data, r *session) error {
		if r.Orders[order] == nil {
			return store.ErrNotFound
		}
		for _, c := range r.Changes {
			if c.Seq <= after || !slices.Contains(touchedBy(c), order) {
				continue
			}
			if more = size >= store.PageBytes; more {
				return nil
			}
			page = append(page, store.Change{Seq: c.Seq, Body: bytes.Clone(c.Body)})
			size += len(c.Body)
		}
		return nil
	})
	return page, more, err
}

// touchedBy reads from a change's JSON which orders it touched.
func touchedBy(c store.Change) (ids []protocol.OrderID) {
	var body struct {
		Orders map[protocol.OrderID]json.RawMessage `json:"orders"`
	}
	_ = json.Unmarshal(c.Body, &body)
	for id := range body.Orders {
		ids = append(ids, id)
	}
	return ids
}

// Prune implements [store.Maintenance].
func (s *Store) Prune(ctx context.Context, before time.Time, dry bool) (count store.Pruned, err error) {
	prune := func(d *data) error {
		for _, r := range d.Sessions {
			d.prune(r, before, dry, &count)
		}
		return nil
	}
	if dry {
		err = s.read(ctx, prune)
	} else {
		err = s.write(ctx, prune)
	}
	return count, err
}

// firstYoung is the seq of the first change to keep, see [store.Maintenance].
func (r *session) firstYoung(before time.Time) protocol.Seq {
	at := map[protocol.Seq]time.Time{}
	for _, c := range r.Changes {
		var body struct {
			At time.Time `json:"at"`
		}
		if json.Unmarshal(c.Body, &body) == nil {
			at[c.Seq] = body.At
		}
	}
	for _, o := range r.Orders {
		if o.At.After(at[o.Seq]) {
			at[o.Seq] = o.At
		}
	}
	young, old := protocol.Seq(math.MaxInt64), protocol.Seq(0)
	for seq, t := range at {
		if !t.Before(before) {
			young = min(young, seq)
		}
	}
	for seq, t := range at {
		if seq < young && !t.Before(store.Begin) {
			old = max(old, seq)
		}
	}
	return min(young, old+1)
}

func (d *data) prune(r *session, before time.Time, dry bool, count *store.Pruned) {
	young := r.firstYoung(before)
	dropped, pending := map[protocol.OrderID]bool{}, d.pending(r.Row.ID)
	for id, o := range r.Orders {
		dropped[id] = o.Body == nil || (o.State != protocol.Open && o.Seq < young && !pending[id])
		if !dropped[id] || o.Body == nil {
			continue
		}
		count.Orders++
		if o.At.After(count.Newest) {
			count.Newest = o.At
		}
		if !dry {
			o.Body, o.Lines = nil, nil
			d.forgetEffects(r.Row.ID, id)
		}
	}
	kept := make([]store.Change, 0, len(r.Changes))
	for _, c := range r.Changes {
		touched := touchedBy(c)
		if c.Seq >= young || len(touched) == 0 || slices.ContainsFunc(touched, func(id protocol.OrderID) bool { return !dropped[id] }) {
			kept = append(kept, c)
			continue
		}
		count.Changes++
		if !dry {
			r.Pruned = max(r.Pruned, c.Seq)
		}
	}
	if !dry {
		r.Changes = kept
	}
}
