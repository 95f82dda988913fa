package faults_test

import (
	"slices"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
)

// threeTills is one scenario's: a multi-session of its own with three tills, each
// behind a network of its own.
type threeTills struct {
	*testing.T
	p       *process
	f       *multiSession
	net     []*proxy
	a, b, c *device // c keeps to long polls
}

// out takes a till off the network; in brings it back.
func (s *threeTills) out(d *device) {
	s.T.Helper()
	net := s.netOf(d)
	net.set(func() { net.down = true })
	net.cut()
	d.offline()
}

func (s *threeTills) in(d *device) {
	s.T.Helper()
	net := s.netOf(d)
	net.set(func() { net.down = false })
	d.Retry()
	d.online()
}

func (s *threeTills) netOf(d *device) *proxy {
	return s.net[slices.IndexFunc(s.net, func(n *proxy) bool { return n.url() == d.url })]
}

// agree waits until all tills show what the server has, and returns all its
// orders.
func (s *threeTills) agree() []protocol.Order {
	s.T.Helper()
	return s.p.agree(s.f.id, s.a, s.b, s.c)
}

func (s *threeTills) order(id protocol.OrderID) protocol.Order {
	s.T.Helper()
	return find(s.T, s.agree(), id)
}

// TestScenarios is what has gone wrong before, elsewhere: real tills over the
// real transport, to the real binary.
func TestScenarios(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts servers")
	}
	p := newProcess(t)
	for _, scenario := range slices.Concat(lostScenarios, orderScenarios, connectionScenarios, extensionScenarios) {
		t.Run(scenario.name, func(t *testing.T) {
			on := *p // the same process, failures go here
			on.t = t
			s := &threeTills{T: t, p: &on, f: on.newMultiSession("s"+scenario.name[:2], 3)}
			for i, to := range []**device{&s.a, &s.b, &s.c} {
				net := newProxy(t, p.addr)
				s.net = append(s.net, net)
				*to = newDevice(t, net.url(), s.f.tokens[i], i == 2)
			}
			for _, d := range []*device{s.a, s.b, s.c} {
				d.online()
			}
			scenario.play(s)
			p.cmd = on.cmd
		})
	}
}

type scenario struct {
	name string
	play func(*threeTills)
}
