package relay

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
)

// Others carries words between the nodes of a chain, of which one has the link of a shop.
// A word may be lost; those of one node come in their order.
type Others interface {
	// Name is this node's.
	Name() string
	// TellRelays hands a word to the other nodes. Of words with one key that are still to be
	// sent, the last is.
	TellRelays(key string, text []byte)
}

// nobody is for a chain of one node.
type nobody struct{}

func (nobody) Name() string              { return "" }
func (nobody) TellRelays(string, []byte) {}

const (
	// askFor is how long the node is looked for that has a link, answerWithin how long its
	// answer may take. Then the till pushes again.
	askFor       = time.Second
	answerWithin = 15 * time.Second
	// partBytes is how much of a frame a word has, so that it fits into a note.
	partBytes = 2600
)

// word is what nodes tell each other of links, as JSON.
type word struct {
	To    string           `json:"to,omitempty"` // a node; "" is all
	Kind  wordKind         `json:"kind"`
	Relay protocol.RelayID `json:"relay,omitempty"`
	Ref   int64            `json:"ref,omitempty"` // the push's, at the node that has its till
	Part  int              `json:"part,omitempty"`
	Parts int              `json:"parts,omitempty"`
	Frame []byte           `json:"frame,omitempty"` // a part of it
}

type wordKind string

const (
	wordWho      wordKind = "who"      // who has the link of a relay?
	wordHere     wordKind = "here"     // the sender has
	wordGone     wordKind = "gone"     // the sender hasn't
	wordPush     wordKind = "push"     // a RelayPush
	wordPushed   wordKind = "pushed"   // its RelayPushed
	wordResolved wordKind = "resolved" // a RelayRejections
	wordRevoked  wordKind = "revoked"  // the relay's token
)

// others are the links that other nodes have. Safe for concurrent use.
type others struct {
	carry Others

	mu      sync.Mutex
	at      map[protocol.RelayID]string // the node that has the link, as far as is known
	errands map[int64]*errand           // by ref
	lastRef int64
	parts   map[partsOf]*parts
}

// errand is a push that another node is to hand to the shop.
type errand struct {
	ref   int64
	relay protocol.RelayID
	frame []byte
	node  string // that it was sent to; "" is none yet
	late  *time.Timer
	done  func(*protocol.RelayPushed)
}

// partsOf names a frame that comes in parts.
type partsOf struct {
	node string
	kind wordKind
	ref  int64
}

type parts struct {
	began time.Time
	got   [][]byte
}

func newOthers(carry Others) *others {
	if carry == nil {
		carry = nobody{}
	}
	return &others{carry: carry, at: map[protocol.RelayID]string{}, errands: map[int64]*errand{}, parts: map[partsOf]*parts{}}
}

func (o *others) tell(key string, w word) {
	if text, err := json.Marshal(w); err == nil {
		o.carry.TellRelays(key, text)
	}
}

// tellLink tells whether this node has the link of a relay.
func (o *others) tellLink(to string, relay protocol.RelayID, kind wordKind) {
	o.tell("link "+to+" "+string(relay), word{To: to, Kind: kind, Relay: relay})
}

// tellFrame tells a frame in parts.
func (o *others) tellFrame(w word, frame []byte) {
	all := slices.Collect(slices.Chunk(frame, partBytes))
	for i, part := range all {
		w.Part, w.Parts, w.Frame = i, len(all), part
		o.tell(w.To+" "+string(w.Kind)+" "+strconv.FormatInt(w.Ref, 10)+" "+strconv.Itoa(i), w)
	}
}

// push has the node that has a link hand a push to its shop. done is called once: with
// nil if no node has it, or doesn't answer in time.
func (o *others) push(relay protocol.RelayID, frame *protocol.RelayPush, done func(*protocol.RelayPushed)) {
	text, err := json.Marshal(frame)
	if err != nil || o.carry.Name() == "" {
		done(nil)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lastRef++
	e := &errand{ref: o.lastRef, relay: relay, frame: text, done: done}
	o.errands[e.ref] = e
	e.late = time.AfterFunc(askFor, func() { o.ended(e.ref, nil) })
	if node := o.at[relay]; node != "" && node != o.carry.Name() {
		o.send(e, node)
		return
	}
	o.tell("who "+string(relay), word{Kind: wordWho, Relay: relay})
}

// send is called with the lock.
func (o *others) send(e *errand, node string) {
	e.node = node
	e.late.Reset(answerWithin)
	o.tellFrame(word{To: node, Kind: wordPush, Relay: e.relay, Ref: e.ref}, e.frame)
	e.frame = nil
}

// ended ends a push: with nil since it is late.
func (o *others) ended(ref int64, answer *protocol.RelayPushed) {
	o.mu.Lock()
	e := o.errands[ref]
	delete(o.errands, ref)
	if e != nil && e.node != "" && answer == nil && o.at[e.relay] == e.node {
		delete(o.at, e.relay)
	}
	o.mu.Unlock()
	if e != nil {
		e.late.Stop()
		e.done(answer)
	}
}

// linkAt notes the node that has a link, and sends it what waits for that. What another
// node was sent has no answer any more.
func (o *others) linkAt(node string, relay protocol.RelayID) {
	o.mu.Lock()
	o.at[relay] = node
	var over []int64
	for _, ref := range slices.Sorted(maps.Keys(o.errands)) {
		switch e := o.errands[ref]; {
		case e.relay != relay || e.node == node:
		case e.node == "" && node != o.carry.Name():
			o.send(e, node)
		default:
			over = append(over, ref)
		}
	}
	o.mu.Unlock()
	for _, ref := range over {
		o.ended(ref, nil)
	}
}

func (o *others) notAt(node string, relay protocol.RelayID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.at[relay] == node {
		delete(o.at, relay)
	}
}

// hasLink reports whether another node is known to have a link.
func (o *others) hasLink(relay protocol.RelayID) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	node := o.at[relay]
	return node != "" && node != o.carry.Name()
}

// whole is a frame, when its last part is there.
func (o *others) whole(node string, w *word) []byte {
	if w.Parts < 1 || w.Part < 0 || w.Part >= w.Parts {
		return nil
	}
	if w.Parts == 1 {
		return w.Frame
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	of := partsOf{node, w.Kind, w.Ref}
	p := o.parts[of]
	if p == nil || len(p.got) != w.Parts {
		for other, p := range o.parts {
			if time.Since(p.began) > answerWithin { // a part of it was lost
				delete(o.parts, other)
			}
		}
		p = &parts{began: time.Now(), got: make([][]byte, w.Parts)}
		o.parts[of] = p
	}
	p.got[w.Part] = w.Frame
	if slices.ContainsFunc(p.got, func(part []byte) bool { return part == nil }) {
		return nil
	}
	delete(o.parts, of)
	return bytes.Join(p.got, nil)
}

// Heard acts on a word of another node. It doesn't wait.
func (c *Chain) Heard(node string, text []byte) {
	var w word
	if json.Unmarshal(text, &w) != nil || w.To != "" && w.To != c.others.carry.Name() {
		return
	}
	l := c.linkOf(w.Relay)
	switch w.Kind {
	case wordWho:
		if l != nil {
			c.others.tellLink(node, w.Relay, wordHere)
		}
	case wordHere:
		c.others.linkAt(node, w.Relay)
	case wordGone:
		c.others.notAt(node, w.Relay)
	case wordRevoked:
		if l != nil {
			l.fail(revoked())
		}
	case wordResolved:
		if frame := c.others.whole(node, &w); frame != nil && l != nil {
			_ = decode(frame, func(f *protocol.RelayRejections) error {
				return l.tellRejections(protocol.RelayResolvedFrame, f.MultiSession, f.Rejections)
			})
		}
	case wordPush:
		if frame := c.others.whole(node, &w); frame != nil {
			_ = decode(frame, func(f *protocol.RelayPush) error { return c.errand(node, &w, l, f) })
		}
	case wordPushed:
		if frame := c.others.whole(node, &w); frame != nil {
			_ = decode(frame, func(f *protocol.RelayPushed) error {
				c.others.ended(w.Ref, f)
				return nil
			})
		}
	}
}

// errand hands a push of another node to the shop.
func (c *Chain) errand(node string, w *word, l *chainLink, f *protocol.RelayPush) error {
	away := multisession.CopyID(w.Relay, f.MultiSession)
	answer := func(f *protocol.RelayPushed) error {
		if f == nil {
			f = &protocol.RelayPushed{Error: protocol.AsError(multisession.HomeAway(away)).Problem()}
		}
		text, err := json.Marshal(f)
		if err == nil {
			c.others.tellFrame(word{To: node, Kind: wordPushed, Ref: w.Ref}, text)
		}
		return err
	}
	if l == nil {
		c.others.tellLink(node, w.Relay, wordGone)
		return answer(nil)
	}
	l.push(f, answer)
	return nil
}
