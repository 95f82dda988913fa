package faults_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client"
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

// restoredBackup: tills that are ahead of a restored backup bring back
// what it lacks.
func restoredBackup(t *testing.T) {
	p := newProcess(t)
	f := p.newMultiSession("floor", 3)
	a, b, c := p.three(f, p.url())
	a.begin("o1")
	p.agree(f.id, a, b, c)
	backup := filepath.Join(p.dir, "backup.db")
	p.run("backup", "--config", p.config(), "--to", backup)

	b.begin("o2")
	p.agree(f.id, a, b, c)
	a.more("o1", "2")
	c.more("o1", "3")
	c.more("o2", "4")
	a.begin("o3")
	a.settle("o3", "p3")
	p.agree(f.id, a, b, c)
	p.stop()
	c.offline()
	c.more("o2", "5") // on an order that the backup doesn't know
	p.run("restore", "--config", p.config(), "--from", backup, "--force")
	p.start()
	for _, d := range []*device{a, b, c} {
		await[client.Renumbered](d, "a new client_id")
	}
	for _, d := range []*device{a, b, c} {
		d.until("nothing waits", func() bool { return d.Status().Waiting == 0 && d.Status().Unsent == 0 })
	}
	orders := p.agree(f.id, a, b, c)
	require.EqualValues(t, "6", qtyOf(find(t, orders, "o1"), "l1"))
	require.EqualValues(t, "10", qtyOf(find(t, orders, "o2"), "l1"))
	o3 := find(t, orders, "o3")
	require.Equal(t, protocol.Paid, o3.State)
	require.Len(t, o3.Payments, 1)
}

// movedPOS: only the new multi-session's orders, from the first moment;
// what was unsent is put aside for a person.
func movedPOS(t *testing.T) {
	p := newProcess(t)
	floor, terrace := p.newMultiSession("floor", 3), p.newMultiSession("terrace", 1)
	a, b, c := p.three(floor, p.url())
	d := newDevice(t, p.url(), terrace.tokens[0], false)
	a.begin("o1")
	d.begin("t1")
	p.agree(floor.id, a, b, c)
	p.agree(terrace.id, d)
	require.NoError(t, c.Close())
	off := freeAddress(t)
	c.url = "http://" + off
	c.open()
	c.more("o1", "1") // unsent
	require.NoError(t, p.call("POST", "/v1/till/close", c.token, map[string]any{}, nil))
	require.NoError(t, p.call("PATCH", "/v1/admin/multi-sessions/"+string(terrace.id), adminToken,
		map[string]any{"pos": []protocol.POSID{terrace.pos[0], floor.pos[2]}}, nil))
	require.NoError(t, p.call("POST", "/v1/till/open", c.token, map[string]any{}, nil))
	c.restart(p.url())
	aside := await[client.QueueStranded](c, "the queue is put aside").Queue
	require.Len(t, aside.Mutations, 1)
	require.EqualValues(t, protocol.OtherMultiSession, aside.Reason)
	p.agree(terrace.id, c, d)
	require.Nil(t, c.Order("o1"))
	c.more("t1", "1")
	d.has("t1", "2")
	orders := p.agree(floor.id, a, b)
	require.EqualValues(t, "1", qtyOf(find(t, orders, "o1"), "l1"), "never mixed in")
}

// otherDatabase: another server on the same address is noticed.
func otherDatabase(t *testing.T) {
	p, other := newProcess(t), newProcess(t)
	f, g := p.newMultiSession("floor", 1), other.newMultiSession("floor", 1)
	net := newProxy(t, p.addr)
	a := newDevice(t, net.url(), f.tokens[0], false)
	a.begin("o1")
	p.agree(f.id, a)
	net.set(func() { net.down = true })
	net.cut()
	a.offline()
	a.more("o1", "1")
	net.set(func() { net.down, net.target = false, other.addr })
	a.SetToken(g.tokens[0])
	aside := await[client.QueueStranded](a, "the queue is put aside").Queue
	require.EqualValues(t, protocol.OtherServer, aside.Reason)
	require.Len(t, aside.Mutations, 1)
	a.begin("o2")
	orders := other.agree(g.id, a)
	require.Len(t, orders, 1, "never mixed in")
}
