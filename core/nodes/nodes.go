// Package nodes has the nodes that share a database follow each other.
//
// What one commits, the others find out by the turn of its multi-session: each looks
// once a second at those that it has at work. Notes make that faster: who committed
// tells. Who looks at which order is in no database, and goes in notes alone; a node
// that isn't heard of any more looks at nothing. A POS that lost its token, or was
// moved, is told as well; besides, all connections are looked at from time to time.
//
// It owns what the notes say. It doesn't carry them ([wake.Carrier]). Run is one
// goroutine; its lock guards which nodes were heard of, and nothing is called while it
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
	Shared store.Shared
	Log    *slog.Logger
}

// Peers is what a node does about what others tell. All of it may be called at any
// time after Run.
type Peers struct {
	Hub *multisession.Hub
	// POSChanged looks at the connections of a POS again; "" is every POS.
	POSChanged func(protocol.POSID)
	// EffectsAsked looks for new effects.
	EffectsAsked func()
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
	heard map[string]time.Time
}

// New is a node that hears and tells once carrier is there, and acts once it runs.
func New(c Config, carrier func(wake.Ear) wake.Carrier) *Nodes {
	n := &Nodes{config: c, missed: make(chan struct{}, 1), ready: make(chan struct{}), heard: map[string]time.Time{}}
	n.carrier = carrier(wake.Ear{Heard: n.hear, Missed: n.mayHaveMissed})
	return n
}

// note is what nodes tell each other, as JSON.
type note struct {
	Node string `json:"node"`
	Kind kind   `json:"kind"`

	MultiSession protocol.MultiSessionID `json:"ms,omitempty"`
	Turn         int64                   `json:"turn,omitempty"`    // moved
	Effects      bool                    `json:"effects,omitempty"` // moved
	Looks        *looks                  `json:"looks,omitempty"`   // presence
	POS          protocol.POSID          `json:"pos,omitempty"`     // pos
}

type kind string

const (
	moved    kind = "moved"    // a multi-session was committed to
	presence kind = "presence" // a connection looks at an order
	who      kind = "who"      // who looks at what in a multi-session?
	pos      kind = "pos"      // a POS lost its token, or was moved
	effects  kind = "effects"  // effects may have changed
	here     kind = "here"     // the node is there
	leaves   kind = "leaves"   // it goes
)

// looks is a [protocol.Presence], which has more members as a frame.
type looks struct {
	Conn  string            `json:"conn"`
	User  *protocol.User    `json:"user,omitempty"`
	POS   protocol.POS      `json:"pos"`
	Order *protocol.OrderID `json:"order,omitempty"`
}

func (n *Nodes) tell(key string, it note) {
	if n == nil {
		return
	}
	it.Node = n.config.Name
	if text, err := json.Marshal(it); err == nil {
		n.carrier.Tell(key, text)
	}
}

// Committed tells of a batch that is on disk.
func (n *Nodes) Committed(b *store.Batch) {
	it := note{Kind: moved, MultiSession: b.MultiSession, Turn: b.Turn + 1}
	key := "moved " + string(b.MultiSession)
	for i := range b.Orders {
		if len(b.Orders[i].Effects) > 0 {
			it.Effects, key = true, "effects "+string(b.MultiSession)
		}
	}
	n.tell(key, it)
}

// Present tells of a connection of this node.
func (n *Nodes) Present(ms protocol.MultiSessionID, p protocol.Presence) {
	n.tell("presence "+p.Conn, note{Kind: presence, MultiSession: ms, Looks: &looks{p.Conn, p.User, p.POS, p.Order}})
}

// Woken asks who looks at what in a multi-session that is at work here now.
func (n *Nodes) Woken(ms protocol.MultiSessionID) {
	n.tell("who "+string(ms), note{Kind: who, MultiSession: ms})
}

// POSChanged tells of a POS whose connections must be looked at.
func (n *Nodes) POSChanged(id protocol.POSID) { n.tell("pos "+string(id), note{Kind: pos, POS: id}) }

// EffectsChanged tells that the operator changed effects.
func (n *Nodes) EffectsChanged() { n.tell("effects", note{Kind: effects}) }

func (n *Nodes) mayHaveMissed() {
	select {
	case n.missed <- struct{}{}:
	default:
	}
}

// hear acts on a note of another node.
func (n *Nodes) hear(text []byte) {
	var it note
	if json.Unmarshal(text, &it) != nil || it.Node == n.config.Name || it.Node == "" {
		return
	}
	select {
	case <-n.ready:
	default:
		return // Run looks at everything when it begins
	}
	n.mu.Lock()
	_, known := n.heard[it.Node]
	n.heard[it.Node] = time.Now()
	if it.Kind == leaves {
		delete(n.heard, it.Node)
	}
	n.mu.Unlock()
	if it.Kind == leaves {
		n.gone(it.Node)
		return
	}
	if !known {
		n.tellPresence(n.peers.Hub.Sessions()) // it may have begun after they came
	}
	session := n.peers.Hub.Session(it.MultiSession)
	switch {
	case it.Kind == pos:
		n.peers.POSChanged(it.POS)
	case it.Kind == effects, it.Effects:
		n.peers.EffectsAsked()
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
	looking, living, checking := time.NewTicker(look), time.NewTicker(alive), time.NewTicker(recheck)
	defer looking.Stop()
	defer living.Stop()
	defer checking.Stop()
	n.tell("here", note{Kind: here})
	for {
		select {
		case <-ctx.Done():
			n.tell("here", note{Kind: leaves})
			return
		case <-looking.C:
			n.look(ctx)
		case <-n.missed:
			n.look(ctx)
			for _, s := range p.Hub.Sessions() {
				n.Woken(s.ID)
			}
			n.tellPresence(p.Hub.Sessions())
			p.POSChanged("")
		case <-living.C:
			n.tell("here", note{Kind: here})
			n.forgetSilent()
		case <-checking.C:
			p.POSChanged("")
		}
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
	var gone []string
	n.mu.Lock()
	for node, at := range n.heard {
		if time.Since(at) > silent {
			gone = append(gone, node)
			delete(n.heard, node)
		}
	}
	n.mu.Unlock()
	for _, node := range gone {
		n.config.Log.Warn("another node isn't heard of any more", "node", node)
		n.gone(node)
	}
}

// Close ends the carrier.
func (n *Nodes) Close() error { return n.carrier.Close() }
