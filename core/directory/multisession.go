package directory

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk"
)

// MultiSession is a multi-session as the operator sees it.
type MultiSession struct {
	ID     sdk.MultiSessionID `json:"id"`
	Name   string             `json:"name"`
	Active bool               `json:"active"`
	POS    []sdk.POSID        `json:"pos"`
	Run    sdk.Run            `json:"run"`
}

func showMultiSession(row store.MultiSession) MultiSession {
	pos := row.POS
	if pos == nil {
		pos = []sdk.POSID{}
	}
	return MultiSession{ID: row.ID, Name: row.Name, Active: row.Active, POS: pos, Run: row.Run}
}

// Patch changes what isn't nil.
type Patch struct {
	Name   *string      `json:"name"`
	Active *bool        `json:"active"`
	POS    *[]sdk.POSID `json:"pos"`
}

// ListMultiSessions is every one that wasn't deleted, by id.
func (d *Directory) ListMultiSessions(ctx context.Context) ([]MultiSession, *sdk.Error) {
	rows, err := d.store.MultiSessions(ctx)
	if err != nil {
		return nil, sdk.AsError(err)
	}
	list := []MultiSession{}
	for _, row := range rows {
		if !row.Deleted {
			list = append(list, showMultiSession(row))
		}
	}
	return list, nil
}

// MultiSession finds one.
func (d *Directory) MultiSession(ctx context.Context, id sdk.MultiSessionID) (MultiSession, *sdk.Error) {
	row, bad := d.existingMultiSession(ctx, id)
	return showMultiSession(row), bad
}

func (d *Directory) existingMultiSession(ctx context.Context, id sdk.MultiSessionID) (store.MultiSession, *sdk.Error) {
	row, err := d.store.MultiSession(ctx, id)
	if errors.Is(err, store.ErrNotFound) || (err == nil && row.Deleted) {
		return row, sdk.Errorf(sdk.NotFound, "there is no multi-session %s", id)
	}
	if err != nil {
		return row, sdk.AsError(err)
	}
	return row, nil
}

// CreateMultiSession makes one and puts POS into it; each leaves where it was.
func (d *Directory) CreateMultiSession(ctx context.Context, name string, pos []sdk.POSID) (MultiSession, *sdk.Error) {
	release, bad := d.turns.take(ctx, keysOf(pos)...)
	if bad != nil {
		return MultiSession{}, bad
	}
	defer release()
	if bad := checkName(name); bad != nil {
		return MultiSession{}, bad
	}
	b := make([]byte, 5)
	_, _ = rand.Read(b)
	id := "ms-" + strings.ToLower(base32.StdEncoding.EncodeToString(b))
	row := store.MultiSession{ID: sdk.MultiSessionID(id), Name: name, Active: true}
	if pos == nil {
		pos = []sdk.POSID{}
	}
	return d.put(ctx, row, pos)
}

// PatchMultiSession changes name, activity and POS.
func (d *Directory) PatchMultiSession(ctx context.Context, id sdk.MultiSessionID, p Patch) (MultiSession, *sdk.Error) {
	var others []sdk.POSID
	if p.POS != nil {
		others = *p.POS
	}
	row, release, bad := d.forMultiSession(ctx, id, others)
	if bad != nil {
		return MultiSession{}, bad
	}
	defer release()
	if p.Name != nil {
		if bad := checkName(*p.Name); bad != nil {
			return MultiSession{}, bad
		}
		row.Name = *p.Name
	}
	wasActive := row.Active
	if p.Active != nil {
		row.Active = *p.Active
	}
	if row.Active && !wasActive {
		if bad := d.joinTills(ctx, row); bad != nil {
			return MultiSession{}, bad
		}
	}
	var pos []sdk.POSID
	if p.POS != nil {
		pos = append([]sdk.POSID{}, *p.POS...)
	}
	shown, bad := d.put(ctx, row, pos)
	if bad == nil && wasActive && !row.Active {
		for _, id := range shown.POS {
			d.tell(Event{POS: id})
		}
	}
	return shown, bad
}

// joinTills: a till that opened while its multi-session was inactive comes into
// the run, as if it opened now. What fails later leaves it as a till that was
// open when its multi-session was made inactive.
func (d *Directory) joinTills(ctx context.Context, row store.MultiSession) *sdk.Error {
	defer d.refresh(row.POS, row.ID)
	return d.inRoom(ctx, row.ID, func(room *multisession.Room) *sdk.Error {
		for _, id := range row.POS {
			pos, err := d.readPOS(ctx, id)
			if err != nil || !pos.Till.Open {
				continue
			}
			join := &multisession.OpenTill{POS: sdk.POS{ID: pos.ID, Name: pos.Name}}
			if !room.Feed.TillOpen(id) {
				join.User = pos.Till.User
			}
			if reply := room.Ask(ctx, join); reply.Err != nil {
				return reply.Err
			}
		}
		return nil
	})
}

// DeleteMultiSession takes one away whose tills are closed. Its orders stay
// in the store.
func (d *Directory) DeleteMultiSession(ctx context.Context, id sdk.MultiSessionID) *sdk.Error {
	row, release, bad := d.forMultiSession(ctx, id, nil)
	if bad != nil {
		return bad
	}
	defer release()
	row.Deleted = true
	_, bad = d.put(ctx, row, []sdk.POSID{})
	return bad
}

// put writes a row and, unless pos is nil, its POS. Tills of POS that come or
// go must be closed.
func (d *Directory) put(ctx context.Context, row store.MultiSession, pos []sdk.POSID) (MultiSession, *sdk.Error) {
	moved, left, bad := d.moves(ctx, row, pos)
	if bad != nil {
		return MultiSession{}, bad
	}
	if err := d.store.PutMultiSession(ctx, row, pos); err != nil {
		return MultiSession{}, storeError(err)
	}
	d.refresh(append(moved, row.POS...), append(left, row.ID)...)
	for _, id := range moved {
		d.tell(Event{POS: id})
	}
	fresh, err := d.store.MultiSession(ctx, row.ID)
	if err != nil {
		return MultiSession{}, sdk.AsError(err)
	}
	if !row.Deleted {
		bad = d.inRoom(ctx, row.ID, func(room *multisession.Room) *sdk.Error {
			if room.Feed.State().MultiSession.Name == row.Name {
				return nil
			}
			return room.Ask(ctx, &multisession.Renamed{Name: row.Name}).Err
		})
	}
	return showMultiSession(fresh), bad
}

// moves finds the POS that come or go, and where they come from.
func (d *Directory) moves(ctx context.Context, row store.MultiSession, pos []sdk.POSID) (moved []sdk.POSID, left []sdk.MultiSessionID, bad *sdk.Error) {
	if pos == nil {
		return nil, nil, nil
	}
	var open []sdk.POSID
	for i, id := range pos {
		p, bad := d.existing(ctx, id)
		if bad != nil {
			return nil, nil, bad.With("at", fmt.Sprintf("pos[%d]", i))
		}
		if p.MultiSession == row.ID && row.ID != "" && slices.Contains(row.POS, id) {
			continue
		}
		moved = append(moved, id)
		if p.MultiSession != "" {
			left = append(left, p.MultiSession)
		}
		if p.Till.Open {
			open = append(open, id)
		}
	}
	for _, id := range row.POS {
		if slices.Contains(pos, id) {
			continue
		}
		moved = append(moved, id)
		if p, bad := d.existing(ctx, id); bad == nil && p.Till.Open {
			open = append(open, id)
		}
	}
	if len(open) > 0 {
		return nil, nil, tillOpen(open)
	}
	return moved, left, nil
}

func (d *Directory) inRoom(ctx context.Context, id sdk.MultiSessionID, do func(*multisession.Room) *sdk.Error) *sdk.Error {
	room, leave, bad := d.rooms.Enter(ctx, id)
	if bad != nil {
		return bad
	}
	defer leave()
	return do(room)
}
