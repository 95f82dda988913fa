package mem

import (
	"bytes"
	"maps"
	"slices"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// Clone is the store that a process would open after a crash at this moment: all
// that was committed, and no faults. It works on a closed store, too.
func (s *Store) Clone() *Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &Store{data: s.data.clone()}
}

// Restored is a clone with another epoch and with its pending effects held: this
// store as a restored backup.
func (s *Store) Restored(epoch string) *Store {
	c := s.Clone()
	c.data.Identity.Epoch = epoch
	c.data.holdEffects()
	return c
}

func (d *data) clone() *data {
	c := *d
	c.Sessions = make(map[protocol.MultiSessionID]*session, len(d.Sessions))
	for id, r := range d.Sessions {
		copied := *r
		copied.Changes = slices.Clone(r.Changes)
		copied.Orders = make(map[protocol.OrderID]*store.OrderRows, len(r.Orders))
		for id, o := range r.Orders {
			rows := *o
			rows.Lines, rows.Payments = slices.Clone(o.Lines), slices.Clone(o.Payments)
			copied.Orders[id] = &rows
		}
		copied.Values = maps.Clone(r.Values)
		c.Sessions[id] = &copied
	}
	c.Effects, c.EffectAt = slices.Clone(d.Effects), maps.Clone(d.EffectAt)
	c.POSValues, c.Relays = maps.Clone(d.POSValues), maps.Clone(d.Relays)
	c.POS, c.Tokens, c.Inbox = maps.Clone(d.POS), maps.Clone(d.Tokens), slices.Clone(d.Inbox)
	c.Clients = make(map[protocol.ClientID]*client, len(d.Clients))
	for id, was := range d.Clients {
		c.Clients[id] = &client{was.Client, maps.Clone(was.Outcomes)}
	}
	return &c
}

// copyRows copies an order's rows with their bodies. Of lines and payments it
// copies those that changed after since, in the order of n.
func copyRows(o *store.OrderRows, since protocol.Seq) store.OrderRows {
	c := store.OrderRows{OrderRow: o.OrderRow}
	c.Body = bytes.Clone(o.Body)
	for _, line := range o.Lines {
		if line.Seq > since {
			line.Body = bytes.Clone(line.Body)
			c.Lines = append(c.Lines, line)
		}
	}
	for _, payment := range o.Payments {
		if payment.Seq > since {
			payment.Body = bytes.Clone(payment.Body)
			c.Payments = append(c.Payments, payment)
		}
	}
	return c
}

func copyRejection(r store.Rejection) store.Rejection {
	r.Mutation, r.Kept = bytes.Clone(r.Mutation), slices.Clone(r.Kept)
	r.By.User = copyUser(r.By.User)
	return r
}

func copyUser(u *protocol.User) *protocol.User {
	if u == nil {
		return nil
	}
	c := *u
	return &c
}

func copyPOS(p store.POS) store.POS {
	p.Till.User = copyUser(p.Till.User)
	return p
}
