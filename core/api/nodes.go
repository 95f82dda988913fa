package api

import (
	"github.com/manytill/manytill/sdk/protocol"
)

// alone is the only process that uses its store.
type alone struct{}

func (alone) Name() string              { return "" }
func (alone) POSChanged(protocol.POSID) {}
func (alone) Trouble() string           { return "" }
func (alone) List() []protocol.Node     { return nil }

// nodes lists the nodes.
func (i *infoCalls) nodes(c *call) error {
	all := protocol.NodesResponse{Nodes: i.config.Nodes.List(), Trouble: i.config.Nodes.Trouble()}
	if all.Nodes == nil {
		all.Nodes = []protocol.Node{}
	}
	return c.answer(all)
}

// degraded says in words what doesn't work as it should.
func (i *infoCalls) degraded() (words []string) {
	if why := i.config.Nodes.Trouble(); why != "" {
		words = append(words, "changes are told between the servers of this database within two seconds, not at once: "+why)
	}
	for _, node := range i.config.Nodes.List() {
		if node.Differs != "" {
			words = append(words, "the server at "+node.At+" runs other extensions than this one: "+node.Differs)
		}
	}
	if up := i.config.Upstream.Status(); up.URL != "" && !up.Connected {
		words = append(words, "this shop's server isn't linked with its chain's ("+up.URL+"); tills work on")
	}
	return words
}
