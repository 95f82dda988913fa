package faults_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/protocol"
)

// three are tills of one multi-session behind a bad network: two over sockets,
// one over long polls.
func (p *process) three(f *multiSession, url string) (a, b, c *device) {
	a, b = newDevice(p.t, url, f.tokens[0], false), newDevice(p.t, url, f.tokens[1], false)
	c = newDevice(p.t, url, f.tokens[2], true)
	for _, d := range []*device{a, b, c} {
		d.online()
	}
	return a, b, c
}

// TestBadNetwork: cuts, delays, half-open links, doubled connections and a
// server that is restarted in between: every tap counts once.
func TestBadNetwork(t *testing.T) {
	p := newProcess(t)
	f := p.newMultiSession("floor", 3)
	net := newProxy(t, p.addr)
	a, b, c := p.three(f, net.url())
	all := []*device{a, b, c}
	a.begin("o1")
	for _, d := range all {
		d.has("o1", "1")
	}
	taps := 1
	trouble := []func(){
		func() { net.set(func() { net.delay = 20 * time.Millisecond }) },
		net.cut,
		func() { net.set(func() { net.delay, net.double = 0, true }); net.cut() },
		net.freeze,
		func() { net.thaw(); net.cut() },
		func() { p.stop(); p.start() },
		func() { net.set(func() { net.double = false }); p.kill(); p.start() },
	}
	for i, happens := range trouble {
		for _, d := range all {
			d.more("o1", "1")
			d.begin(protocol.OrderID(fmt.Sprintf("o1-%d-%s", i, d.token[len(d.token)-6:])))
			taps++
		}
		happens()
		for _, d := range all {
			d.more("o1", "1")
			taps++
		}
	}
	orders := p.agree(f.id, all...)
	require.EqualValues(t, fmt.Sprint(taps), qtyOf(find(t, orders, "o1"), "l1"))
	require.Len(t, orders, 1+3*len(trouble))
	for i, o := range orders {
		require.EqualValues(t, i+1, o.Number, "numbers are dense")
	}
}
