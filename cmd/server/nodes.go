package main

import (
	"context"
	"crypto/rand"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/nodes"
	"github.com/manytill/manytill/core/store/postgres"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/core/wake/pgnotify"
	"github.com/manytill/manytill/sdk/protocol"
)

// otherNodes connects to the nodes that use the same database; nil, which tells nobody,
// where this server is alone. name is this one's.
func (s *server) otherNodes() (others *nodes.Nodes, name string) {
	shared, is := s.store.(*postgres.Store)
	if !is {
		return nil, ""
	}
	name = rand.Text()[:8]
	others = nodes.New(nodes.Config{Name: name, Shared: shared, Log: s.log}, func(ear wake.Ear) wake.Carrier {
		return pgnotify.New(shared.Connect, name, ear, s.log)
	})
	s.ends = append(s.ends, others.Close)
	s.log.Info("this server is a node of its database", "node", name)
	return others, name
}

// follow follows the other nodes until life ends.
func (s *server) follow(life context.Context, others *nodes.Nodes, hub *multisession.Hub, effectsAsked func()) {
	if others == nil {
		return
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		others.Run(life, nodes.Peers{
			Hub: hub, EffectsAsked: effectsAsked,
			POSChanged: func(id protocol.POSID) { go s.api.Recheck(life, id) },
		})
	}()
	s.ends = append(s.ends, func() error {
		s.stop()
		<-stopped
		return nil
	})
}
