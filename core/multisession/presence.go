package multisession

import (
	"slices"
	"sync"

	"github.com/manytill/manytill/sdk/protocol"
)

// Presence keeps who looks at what in one multi-session. Safe for concurrent
// use. Readers hold one integer: the version up to which they were told.
type Presence struct {
	mu      sync.Mutex
	version int
	entries map[string]presence
}

type presence struct {
	protocol.Presence
	version int
}

// keepLeft is how many of those that left are kept for readers that weren't
// told yet.
const keepLeft = 256

func newPresence() *Presence { return &Presence{entries: map[string]presence{}} }

// Set notes that a connection looks at an order, or (nil) at none any more.
// It reports whether that is news.
func (p *Presence) Set(conn string, who protocol.Author, order *protocol.OrderID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	was, known := p.entries[conn]
	if (!known && order == nil) || (known && same(was.Order, order) && sameUser(was.User, who.User)) {
		return false
	}
	p.version++
	p.entries[conn] = presence{protocol.Presence{Conn: conn, User: who.User, POS: who.POS, Order: order}, p.version}
	p.trim()
	return true
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
