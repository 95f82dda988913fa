package faults_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// TestMixedWithJavaScript: tills of the Go client and of the TypeScript client
// on one server, while the network breaks, the server is killed and so are the
// tills: all show the same in the end, and every tap counts once.
func TestMixedWithJavaScript(t *testing.T) {
	needNode(t, kit)
	p := newProcess(t)
	f := p.newMultiSession("floor", 4)
	net := newProxy(t, p.addr)
	a, b := newDevice(t, net.url(), f.tokens[0], false), newDevice(t, net.url(), f.tokens[1], true)
	j, k := newScript(t, net.url(), f.tokens[2], "j"), newScript(t, net.url(), f.tokens[3], "k")
	tapped := &tally{least: map[protocol.LineID]decimal.Decimal{}, most: map[protocol.LineID]decimal.Decimal{}}
	a.begin("o1")
	tapped.add(addLine("o1", "l1"))
	b.has("o1", "1")
	trouble := []func(){
		func() {},
		func() { net.set(func() { net.delay = 10 * time.Millisecond }) },
		net.cut,
		func() { j.kill(); j.start() },
		func() { net.set(func() { net.delay = 0; net.down = true }); net.cut() },
		func() { net.set(func() { net.down = false }) },
		net.freeze,
		func() { net.thaw(); net.cut() },
		func() { k.kill(); k.start() },
		func() { p.kill(); p.start() },
		func() { j.kill(); k.kill(); j.start(); k.start() },
		func() { p.stop(); p.start() },
	}
	for _, happens := range trouble {
		j.say("tap 8")
		k.say("tap 8")
		for _, d := range []*device{a, b} {
			d.incSome(tapped)
		}
		happens()
		for _, d := range []*device{a, b} {
			d.incSome(tapped)
		}
	}
	j.settle()
	k.settle()
	a.sent()
	b.sent()
	orders := p.agree(f.id, a, b)
	w := &simulation{t: t}
	want := w.canonical(slices.DeleteFunc(slices.Clone(orders), func(o protocol.Order) bool { return o.State != protocol.Open }))
	for _, s := range []*script{j, k} {
		var got said
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			got = s.report()
			shown := slices.DeleteFunc(got.Orders, func(o protocol.Order) bool { return o.State != protocol.Open || o.Number == 0 })
			if w.canonical(shown) == want {
				break
			}
			if time.Now().After(end) {
				w.same(want, w.canonical(shown), "what %s shows", s.name)
			}
		}
		for _, ops := range s.did {
			tapped.add(ops...)
		}
		for _, ops := range s.perhaps {
			tapped.maybe(ops...)
		}
		for _, r := range got.Rejections {
			tapped.take(r.Mutation.Ops...)
		}
		require.NotEmpty(t, s.did)
	}
	for _, d := range []*device{a, b} {
		for _, e := range d.all() {
			if r, ok := e.(client.Rejected); ok {
				tapped.take(r.Mutation.Ops...)
			}
		}
	}
	tapped.check(t, orders)
}

// incSome adds to the first line of some open orders on the screen.
func (d *device) incSome(tapped *tally) {
	for i, o := range d.openOrders() {
		if len(o.Lines) == 0 || i >= 3 {
			continue
		}
		one, err := decimal.Parse("1")
		require.NoError(d.t, err)
		op := client.Inc(o.ID, o.Lines[0].ID, "qty", one)
		if _, err := d.Do(op); err == nil { // it may have been closed meanwhile
			tapped.add(op)
		}
	}
}

// tally is what was asked for: quantities of lines, at least and at most, and
// payments.
type tally struct {
	least, most map[protocol.LineID]decimal.Decimal
	payments    []protocol.PaymentID
}

func (y *tally) count(m map[protocol.LineID]decimal.Decimal, minus bool, ops protocol.Ops) {
	add := func(line protocol.LineID, by decimal.Decimal) {
		if minus {
			by = by.Neg()
		}
		m[line], _ = m[line].Add(by)
	}
	for _, op := range ops {
		switch op := op.(type) {
		case protocol.LineAdd:
			add(op.Line, number(op.Set["qty"]))
		case protocol.LineInc:
			add(op.Line, number(op.By))
		}
	}
}

func (y *tally) add(ops ...protocol.Op) {
	y.count(y.least, false, ops)
	y.count(y.most, false, ops)
	for _, op := range ops {
		if pay, is := op.(protocol.OrderPay); is {
			y.payments = append(y.payments, pay.Payment.ID)
		}
	}
}

func (y *tally) maybe(ops ...protocol.Op) { y.count(y.most, false, ops) }

// take takes back what was rejected; it was added before, or perhaps.
func (y *tally) take(ops ...protocol.Op) {
	y.count(y.least, true, ops)
	y.count(y.most, true, ops)
}

func (y *tally) check(t *testing.T, orders []protocol.Order) {
	there, paid := map[protocol.LineID]decimal.Decimal{}, map[protocol.PaymentID]int{}
	for _, o := range orders {
		for _, l := range o.Lines {
			there[l.ID] = number(l.Fields["qty"])
		}
		for _, p := range o.Payments {
			paid[p.ID]++
		}
	}
	for _, line := range protocol.SortedKeys(y.most) {
		qty := there[line]
		require.False(t, qty.Cmp(y.least[line]) < 0 || qty.Cmp(y.most[line]) > 0,
			"line %s: %s on the server, %s to %s were tapped", line, qty, y.least[line], y.most[line])
	}
	for line, qty := range there {
		require.False(t, qty.Cmp(y.most[line]) > 0, "line %s: %s on the server was tapped by nobody", line, qty)
	}
	for _, id := range y.payments {
		require.Equal(t, 1, paid[id], "payment %s is there once", strings.TrimSpace(string(id)))
	}
}
