package directory

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// ListPOS reads every POS, by id.
//
// Errors: internal.
func (d *Directory) ListPOS(ctx context.Context) ([]protocol.AdminPOS, error) {
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

// CreatePOS creates a POS and its token, which can't be read again.
//
// Errors: bad_request for the id or the name, conflict if the POS exists,
// overloaded, read_only, internal.
func (d *Directory) CreatePOS(ctx context.Context, id protocol.POSID, name string) (protocol.AdminPOS, string, error) {
	release, err := d.locks.acquire(ctx, ofPOS(id))
	if err != nil {
		return protocol.AdminPOS{}, "", err
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
		return protocol.AdminPOS{}, "", protocol.Errorf(protocol.Conflict, "POS %s exists already", id)
	}
	row := store.POS{ID: id, Name: name}
	if err := d.store.PutPOS(ctx, row); err != nil {
		return protocol.AdminPOS{}, "", storeError(err)
	}
	d.refresh([]protocol.POSID{id})
	token, err := d.replaceToken(ctx, id)
	return d.show(row), token, err
}

func checkName(name string) error {
	if n := utf8.RuneCountInString(name); n < 1 || n > 200 || !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
		return badAt("name", "must be a text of 1 to 200 characters, without U+0000")
	}
	return nil
}

func badAt(at, what string) error {
	return protocol.Errorf(protocol.BadRequest, "%s %s", at, what).With(protocol.Place{At: at})
}

// storeError is the error for the caller if the store failed.
func storeError(err error) error {
	if errors.Is(err, store.ErrReadOnly) {
		return protocol.Errorf(protocol.ReadOnly, "the server can't store anything now; its disk may be full, or its database away").
			With(protocol.Pause{RetryAfterMS: 2000}).Because(err)
	}
	return protocol.AsError(err)
}

func (d *Directory) existing(ctx context.Context, id protocol.POSID) (store.POS, error) {
	row, err := d.store.POS(ctx, id)
	if errors.Is(err, store.ErrNotFound) || (err == nil && row.Deleted) {
		return row, protocol.Errorf(protocol.NotFound, "there is no POS %s", id)
	}
	if err != nil {
		return row, protocol.AsError(err)
	}
	return row, nil
}

// RenamePOS changes the name of a POS; nil leaves it.
//
// Errors: bad_request for the name, not_found, overloaded, read_only, internal.
func (d *Directory) RenamePOS(ctx context.Context, id protocol.POSID, name *string) (protocol.AdminPOS, error) {
	release, err := d.locks.acquire(ctx, ofPOS(id))
	if err != nil {
		return protocol.AdminPOS{}, err
	}
	defer release()
	row, err := d.existing(ctx, id)
	if err != nil || name == nil {
		return d.show(row), err
	}
	if err := checkName(*name); err != nil {
		return protocol.AdminPOS{}, err
	}
	row.Name = *name
	if err := d.store.PutPOS(ctx, row); err != nil {
		return protocol.AdminPOS{}, storeError(err)
	}
	d.refresh([]protocol.POSID{id})
	return d.show(row), nil
}

// DeletePOS deletes a POS, whose till must be closed. Its token is invalid from
// then on.
//
// Errors: not_found, till_open, overloaded, read_only, internal.
func (d *Directory) DeletePOS(ctx context.Context, id protocol.POSID) error {
	release, err := d.locks.acquire(ctx, ofPOS(id))
	if err != nil {
		return err
	}
	defer release()
	row, err := d.existing(ctx, id)
	if err != nil {
		return err
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
	d.notify(Event{POS: id, Revoked: true})
	return nil
}

func tillOpen(pos []protocol.POSID) error {
	return protocol.Errorf(protocol.TillOpen, "close these tills first: %v", pos).With(protocol.OpenTills{POS: pos})
}

// NewToken replaces the token of a POS. The old one is invalid at once.
//
// Errors: not_found, conflict for a till of the chain, overloaded, read_only, internal.
func (d *Directory) NewToken(ctx context.Context, id protocol.POSID) (string, error) {
	release, err := d.locks.acquire(ctx, ofPOS(id))
	if err != nil {
		return "", err
	}
	defer release()
	if _, err := d.existing(ctx, id); err != nil {
		return "", err
	}
	if err := d.isGuest(ctx, id); err != nil {
		return "", err
	}
	token, err := d.replaceToken(ctx, id)
	if err == nil {
		d.notify(Event{POS: id, Revoked: true})
	}
	return token, err
}

func (d *Directory) replaceToken(ctx context.Context, id protocol.POSID) (string, error) {
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

// LastSeen is when a POS last called; zero if it didn't since this process
// started.
func (d *Directory) LastSeen(id protocol.POSID) time.Time {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.seen[id]
}

// OpenTill opens the till of a POS. A till that is open stays open.
//
// Errors: not_found, overloaded, read_only, internal.
func (d *Directory) OpenTill(ctx context.Context, id protocol.POSID, user *protocol.User) (protocol.OpenTillResponse, error) {
	release, err := d.locks.acquire(ctx, ofPOS(id))
	if err != nil {
		return protocol.OpenTillResponse{}, err
	}
	defer release()
	row, ms, err := d.place(ctx, id)
	if err != nil {
		return protocol.OpenTillResponse{}, err
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
	return o, d.inSession(ctx, ms.ID, func(session *multisession.Session) error {
		reply := session.Ask(ctx, &multisession.OpenTill{POS: o.POS, User: user})
		o.Run = reply.Run
		return reply.Err
	})
}

// CloseTill closes the till of a POS. A till that is closed stays closed. Outside
// an active multi-session no open orders are listed.
//
// Errors: those of OpenTill.
func (d *Directory) CloseTill(ctx context.Context, id protocol.POSID) (protocol.CloseTillResponse, error) {
	release, err := d.locks.acquire(ctx, ofPOS(id))
	if err != nil {
		return protocol.CloseTillResponse{OpenOrders: []protocol.OpenOrder{}}, err
	}
	defer release()
	row, ms, err := d.place(ctx, id)
	c := protocol.CloseTillResponse{OpenOrders: []protocol.OpenOrder{}}
	if err != nil {
		return c, err
	}
	if ms != nil {
		defer d.refresh([]protocol.POSID{id}, ms.ID)
		err = d.inSession(ctx, ms.ID, func(session *multisession.Session) error {
			reply := session.Ask(ctx, &multisession.CloseTill{POS: id})
			if reply.Err == nil {
				c.RunEnded = reply.RunEnded
				if ms.Active {
					c.OpenOrders = reply.Open
				}
			}
			return reply.Err
		})
		if err != nil {
			return c, err
		}
		if row, err = d.existing(ctx, id); err != nil {
			return c, err
		}
	}
	if !row.Till.Open {
		return c, nil
	}
	row.Till = store.Till{User: row.Till.User, Since: d.now()}
	return c, d.putTill(ctx, row)
}

func (d *Directory) putTill(ctx context.Context, row store.POS) error {
	defer d.refresh([]protocol.POSID{row.ID})
	if err := d.store.PutPOS(ctx, row); err != nil {
		return storeError(err)
	}
	return nil
}

// place reads a POS and the multi-session that it is in; nil if it is in none.
func (d *Directory) place(ctx context.Context, id protocol.POSID) (store.POS, *store.MultiSession, error) {
	row, err := d.existing(ctx, id)
	if err != nil || row.MultiSession == "" {
		return row, nil, err
	}
	ms, err := d.store.MultiSession(ctx, row.MultiSession)
	if err != nil {
		return row, nil, protocol.AsError(err)
	}
	return row, &ms, nil
}
