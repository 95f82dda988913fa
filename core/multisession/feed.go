package multisession

import (
	"maps"
	"slices"
	"sync"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// State is what a till frame tells.
type State struct {
	MultiSession protocol.MultiSession
	Run          protocol.Run
	Tills        map[protocol.POSID]*protocol.User // the open ones
	// Version changes whenever one of these does.
	Version int
}

// Feed is what readers of a multi-session see of it: where it stands, and its
// last changes, each encoded once for all of them. Safe for concurrent use.
type Feed struct {
	cursors Cursors

	mu      sync.RWMutex
	head    Position
	ring    []Entry // consecutive, the last is at head
	bytes   int     // of the ring's bodies
	clients map[protocol.ClientID]store.Client
	strange int // how many of them never pushed, at most
	state   State
	joined  joined
	// cursor is that of at, where most readers are.
	cursor protocol.Cursor
	at     Position
}

// strangeClients is how many clients are kept that were asked for and never
// pushed.
const strangeClients = 10_000

// ringSize is how many changes a reader may be behind without the store, and
// ringBytes how large they may be together; twice as much is held at most.
const (
	ringSize  = 1024
	ringBytes = 4 << 20
)

func newFeed(cursors Cursors, head Position, state State) *Feed {
	return &Feed{cursors: cursors, head: head, state: state, clients: map[protocol.ClientID]store.Client{}}
}

// follow takes what a new load found: the changes up to its head, or (nil) that they
// must be read from the store. What is known of clients may be out of date.
func (f *Feed) follow(entries []Entry, head Position, state State) {
	f.replace(entries, head, state, map[protocol.ClientID]store.Client{}, 0)
}

// moved takes what another node committed, and what became of the clients that were asked
// for. Of those that came meanwhile what is known may be out of date.
func (f *Feed) moved(entries []Entry, head Position, state State, asked []protocol.ClientID, found []store.Client) {
	clients := make(map[protocol.ClientID]store.Client, len(asked))
	for _, id := range asked {
		clients[id] = store.Client{ID: id}
	}
	for _, c := range found {
		clients[c.ID] = c
	}
	f.replace(entries, head, state, clients, len(asked)-len(found))
}

func (f *Feed) replace(entries []Entry, head Position, state State, clients map[protocol.ClientID]store.Client, strange int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case len(entries) > 0:
		f.add(entries)
	case head != f.head:
		f.head, f.ring, f.bytes = head, nil, 0
	}
	state.Version = f.state.Version + 1
	f.state, f.clients, f.strange = state, clients, strange
}

// known is the head, and the clients that are known here, unless they are too many to ask
// for.
func (f *Feed) known() (head Position, clients []protocol.ClientID) {
	const most = 256
	f.mu.RLock()
	defer f.mu.RUnlock()
	if len(f.clients) <= most {
		clients = slices.Collect(maps.Keys(f.clients))
	}
	return f.head, clients
}

// add puts changes behind the head.
func (f *Feed) add(entries []Entry) {
	f.ring = append(f.ring, entries...)
	for i := range entries {
		f.bytes += len(entries[i].Body)
	}
	if len(f.ring) > 2*ringSize || f.bytes > 2*ringBytes {
		f.trim()
	}
	f.head = entries[len(entries)-1].Position
}

// publish takes what an accepted decision made fact.
func (f *Feed) publish(entries []Entry, clients []store.Client, state *State) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(entries) > 0 {
		f.add(entries)
	}
	for _, client := range clients {
		f.clients[client.ID] = client
	}
	if state != nil {
		version := f.state.Version + 1
		f.state = *state
		f.state.Version = version
	}
}

// trim drops the oldest changes; a reader that lacks them reads the store.
func (f *Feed) trim() {
	first := 0
	for len(f.ring)-first > ringSize || f.bytes > ringBytes {
		f.bytes -= len(f.ring[first].Body)
		first++
	}
	f.ring = append(make([]Entry, 0, min(2*ringSize, 2*(len(f.ring)-first))), f.ring[first:]...)
}

// learn notes a client that was asked for, as it was at a position. It is false if the
// ring doesn't tell what it did since.
func (f *Feed) learn(c store.Client, at Position) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	first := f.head.Seq - protocol.Seq(len(f.ring))
	if at.Seq < first || at.Seq > f.head.Seq {
		return false
	}
	for _, e := range f.ring[at.Seq-first:] {
		if e.Client == c.ID {
			c.LastID = max(c.LastID, e.ID)
		}
	}
	if c.LastID >= f.clients[c.ID].LastID {
		f.clients[c.ID] = c
	}
	return true
}

// learnNone notes that a client never pushed, unless it has since.
func (f *Feed) learnNone(id protocol.ClientID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, known := f.clients[id]; known {
		return
	}
	if f.strange >= strangeClients {
		f.strange = 0
		maps.DeleteFunc(f.clients, func(_ protocol.ClientID, c store.Client) bool { return c.POS == "" })
	}
	f.strange++
	f.clients[id] = store.Client{ID: id}
}

// Head is the position of the last change.
func (f *Feed) Head() Position {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.head
}

// State is where runs and tills stand.
func (f *Feed) State() State {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.state
}

// version is [State.Version].
func (f *Feed) version() int {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.state.Version
}

// TillOpen reports whether the till of a POS is open.
func (f *Feed) TillOpen(pos protocol.POSID) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	_, open := f.state.Tills[pos]
	return open
}

// Client is a client's binding, if it is known here. Its last id is that at the head.
func (f *Feed) Client(id protocol.ClientID) (c store.Client, known bool) {
	c, _, known = f.clientAt(id)
	return c, known
}

// clientAt is that, and where the head is.
func (f *Feed) clientAt(id protocol.ClientID) (c store.Client, head Position, known bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	c, known = f.clients[id]
	return c, f.head, known
}

// Cursor writes a position of this multi-session.
func (f *Feed) Cursor(p Position) protocol.Cursor { return f.cursors.Cursor(p) }

// joined is the last list of changes that was put together, since most
// readers ask for the same.
type joined struct {
	from, to protocol.Seq
	list     []byte
}

// page reads from the ring; false if the reader is behind it, or its client
// isn't known here yet.
func (f *Feed) page(after protocol.Seq, client protocol.ClientID, limit int) (*Page, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	first := f.head.Seq - protocol.Seq(len(f.ring)) // the position before the ring
	c, known := f.clients[client]
	if after < first || after > f.head.Seq || (client != "" && !known) {
		return nil, false
	}
	entries := f.ring[after-first:]
	p := &Page{Head: f.head.Seq, Position: f.head, LastID: c.LastID}
	limit = min(limit, fitting(entries))
	if len(entries) > limit {
		p.More = true
		p.Position = entries[limit-1].Position
		for _, e := range entries[limit:] {
			if e.Client == client && client != "" {
				p.LastID = e.ID - 1
				break
			}
		}
		entries = entries[:limit]
	}
	if f.cursor == "" || f.at != p.Position {
		f.at, f.cursor = p.Position, f.cursors.Cursor(p.Position)
	}
	p.Cursor = f.cursor
	p.Count = len(entries)
	switch {
	case p.Count == 1:
		p.Changes = entries[0].Body
	case p.Count > 1:
		if f.joined.from != after || f.joined.to != p.Position.Seq {
			f.joined = joined{from: after, to: p.Position.Seq, list: join(entries)}
		}
		p.Changes = f.joined.list
	}
	return p, true
}

// near reports whether page has all that follows a position, and whether it takes
// at most so many bytes.
func (f *Feed) near(p Position, client protocol.ClientID, most int) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	first := f.head.Seq - protocol.Seq(len(f.ring))
	if _, known := f.clients[client]; p.Folded || p.Seq < first || p.Seq > f.head.Seq || client != "" && !known {
		return false
	}
	for _, e := range f.ring[p.Seq-first:] {
		if most -= len(e.Body); most < 0 {
			return false
		}
	}
	return true
}

// fitting is how many fit onto a page, the first always.
func fitting(entries []Entry) int {
	bytes := 0
	for i := range entries {
		if bytes >= store.PageBytes {
			return i
		}
		bytes += len(entries[i].Body)
	}
	return len(entries)
}

func join(entries []Entry) []byte {
	size := 0
	for i := range entries {
		size += len(entries[i].Body) + 1
	}
	b := make([]byte, 0, size)
	for i := range entries {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, entries[i].Body...)
	}
	return b
}

// tagAt is the tag of the change at a seq, if the ring holds it.
func (f *Feed) tagAt(seq protocol.Seq) (Tag, bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if seq == f.head.Seq {
		return f.head.Tag, true
	}
	first := f.head.Seq - protocol.Seq(len(f.ring))
	if seq <= first || seq > f.head.Seq {
		return Tag{}, false
	}
	return f.ring[seq-first-1].Tag, true
}
