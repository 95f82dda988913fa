package directory

import (
	"context"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk"
)

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
