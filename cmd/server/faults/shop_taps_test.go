package faults_test

import (
	"strings"

	"github.com/manytill/manytill/internal/servicetest"
	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// taps lets tills be tapped so often, one after another, as the dice say.
func (s *shop) taps(n int, tills ...*device) {
	for range n {
		d := pick(s.dice, tills)
		s.dice.weighed(s.choices(d)).do()
	}
}

func (s *shop) choices(d *device) []choice {
	inOrder := func(name string, weight int, do func(o *client.Order)) choice {
		return choice{name, weight, func() {
			if o := s.openOrder(d); o != nil {
				do(o)
			}
		}}
	}
	inLine := func(name string, weight int, ops func(o protocol.OrderID, l protocol.LineID) protocol.Op) choice {
		return inOrder(name, weight, func(o *client.Order) {
			if l := s.line(o, name == "own line away"); l != "" {
				s.tap(d, name, ops(o.ID, l))
			}
		})
	}
	set := func(name string, fields ...protocol.Fields) choice {
		return inOrder(name, 2, func(o *client.Order) { s.tap(d, name, client.SetOrder(o.ID, pick(s.dice, fields))) })
	}
	setLine := func(name string, fields ...protocol.Fields) choice {
		return inLine(name, 2, func(o protocol.OrderID, l protocol.LineID) protocol.Op {
			return client.SetLine(o, l, pick(s.dice, fields))
		})
	}
	return []choice{
		{"order", 4, func() { s.begin(d) }},
		inOrder("line", 8, func(o *client.Order) { s.tap(d, "line", s.newLine(o.ID)) }),
		inLine("more", 8, func(o protocol.OrderID, l protocol.LineID) protocol.Op {
			return client.Inc(o, l, "qty", number(pick(s.dice, []protocol.Value{"1", "2", "-1"})))
		}),
		inLine("away", 1, func(o protocol.OrderID, l protocol.LineID) protocol.Op { return client.Remove(o, l) }),
		inLine("own line away", 1, func(o protocol.OrderID, l protocol.LineID) protocol.Op { return client.Remove(o, l) }),
		inOrder("move", 2, func(o *client.Order) { s.move(d, o) }),
		setLine("kitchen", protocol.Fields{"kitchen": `"cooking"`}, protocol.Fields{"kitchen": `"ready"`}, protocol.Fields{"kitchen": `"served"`}),
		setLine("course", protocol.Fields{"course": "1"}, protocol.Fields{"course": "2"}),
		setLine("seat", protocol.Fields{"seat": "4"}, protocol.Fields{"doneness": `"rare"`}, protocol.Fields{"allergens": `{"add":["nuts"]}`}),
		setLine("typed price", protocol.Fields{"price_unit": "3"}, protocol.Fields{"price_unit": "7.5"}),
		setLine("discount", protocol.Fields{"discount": "10"}, protocol.Fields{"discount": "0"}),
		inOrder("weighed", 3, func(o *client.Order) { s.weigh(d, o) }),
		set("table", protocol.Fields{"table": `"1"`}, protocol.Fields{"table": `"2"`}, protocol.Fields{"table": `" T3"`}, protocol.Fields{"table": "null"}),
		set("tip", protocol.Fields{"tip": "2"}, protocol.Fields{"tip": "1.01"}),
		set("fire", protocol.Fields{"fired_course": "1"}, protocol.Fields{"fired_course": "2"}),
		set("age", protocol.Fields{"age_checked": "true"}),
		set("points", protocol.Fields{"points_redeemed": "1"}, protocol.Fields{"points_redeemed": "900"}),
		set("card", protocol.Fields{"gift_card": `"C1"`, "gift_amount": "4"}, protocol.Fields{"gift_card": `"EMPTY"`, "gift_amount": "2"}),
		inOrder("paid", 3, func(o *client.Order) { s.pay(d, o) }),
		inOrder("closed unpaid", 2, func(o *client.Order) { s.tap(d, "closed unpaid", client.Close(o.ID, protocol.Paid)) }),
		inOrder("cancelled", 1, func(o *client.Order) { s.tap(d, "cancelled", client.Close(o.ID, protocol.Cancelled)) }),
		inOrder("refused behind the chain", 2, func(o *client.Order) { s.refusedBehind(d, o) }),
	}
}

// openOrder is one on the till's screen.
func (s *shop) openOrder(d *device) *client.Order {
	var open []*client.Order
	for _, o := range d.Orders() {
		if o.State == protocol.Open {
			open = append(open, o)
		}
	}
	if len(open) == 0 {
		return nil
	}
	return pick(s.dice, open)
}

func own(id protocol.LineID) bool { return strings.HasPrefix(string(id), "mt:") }

// line is one of the order; "" where there is none.
func (s *shop) line(o *client.Order, extensions bool) protocol.LineID {
	var ids []protocol.LineID
	for _, l := range o.Lines {
		if own(l.ID) == extensions {
			ids = append(ids, l.ID)
		}
	}
	if len(ids) == 0 {
		return ""
	}
	return pick(s.dice, ids)
}

// begin makes an order, and says what happens to the calls for it.
func (s *shop) begin(d *device) protocol.OrderID {
	id := protocol.OrderID(s.id("o"))
	for _, service := range []*servicetest.Service{s.cards, s.signer} {
		switch s.dice(12) {
		case 0, 1:
			s.trouble(service, id, servicetest.Busy)
		case 2, 3:
			s.trouble(service, id, servicetest.Cut)
		case 4, 5:
			s.trouble(service, id, servicetest.Lost)
		case 6, 7:
			s.trouble(service, id, servicetest.Twice)
		case 8:
			s.trouble(service, id, servicetest.Lost, servicetest.Busy)
		}
	}
	fields := protocol.Fields{}
	if s.dice.one(2) {
		fields["partner_id"] = "12"
	}
	s.tap(d, "order", client.NewOrder(id, fields), s.newLine(id))
	return id
}

var troubles = map[servicetest.Trouble]string{
	servicetest.Busy: "busy", servicetest.Cut: "cut", servicetest.Lost: "lost", servicetest.Twice: "twice",
	servicetest.Held: "held", servicetest.HeldDone: "done and held",
}

func (s *shop) trouble(service *servicetest.Service, order protocol.OrderID, plan ...servicetest.Trouble) {
	service.Plan(order, plan...)
	for _, what := range plan {
		s.reached["planned: "+troubles[what]]++
	}
}

func (s *shop) newLine(order protocol.OrderID) protocol.Op {
	product := pick(s.dice, []protocol.Value{"11", "31", "41", "41", "42"})
	return client.AddLine(order, protocol.LineID(s.id("l")), protocol.Fields{"product_id": product, "qty": "1", "price_unit": "4.8"})
}

// weigh puts something on the scales, at times a container that weighs more than all.
func (s *shop) weigh(d *device, o *client.Order) {
	s.tap(d, "weighed", s.onScales(o.ID, pick(s.dice, []protocol.Value{"1.25", "0.8", "0.02"})))
}

func (s *shop) onScales(order protocol.OrderID, gross protocol.Value) protocol.Op {
	return client.AddLine(order, protocol.LineID(s.id("w")), protocol.Fields{
		"product_id": "60", "qty": "1", "price_unit": "6.8", "gross": gross, "tare": "0.05",
	})
}

// move moves a line to another order, or to a new one.
func (s *shop) move(d *device, o *client.Order) {
	line, to := s.line(o, false), s.openOrder(d)
	if line == "" {
		return
	}
	id := to.ID
	if id == o.ID || s.dice.one(3) {
		id = protocol.OrderID(s.id("m"))
	}
	s.tap(d, "move", client.Move(o.ID, id, line))
}

func (s *shop) payment(d *device) protocol.NewPayment {
	return protocol.NewPayment{ID: protocol.PaymentID(s.id("p")), Method: "cash", Amount: "5", Offline: d.Status().Transport == client.Offline}
}

func (s *shop) pay(d *device, o *client.Order) {
	s.tap(d, "paid", client.Pay(o.ID, s.payment(d)), client.Close(o.ID, protocol.Paid))
}

// refusedBehind closes an order, for which the fiscal chain takes a place, and makes
// one on a table that is taken by the first.
func (s *shop) refusedBehind(d *device, o *client.Order) {
	other, third := protocol.OrderID(s.id("t")), protocol.OrderID(s.id("t"))
	at := protocol.Fields{"table": `"9"`}
	s.tap(d, "refused behind the chain", client.Close(o.ID, protocol.Paid), client.NewOrder(other, at), client.NewOrder(third, at))
}

// touch changes a line and changes it back, so that hooks run.
func (s *shop) touch(d *device, order protocol.OrderID, line protocol.LineID) {
	for _, by := range []string{"1", "-1"} {
		n, _ := decimal.Parse(by)
		d.tap(client.Inc(order, line, "qty", n))
	}
}
