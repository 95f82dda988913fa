package directory

import (
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

func ofRelay(id protocol.RelayID) string { return "relay " + string(id) }

// ListRelays are the shops' servers that may link, by id.
//
// Errors: read_only, internal.
func (d *Directory) ListRelays(ctx context.Context) ([]store.Relay, error) {
	rows, err := d.store.Relays(ctx)
	if err != nil {
		return nil, storeError(err)
	}
	return rows, nil
}

func (d *Directory) existingRelay(ctx context.Context, id protocol.RelayID) (store.Relay, error) {
	row, err := d.store.Relay(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && row.Deleted {
		return row, protocol.Errorf(protocol.NotFound, "there is no relay %s", id)
	}
	if err != nil {
		return row, storeError(err)
	}
	return row, nil
}

// CreateRelay lets a shop's server link, with the token that it gives; without a name it
// has its id's.
//
// Errors: bad_request, conflict, overloaded, read_only, internal.
func (d *Directory) CreateRelay(ctx context.Context, id protocol.RelayID, name string) (store.Relay, string, error) {
	if !id.Valid() {
		return store.Relay{}, "", badAt("id", "must be 1 to 32 of A-Z a-z 0-9 . _ -")
	}
	if name == "" {
		name = string(id)
	}
	if err := checkName(name); err != nil {
		return store.Relay{}, "", err
	}
	release, err := d.locks.acquire(ctx, ofRelay(id))
	if err != nil {
		return store.Relay{}, "", err
	}
	defer release()
	was, err := d.store.Relay(ctx, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return store.Relay{}, "", storeError(err)
	}
	if err == nil && !was.Deleted {
		return store.Relay{}, "", protocol.Errorf(protocol.Conflict, "relay %s exists already", id)
	}
	row := store.Relay{ID: id, Name: name}
	if err := d.store.PutRelay(ctx, row); err != nil {
		return store.Relay{}, "", storeError(err)
	}
	token, err := d.replaceRelayToken(ctx, id)
	return row, token, err
}

// NewRelayToken replaces the token of a relay. The link that has the old one ends.
//
// Errors: not_found, overloaded, read_only, internal.
func (d *Directory) NewRelayToken(ctx context.Context, id protocol.RelayID) (string, error) {
	release, err := d.locks.acquire(ctx, ofRelay(id))
	if err != nil {
		return "", err
	}
	defer release()
	if _, err := d.existingRelay(ctx, id); err != nil {
		return "", err
	}
	token, err := d.replaceRelayToken(ctx, id)
	if err == nil {
		d.notify(Event{Relay: id, Revoked: true})
	}
	return token, err
}

// DeleteRelay takes a relay away. The copies of its multi-sessions stay, and take nothing
// more.
//
// Errors: not_found, overloaded, read_only, internal.
func (d *Directory) DeleteRelay(ctx context.Context, id protocol.RelayID) error {
	release, err := d.locks.acquire(ctx, ofRelay(id))
	if err != nil {
		return err
	}
	defer release()
	row, err := d.existingRelay(ctx, id)
	if err != nil {
		return err
	}
	row.Deleted = true
	if err := d.store.PutRelay(ctx, row); err != nil {
		return storeError(err)
	}
	d.forgetRelayToken(id)
	d.notify(Event{Relay: id, Revoked: true})
	return nil
}

func (d *Directory) replaceRelayToken(ctx context.Context, id protocol.RelayID) (string, error) {
	token := newToken("mtr_")
	if err := d.store.PutToken(ctx, store.Owner{Relay: id}, sha256.Sum256([]byte(token))); err != nil {
		return "", storeError(err)
	}
	d.forgetRelayToken(id)
	return token, nil
}

func (d *Directory) forgetRelayToken(id protocol.RelayID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.epoch++
	maps.DeleteFunc(d.owners, func(_ [32]byte, owner store.Owner) bool { return owner.Relay == id })
}

// RelayLinks notes that a relay is linked, with the database that it has; the first one
// is its own for ever.
//
// Errors: unauthorized where its token isn't good any more, conflict for another database,
// overloaded, read_only, internal.
func (d *Directory) RelayLinks(ctx context.Context, c Caller, serverID string, at time.Time) (store.Relay, error) {
	release, err := d.locks.acquire(ctx, ofRelay(c.Relay))
	if err != nil {
		return store.Relay{}, err
	}
	defer release()
	if owner, err := d.owner(ctx, c.Token); err != nil && !errors.Is(err, store.ErrNotFound) {
		return store.Relay{}, storeError(err)
	} else if err != nil || owner.Relay != c.Relay {
		return store.Relay{}, protocol.Errorf(protocol.Unauthorized, "the token was revoked").With(protocol.TokenProblem{Reason: "revoked"})
	}
	row, err := d.existingRelay(ctx, c.Relay)
	if err != nil {
		return row, err
	}
	if row.ServerID != "" && row.ServerID != serverID {
		return row, protocol.Errorf(protocol.Conflict, "relay %s is the server of another database (%s, not %s): each shop needs a relay of its own; add one with manytill relay add", row.ID, row.ServerID, serverID)
	}
	row.ServerID, row.Seen = serverID, at
	if err := d.store.PutRelay(ctx, row); err != nil {
		return row, storeError(err)
	}
	return row, nil
}

// Offered makes the copy of a relay's multi-session, or changes its name.
//
// Errors: bad_request where the two ids are too long together, those of PatchMultiSession.
func (d *Directory) Offered(ctx context.Context, relay protocol.RelayID, o protocol.RelayOffer) (protocol.MultiSessionID, error) {
	id := multisession.CopyID(relay, o.ID)
	if id == "" {
		return "", protocol.Errorf(protocol.BadRequest, "%s:%s is longer than 64 characters: give the relay a shorter id", relay, o.ID)
	}
	release, err := d.locks.acquire(ctx, ofMultiSession(id))
	if err != nil {
		return "", err
	}
	defer release()
	row, err := d.store.MultiSession(ctx, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", storeError(err)
	}
	if err == nil && row.Name == o.Name && row.Active == o.Active && !row.Deleted {
		return id, nil
	}
	row = store.MultiSession{ID: id, Name: o.Name, Active: o.Active, POS: row.POS}
	_, err = d.put(ctx, row, nil)
	return id, err
}

// copied is the error of a change that only the home makes of a copy.
func (d *Directory) copied(ctx context.Context, id protocol.MultiSessionID) error {
	relay, _, is := multisession.HomeOf(id)
	if !is {
		return nil
	}
	if _, err := d.existingRelay(ctx, relay); protocol.CodeOf(err) == protocol.NotFound {
		return nil
	} else if err != nil {
		return err
	}
	return protocol.Errorf(protocol.Conflict, "multi-session %s is a copy of one of relay %s: change or delete it at the shop", id, relay)
}

// guestKey marks a POS of the chain's, at a shop. guestName is its name until it is marked,
// so that a crash in between leaves none that could be taken for the shop's own.
const (
	guestKey  = "upstream"
	guestName = "(a till of the chain)"
)

// Guest puts a POS of the chain into a multi-session, with the name that it has there. It
// has no token here.
//
// Errors: conflict for the id of a POS of this server's own, not_found for no such
// multi-session, overloaded, read_only, internal.
func (d *Directory) Guest(ctx context.Context, pos protocol.POS, ms protocol.MultiSessionID) error {
	row, release, err := d.lockMultiSession(ctx, ms, []protocol.POSID{pos.ID})
	if err != nil {
		return err
	}
	defer release()
	was, err := d.store.POS(ctx, pos.ID)
	known := err == nil && !was.Deleted
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return storeError(err)
	}
	if known {
		marks, err := d.store.POSValues(ctx, pos.ID, guestKey)
		if err != nil {
			return storeError(err)
		}
		if known = marks[guestKey] != nil; !known && was.Name != guestName {
			return protocol.Errorf(protocol.Conflict, "POS %s is one of the shop's own: give the chain's till another POS, with an id that the shop doesn't have", pos.ID)
		}
	}
	defer d.refresh([]protocol.POSID{pos.ID}, ms)
	if !known {
		err := d.store.PutPOS(ctx, store.POS{ID: pos.ID, Name: guestName})
		if err == nil {
			err = d.store.PutPOSValues(ctx, pos.ID, map[string][]byte{guestKey: []byte("true")})
		}
		if err != nil {
			return storeError(err)
		}
	}
	if !known || was.Name != pos.Name {
		if err := d.store.PutPOS(ctx, store.POS{ID: pos.ID, Name: pos.Name, Till: was.Till}); err != nil {
			return storeError(err)
		}
	}
	if slices.Contains(row.POS, pos.ID) {
		return nil
	}
	_, err = d.put(ctx, row, append(slices.Clone(row.POS), pos.ID))
	return err
}

// OpenGuests are the POS of the chain in a multi-session whose tills are open.
//
// Errors: not_found, read_only, internal.
func (d *Directory) OpenGuests(ctx context.Context, ms protocol.MultiSessionID) (open []protocol.POSID, err error) {
	row, err := d.existingMultiSession(ctx, ms)
	if err != nil {
		return nil, err
	}
	for _, id := range row.POS {
		pos, err := d.readPOS(ctx, id)
		if err != nil || !pos.Till.Open {
			continue
		}
		marks, err := d.store.POSValues(ctx, id, guestKey)
		if err != nil {
			return nil, storeError(err)
		}
		if marks[guestKey] != nil {
			open = append(open, id)
		}
	}
	return open, nil
}

// isGuest is the error of a token for a POS of the chain's.
func (d *Directory) isGuest(ctx context.Context, id protocol.POSID) error {
	marks, err := d.store.POSValues(ctx, id, guestKey)
	if err != nil {
		return storeError(err)
	}
	if marks[guestKey] != nil {
		return protocol.Errorf(protocol.Conflict, "POS %s is a till of the chain; its token is given at the chain's server", id)
	}
	return nil
}
