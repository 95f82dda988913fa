package mem

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// posOf is the POS of a multi-session, by id.
func (d *data) posOf(ms protocol.MultiSessionID) (pos []store.POS) {
	for _, id := range slices.Sorted(maps.Keys(d.POS)) {
		if d.POS[id].MultiSession == ms {
			pos = append(pos, copyPOS(d.POS[id]))
		}
	}
	return pos
}

// openTills are the POS of a multi-session whose till is open.
func (d *data) openTills(ms protocol.MultiSessionID) (open []store.POS) {
	for _, pos := range d.posOf(ms) {
		if pos.Till.Open {
			open = append(open, pos)
		}
	}
	return open
}

func (d *data) multiSession(r *session) store.MultiSession {
	row := r.Row
	for _, pos := range d.posOf(row.ID) {
		row.POS = append(row.POS, pos.ID)
	}
	return row
}

// MultiSessions implements [store.Directory].
func (s *Store) MultiSessions(ctx context.Context) (rows []store.MultiSession, err error) {
	err = s.read(ctx, func(d *data) error {
		for _, id := range slices.Sorted(maps.Keys(d.Sessions)) {
			rows = append(rows, d.multiSession(d.Sessions[id]))
		}
		return nil
	})
	return rows, err
}

// MultiSession implements [store.Directory].
func (s *Store) MultiSession(ctx context.Context, id protocol.MultiSessionID) (row store.MultiSession, err error) {
	err = s.inSession(ctx, id, func(d *data, r *session) error {
		row = d.multiSession(r)
		return nil
	})
	return row, err
}

// PutMultiSession implements [store.Directory].
func (s *Store) PutMultiSession(ctx context.Context, row store.MultiSession, pos []protocol.POSID) error {
	return s.write(ctx, func(d *data) error {
		for _, id := range pos {
			if p, ok := d.POS[id]; !ok || p.Deleted {
				return fmt.Errorf("POS %s: %w", id, store.ErrNotFound)
			}
		}
		r := d.Sessions[row.ID]
		if r == nil {
			r = &session{Row: store.MultiSession{ID: row.ID}, Orders: map[protocol.OrderID]*store.OrderRows{}}
			d.Sessions[row.ID] = r
		}
		r.Turn++
		r.Row.Name, r.Row.Active, r.Row.Deleted = row.Name, row.Active, row.Deleted
		if pos == nil {
			return nil
		}
		for id, p := range d.POS {
			switch {
			case slices.Contains(pos, id):
				if from := d.Sessions[p.MultiSession]; from != nil && from != r {
					from.Turn++
				}
				p.MultiSession = row.ID
			case p.MultiSession == row.ID:
				p.MultiSession = ""
			}
			d.POS[id] = p
		}
		return nil
	})
}

// AllPOS implements [store.Directory].
func (s *Store) AllPOS(ctx context.Context) (rows []store.POS, err error) {
	err = s.read(ctx, func(d *data) error {
		for _, id := range slices.Sorted(maps.Keys(d.POS)) {
			if !d.POS[id].Deleted {
				rows = append(rows, copyPOS(d.POS[id]))
			}
		}
		return nil
	})
	return rows, err
}

// POS implements [store.Directory].
func (s *Store) POS(ctx context.Context, id protocol.POSID) (row store.POS, err error) {
	err = s.read(ctx, func(d *data) error {
		p, ok := d.POS[id]
		if !ok {
			return store.ErrNotFound
		}
		row = copyPOS(p)
		return nil
	})
	return row, err
}

// PutPOS implements [store.Directory].
func (s *Store) PutPOS(ctx context.Context, row store.POS) error {
	return s.write(ctx, func(d *data) error {
		row.MultiSession = d.POS[row.ID].MultiSession
		if row.Deleted {
			row.MultiSession = ""
			d.dropTokens(store.Owner{POS: row.ID})
			delete(d.POSValues, row.ID)
		}
		d.POS[row.ID] = copyPOS(row)
		return nil
	})
}

func (d *data) dropTokens(owner store.Owner) {
	maps.DeleteFunc(d.Tokens, func(_ [32]byte, o store.Owner) bool { return o == owner })
}

// PutToken implements [store.Tokens].
func (s *Store) PutToken(ctx context.Context, owner store.Owner, hash [32]byte) error {
	return s.write(ctx, func(d *data) error {
		_, pos := d.POS[owner.POS]
		_, relay := d.Relays[owner.Relay]
		if !owner.Admin && !pos && !relay {
			return fmt.Errorf("POS or relay %s: %w", owner.Name(), store.ErrNotFound)
		}
		if o, ok := d.Tokens[hash]; ok && o != owner {
			return fmt.Errorf("token: %w", store.ErrExists)
		}
		d.dropTokens(owner)
		d.Tokens[hash] = owner
		return nil
	})
}

// TokenOwner implements [store.Tokens].
func (s *Store) TokenOwner(ctx context.Context, hash [32]byte) (owner store.Owner, err error) {
	err = s.read(ctx, func(d *data) error {
		o, ok := d.Tokens[hash]
		if !ok {
			return store.ErrNotFound
		}
		owner = o
		return nil
	})
	return owner, err
}

// HasAdmin implements [store.Tokens].
func (s *Store) HasAdmin(ctx context.Context) (has bool, err error) {
	err = s.read(ctx, func(d *data) error {
		for _, o := range d.Tokens {
			has = has || o.Admin
		}
		return nil
	})
	return has, err
}
