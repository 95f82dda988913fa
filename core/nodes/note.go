package nodes

import (
	"encoding/json"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// note is what nodes tell each other, as JSON.
type note struct {
	Node string `json:"node"`
	Kind kind   `json:"kind"`

	MultiSession protocol.MultiSessionID `json:"ms,omitempty"`
	Turn         int64                   `json:"turn,omitempty"`    // moved
	Effects      bool                    `json:"effects,omitempty"` // moved
	Looks        *looks                  `json:"looks,omitempty"`   // presence
	POS          protocol.POSID          `json:"pos,omitempty"`     // pos
	Self         *protocol.Node          `json:"self,omitempty"`    // here
	Chain        string                  `json:"chain,omitempty"`   // here: a hash of its extensions
	Relays       json.RawMessage         `json:"relays,omitempty"`  // relays
}

type kind string

const (
	moved    kind = "moved"    // a multi-session was committed to
	presence kind = "presence" // a connection looks at an order
	who      kind = "who"      // who looks at what in a multi-session?
	pos      kind = "pos"      // a POS lost its token, or was moved
	effects  kind = "effects"  // effects may have changed
	relays   kind = "relays"   // of the links of shops' servers, what core/relay says
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
	if n == nil || !n.runs() {
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

// TellRelays tells what is to be heard by [Peers.Relays].
func (n *Nodes) TellRelays(key string, text []byte) {
	n.tell("relays "+key, note{Kind: relays, Relays: text})
}
