package faults_test

import (
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/servicetest"
	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/protocol"
)

// mustReach is what a run has to have come by.
var mustReach = []string{
	"planned: busy", "planned: cut", "planned: lost", "planned: twice", "planned: held", "planned: done and held",
	"tap: paid", "tap: closed unpaid", "tap: weighed", "tap: move", "tap: own line away", "tap: table", "tap: card", "tap: points",
	"tap: refused behind the chain", "vetoed: age-check", "vetoed: table", "vetoed: tare", "vetoed: loyalty", "refused: order_closed",
	"gift card: booked", "gift card: refused", "signed", "points booked", "deposits", "tables held", "happy lines", "goods weighed",
	"made up for", "restored: booked before", "flagged for a review", "taken over: some off",
}

type round struct {
	name    string
	happens func()
}

// rounds are what goes wrong, each once.
func (s *shop) rounds() []round {
	return []round{
		{"delay", func() { s.each(func(n *proxy) { n.delay = 15 * time.Millisecond }) }},
		{"cut", func() { s.cut(s.nets...) }},
		{"doubled connections", func() { s.each(func(n *proxy) { n.double = true }); s.cut(s.nets...) }},
		{"half open", s.halfOpen},
		{"two tills offline", s.twoOffline},
		{"a till's crash", func() { s.tills[1].restart(s.nets[1].url()) }},
		{"kill", func() { s.p.kill(); s.p.start() }},
		{"restart", func() { s.p.stop(); s.p.start() }},
		{"kill between commit and effect", func() { s.killedIn(servicetest.Held) }},
		{"kill between effect and outcome", func() { s.killedIn(servicetest.HeldDone) }},
		{"extensions off and on", s.someOff},
		{"another order of the chain", s.otherOrder},
		{"extensions' processes killed", func() { s.without(shopExtensions, func() { s.p.killPlugin(); s.taps(5, s.tills...) }) }},
		{"an extension down while orders are paid", s.oneDown},
		{"backup restored", s.restored},
		{"the hour ends", s.hourEnds},
	}
}

func (s *shop) each(change func(*proxy)) {
	for _, n := range s.nets {
		n.set(func() { change(n) })
	}
}

func (s *shop) cut(nets ...*proxy) {
	for _, n := range nets {
		n.cut()
	}
}

// calm ends what is wrong with the networks, and waits until all tills agree.
func (s *shop) calm() []protocol.Order {
	s.each(func(n *proxy) { n.delay, n.double, n.down = 0, false, false })
	s.cut(s.nets...)
	return s.p.agree(s.ms.id, s.tills...)
}

// hourEnds ends the happy hour for a while; what was cheaper stays so.
func (s *shop) hourEnds() {
	s.without([]string{"happy-hour"}, func() {
		s.happyHour(2*time.Hour, 3*time.Hour)
		s.hangup(shopExtensions[:12]...)
		s.hangup(shopExtensions...)
		s.taps(10, s.tills...)
		s.happyHour(-time.Hour, 4*time.Hour)
		s.hangup(shopExtensions[:12]...)
		s.hangup(shopExtensions...)
	})
}

// vetoes has one of each extension that refuses, and what else chance may not bring.
func (s *shop) vetoes() {
	s.calm()
	d, at := s.tills[3], protocol.Fields{"table": `"7"`}
	order, other := protocol.OrderID(s.id("v")), protocol.OrderID(s.id("v"))
	line := func(product protocol.Value) protocol.Op {
		return client.AddLine(order, protocol.LineID(s.id("l")), protocol.Fields{"product_id": product, "qty": "2", "price_unit": "4.8"})
	}
	bottle := line("41").(protocol.LineAdd)
	s.tap(d, "order", client.NewOrder(order, at), line("31"), bottle)
	s.tap(d, "weighed", s.onScales(order, "1.25"))
	s.tap(d, "points", client.SetOrder(order, protocol.Fields{"points_redeemed": "900"}))
	s.tap(d, "weighed", s.onScales(order, "0.02"))
	s.tap(d, "refused behind the chain", client.Close(order, protocol.Paid), client.NewOrder(other, at))
	s.tap(d, "closed unpaid", client.Close(order, protocol.Paid))
	s.calm()
	s.tap(d, "own line away", client.Remove(order, "mt:bottle-deposit:"+bottle.Line))
	s.tap(d, "paid", client.Pay(order, s.payment(d)), client.Close(order, protocol.Paid))
	s.tap(s.tills[0], "more", client.Inc(order, bottle.Line, "qty", number("1")))
	held := protocol.OrderID(s.id("v"))
	s.tap(d, "table", client.NewOrder(held, protocol.Fields{"table": `"8"`}), s.newLine(held))
}

func (s *shop) halfOpen() {
	n := pick(s.dice, s.nets)
	n.freeze()
	s.taps(10, s.tills...)
	n.thaw()
	n.cut()
}

// twoOffline has two tills fill their queues while the others go on.
func (s *shop) twoOffline() {
	for i := range 2 {
		s.nets[i].set(func() { s.nets[i].down = true })
		s.nets[i].cut()
		s.tills[i].offline()
	}
	s.taps(60, s.tills...)
	for i := range 2 {
		s.nets[i].set(func() { s.nets[i].down = false })
	}
}

// cardOrder pays an order with a gift card.
func (s *shop) cardOrder(d *device, plan ...servicetest.Trouble) protocol.OrderID {
	order := protocol.OrderID(s.id("g"))
	s.trouble(s.cards, order, plan...)
	s.tap(d, "order", client.NewOrder(order, protocol.Fields{"gift_card": `"C7"`, "gift_amount": "3", "partner_id": "12"}), s.newLine(order))
	s.tap(d, "paid", client.Pay(order, s.payment(d)), client.Close(order, protocol.Paid))
	return order
}

// killedIn kills the server while a card is being booked.
func (s *shop) killedIn(plan servicetest.Trouble) {
	order := s.cardOrder(s.tills[3], plan)
	s.cards.Reaches(order)
	s.p.kill()
	s.p.start()
}

// someOff takes some extensions out while tills work, and puts them back. The table
// stays: without it two orders may have one.
func (s *shop) someOff() {
	var off, left []string
	one := pick(s.dice, shopExtensions[:11])
	for _, name := range shopExtensions {
		if name == one || name != "table" && s.dice.one(3) {
			off = append(off, name)
		} else {
			left = append(left, name)
		}
	}
	s.without(off, func() {
		s.hangup(left...)
		s.taps(25, s.tills...)
		s.hangup(shopExtensions...)
		s.reached["taken over: some off"] += len(off)
	})
}

// otherOrder has the chain run in another order, in which vetoes come first, and back.
// The fiscal chain is last then: it doesn't see lines that extensions behind it put.
func (s *shop) otherOrder() {
	other := slices.Clone(shopExtensions)
	slices.Reverse(other)
	other = append(slices.DeleteFunc(other, func(name string) bool { return name == "fiscal-chain" }), "fiscal-chain")
	s.without([]string{"loyalty", "happy-hour"}, func() {
		s.hangup(other...)
		s.taps(15, s.tills...)
		s.hangup(shopExtensions...)
	})
}

// oneDown ends the gift card's process until it stays down, and pays with cards.
func (s *shop) oneDown() {
	s.calm()
	state := func(e protocol.ExtensionStatus) bool { return e.Name == "gift-card" && e.State == "down" }
	s.p.await("gift-card is down", func(list []protocol.ExtensionStatus) bool {
		s.p.killPlugin("gift-card")
		return slices.ContainsFunc(list, state)
	})
	for i, plan := range []servicetest.Trouble{servicetest.Busy, servicetest.Cut, servicetest.Lost} {
		s.down[s.cardOrder(s.tills[i], plan)] = true
	}
	empty := protocol.OrderID(s.id("g"))
	s.tap(s.tills[3], "card", client.NewOrder(empty, protocol.Fields{"gift_card": `"EMPTY"`, "gift_amount": "3"}), s.newLine(empty))
	s.tap(s.tills[3], "paid", client.Pay(empty, s.payment(s.tills[3])), client.Close(empty, protocol.Paid))
	s.taps(10, s.tills...)
	s.calm()
	s.hangup(shopExtensions[:12]...)
	s.hangup(shopExtensions...)
	s.p.running()
}

// restored puts a backup in the place of the database. Cards were booked and places of
// the chain signed since, and one till is offline meanwhile.
func (s *shop) restored() {
	s.calm()
	s.effectsEnd()
	backup := filepath.Join(s.p.dir, "backup.db")
	s.p.run("backup", "--config", s.p.config(), "--to", backup)
	before := s.cards.Done()
	var since []protocol.OrderID
	for i, plan := range [][]servicetest.Trouble{{servicetest.Twice}, {servicetest.Lost, servicetest.Busy}, nil} {
		since = append(since, s.cardOrder(s.tills[i], plan...))
	}
	s.taps(20, s.tills...)
	s.calm()
	s.effectsEnd()
	s.forgotten = s.cards.Done()
	maps.DeleteFunc(s.forgotten, func(id protocol.OrderID, _ bool) bool { return before[id] })
	s.p.stop()
	s.tills[2].offline()
	s.taps(5, s.tills[2])
	s.p.run("restore", "--config", s.p.config(), "--from", backup, "--force")
	s.p.start()
	for _, d := range s.tills {
		await[client.Renumbered](d, "a new client_id")
	}
	for _, d := range s.tills {
		d.sent()
	}
	require.NoError(s.t, s.p.call("POST", "/v1/admin/effects/release", adminToken, map[string]any{}, nil))
	for _, id := range since {
		if done, _ := s.cards.Times(id); done == 1 {
			s.reached["restored: booked before"]++
		}
	}
}
