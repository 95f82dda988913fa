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
	"github.com/manytill/manytill/sdk/protocol"
)

func showMultiSession(row store.MultiSession) protocol.AdminMultiSession {
	pos := row.POS
	if pos == nil {
		pos = []protocol.POSID{}
	}
	shown := protocol.AdminMultiSession{ID: row.ID, Name: row.Name, Active: row.Active, POS: pos, Run: row.Run}
	if relay, _, copied := multisession.HomeOf(row.ID); copied {
		shown.Relay = &relay
	}
	return shown
}

// ListMultiSessions reads the multi-sessions that weren't deleted, by id.
//
// Errors: internal.
func (d *Directory) ListMultiSessions(ctx context.Context) ([]protocol.AdminMultiSession, error) {
	rows, err := d.store.MultiSessions(ctx)
	if err != nil {
		return nil, protocol.AsError(err)
	}
	list := []protocol.AdminMultiSession{}
	for _, row := range rows {
		if !row.Deleted {
			list = append(list, showMultiSession(row))
		}
	}
	return list, nil
}

// MultiSession reads one.
//
// Errors: not_found, internal.
func (d *Directory) MultiSession(ctx context.Context, id protocol.MultiSessionID) (protocol.AdminMultiSession, error) {
	row, err := d.existingMultiSession(ctx, id)
	return showMultiSession(row), err
}

func (d *Directory) existingMultiSession(ctx context.Context, id protocol.MultiSessionID) (store.MultiSession, error) {
	row, err := d.store.MultiSession(ctx, id)
	if errors.Is(err, store.ErrNotFound) || (err == nil && row.Deleted) {
		return row, protocol.Errorf(protocol.NotFound, "there is no multi-session %s", id)
	}
	if err != nil {
		return row, protocol.AsError(err)
	}
	return row, nil
}

// CreateMultiSession creates a multi-session and puts POS into it. Each POS leaves
// the one that it was in.
//
// Errors: bad_request for the name, not_found for a POS that doesn't exist,
// till_open with the tills that must be closed first, overloaded, read_only, internal.
func (d *Directory) CreateMultiSession(ctx context.Context, name string, pos []protocol.POSID) (protocol.AdminMultiSession, error) {
	release, err := d.locks.acquire(ctx, keysOf(pos)...)
	if err != nil {
		return protocol.AdminMultiSession{}, err
	}
	defer release()
	if err := checkName(name); err != nil {
		return protocol.AdminMultiSession{}, err
	}
	b := make([]byte, 5)
	_, _ = rand.Read(b)
	id := "ms-" + strings.ToLower(base32.StdEncoding.EncodeToString(b))
	row := store.MultiSession{ID: protocol.MultiSessionID(id), Name: name, Active: true}
	if pos == nil {
		pos = []protocol.POSID{}
	}
	return d.put(ctx, row, pos)
}

// PatchMultiSession changes name, activity and POS.
//
// Errors: not_found, conflict for name or activity of a copy, and those of CreateMultiSession.
func (d *Directory) PatchMultiSession(ctx context.Context, id protocol.MultiSessionID, p protocol.MultiSessionRequest) (protocol.AdminMultiSession, error) {
	var others []protocol.POSID
	if p.POS != nil {
		others = *p.POS
	}
	row, release, err := d.lockMultiSession(ctx, id, others)
	if err != nil {
		return protocol.AdminMultiSession{}, err
	}
	defer release()
	if p.Name != nil || p.Active != nil {
		if err := d.copied(ctx, id); err != nil {
			return protocol.AdminMultiSession{}, err
		}
	}
	if p.Name != nil {
		if err := checkName(*p.Name); err != nil {
			return protocol.AdminMultiSession{}, err
		}
		row.Name = *p.Name
	}
	wasActive := row.Active
	if p.Active != nil {
		row.Active = *p.Active
	}
	if row.Active && !wasActive {
		if err := d.joinTills(ctx, row); err != nil {
			return protocol.AdminMultiSession{}, err
		}
	}
	var pos []protocol.POSID
	if p.POS != nil {
		pos = append([]protocol.POSID{}, *p.POS...)
	}
	shown, err := d.put(ctx, row, pos)
	if err == nil && wasActive && !row.Active {
		for _, id := range shown.POS {
			d.notify(Event{POS: id})
		}
	}
	return shown, err
}

// joinTills opens, in the run of a multi-session that becomes active, the tills
// that were opened while it was inactive. If a later step fails, they are like
// tills that were open when their multi-session was made inactive.
func (d *Directory) joinTills(ctx context.Context, row store.MultiSession) error {
	defer d.refresh(row.POS, row.ID)
	return d.inSession(ctx, row.ID, func(session *multisession.Session) error {
		for _, id := range row.POS {
			pos, err := d.readPOS(ctx, id)
			if err != nil || !pos.Till.Open {
				continue
			}
			join := &multisession.OpenTill{POS: protocol.POS{ID: pos.ID, Name: pos.Name}}
			if !session.Feed.TillOpen(id) {
				join.User = pos.Till.User
			}
			if reply := session.Ask(ctx, join); reply.Err != nil {
				return reply.Err
			}
		}
		return nil
	})
}

// DeleteMultiSession deletes a multi-session, whose tills must be closed. Its
// orders stay in the store.
//
// Errors: not_found, conflict for a copy, till_open with the tills that must be closed
// first, overloaded, read_only, internal.
func (d *Directory) DeleteMultiSession(ctx context.Context, id protocol.MultiSessionID) error {
	row, release, err := d.lockMultiSession(ctx, id, nil)
	if err != nil {
		return err
	}
	defer release()
	if err := d.copied(ctx, id); err != nil {
		return err
	}
	row.Deleted = true
	_, err = d.put(ctx, row, []protocol.POSID{})
	return err
}

// put writes a row and, unless pos is nil, which POS are in it. The tills of POS
// that are added or removed must be closed.
func (d *Directory) put(ctx context.Context, row store.MultiSession, pos []protocol.POSID) (protocol.AdminMultiSession, error) {
	moved, left, err := d.moves(ctx, row, pos)
	if err != nil {
		return protocol.AdminMultiSession{}, err
	}
	if err := d.store.PutMultiSession(ctx, row, pos); err != nil {
		return protocol.AdminMultiSession{}, storeError(err)
	}
	d.refresh(append(moved, row.POS...), append(left, row.ID)...)
	for _, id := range moved {
		d.notify(Event{POS: id})
	}
	fresh, err := d.store.MultiSession(ctx, row.ID)
	if err != nil {
		return protocol.AdminMultiSession{}, protocol.AsError(err)
	}
	if !row.Deleted {
		err = d.inSession(ctx, row.ID, func(session *multisession.Session) error {
			if session.Feed.State().MultiSession.Name == row.Name {
				return nil
			}
			return session.Ask(ctx, &multisession.Renamed{Name: row.Name}).Err
		})
	}
	return showMultiSession(fresh), err
}

// moves finds the POS that are added or removed, and the multi-sessions that they
// leave.
func (d *Directory) moves(ctx context.Context, row store.MultiSession, pos []protocol.POSID) (moved []protocol.POSID, left []protocol.MultiSessionID, err error) {
	if pos == nil {
		return nil, nil, nil
	}
	var open []protocol.POSID
	for i, id := range pos {
		p, err := d.existing(ctx, id)
		if err != nil {
			return nil, nil, protocol.AsError(err).With(protocol.Place{At: fmt.Sprintf("pos[%d]", i)})
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
		if p, err := d.existing(ctx, id); err == nil && p.Till.Open {
			open = append(open, id)
		}
	}
	if len(open) > 0 {
		return nil, nil, tillOpen(open)
	}
	return moved, left, nil
}

func (d *Directory) inSession(ctx context.Context, id protocol.MultiSessionID, do func(*multisession.Session) error) error {
	session, leave, err := d.hub.Enter(ctx, id)
	if err != nil {
		return err
	}
	defer leave()
	return do(session)
}
