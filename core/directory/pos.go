package directory

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"
	"unicode/utf8"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// ListPOS is every POS, by id.
func (d *Directory) ListPOS(ctx context.Context) ([]protocol.AdminPOS, *protocol.Error) {
	rows, err := d.store.AllPOS(ctx)
	if err != nil {
		return nil, protocol.AsError(err)
	}
	list := make([]protocol.AdminPOS, len(rows))
	for i, row := range rows {
		list[i] = d.show(row)
	}
	return list, nil
}

func (d *Directory) show(row store.POS) protocol.AdminPOS {
	p := protocol.AdminPOS{ID: row.ID, Name: row.Name, TillOpen: row.Till.Open}
	if row.Till.Open {
		p.User = row.Till.User
	}
	if row.MultiSession != "" {
		p.MultiSession = &row.MultiSession
	}
	d.mu.RLock()
	seen := d.seen[row.ID]
	d.mu.RUnlock()
	if row.Till.Since.After(seen) {
		seen = row.Till.Since
	}
	if !seen.IsZero() {
		at := protocol.FormatTime(seen)
		p.LastSeen = &at
	}
	return p
}

// CreatePOS makes a POS and its token, which is shown this once.
func (d *Directory) CreatePOS(ctx context.Context, id protocol.POSID, name string) (protocol.AdminPOS, string, *protocol.Error) {
	release, bad := d.turns.take(ctx, ofPOS(id))
	if bad != nil {
		return protocol.AdminPOS{}, "", bad
	}
	defer release()
	if !protocol.ValidID(id) {
		return protocol.AdminPOS{}, "", badAt("id", "must be an id: 1 to 64 of A-Z a-z 0-9 . _ - :")
	}
	if name == "" {
		name = string(id)
	}
	if err := checkName(name); err != nil {
		return protocol.AdminPOS{}, "", err
	}
	was, err := d.store.POS(ctx, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return protocol.AdminPOS{}, "", protocol.AsError(err)
	}
	if err == nil && !was.Deleted {
		return protocol.AdminPOS{}, "", protocol.Errorf(protocol.Conflict, "there is a POS %s already", id)
	}
	row := store.POS{ID: id, Name: name}
	if err := d.store.PutPOS(ctx, row); err != nil {
		return protocol.AdminPOS{}, "", storeError(err)
	}
	d.refresh([]protocol.POSID{id})
	token, bad := d.replaceToken(ctx, id)
	return d.show(row), token, bad
}

func checkName(name string) *protocol.Error {
	if n := utf8.RuneCountInString(name); n < 1 || n > 200 || !utf8.ValidString(name) {
		return badAt("name", "must be a text of 1 to 200 characters")
	}
	return nil
}

func badAt(at, what string) *protocol.Error {
	return protocol.Errorf(protocol.BadRequest, "%s %s", at, what).With(protocol.Place{At: at})
}

// storeError is what the caller is told of a write that failed.
func storeError(err error) *protocol.Error {
	if errors.Is(err, store.ErrReadOnly) {
		return protocol.Errorf(protocol.ReadOnly, "the server can't store anything now (is its disk full?)").
			With(protocol.Pause{RetryAfterMS: 2000}).Because(err)
	}
	return protocol.AsError(err)
}

func (d *Directory) existing(ctx context.Context, id protocol.POSID) (store.POS, *protocol.Error) {
	row, err := d.store.POS(ctx, id)
	if errors.Is(err, store.ErrNotFound) || (err == nil && row.Deleted) {
		return row, protocol.Errorf(protocol.NotFound, "there is no POS %s", id)
	}
	if err != nil {
		return row, protocol.AsError(err)
	}
	return row, nil
}

// Named is a POS as it is called now, for who stays longer than a call.
func (d *Directory) Named(ctx context.Context, pos protocol.POS) protocol.POS {
	if row, err := d.readPOS(ctx, pos.ID); err == nil && !row.Deleted {
		pos.Name = row.Name
	}
	return pos
}

// RenamePOS changes a name; an empty one stays.
func (d *Directory) RenamePOS(ctx context.Context, id protocol.POSID, name *string) (protocol.AdminPOS, *protocol.Error) {
	release, bad := d.turns.take(ctx, ofPOS(id))
	if bad != nil {
		return protocol.AdminPOS{}, bad
	}
	defer release()
	row, bad := d.existing(ctx, id)
	if bad != nil || name == nil {
		return d.show(row), bad
	}
	if bad := checkName(*name); bad != nil {
		return protocol.AdminPOS{}, bad
	}
	row.Name = *name
	if err := d.store.PutPOS(ctx, row); err != nil {
		return protocol.AdminPOS{}, storeError(err)
	}
	d.refresh([]protocol.POSID{id})
	return d.show(row), nil
}

// DeletePOS takes a POS away whose till is closed. Its token is worth nothing
// from then on.
func (d *Directory) DeletePOS(ctx context.Context, id protocol.POSID) *protocol.Error {
	release, bad := d.turns.take(ctx, ofPOS(id))
	if bad != nil {
		return bad
	}
	defer release()
	row, bad := d.existing(ctx, id)
	if bad != nil {
		return bad
	}
	if row.Till.Open {
		return tillOpen([]protocol.POSID{id})
	}
	row.Deleted = true
	if err := d.store.PutPOS(ctx, row); err != nil {
		return storeError(err)
	}
	d.forgetToken(id)
	d.refresh([]protocol.POSID{id}, row.MultiSession)
	d.tell(Event{POS: id, Revoked: true})
	return nil
}

func tillOpen(pos []protocol.POSID) *protocol.Error {
	return protocol.Errorf(protocol.TillOpen, "close these tills first: %v", pos).With(protocol.OpenTills{POS: pos})
}

// NewToken gives a POS a new token; the old one stops at once.
func (d *Directory) NewToken(ctx context.Context, id protocol.POSID) (string, *protocol.Error) {
	release, bad := d.turns.take(ctx, ofPOS(id))
	if bad != nil {
		return "", bad
	}
	defer release()
	if _, bad := d.existing(ctx, id); bad != nil {
		return "", bad
	}
	token, bad := d.replaceToken(ctx, id)
	if bad == nil {
		d.tell(Event{POS: id, Revoked: true})
	}
	return token, bad
}

func (d *Directory) replaceToken(ctx context.Context, id protocol.POSID) (string, *protocol.Error) {
	token := newToken("mtp_")
	if err := d.store.PutToken(ctx, store.Owner{POS: id}, sha256.Sum256([]byte(token))); err != nil {
		return "", storeError(err)
	}
	d.forgetToken(id)
	return token, nil
}

func (d *Directory) forgetToken(id protocol.POSID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.epoch++
	for hash, owner := range d.owners {
		if owner.POS == id && !owner.Admin {
			delete(d.owners, hash)
		}
	}
}

// LastSeen is when a POS last called, in this process.
func (d *Directory) LastSeen(id protocol.POSID) time.Time {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.seen[id]
}

// OpenTill opens the till of a POS; twice is harmless.
func (d *Directory) OpenTill(ctx context.Context, id protocol.POSID, user *protocol.User) (protocol.OpenTillResponse, *protocol.Error) {
	release, bad := d.turns.take(ctx, ofPOS(id))
	if bad != nil {
		return protocol.OpenTillResponse{}, bad
	}
	defer release()
	row, ms, bad := d.place(ctx, id)
	if bad != nil {
		return protocol.OpenTillResponse{}, bad
	}
	o := protocol.OpenTillResponse{POS: protocol.POS{ID: row.ID, Name: row.Name}}
	if ms == nil || !ms.Active {
		if user != nil || !row.Till.Open {
			row.Till = store.Till{Open: true, User: user, Since: d.now()}
		}
		return o, d.putTill(ctx, row)
	}
	o.MultiSession = &protocol.MultiSession{ID: ms.ID, Name: ms.Name}
	defer d.refresh([]protocol.POSID{id}, ms.ID)
	return o, d.inRoom(ctx, ms.ID, func(room *multisession.Room) *protocol.Error {
		reply := room.Ask(ctx, &multisession.OpenTill{POS: o.POS, User: user})
		o.Run = reply.Run
		return reply.Err
	})
}

// CloseTill closes it. It always works; outside an active multi-session no
// open orders are listed.
func (d *Directory) CloseTill(ctx context.Context, id protocol.POSID) (protocol.CloseTillResponse, *protocol.Error) {
	release, bad := d.turns.take(ctx, ofPOS(id))
	if bad != nil {
		return protocol.CloseTillResponse{OpenOrders: []protocol.OpenOrder{}}, bad
	}
	defer release()
	row, ms, bad := d.place(ctx, id)
	c := protocol.CloseTillResponse{OpenOrders: []protocol.OpenOrder{}}
	if bad != nil {
		return c, bad
	}
	if ms != nil {
		defer d.refresh([]protocol.POSID{id}, ms.ID)
		bad = d.inRoom(ctx, ms.ID, func(room *multisession.Room) *protocol.Error {
			reply := room.Ask(ctx, &multisession.CloseTill{POS: id})
			if reply.Err == nil {
				c.RunEnded = reply.RunEnded
				if ms.Active {
					c.OpenOrders = reply.Open
				}
			}
			return reply.Err
		})
		if bad != nil {
			return c, bad
		}
		if row, bad = d.existing(ctx, id); bad != nil {
			return c, bad
		}
	}
	if !row.Till.Open {
		return c, nil
	}
	row.Till = store.Till{User: row.Till.User, Since: d.now()}
	return c, d.putTill(ctx, row)
}

func (d *Directory) putTill(ctx context.Context, row store.POS) *protocol.Error {
	defer d.refresh([]protocol.POSID{row.ID})
	if err := d.store.PutPOS(ctx, row); err != nil {
		return storeError(err)
	}
	return nil
}

// place finds a POS and the multi-session that it is in, if any.
func (d *Directory) place(ctx context.Context, id protocol.POSID) (store.POS, *store.MultiSession, *protocol.Error) {
	row, bad := d.existing(ctx, id)
	if bad != nil || row.MultiSession == "" {
		return row, nil, bad
	}
	ms, err := d.store.MultiSession(ctx, row.MultiSession)
	if err != nil {
		return row, nil, protocol.AsError(err)
	}
	return row, &ms, nil
}
