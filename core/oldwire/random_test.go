package oldwire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/manytill/manytill/internal/seeds"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// shop is a server with tills of both kinds and a bad network, and what its people
// did.
type shop struct {
	*server
	t        *rapid.T
	pages    []*page
	made     int               // orders
	products int               // each line has one of its own
	last     int               // tap
	taps     map[string]int    // what each adds to a quantity
	counted  map[string]bool   // taps and edits
	gone     map[string]bool   // products of lines that were removed
	uids     map[string]bool   // of orders that somebody made
	answers  map[int][]given   // by till
	firsts   map[string]string // products that lines' uids had first
	unknown  map[string]bool   // nonces of calls whose revision says nothing
	late     []outgoing
	trace    strings.Builder // what was said, for failures
}

var (
	errLost = errors.New("the request is lost")
	errMute = errors.New("the answer is lost")
)

// TestRandomTills: old and new tills at work, with calls that are lost, doubled or
// late. Each call does what its user did and no call did before, and nothing else; in
// the end all show the same, no line is there twice, and numbers are dense.
func TestRandomTills(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &shop{server: newServer(t), t: t, taps: map[string]int{}, counted: map[string]bool{}, gone: map[string]bool{}, uids: map[string]bool{}, unknown: map[string]bool{}, firsts: map[string]string{}, answers: map[int][]given{}}
		s.pages = []*page{newPage(s.server, 3, 41), newPage(s.server, 4, 42)}
		for _, p := range s.pages {
			p.deliver = s.network
			p.tell = s.noted
			s.quietly(func() { p.sync("", true) })
		}
		for range rapid.IntRange(10, 60).Draw(t, "steps") {
			s.step()
			s.clock = s.clock.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "ms")) * time.Millisecond)
		}
		s.settle()
		s.check()
	})
}

// quietly has a good network.
func (s *shop) quietly(do func()) {
	var was []func(outgoing) (json.RawMessage, error)
	for _, p := range s.pages {
		was = append(was, p.deliver)
		p.deliver = s.arrives
	}
	do()
	for i, p := range s.pages {
		p.deliver = was[i]
	}
}

func (s *shop) tap(l *row, by int) {
	s.last++
	tap := fmt.Sprint(s.last)
	s.taps[tap] = by
	l.taps = append(l.taps, tap)
}

// pick is one of a list, drawn by its place.
func pick[T any](s *shop, list []T, what string) T {
	return list[rapid.IntRange(0, len(list)-1).Draw(s.t, what)]
}

func (s *shop) step() {
	p := pick(s, s.pages, "page")
	if p.offline && rapid.Bool().Draw(s.t, "tries") {
		p.online()
		return
	}
	switch rapid.IntRange(0, 19).Draw(s.t, "step") {
	case 0, 1, 2, 3, 4, 5, 6, 7:
		s.edits(p)
	case 8, 9, 10, 11:
		s.polls(p)
	case 12, 13, 14:
		s.newTill()
	case 15, 16, 17:
		if len(s.late) > 0 {
			c := s.late[0]
			s.late = s.late[1:]
			_, _ = s.arrives(c)
		}
	case 18:
		s.restart()
	case 19:
		s.reloads(p)
	}
}

// reloads loads a page anew, perhaps while there is no server.
func (s *shop) reloads(p *page) {
	p.reload()
	p.offline = p.offline || rapid.IntRange(0, 2).Draw(s.t, "no server") == 0
	s.noted("till %d is loaded anew, offline %v", p.pos, p.offline)
	if !p.offline {
		p.sync("", true)
	}
}

func (s *shop) polls(p *page) {
	if news := p.ask(); rapid.IntRange(0, 4).Draw(s.t, "heard") > 0 {
		p.receive(news)
	}
}

func (s *shop) edits(p *page) {
	if len(p.orders) == 0 || rapid.IntRange(0, 5).Draw(s.t, "fresh") == 0 {
		s.made++
		h := p.start(s.made)
		s.uids[h.UID] = true
		s.adds(p, h)
	}
	h := pick(s, p.orders, "order")
	if h.Paid {
		return
	}
	kind := rapid.IntRange(0, 13).Draw(s.t, "edit")
	if len(h.Lines) == 0 {
		kind = 0
	}
	switch kind {
	case 0, 1, 2:
		s.adds(p, h)
	case 9:
		s.chosen(h, "#"+h.Lines[0].product()+" gone", "")
		h.Lines = slices.Delete(h.Lines, 0, 1)
	case 10:
		s.chooses(h, h.Fields, h.UID, "partner_id", rapid.IntRange(1, 3).Draw(s.t, "partner"))
	case 12:
		s.chooses(h, h.Fields, h.UID, "remark", rapid.SampledFrom([]string{"window", "bar", "late"}).Draw(s.t, "remark"))
	case 11:
		p.end(h, rapid.Bool().Draw(s.t, "paid"))
		return
	default:
		l := pick(s, h.Lines, "line")
		if kind == 8 {
			s.chooses(h, l.Fields, "#"+l.product(), "discount", rapid.IntRange(1, 3).Draw(s.t, "discount"))
			break
		}
		if kind == 13 {
			s.chooses(h, l.Fields, "#"+l.product(), "note", rapid.SampledFrom([]string{"hot", "cold", "black"}).Draw(s.t, "note"))
			break
		}
		by := rapid.IntRange(1, 3).Draw(s.t, "by")
		l.Fields["qty"] = number(l.Fields["qty"]) + float64(by)
		s.tap(l, by)
	}
	if !p.offline {
		p.send(p.update(h))
	}
}

// chooses has a user set a field to another value.
func (s *shop) chooses(h *held, fields map[string]any, record, field string, value any) {
	if fmt.Sprint(fields[field]) != fmt.Sprint(value) {
		fields[field] = value
		s.chosen(h, record+" "+field, fmt.Sprint(value))
	}
}

func (s *shop) chosen(h *held, key, value string) {
	s.last++
	h.edits = append(h.edits, edit{fmt.Sprint(s.last), key, value})
}

func (s *shop) adds(p *page, h *held) {
	s.products++
	s.tap(p.add(h, s.products, 1), 1)
}

func number(v any) float64 {
	n, _ := v.(float64)
	return n
}

func (s *shop) newTill() {
	var open []protocol.Order
	for _, o := range s.orders() {
		if o.State == protocol.Open {
			open = append(open, o)
		}
	}
	kind := rapid.IntRange(0, 11).Draw(s.t, "new till")
	if len(open) == 0 || kind == 0 {
		s.made++
		s.products++
		s.uids[fmt.Sprint("n", s.made)] = true
		s.push("bar", fmt.Sprintf(`[{"op":"order.create","order":"n%d"},{"op":"line.add","order":"n%[1]d","line":"l","set":{"product_id":%d,"qty":1,"price_unit":1}}]`, s.made, s.products))
		return
	}
	o := pick(s, open, "open")
	if len(o.Lines) == 0 {
		return
	}
	l := pick(s, o.Lines, "its line")
	switch kind {
	case 1, 2:
		s.products++
		s.push("bar", fmt.Sprintf(`[{"op":"line.add","order":%q,"line":"l%d","set":{"product_id":%[2]d,"qty":1,"price_unit":1}}]`, o.ID, s.products))
	case 3:
		s.noted("bar removes %s", l.ID)
		s.gone[string(l.Fields["product_id"])] = true
		s.push("bar", fmt.Sprintf(`[{"op":"line.remove","order":%q,"line":%q}]`, o.ID, l.ID))
	case 4:
		s.push("bar", fmt.Sprintf(`[{"op":"line.set","order":%q,"line":%q,"set":{"discount":%d}}]`, o.ID, l.ID, s.last%4))
	case 8:
		s.push("bar", fmt.Sprintf(`[{"op":"line.set","order":%q,"line":%q,"set":{"note":"bar%d"}}]`, o.ID, l.ID, s.last%4))
	case 9:
		s.push("bar", fmt.Sprintf(`[{"op":"order.set","order":%q,"set":{"partner_id":%d,"remark":"bar%[2]d"}}]`, o.ID, s.last%4+1))
	case 10: // what old tills take from no one
		s.push("bar", fmt.Sprintf(`[{"op":"order.set","order":%q,"set":{"pricelist_id":%d}},{"op":"line.set","order":%[1]q,"line":%[3]q,"set":{"tax_ids":[%[2]d]}}]`, o.ID, s.last%4+1, l.ID))
	default:
		s.noted("bar adds %d to %s", kind, l.ID)
		s.push("bar", fmt.Sprintf(`[{"op":"line.inc","order":%q,"line":%q,"field":"qty","by":%d}]`, o.ID, l.ID, kind))
	}
}

// settle: the network is good, everything that is under way arrives, and all edit no
// more.
func (s *shop) settle() {
	s.quietly(func() {
		for _, c := range s.late {
			_, _ = s.arrives(c)
		}
		for round := 0; ; round++ {
			require.Less(s.t, round, 20, "it never comes to rest")
			quiet := true
			for _, p := range s.pages {
				if p.offline || round == 0 {
					p.online()
				}
				quiet = p.poll() == "nothing" && quiet
				for _, h := range slices.Clone(p.orders) {
					if c := p.update(h); !h.Paid && round < 3 {
						p.send(c)
						quiet = false
					}
				}
			}
			if quiet {
				return
			}
		}
	})
}
