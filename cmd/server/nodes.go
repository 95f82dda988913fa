package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net"
	"os"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/nodes"
	"github.com/manytill/manytill/core/relay"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/postgres"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/sdk/protocol"
)

// otherNodes connects to the nodes that use the same database; nil, which tells nobody,
// where this server is alone.
func (s *server) otherNodes(identity store.Identity) (*nodes.Nodes, error) {
	shared, is := s.store.(*postgres.Store)
	if !is {
		return nil, nil
	}
	c := nodes.Config{Name: rand.Text()[:8], At: s.place(), Shared: shared, Log: s.log}
	others, err := nodes.New(c, func(ear wake.Ear) (wake.Carrier, error) { return s.carrier(shared, identity, c.Name, ear) })
	if err != nil {
		return nil, err
	}
	s.ends = append(s.ends, others.Close)
	s.log.Info("this server is a node of its database", "node", c.Name)
	return others, nil
}

// place is where this server is, for people who have several.
func (s *server) place() string {
	host, port, err := net.SplitHostPort(s.listener.Addr().String())
	if err != nil {
		return ""
	}
	if name, err := os.Hostname(); err == nil {
		host = name
	}
	return net.JoinHostPort(host, port)
}

// follow follows the other nodes until life ends.
func (s *server) follow(life context.Context, others *nodes.Nodes, hub *multisession.Hub, relays *relay.Chain, effectsAsked func()) {
	if others == nil {
		return
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		others.Run(life, nodes.Peers{
			Hub: hub, Relays: relays.Heard, EffectsAsked: effectsAsked, Extensions: s.chain.sums,
			POSChanged: func(id protocol.POSID) { go s.api.Recheck(life, id) },
		})
	}()
	s.ends = append(s.ends, func() error {
		s.stop()
		<-stopped
		return nil
	})
}

// sums are the extensions that run, with the sums of their files and settings, and a
// sum of the schema.
func (x *configured) sums() (running []protocol.NodeExtension, schema string) {
	known := x.summed.Load()
	running = []protocol.NodeExtension{}
	for _, tag := range x.Enabled() {
		running = append(running, protocol.NodeExtension{Name: tag.Name, Version: tag.Version, Sum: (*known)[tag.Name]})
	}
	text, _ := json.Marshal(x.Schema()) // it is sent as JSON
	return running, shortSum(text)
}

func shortSum(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:4])
}

// sumsOf are sums of the extensions that a config enables: of their files, and of their
// settings.
func sumsOf(c *config) map[string]string {
	sums := map[string]string{}
	for _, e := range c.Extensions {
		if !e.on() || e.Shadow {
			continue
		}
		source := c.source(e)
		settings, _ := json.Marshal([]any{e.Config, e.OnError, e.Yield, e.Allow})
		sums[source.Tag().Name] = shortSum(append(source.Sum(), settings...))
	}
	return sums
}
