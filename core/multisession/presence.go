package multisession

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/manytill/manytill/sdk/protocol"
)

// Presence keeps who looks at what in one multi-session. Safe for concurrent
// use. Readers hold one integer: the version up to which they were told.
//
// A connection is of the node, or of the link between a shop and its chain, that told of
// it last, and only that may say that it looks at nothing any more.
type Presence struct {
	tell func(protocol.Presence) // of what changed here

	mu      sync.Mutex
	version int
	entries map[string]presence
}

type presence struct {
	protocol.Presence
	version int
	from    string // the node, or the link, that told of it; "" is this node
	link    bool   // from is a link
}

// here: the other nodes hear of it from this one.
func (e *presence) here() bool { return e.from == "" || e.link }

// keepLeft is how many of those that left are kept for readers that weren't
// told yet.
const keepLeft = 256

func newPresence(tell func(protocol.Presence)) *Presence {
	return &Presence{tell: tell, entries: map[string]presence{}}
}

// Set notes that a connection here looks at an order, or (nil) at none any more.
// It reports whether that is news.
func (p *Presence) Set(conn string, who protocol.Author, order *protocol.OrderID) bool {
	now := protocol.Presence{Conn: conn, User: who.User, POS: who.POS, Order: order}
	news, _ := p.set(presence{Presence: now})
	if news {
		p.tell(now)
	}
	return news
}

// Hear is Set for a connection of another node.
func (p *Presence) Hear(node string, now protocol.Presence) bool {
	news, _ := p.set(presence{Presence: now, from: node})
	return news
}

// set reports whether it is news, and whether another one told of it before.
func (p *Presence) set(e presence) (news, moved bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	was, known := p.entries[e.Conn]
	if moved = known && was.from != e.from; moved && e.Order == nil {
		return false, false
	}
	news = e.Order != nil && !known || known && !(same(was.Order, e.Order) && sameUser(was.User, e.User))
	switch {
	case news:
		p.version++
		e.version = p.version
	case moved:
		e.version = was.version
	default:
		return false, false
	}
	p.entries[e.Conn] = e
	p.trim()
	return news, moved
}

// Here are those that look at an order, of whom other nodes hear from this one: its own,
// and those at the other end of its link.
func (p *Presence) Here() (here []protocol.Presence) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.entries {
		if e.here() && e.Order != nil {
			here = append(here, e.Presence)
		}
	}
	return here
}

// Gone notes that a node's connections look at nothing any more, and reports whether
// that is news.
func (p *Presence) Gone(node string) bool { return len(p.gone(node, nil)) > 0 }

// gone are those of a node or a link that looked at an order and aren't among those
// that stay.
func (p *Presence) gone(from string, stay map[string]bool) (gone []protocol.Presence) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range slices.Sorted(maps.Keys(p.entries)) {
		if e := p.entries[conn]; e.from == from && e.Order != nil && !stay[conn] {
			p.version++
			e.Order, e.version = nil, p.version
			p.entries[conn] = e
			gone = append(gone, e.Presence)
		}
	}
	p.trim()
	return gone
}

// acrossLink stands in the names of connections at the other end of a link.
const acrossLink = ":"

// Across takes what connections at the other end of a link look at, under names that
// begin with that of the end, and reports whether that is news. With all, no others look
// at anything.
func (p *Presence) Across(link, end string, now []protocol.Presence, all bool) (news bool) {
	stay := map[string]bool{}
	for _, one := range now {
		one.Conn = end + acrossLink + one.Conn
		stay[one.Conn] = true
		is, moved := p.set(presence{Presence: one, from: link, link: true})
		if is || moved {
			p.tell(one)
		}
		news = news || is
	}
	if !all {
		return news
	}
	gone := p.gone(link, stay)
	for _, one := range gone {
		p.tell(one)
	}
	return news || len(gone) > 0
}

// ForLink is what changed after a version, for the other end of a link: without what
// came over one. With version 0 it is who looks at an order now.
func (p *Presence) ForLink(version int) (news []protocol.Presence, now int) {
	all, now := p.Since(version, "")
	news = slices.DeleteFunc(all, func(e protocol.Presence) bool {
		return strings.Contains(e.Conn, acrossLink) || version == 0 && e.Order == nil
	})
	return news, now
}

func same(a, b *protocol.OrderID) bool {
	return (a == nil) == (b == nil) && (a == nil || *a == *b)
}

func sameUser(a, b *protocol.User) bool {
	return (a == nil) == (b == nil) && (a == nil || *a == *b)
}

func (p *Presence) trim() {
	var left []presence
	for _, e := range p.entries {
		if e.Order == nil {
			left = append(left, e)
		}
	}
	if len(left) <= keepLeft {
		return
	}
	slices.SortFunc(left, func(a, b presence) int { return a.version - b.version })
	for _, e := range left[:len(left)-keepLeft] {
		delete(p.entries, e.Conn)
	}
}

// Since is what changed after a version, but for the reader's own connection,
// and the version to ask with next.
func (p *Presence) Since(version int, conn string) ([]protocol.Presence, int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if version == p.version {
		return nil, version
	}
	var news []presence
	for _, e := range p.entries {
		if e.version > version && e.Conn != conn {
			news = append(news, e)
		}
	}
	slices.SortFunc(news, func(a, b presence) int { return a.version - b.version })
	present := make([]protocol.Presence, len(news))
	for i := range news {
		present[i] = news[i].Presence
	}
	return present, p.version
}

// Now is everyone who looks at an order, for a reader that comes.
func (p *Presence) Now() (present []protocol.Presence, version int) {
	all, version := p.Since(-1, "")
	return slices.DeleteFunc(all, func(e protocol.Presence) bool { return e.Order == nil }), version
}
