package relay_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/nodes"
	"github.com/manytill/manytill/core/relay"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/sdk/protocol"
)

// bus carries notes between servers in this process.
type bus struct {
	mu   sync.Mutex
	ears map[string]wake.Ear
}

type onBus struct {
	bus  *bus
	node string
	out  chan []byte
}

func (b *bus) carrier(node string, ear wake.Ear) *onBus {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ears[node] = ear
	o := &onBus{bus: b, node: node, out: make(chan []byte, 10_000)}
	go func() {
		for note := range o.out {
			b.mu.Lock()
			var heard []wake.Ear
			for other, ear := range b.ears {
				if other != node {
					heard = append(heard, ear)
				}
			}
			b.mu.Unlock()
			for _, ear := range heard {
				ear.Heard(note)
			}
		}
	}()
	return o
}

func (o *onBus) Tell(_ string, note []byte) {
	if len(note) > wake.MostNote {
		panic("a note is too large")
	}
	o.bus.mu.Lock()
	defer o.bus.mu.Unlock()
	if _, open := o.bus.ears[o.node]; open {
		o.out <- note
	}
}

func (o *onBus) Trouble() string { return "" }

func (o *onBus) Close() error {
	o.bus.mu.Lock()
	defer o.bus.mu.Unlock()
	if _, open := o.bus.ears[o.node]; open {
		delete(o.bus.ears, o.node)
		close(o.out)
	}
	return nil
}

// others joins the other nodes on the server's store, if it has a bus.
func (s *server) others(log *slog.Logger) *nodes.Nodes {
	if s.bus == nil {
		return nil
	}
	shared := s.store.(store.Shared)
	name := strings.ReplaceAll(s.addr, ":", "-")
	n, err := nodes.New(nodes.Config{Name: name, At: s.addr, Shared: shared, Log: log}, func(ear wake.Ear) (wake.Carrier, error) {
		return s.bus.carrier(name, ear), nil
	})
	require.NoError(s.t, err)
	return n
}

func (s *server) runsAsNode(ctx context.Context, n *nodes.Nodes, chain *relay.Chain) {
	defer n.Close()
	n.Run(ctx, nodes.Peers{
		Hub: s.hub, Relays: chain.Heard, EffectsAsked: func() {},
		POSChanged: func(id protocol.POSID) { go s.api.Recheck(ctx, id) },
		Extensions: func() ([]protocol.NodeExtension, string) { return []protocol.NodeExtension{}, "" },
	})
}

// twoNodes are servers on one store.
func twoNodes(t *testing.T, shared store.Store) (a, b *server) {
	all := &bus{ears: map[string]wake.Ear{}}
	a, b = newServer(t, shared), newServer(t, shared)
	a.bus, b.bus = all, all
	return a.start(), b.start()
}

// front hands each connection to the first server that is there, of those that it was told.
type front struct {
	url string
	mu  sync.Mutex
	to  []*server
}

func newFront(t *testing.T, to ...*server) *front {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	f := &front{url: "http://" + l.Addr().String(), to: to}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go f.serve(c)
		}
	}()
	return f
}

func (f *front) use(to ...*server) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.to = to
}

func (f *front) serve(c net.Conn) {
	defer c.Close()
	f.mu.Lock()
	all := f.to
	f.mu.Unlock()
	for _, s := range all {
		to, err := net.Dial("tcp", s.addr)
		if err != nil {
			continue
		}
		go func() {
			_, _ = io.Copy(to, c)
			_ = to.Close()
		}()
		_, _ = io.Copy(c, to)
		_ = to.Close()
		return
	}
}
