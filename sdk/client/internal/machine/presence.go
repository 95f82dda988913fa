package machine

import (
	"slices"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/wire"
)

// presence is who looks at what. It lives as long as the connection.
type presence struct {
	looking sdk.OrderID
	present []wire.Presence
}

func (m *Machine) look(id sdk.OrderID) {
	if id == m.here.looking {
		return
	}
	m.here.looking = id
	if !m.link.up() {
		return
	}
	frame := wire.Presence{}
	if id != "" {
		frame.Order = &id
	}
	m.send(frame)
}

func (p *presence) all(m *Machine, present []wire.Presence) {
	p.present = slices.Clone(present)
	m.notify(PresenceChanged{Present: slices.Clone(p.present)})
}

// seen takes one entry; without an order somebody left it.
func (p *presence) seen(m *Machine, f wire.Presence) {
	p.present = slices.DeleteFunc(p.present, func(was wire.Presence) bool { return same(was, f) })
	if f.Order != nil {
		p.present = append(p.present, f)
	}
	m.notify(PresenceChanged{Present: slices.Clone(p.present)})
}

// same: one entry a connection.
func same(a, b wire.Presence) bool {
	if a.Conn != "" || b.Conn != "" {
		return a.Conn == b.Conn
	}
	return a.POS != nil && b.POS != nil && a.POS.ID == b.POS.ID
}

func (p *presence) left(m *Machine) {
	if len(p.present) > 0 {
		p.present = nil
		m.notify(PresenceChanged{})
	}
}
