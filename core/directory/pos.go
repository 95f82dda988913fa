package directory

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"
	"unicode/utf8"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk"
)

// POS is a till as the operator sees it.
type POS struct {
	ID           sdk.POSID           `json:"id"`
	Name         string              `json:"name"`
	MultiSession *sdk.MultiSessionID `json:"multi_session"`
	TillOpen     bool                `json:"till_open"`
	User         *sdk.User           `json:"user"`
	LastSeen     *string             `json:"last_seen"`
}

// ListPOS is every POS, by id.
func (d *Directory) ListPOS(ctx context.Context) ([]POS, *sdk.Error) {
	rows, err := d.store.AllPOS(ctx)
	if err != nil {
		return nil, sdk.AsError(err)
	}
	list := make([]POS, len(rows))
	for i, row := range rows {
		list[i] = d.show(row)
	}
	return list, nil
}

func (d *Directory) show(row store.POS) POS {
	p := POS{ID: row.ID, Name: row.Name, TillOpen: row.Till.Open}
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
		at := sdk.FormatTime(seen)
		p.LastSeen = &at
	}
	return p
}

// CreatePOS makes a POS and its token, which is shown this once.
func (d *Directory) CreatePOS(ctx context.Context, id sdk.POSID, name string) (POS, string, *sdk.Error) {
	release, bad := d.turns.take(ctx, ofPOS(id))
	if bad != nil {
		return POS{}, "", bad
	}
	defer release()
	if !sdk.ValidID(id) {
		return POS{}, "", badAt("id", "must be an id: 1 to 64 of A-Z a-z 0-9 . _ - :")
	}
	if name == "" {
		name = string(id)
	}
	if err := checkName(name); err != nil {
		return POS{}, "", err
	}
	was, err := d.store.POS(ctx, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return POS{}, "", sdk.AsError(err)
	}
	if err == nil && !was.Deleted {
		return POS{}, "", sdk.Errorf(sdk.Conflict, "there is a POS %s already", id)
	}
	row := store.POS{ID: id, Name: name}
	if err := d.store.PutPOS(ctx, row); err != nil {
		return POS{}, "", storeError(err)
	}
	d.refresh([]sdk.POSID{id})
	token, bad := d.replaceToken(ctx, id)
	return d.show(row), token, bad
}

func checkName(name string) *sdk.Error {
	if n := utf8.RuneCountInString(name); n < 1 || n > 200 || !utf8.ValidString(name) {
		return badAt("name", "must be a text of 1 to 200 characters")
	}
	return nil
}

func badAt(at, what string) *sdk.Error {
	return sdk.Errorf(sdk.BadRequest, "%s %s", at, what).With("at", at)
}

// storeError is what the caller is told of a write that failed.
func storeError(err error) *sdk.Error {
	if errors.Is(err, store.ErrReadOnly) {
		return sdk.Errorf(sdk.ReadOnly, "the server can't store anything now (is its disk full?)").
			With("retry_after_ms", 2000).Because(err)
	}
	return sdk.AsError(err)
}

func (d *Directory) existing(ctx context.Context, id sdk.POSID) (store.POS, *sdk.Error) {
	row, err := d.store.POS(ctx, id)
	if errors.Is(err, store.ErrNotFound) || (err == nil && row.Deleted) {
		return row, sdk.Errorf(sdk.NotFound, "there is no POS %s", id)
	}
	if err != nil {
		return row, sdk.AsError(err)
	}
	return row, nil
}

// Named is a POS as it is called now, for who stays longer than a call.
func (d *Directory) Named(ctx context.Context, pos sdk.POS) sdk.POS {
	if row, err := d.readPOS(ctx, pos.ID); err == nil && !row.Deleted {
		pos.Name = row.Name
	}
	return pos
}

// RenamePOS changes a name; an empty one stays.
func (d *Directory) RenamePOS(ctx context.Context, id sdk.POSID, name *string) (POS, *sdk.Error) {
	release, bad := d.turns.take(ctx, ofPOS(id))
	if bad != nil {
		return POS{}, bad
	}
	defer release()
	row, bad := d.existing(ctx, id)
	if bad != nil || name == nil {
		return d.show(row), bad
	}
	if bad := checkName(*name); bad != nil {
		return POS{}, bad
	}
	row.Name = *name
	if err := d.store.PutPOS(ctx, row); err != nil {
		return POS{}, storeError(err)
	}
	d.refresh([]sdk.POSID{id})
	return d.show(row), nil
}

// DeletePOS takes a POS away whose till is closed. Its token is worth nothing
// from then on.
func (d *Directory) DeletePOS(ctx context.Context, id sdk.POSID) *sdk.Error {
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
		return tillOpen([]sdk.POSID{id})
	}
	row.Deleted = true
	if err := d.store.PutPOS(ctx, row); err != nil {
		return storeError(err)
	}
	d.forgetToken(id)
	d.refresh([]sdk.POSID{id}, row.MultiSession)
	d.tell(Event{POS: id, Revoked: true})
	return nil
}

func tillOpen(pos []sdk.POSID) *sdk.Error {
	return sdk.Errorf(sdk.TillOpen, "close these tills first: %v", pos).With("pos", pos)
}

// NewToken gives a POS a new token; the old one stops at once.
func (d *Directory) NewToken(ctx context.Context, id sdk.POSID) (string, *sdk.Error) {
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

func (d *Directory) replaceToken(ctx context.Context, id sdk.POSID) (string, *sdk.Error) {
	token := newToken("mtp_")
	if err := d.store.PutToken(ctx, store.Owner{POS: id}, sha256.Sum256([]byte(token))); err != nil {
		return "", storeError(err)
	}
	d.forgetToken(id)
	return token, nil
}

func (d *Directory) forgetToken(id sdk.POSID) {
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
func (d *Directory) LastSeen(id sdk.POSID) time.Time {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.seen[id]
}

// Opened answers till/open. MultiSession is nil outside an active one.
type Opened struct {
	MultiSession *sdk.MultiSession `json:"multi_session"`
	POS          sdk.POS           `json:"pos"`
	Run          sdk.Run           `json:"run"`
}

// Closed answers till/close.
type Closed struct {
	RunEnded   bool                     `json:"run_ended"`
	OpenOrders []multisession.OpenOrder `json:"open_orders"`
}

// OpenTill opens the till of a POS; twice is harmless.
func (d *Directory) OpenTill(ctx context.Context, id sdk.POSID, user *sdk.User) (Opened, *sdk.Error) {
	release, bad := d.turns.take(ctx, ofPOS(id))
	if bad != nil {
		return Opened{}, bad
	}
	defer release()
	row, ms, bad := d.place(ctx, id)
	if bad != nil {
		return Opened{}, bad
	}
	o := Opened{POS: sdk.POS{ID: row.ID, Name: row.Name}}
	if ms == nil || !ms.Active {
		if user != nil || !row.Till.Open {
			row.Till = store.Till{Open: true, User: user, Since: d.now()}
		}
		return o, d.putTill(ctx, row)
	}
	o.MultiSession = &sdk.MultiSession{ID: ms.ID, Name: ms.Name}
	defer d.refresh([]sdk.POSID{id}, ms.ID)
	return o, d.inRoom(ctx, ms.ID, func(room *multisession.Room) *sdk.Error {
		reply := room.Ask(ctx, &multisession.OpenTill{POS: o.POS, User: user})
		o.Run = reply.Run
		return reply.Err
	})
}

// CloseTill closes it. It always works; outside an active multi-session no
// open orders are listed.
func (d *Directory) CloseTill(ctx context.Context, id sdk.POSID) (Closed, *sdk.Error) {
	release, bad := d.turns.take(ctx, ofPOS(id))
	if bad != nil {
		return Closed{OpenOrders: []multisession.OpenOrder{}}, bad
	}
	defer release()
	row, ms, bad := d.place(ctx, id)
	c := Closed{OpenOrders: []multisession.OpenOrder{}}
	if bad != nil {
		return c, bad
	}
	if ms != nil {
		defer d.refresh([]sdk.POSID{id}, ms.ID)
		bad = d.inRoom(ctx, ms.ID, func(room *multisession.Room) *sdk.Error {
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

func (d *Directory) putTill(ctx context.Context, row store.POS) *sdk.Error {
	defer d.refresh([]sdk.POSID{row.ID})
	if err := d.store.PutPOS(ctx, row); err != nil {
		return storeError(err)
	}
	return nil
}

// place finds a POS and the multi-session that it is in, if any.
func (d *Directory) place(ctx context.Context, id sdk.POSID) (store.POS, *store.MultiSession, *sdk.Error) {
	row, bad := d.existing(ctx, id)
	if bad != nil || row.MultiSession == "" {
		return row, nil, bad
	}
	ms, err := d.store.MultiSession(ctx, row.MultiSession)
	if err != nil {
		return row, nil, sdk.AsError(err)
	}
	return row, &ms, nil
}
