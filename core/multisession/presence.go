package multisession

import (
	"slices"
	"sync"

	"github.com/manytill/manytill/sdk/protocol"
)

// Presence keeps who looks at what in one multi-session. Safe for concurrent
// use. Readers hold one integer: the version up to which they were told.
type Presence struct {
	tell func(protocol.Presence) // of what changed here

	mu      sync.Mutex
	version int
	entries map[string]presence
}

type presence struct {
	protocol.Presence
	version int
	node    string // whose connection it is; "" is this one's
}

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
	if !p.set("", now) {
		return false
	}
	p.tell(now)
	return true
}

// Hear is Set for a connection of another node.
func (p *Presence) Hear(node string, now protocol.Presence) bool { return p.set(node, now) }

func (p *Presence) set(node string, now protocol.Presence) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	was, known := p.entries[now.Conn]
	if (!known && now.Order == nil) || (known && same(was.Order, now.Order) && sameUser(was.User, now.User)) {
		return false
	}
	p.version++
	p.entries[now.Conn] = presence{now, p.version, node}
	p.trim()
	return true
}

// Here are those of this node that look at an order.
func (p *Presence) Here() (here []protocol.Presence) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.entries {
		if e.node == "" && e.Order != nil {
			here = append(here, e.Presence)
		}
	}
	return here
}

// Gone notes that a node's connections look at nothing any more, and reports whether
// that is news.
func (p *Presence) Gone(node string) (news bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn, e := range p.entries {
		if e.node == node && e.Order != nil {
			p.version++
			e.Order, e.version, news = nil, p.version, true
			p.entries[conn] = e
		}
	}
	p.trim()
	return news
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
