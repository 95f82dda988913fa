package nodes

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/sdk/protocol"
)

// A node whose extensions are others, or in another order, decides otherwise than the
// rest: which one a tap meets is chance. Nothing is stopped for that, since the shop
// sells on; it is logged, shown and counted until the operator mends it.

// self is this node, and a hash of what it runs.
func (n *Nodes) self() (self protocol.Node, chain string) {
	self = protocol.Node{Name: n.config.Name, At: n.config.At}
	self.Extensions, self.Schema = n.peers.Extensions()
	text, _ := json.Marshal(self.Extensions) // texts alone: it can't fail
	sum := sha256.Sum256(append(text, self.Schema...))
	return self, hex.EncodeToString(sum[:16])
}

// here says that this node is there, and what it runs. Of a chain that is too long for
// a note the first ones are named; its hash is of all.
func (n *Nodes) here() {
	const room = wake.MostNote - 512
	self, chain := n.self()
	for text, _ := json.Marshal(self); len(text) > room && len(self.Extensions) > 0; text, _ = json.Marshal(self) {
		self.Extensions, self.More = self.Extensions[:len(self.Extensions)-1], self.More+1
	}
	n.tell("here", note{Kind: here, Self: &self, Chain: chain})
}

// compare logs that another node runs other extensions, once for what both run, and
// that it doesn't any more.
func (n *Nodes) compare(node string) {
	self, chain := n.self()
	n.mu.Lock()
	p := n.heard[node]
	if p == nil || p.chain == "" {
		n.mu.Unlock()
		return
	}
	differed, both := p.told, ""
	if p.chain != chain {
		both = p.chain + chain
	}
	p.told = both
	other := p.Node
	n.mu.Unlock()
	switch {
	case both != "" && both != differed:
		n.config.Log.Warn("another server of this database runs other extensions, so that an order depends on which of both its tills are at: "+Difference(&self, &other)+". "+
			"Give both the same files and configuration, and reload the extensions of both",
			"node", other.Name, "at", other.At, "it_runs", inWords(&other), "this_one_runs", inWords(&self))
	case both == "" && differed != "":
		n.config.Log.Info("another server of this database runs the same extensions again", "node", other.Name, "at", other.At)
	}
}

// List are this node and those that it heard of, by where they are.
func (n *Nodes) List() (list []protocol.Node) {
	if n == nil || !n.runs() {
		return nil
	}
	self, chain := n.self()
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, p := range slices.SortedFunc(maps.Values(n.heard), func(a, b *peer) int {
		return cmp.Or(strings.Compare(a.At, b.At), strings.Compare(a.Name, b.Name))
	}) {
		it := p.Node
		if p.chain != "" && p.chain != chain {
			it.Differs = Difference(&self, &it)
		}
		list = append(list, it)
	}
	return append([]protocol.Node{self}, list...)
}

// Difference says in a few words what another node has otherwise.
func Difference(self, other *protocol.Node) string {
	var words []string
	say := func(text string) { words = append(words, text) }
	of := func(n *protocol.Node) (names []string, by map[string]protocol.NodeExtension) {
		by = map[string]protocol.NodeExtension{}
		for _, x := range n.Extensions {
			names, by[x.Name] = append(names, x.Name), x
		}
		return names, by
	}
	here, mine := of(self)
	there, its := of(other)
	for _, name := range here {
		switch x, has := its[name]; {
		case !has && other.More == 0:
			say("it lacks " + name)
		case has && x.Version != mine[name].Version:
			say(name + " is " + x.Version + " there and " + mine[name].Version + " here")
		case has && x.Sum != mine[name].Sum:
			say(name + " has other files or settings")
		}
	}
	for _, name := range there {
		if _, has := mine[name]; !has {
			say("it has " + name + " besides")
		}
	}
	if len(words) == 0 && other.More == 0 && !slices.Equal(here, there) {
		say("they run in another order")
	}
	if len(words) == 0 && self.Schema != other.Schema {
		say("their fields differ")
	}
	return cmp.Or(strings.Join(words, ", "), "those behind the first differ")
}

// inWords is a chain, for a log.
func inWords(n *protocol.Node) string {
	var words []string
	for _, x := range n.Extensions {
		words = append(words, strings.TrimSpace(x.Name+" "+x.Version)+" ("+x.Sum+")")
	}
	return cmp.Or(strings.Join(words, ", "), "none")
}
