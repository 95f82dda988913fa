package suite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/suite/cases"
	"github.com/manytill/manytill/internal/suite/shop"
	"github.com/manytill/manytill/sdk/protocol"
)

// nobodys is an extension whose field nobody reads: setting it has hooks run again
// over a record that is as it was.
var nobodys = extensions.FieldsAlone(extensions.Description{
	Name: "sdktest", Manifest: true,
	Fields: map[protocol.Model]map[protocol.Field]extensions.FieldInfo{
		protocol.ModelOrder:     {touched: {FieldSpec: protocol.FieldSpec{Type: protocol.TypeAny, Merge: protocol.Last}}},
		protocol.ModelOrderline: {touched: {FieldSpec: protocol.FieldSpec{Type: protocol.TypeAny, Merge: protocol.Last}}},
	},
})

const touched protocol.Field = "sdktest_touched"

const (
	o1 protocol.OrderID = "o1"
	l1 protocol.LineID  = "l1"
	l2 protocol.LineID  = "l2"
)

// tap is a mutation of a till, in words too.
type tap struct {
	till  string
	words string
	ops   []protocol.Op
	// stored: it is stored as it is, and no hook runs.
	stored bool
}

func (t tap) String() string { return "till " + t.till + " " + t.words }

func words(taps []tap) string {
	texts := make([]string, len(taps))
	for i, t := range taps {
		texts[i] = t.String()
	}
	return strings.Join(texts, ", then ")
}

func (t *trial) do(s *shop.Shop, taps ...tap) {
	for _, tap := range taps {
		if tap.stored {
			s.Restart(t.chain(cases.Loose(t.d))...)
		}
		s.Till(tap.till).Tap(tap.ops...)
		if tap.stored {
			s.Restart(t.chain(t.host)...)
		}
	}
}

// anOrder is how each check begins: an order with two lines; where hooks refuse that,
// the one that the first case is given.
func (t *trial) anOrder() tap {
	if t.given != nil {
		return tap{till: "A", words: "had the order that a case is given", ops: t.given, stored: true}
	}
	return tap{till: "A", words: "made an order with two lines", ops: []protocol.Op{
		protocol.OrderCreate{Order: o1, Set: protocol.Fields{"partner_id": "7"}}, aLine(l1, 1), aLine(l2, 2),
	}}
}

func aLine(id protocol.LineID, n int) protocol.LineAdd {
	return protocol.LineAdd{Order: o1, Line: id, Set: protocol.Fields{
		"product_id": protocol.Int(n), "qty": "2", "price_unit": protocol.Int(2 + n), "description": protocol.Text(fmt.Sprint("Product ", n)),
	}}
}

// set is a till's setting of a field.
func (f *field) set(till string, v protocol.Value) tap {
	t := tap{till: till, words: fmt.Sprintf("set the %s to %s", f, shop.Text(v))}
	if f.model == protocol.ModelOrder {
		t.ops = []protocol.Op{protocol.OrderSet{Order: o1, Set: protocol.Fields{f.name: v}}}
	} else {
		t.ops = []protocol.Op{protocol.LineSet{Order: o1, Line: l1, Set: protocol.Fields{f.name: v}}}
	}
	return t
}

// inc is a till's adding to a counter.
func (f *field) inc(till string, by int) tap {
	return tap{till: till, words: fmt.Sprintf("added %d to the %s", by, f), ops: []protocol.Op{
		protocol.LineInc{Order: o1, Line: l1, Field: f.name, By: protocol.Int(by)},
	}}
}

// counts reports whether tills add to it: there is no such op of an order.
func (f *field) counts() bool {
	return f.spec.Merge == protocol.Counter && f.model == protocol.ModelOrderline
}

// of is its value in an order.
func (f *field) of(o *protocol.Order) protocol.Value {
	if o == nil {
		return ""
	}
	if f.model == protocol.ModelOrder {
		return o.Fields[f.name]
	}
	for _, l := range o.Lines {
		if l.ID == l1 {
			return l.Fields[f.name]
		}
	}
	return ""
}

// touch has the hooks run again over all that is open, with a server that was
// started anew and a clock that stands.
func (t *trial) touch(s *shop.Shop) {
	s.Restart(t.chain(t.host)...)
	for _, o := range s.Orders() {
		if o.State != protocol.Open {
			continue
		}
		ops := []protocol.Op{protocol.OrderSet{Order: o.ID, Set: protocol.Fields{touched: protocol.Int(len(s.Taps))}}}
		for _, l := range o.Lines {
			ops = append(ops, protocol.LineSet{Order: o.ID, Line: l.ID, Set: protocol.Fields{touched: protocol.Int(len(s.Taps))}})
		}
		for chunk := range slices.Chunk(ops, 900) {
			s.Till("B").Tap(chunk...)
		}
	}
}

// state is all that can be compared of a shop, by what it is of.
type state map[place]string

type place struct{ order, line, field string }

func (p place) String() string {
	switch {
	case p.order == "":
		return p.field
	case p.line != "":
		return fmt.Sprintf("%s of line %s", p.field, p.line)
	}
	return fmt.Sprintf("%s of order %s", p.field, p.order)
}

// stateOf is a shop's: every order, but for who changed it, effects, and storage.
func stateOf(s *shop.Shop) state {
	all := state{}
	put := func(o, line string, fields protocol.Fields) {
		for f, v := range fields {
			if f != protocol.FieldMSInfo && f != touched {
				all[place{o, line, string(f)}] = string(v)
			}
		}
	}
	for _, o := range s.Orders() {
		id := string(o.ID)
		all[place{id, "", "state"}] = string(o.State)
		for _, r := range o.Review {
			all[place{id, "", "review"}] += r.Extension + ": " + r.Message + "; "
		}
		put(id, "", o.Fields)
		for _, l := range o.Lines {
			all[place{id, "", "lines"}] += string(l.ID) + " "
			put(id, string(l.ID), l.Fields)
		}
	}
	for _, e := range s.Effects() {
		all[place{field: fmt.Sprintf("effect %s with the key %q of order %s", e.Name, e.Key, e.Order)}] = string(e.Data)
	}
	for key, value := range s.Storage() {
		all[place{field: "what is stored under " + key}] = value
	}
	return all
}

// differs is the first thing in which a state isn't what is expected.
func (came state) differs(want state) (at place, expected, is string, yes bool) {
	var places []place
	for p := range came {
		places = append(places, p)
	}
	for p := range want {
		places = append(places, p)
	}
	slices.SortFunc(places, func(a, b place) int {
		return strings.Compare(a.order+"\x00"+a.line+"\x00"+a.field, b.order+"\x00"+b.line+"\x00"+b.field)
	})
	for _, p := range places {
		if came[p] != want[p] {
			return p, shop.Text(protocol.Value(want[p])), shop.Text(protocol.Value(came[p])), true
		}
	}
	return place{}, "", "", false
}

// same fails where a state isn't what is expected.
func (r *Result) same(came, want state, did, expected string) bool {
	at, was, is, differs := came.differs(want)
	if !differs {
		return true
	}
	model := ""
	if at.line != "" {
		model = "orderline"
	} else if at.order != "" {
		model = "order"
	}
	r.fail(Failure{
		Did: did, Expected: fmt.Sprintf("%s: %s to be %s", expected, at, was), Came: is, Model: model, Line: at.line, Field: at.field, Till: "every till",
	})
	return false
}

func withHook(hook, message string) string {
	if hook == "" || strings.HasPrefix(message, hook+": ") {
		return message
	}
	return hook + ": " + message
}
