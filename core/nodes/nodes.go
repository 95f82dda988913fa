// Package nodes has the nodes that share a database follow each other.
//
// What one commits, the others find out by the turn of its multi-session: each looks
// once a second at those that it has at work. Notes make that faster: who committed
// tells. Who looks at which order is in no database, and goes in notes alone; a node
// that isn't heard of any more looks at nothing. A POS that lost its token, or was
// moved, is told as well; besides, all connections are looked at from time to time. Each
// says which extensions it runs, so that one that decides otherwise is noticed.
//
// It owns what the notes say. It doesn't carry them ([wake.Carrier]). Run is two
// goroutines; its lock guards which nodes were heard of, and nothing is called while it
// is held.
package nodes

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/sdk/protocol"
)

const (
	// look is how often turns are looked at: a lost note costs at most that, and the time
	// to read.
	look = time.Second
	// alive is how often a node says that it is there, silent after what time it isn't.
	alive  = 2 * time.Second
	silent = 10 * time.Second
	// recheck is how often all connections are looked at, for a lost note of a token.
	recheck = 30 * time.Second
	// atOnce is how many turns are read at a time.
	atOnce = 1000
)

// Config is what a node works with.
type Config struct {
	Name   string // no other node has it
	At     string // where it is, for people: HOST:PORT
	Shared store.Shared
	Log    *slog.Logger
}

// Peers is what a node does about what others tell. All of it may be called at any
// time after Run.
type Peers struct {
	Hub *multisession.Hub
	// POSChanged looks at the connections of a POS again; "" is every POS.
	POSChanged func(protocol.POSID)
	// Relays hears what another node told of its links of shops' servers. nil is nobody.
	Relays func(node string, text []byte)
	// EffectsAsked looks for new effects.
	EffectsAsked func()
	// Extensions are those that run here now, and Schema a hash of all fields.
	Extensions func() (running []protocol.NodeExtension, schema string)
}

// Nodes is this node, and what it knows of the others. Safe for concurrent use. What a
// nil one is told, nobody hears.
type Nodes struct {
	config  Config
	carrier wake.Carrier
	missed  chan struct{} // holds a token if notes may have been lost
	peers   Peers         // set by Run
	ready   chan struct{} // closed when it is set

	mu    sync.Mutex
	heard map[string]*peer
}

// peer is another node.
type peer struct {
	protocol.Node
	chain string    // a hash of its extensions; "" if it hasn't said
	at    time.Time // when it was heard of last
	told  string    // what was logged of its extensions
}

// New is a node that hears nothing and tells nothing until it runs: nobody answers it
// before it listens.
func New(c Config, carrier func(wake.Ear) (wake.Carrier, error)) (_ *Nodes, err error) {
	n := &Nodes{config: c, missed: make(chan struct{}, 1), ready: make(chan struct{}), heard: map[string]*peer{}}
	n.carrier, err = carrier(wake.Ear{Heard: n.hear, Missed: n.mayHaveMissed})
	return n, err
}

// Name is this node's; "" of a nil one.
func (n *Nodes) Name() string {
	if n == nil {
		return ""
	}
	return n.config.Name
}

// Trouble is that of [wake.Carrier].
func (n *Nodes) Trouble() string {
	if n == nil {
		return ""
	}
	return n.carrier.Trouble()
}

func (n *Nodes) mayHaveMissed() {
	select {
	case n.missed <- struct{}{}:
	default:
	}
}

// runs reports whether Run began.
func (n *Nodes) runs() bool {
	select {
	case <-n.ready:
		return true
	default:
		return false
	}
}

// hear acts on a note of another node.
func (n *Nodes) hear(text []byte) {
	var it note
	if json.Unmarshal(text, &it) != nil || it.Node == n.config.Name || it.Node == "" {
		return
	}
	if !n.runs() {
		return
	}
	if it.Kind == leaves {
		n.mu.Lock()
		delete(n.heard, it.Node)
		n.mu.Unlock()
		n.gone(it.Node)
		return
	}
	if !n.heardOf(&it) {
		// It may have begun after they came, or was forgotten for its silence.
		n.meet()
	}
	session := n.peers.Hub.Session(it.MultiSession)
	switch {
	case it.Kind == pos:
		n.peers.POSChanged(it.POS)
	case it.Kind == effects, it.Effects:
		n.peers.EffectsAsked()
	case it.Kind == relays && n.peers.Relays != nil:
		n.peers.Relays(it.Node, it.Relays)
	}
	if session == nil {
		return
	}
	switch it.Kind {
	case moved:
		if it.Turn > session.Turn() {
			follow(session)
		}
	case who:
		n.tellPresence([]*multisession.Session{session})
	case presence:
		if l := it.Looks; l != nil && session.Presence.Hear(it.Node, protocol.Presence{Conn: l.Conn, User: l.User, POS: l.POS, Order: l.Order}) {
			n.peers.Hub.Bell().Ring(session.ID)
		}
	}
}

// heardOf notes what another node says of itself, and reports whether it was known.
func (n *Nodes) heardOf(it *note) (known bool) {
	n.mu.Lock()
	p, known := n.heard[it.Node]
	if !known {
		p = &peer{Node: protocol.Node{Name: it.Node, Extensions: []protocol.NodeExtension{}}}
		n.heard[it.Node] = p
	}
	p.at = time.Now()
	if it.Kind == here && it.Self != nil {
		p.Node, p.chain = *it.Self, it.Chain
		p.Name = it.Node
	}
	n.mu.Unlock()
	if it.Kind == here {
		n.compare(it.Node)
	}
	return known
}

// meet tells the others who looks at what here, and asks who does there.
func (n *Nodes) meet() {
	sessions := n.peers.Hub.Sessions()
	for _, s := range sessions {
		n.Woken(s.ID)
	}
	n.tellPresence(sessions)
	n.here()
}

func follow(s *multisession.Session) {
	s.Submit(&multisession.Moved{}, func(*multisession.Reply) {}) // one that fails is seen again at the next look
}

func (n *Nodes) tellPresence(sessions []*multisession.Session) {
	for _, s := range sessions {
		for _, p := range s.Presence.Here() {
			n.Present(s.ID, p)
		}
	}
}

// gone forgets what the connections of a node looked at.
func (n *Nodes) gone(node string) {
	for _, s := range n.peers.Hub.Sessions() {
		if s.Presence.Gone(node) {
			n.peers.Hub.Bell().Ring(s.ID)
		}
	}
}

// Run follows the others until ctx ends.
func (n *Nodes) Run(ctx context.Context, p Peers) {
	n.peers = p
	close(n.ready)
	var looking sync.WaitGroup
	looking.Go(func() { n.follow(ctx) })
	defer looking.Wait()
	living, checking := time.NewTicker(alive), time.NewTicker(recheck)
	defer living.Stop()
	defer checking.Stop()
	n.meet()
	for {
		select {
		case <-ctx.Done():
			n.tell("here", note{Kind: leaves})
			return
		case <-living.C:
			n.here()
			n.forgetSilent()
		case <-checking.C:
			p.POSChanged("")
		}
	}
}

// follow looks what the others committed. It waits for the database, which may be away.
func (n *Nodes) follow(ctx context.Context) {
	looking := time.NewTicker(look)
	defer looking.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-looking.C:
		case <-n.missed:
			n.meet()
			n.peers.POSChanged("")
		}
		n.look(ctx)
	}
}

// look has the sessions follow whose turn isn't that of the database.
func (n *Nodes) look(ctx context.Context) {
	at := map[protocol.MultiSessionID]*multisession.Session{}
	for _, s := range n.peers.Hub.Sessions() {
		at[s.ID] = s
	}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(at)), atOnce) {
		turns, err := n.config.Shared.Turns(ctx, ids)
		if err != nil {
			n.config.Log.Debug("the turns of other nodes can't be read", "error", err)
			return
		}
		for id, turn := range turns {
			if at[id].Turn() != turn {
				follow(at[id])
			}
		}
	}
}

func (n *Nodes) forgetSilent() {
	var gone []*peer
	n.mu.Lock()
	for node, p := range n.heard {
		if time.Since(p.at) > silent {
			gone = append(gone, p)
			delete(n.heard, node)
		}
	}
	n.mu.Unlock()
	for _, p := range gone {
		n.config.Log.Warn("another server of this database isn't heard of any more: it ended, or notes don't reach this one", "node", p.Name, "at", p.At)
		n.gone(p.Name)
	}
}

// Close ends the carrier.
func (n *Nodes) Close() error { return n.carrier.Close() }
