package faults_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// sentence is what can follow the first word of a line. In says, a word in
// capitals stands for one word of the script, the last with "…" for all that is left.
type sentence struct {
	says string
	do   func(s *scene, l *sceneTill, w words) error // l is nil where no till is the first word
}

// words are what a sentence's capitals stand for.
type words map[string]string

// match gives the words for which says stands; nil if it doesn't.
func (e *sentence) match(args []string) words {
	said := strings.Fields(e.says)
	w := words{}
	for i, part := range said {
		name, isWord := strings.TrimRight(part, ":…,"), strings.ToUpper(part) == part
		switch {
		case strings.HasSuffix(part, "…") && i < len(args):
			w[name] = strings.Join(args[i:], " ")
			return w
		case i >= len(args):
			return nil
		case !isWord && part != args[i]:
			return nil
		case isWord && strings.HasSuffix(part, ":") != strings.HasSuffix(args[i], ":"):
			return nil
		case isWord:
			w[name] = strings.TrimRight(args[i], ":,")
		}
	}
	if len(args) != len(said) {
		return nil
	}
	return w
}

// run does a line, given without its first word.
func (s *scene) run(all []sentence, l *sceneTill, args []string) error {
	for _, e := range all {
		if w := e.match(args); w != nil {
			return e.do(s, l, w)
		}
	}
	var says []string
	for _, e := range all {
		says = append(says, "  "+e.says)
	}
	return fmt.Errorf("nobody can say %q; what can be said is\n%s", strings.Join(args, " "), strings.Join(says, "\n"))
}

// onOrder gives the order's id to what is done.
func onOrder(do func(l *sceneTill, id protocol.OrderID, w words) error) func(*scene, *sceneTill, words) error {
	return func(s *scene, l *sceneTill, w words) error {
		id, err := s.named(w["ORDER"])
		if err != nil {
			return err
		}
		return do(l, id, w)
	}
}

// onLine gives the id of the line of PRODUCT, too.
func onLine(do func(l *sceneTill, id protocol.OrderID, line protocol.LineID, w words) error) func(*scene, *sceneTill, words) error {
	return onOrder(func(l *sceneTill, id protocol.OrderID, w words) error {
		on, err := l.see()
		if err != nil {
			return err
		}
		if o := on.order(id); o != nil {
			if line := lineOf(&o.Order, w["PRODUCT"]); line != nil {
				return do(l, id, line.ID, w)
			}
		}
		return fmt.Errorf("%s shows no %s on %s", l.name, w["PRODUCT"], w["ORDER"])
	})
}

// ofTill are the sentences of tills.
var ofTill = []sentence{
	{"sells N PRODUCT on ORDER", func(_ *scene, l *sceneTill, w words) error { return l.sell(w) }},
	{"begins ORDER", func(_ *scene, l *sceneTill, w words) error {
		_, ops, err := l.begin(w["ORDER"])
		if err != nil {
			return err
		}
		return l.tap(ops...)
	}},
	{"takes N % off PRODUCT on ORDER", setLine("discount", func(w words) protocol.Value { return protocol.Value(w["N"]) })},
	{"notes on PRODUCT of ORDER: WORDS…", setLine("note", func(w words) protocol.Value { return protocol.Text(w["WORDS"]) })},
	{"names customer NAME for ORDER", onOrder(func(l *sceneTill, id protocol.OrderID, w words) error {
		return l.tap(client.SetOrder(id, protocol.Fields{"partner_id": protocol.Text(w["NAME"])}))
	})},
	{"removes PRODUCT from ORDER", onLine(func(l *sceneTill, id protocol.OrderID, line protocol.LineID, _ words) error {
		return l.tap(client.Remove(id, line))
	})},
	{"moves PRODUCT from ORDER to OTHER", onLine(func(l *sceneTill, id protocol.OrderID, line protocol.LineID, w words) error {
		to, ops, err := l.begin(w["OTHER"])
		if err != nil {
			return err
		}
		return l.tap(append(ops, client.Move(id, to, line))...)
	})},
	{"takes payment for ORDER", onOrder(func(l *sceneTill, id protocol.OrderID, _ words) error {
		on, err := l.see()
		if err != nil {
			return err
		}
		return l.tap(client.Pay(id, protocol.NewPayment{
			ID: client.NewID[protocol.PaymentID](), Method: "cash", Amount: "5", Offline: !on.Online,
		}), client.Close(id, protocol.Paid))
	})},
	{"cancels ORDER", onOrder(func(l *sceneTill, id protocol.OrderID, _ words) error {
		return l.tap(client.Close(id, protocol.Cancelled))
	})},
	{"taps nonsense on PRODUCT of ORDER", onLine(func(l *sceneTill, id protocol.OrderID, line protocol.LineID, _ words) error {
		return l.tap(client.Inc(id, line, "product_id", decimal.Decimal{}))
	})},
	{"gets what was lost on ORDER", func(s *scene, l *sceneTill, w words) error {
		id, err := l.ask("put back", "")
		s.orders[w["ORDER"]] = protocol.OrderID(id)
		return err
	}},
	{"is served by NAME", asking("user")},
	{"opens its till", asking("open")},
	{"closes its till", func(_ *scene, l *sceneTill, _ words) (err error) {
		l.heard, err = l.ask("close", "")
		return err
	}},
	{"heard of the open order ORDER", onOrder(func(l *sceneTill, id protocol.OrderID, _ words) error {
		return expect(l.heard == string(id), "what it heard of is %q", l.heard)
	})},
	{"fills N orders of LINES lines", func(s *scene, l *sceneTill, w words) error { return l.fill(s.count(w["N"]), s.count(w["LINES"])) }},
	{"fills ORDER with N lines", onOrder(func(l *sceneTill, id protocol.OrderID, w words) error {
		return l.tap(filling(id, l.s.count(w["N"]))...)
	})},
	{"could start alone", asking("could start alone")},
	{"thinks that it is online", asking("retry")},
	{"opens a second tab", asking("second tab")},
	{"sleeps", asking("sleep")},
	{"wakes", asking("wake")},
	{"looks at ORDER", onOrder(func(l *sceneTill, id protocol.OrderID, _ words) error {
		_, err := l.ask("look", string(id))
		return err
	})},
	{"scrolls and watches its screen", asking("watch")},
	{"redrew N line and stayed where it was", func(_ *scene, l *sceneTill, w words) error {
		said, err := l.ask("watched", "")
		if err != nil {
			return err
		}
		return expect(said == w["N"]+" lines, moved 0", "it redrew %s", said)
	}},
	{"loses the network", func(_ *scene, l *sceneTill, _ words) error {
		l.net.set(func() { l.net.down = true })
		l.net.cut()
		l.out = true
		if l.closed {
			return nil
		}
		return l.until("knows that it is offline", func(on *screen) error { return expect(!on.Online, "it is online") })
	}},
	{"gets the network back", func(_ *scene, l *sceneTill, _ words) error {
		l.net.set(func() { l.net.down = false })
		l.out = false
		return l.until("is connected", func(on *screen) error { return expect(on.Online, "it is offline") })
	}},
	{"restarts", func(_ *scene, l *sceneTill, _ words) error {
		return errors.Join(l.quit(), l.start())
	}},
	{"goes out", func(_ *scene, l *sceneTill, _ words) error {
		l.closed = true
		return l.quit()
	}},
	{"starts again", func(_ *scene, l *sceneTill, _ words) error { return l.start() }},
	{"has sent all", func(_ *scene, l *sceneTill, _ words) error { return l.sent() }},
	{"was refused nothing", func(_ *scene, l *sceneTill, _ words) error {
		on, err := l.see()
		if err != nil {
			return err
		}
		return expect(len(on.Refused) == 0, "it was refused %+v", on.Refused)
	}},
	{"is told CODE", func(_ *scene, l *sceneTill, w words) error {
		return l.until("is told "+w["CODE"], func(on *screen) error {
			for _, r := range on.Refused {
				if string(r.Code) == w["CODE"] {
					return nil
				}
			}
			return expect(string(on.Problem) == w["CODE"], "it was told %+v", on.Refused)
		})
	}},
	{"writes: WORDS…", func(_ *scene, l *sceneTill, w words) error {
		return l.until("writes "+w["WORDS"], func(on *screen) error {
			return expect(strings.Contains(on.Said, w["WORDS"]), "it writes %q", on.Said)
		})
	}},
	{"takes a new name for its queue", func(_ *scene, l *sceneTill, _ words) error {
		return l.until("has another client_id", func(on *screen) error { return expect(on.Renamed > 0, "it has the old one") })
	}},
	{"keeps N tap aside because of REASON", func(_ *scene, l *sceneTill, w words) error {
		return l.until("has a queue aside", func(on *screen) error {
			want := asideQueue{w["REASON"], l.s.count(w["N"])}
			return expect(slices.Contains(on.Aside, want), "what it keeps aside is %+v", on.Aside)
		})
	}},
	{"shows ORDER: FACTS…", onOrder(func(l *sceneTill, id protocol.OrderID, w words) error {
		return l.until("shows "+w["ORDER"]+": "+w["FACTS"], func(on *screen) error {
			o := on.order(id)
			if o == nil {
				return errors.New("it shows no such order")
			}
			return l.s.check(&o.Order, w["FACTS"])
		})
	})},
	{"shows no ORDER", onOrder(func(l *sceneTill, id protocol.OrderID, _ words) error {
		return l.until("doesn't show it", func(on *screen) error { return expect(on.order(id) == nil, "it shows it") })
	})},
}

// asking has the app do what isn't a tap.
func asking(what string) func(*scene, *sceneTill, words) error {
	return func(_ *scene, l *sceneTill, w words) error {
		_, err := l.ask(what, w["NAME"])
		return err
	}
}

func setLine(field protocol.Field, value func(words) protocol.Value) func(*scene, *sceneTill, words) error {
	return onLine(func(l *sceneTill, id protocol.OrderID, line protocol.LineID, w words) error {
		return l.tap(client.SetLine(id, line, protocol.Fields{field: value(w)}))
	})
}

// fill makes orders that no sentence names.
func (l *sceneTill) fill(orders, lines int) error {
	for range orders {
		id := client.NewID[protocol.OrderID]()
		if err := l.tap(append(protocol.Ops{client.NewOrder(id, nil)}, filling(id, lines)...)...); err != nil {
			return err
		}
	}
	return l.sent()
}

// filling are so many lines, whatever is on them.
func filling(order protocol.OrderID, lines int) (ops protocol.Ops) {
	for n := range lines {
		it := menu[n%len(menu)]
		ops = append(ops, client.AddLine(order, client.NewID[protocol.LineID](), protocol.Fields{
			"product_id": protocol.Value(it.id), "qty": "1", "price_unit": protocol.Value(it.price), "description": protocol.Text(it.product),
		}))
	}
	return ops
}

// sell is one more of a line that the till shows, or a new line.
func (l *sceneTill) sell(w words) error {
	id, ops, err := l.begin(w["ORDER"])
	if err != nil {
		return err
	}
	on, err := l.see()
	if err != nil {
		return err
	}
	if o := on.order(id); o != nil {
		if line := lineOf(&o.Order, w["PRODUCT"]); line != nil {
			by, err := decimal.Parse(w["N"])
			if err != nil {
				return err
			}
			return l.tap(client.Inc(id, line.ID, "qty", by))
		}
	}
	fields := protocol.Fields{"product_id": "999999", "price_unit": "1", "qty": protocol.Value(w["N"]), "description": protocol.Text(w["PRODUCT"])}
	for _, it := range menu {
		if it.product == w["PRODUCT"] {
			fields["product_id"], fields["price_unit"] = protocol.Value(it.id), protocol.Value(it.price)
		}
	}
	return l.tap(append(ops, client.AddLine(id, client.NewID[protocol.LineID](), fields))...)
}

func (s *scene) count(n string) int {
	count, err := strconv.Atoi(n)
	s.must(err)
	return count
}

// names are the tills of the scene.
func (s *scene) names() []string { return slices.Sorted(maps.Keys(s.tills)) }
