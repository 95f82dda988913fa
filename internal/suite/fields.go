package suite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/manytill/manytill/internal/suite/shop"
	"github.com/manytill/manytill/sdk/protocol"
)

// roundTrip: what a till sets in a field that it may edit, every till shows: on a
// record that was there, and on a new one; and it stands when hooks run again.
func (t *trial) roundTrip(r *Result) {
	if !t.ready(r) {
		return
	}
	tried := 0
	for _, f := range t.fields {
		switch {
		case !f.spec.Edit:
			continue
		case len(f.good) == 0:
			r.note("no value could be made that fits the %s: write a case for it", f)
			continue
		case f.fails != "" && !f.guessed():
			set := f.set("A", f.failsOn)
			r.fail(Failure{
				Did: t.anOrder().String() + ", then " + set.String(), Expected: "no hook to fail", Came: f.fails, Model: string(f.model), Field: string(f.name), Till: "A",
			})
			continue
		case len(f.took) == 0 && f.guessed() && !t.vanishes(f):
			r.note("none of the values that were tried of the %s came through as it was set, and nothing says what it holds: write a case for it, or its type into a manifest", f)
			continue
		case len(f.took) == 0 && len(f.lost) == 0:
			r.note("every value that was tried of the %s was refused (%s): write a case for it", f, f.refused)
			continue
		}
		tried++
		if len(f.took) == 0 {
			t.lostAll(r, f)
			continue
		}
		t.onNew(r, f)
		t.changed(r, f)
		t.wiped(r, f)
	}
	if tried == 0 && r.Verdict == OK {
		r.skip("it has no field that tills edit (edit: true) and that could be set")
		return
	}
	r.Tried = fmt.Sprintf("%d fields that tills edit", tried)
}

// vanishes reports whether whatever is set of a field is gone.
func (t *trial) vanishes(f *field) bool {
	if f.fails != "" || f.refused != "" {
		return false
	}
	for _, v := range f.lost {
		s := t.shop(t.anOrder(), f.set("A", v))
		now := f.of(s.Order(o1))
		s.Close()
		if !now.IsNull() {
			return false
		}
	}
	return true
}

// lostAll: no value that a till sets is shown.
func (t *trial) lostAll(r *Result, f *field) {
	v := f.lost[0]
	set := f.set("A", v)
	s := t.shop(t.anOrder(), set)
	defer s.Close()
	r.broken(s, set.String())
	came := "till B shows " + shop.Text(f.of(s.Till("B").Shows(o1)))
	if last := s.Taps[len(s.Taps)-1].Result; len(last.Ignored) > 0 {
		came = "the value was ignored: " + strings.Join(last.Ignored, ", ")
	}
	r.fail(Failure{
		Did: t.anOrder().String() + ", then " + set.String() + " (and other values, to the same end)", Expected: "every till to show " + shop.Text(v) + ", or the tap to be refused; do init_from_JSON and apply_ms_data take the field over?",
		Came: came, Model: string(f.model), Field: string(f.name), Till: "B",
	})
}

// anySurvives fails where a way of setting a field loses every value that another way
// keeps, and none is refused.
func (t *trial) anySurvives(r *Result, f *field, expected string, play func(protocol.Value) (*shop.Shop, string)) {
	var first *Failure
	for _, v := range f.took {
		s, did := play(v)
		came, refused := f.of(s.Order(o1)), s.Taps[len(s.Taps)-1].Rejected()
		r.broken(s, did)
		s.Close()
		if refused || came == v {
			return
		}
		if first == nil {
			first = &Failure{
				Did: did, Expected: fmt.Sprintf("every till to show %s%s", shop.Text(v), expected), Came: shop.Text(came),
				Model: string(f.model), Field: string(f.name), Till: "every till",
			}
		}
	}
	r.fail(*first)
}

// onNew: a record that is made with the value.
func (t *trial) onNew(r *Result, f *field) {
	t.anySurvives(r, f, " on the new record", func(v protocol.Value) (*shop.Shop, string) {
		made := tap{till: "A", words: fmt.Sprintf("made an order with a line, and with %s as %s", shop.Text(v), f), ops: nil}
		create, line := protocol.OrderCreate{Order: o1, Set: protocol.Fields{}}, aLine(l1, 1)
		if f.model == protocol.ModelOrder {
			create.Set[f.name] = v
		} else {
			line.Set[f.name] = v
		}
		made.ops = []protocol.Op{create, line}
		return t.shop(made), made.String()
	})
}

// changed: a value after another one.
func (t *trial) changed(r *Result, f *field) {
	if len(f.took) < 2 || f.spec.Merge == protocol.First || f.spec.Merge == protocol.Union {
		return
	}
	first := f.set("A", f.took[0])
	t.anySurvives(r, f, ", which was set last", func(v protocol.Value) (*shop.Shop, string) {
		taps := []tap{t.anOrder(), first, f.set("B", v)}
		return t.shop(taps...), words(taps)
	})
}

// wiped: hooks run again over what a tap changed that isn't theirs.
func (t *trial) wiped(r *Result, f *field) {
	t.anySurvives(r, f, " still, after a tap that changed something else", func(v protocol.Value) (*shop.Shop, string) {
		taps := []tap{t.anOrder(), f.set("A", v)}
		s := t.shop(taps...)
		t.touch(s)
		return s, words(taps) + ", then till B changed something else"
	})
}

// twice: hooks that run over what they made, at the same time, give the same.
func (t *trial) twice(r *Result) {
	if !t.ready(r) {
		return
	}
	s := t.shop()
	defer s.Close()
	s.Stopped = true
	taps := []tap{t.anOrder()}
	for _, f := range t.fields {
		if v := f.best(); v != "" {
			taps = append(taps, f.set("A", v))
		}
	}
	r.Tried = fmt.Sprintf("%d taps", len(taps))
	for i, tap := range taps {
		t.do(s, tap)
		did := words(taps[:i+1])
		before, count := stateOf(s), len(s.Taps)
		t.touch(s)
		if r.broken(s, did+", and the hooks ran again") {
			return
		}
		if again := s.Taps[count:]; slices.ContainsFunc(again, func(t shop.Tap) bool { return t.Rejected() }) {
			r.fail(Failure{
				Did: did + ", and the hooks ran again over what they had made", Expected: "them to accept what they accepted before", Came: "refused: " + again[0].Result.Message,
			})
			return
		}
		if !r.same(stateOf(s), before, did+", and the hooks ran again over what they had made", "the same again (is something added to what is there, or left to chance?)") {
			return
		}
	}
}

// oddInput: what nobody meant makes no hook fail, and does no harm.
func (t *trial) oddInput(r *Result) {
	if !t.ready(r) {
		return
	}
	tried := 0
	try := func(taps ...tap) *shop.Shop {
		tried++
		s := t.shop(append([]tap{t.anOrder()}, taps...)...)
		r.broken(s, words(taps))
		return s
	}
	for _, f := range t.fields {
		var failed []string
		for _, odd := range f.odd() {
			set := f.set("A", odd.value)
			set.words = fmt.Sprintf("set the %s to %s", f, odd.what)
			if f.guessed() && t.failsOn(set) {
				tried++
				failed = append(failed, odd.what)
				continue
			}
			s := try(set)
			t.unicode(r, f, s, odd, set)
			s.Close()
		}
		if len(failed) > 0 {
			r.note("a hook fails where the %s is %s: a manifest with its type keeps such values from it", f, strings.Join(failed, ", "))
		}
	}
	for _, odd := range oddLines() {
		try(odd).Close()
	}
	r.Tried = fmt.Sprintf("%d odd taps", tried)
}

// failsOn reports whether a hook fails on a tap.
func (t *trial) failsOn(set tap) bool {
	s := t.shop(t.anOrder(), set)
	defer s.Close()
	return len(s.Errors()) > 0
}

// unicode: a text in many scripts is shown as it was set, where one like it is.
func (t *trial) unicode(r *Result, f *field, s *shop.Shop, odd oddValue, set tap) {
	last := s.Taps[len(s.Taps)-1].Result
	if odd.value != unusual || len(f.took) == 0 || f.took[0].Kind() != protocol.KindString || len(last.Ignored) > 0 || last.Rejection != nil {
		return
	}
	twin := t.shop(t.anOrder(), f.set("A", plainTwin))
	kept := f.of(twin.Order(o1))
	twin.Close()
	if kept != plainTwin {
		return // hooks make something else of texts
	}
	want, err := f.spec.Fit(unusual)
	came := f.of(s.Order(o1))
	if err == nil && came != want && (came.IsNull() || !strings.HasPrefix(want.String(), came.String())) {
		r.fail(Failure{
			Did: set.String(), Expected: "every till to show " + shop.Text(want), Came: shop.Text(came), Model: string(f.model), Field: string(f.name), Till: "every till",
		})
	}
}

// oddLines are changes of lines and orders that tills may ask for.
func oddLines() (all []tap) {
	for _, odd := range []struct {
		what string
		set  protocol.Fields
	}{
		{"without any field", protocol.Fields{}},
		{"without a product", protocol.Fields{"qty": "1", "price_unit": "1"}},
		{"of quantity 0", protocol.Fields{"product_id": "1", "qty": "0", "price_unit": "1"}},
		{"of a return", protocol.Fields{"product_id": "1", "qty": "-3", "price_unit": "2.5"}},
		{"without a price", protocol.Fields{"product_id": "1", "qty": "1"}},
		{"with a text as its product's id, and a description in many scripts", protocol.Fields{"product_id": `"Ü-7"`, "qty": "0.125", "price_unit": "-1", "discount": "100", "description": unusual}},
		{"with all digits that a till has", protocol.Fields{"product_id": "999999999999999", "qty": "999999", "price_unit": "999999.99", "discount": "99.99"}},
	} {
		all = append(all, tap{till: "A", words: "added a line " + odd.what, ops: []protocol.Op{protocol.LineAdd{Order: o1, Line: "odd", Set: odd.set}}})
	}
	return append(all,
		tap{till: "B", words: "took quantity, price and description off a line", ops: []protocol.Op{protocol.LineSet{Order: o1, Line: l1, Set: protocol.Fields{"qty": "null", "price_unit": "null", "description": "null"}}}},
		tap{till: "B", words: "took the customer off the order", ops: []protocol.Op{protocol.OrderSet{Order: o1, Set: protocol.Fields{"partner_id": "null"}}}},
		tap{till: "B", words: "cancelled the order", ops: []protocol.Op{protocol.OrderClose{Order: o1, State: protocol.Cancelled}}},
	)
}

// manyLines: an order without a line, and one with 500.
func (t *trial) manyLines(r *Result) {
	if !t.ready(r) {
		return
	}
	empty := tap{till: "A", words: "made an order without lines", ops: []protocol.Op{protocol.OrderCreate{Order: o1}}}
	var sets []tap
	for _, f := range t.fields {
		if v := f.best(); v != "" && f.model == protocol.ModelOrder {
			sets = append(sets, f.set("A", v))
		}
	}
	s := t.shop(append([]tap{empty}, sets...)...)
	r.broken(s, words(append([]tap{empty}, sets...)))
	s.Close()

	const many = 500
	s = t.shop(t.anOrder())
	defer s.Close()
	s.Stopped = true
	t.host.took()
	for from := 3; from <= many; from += 100 {
		add := tap{till: "A"}
		for n := from; n < min(from+100, many+1); n++ {
			add.ops = append(add.ops, aLine(protocol.LineID(fmt.Sprint("l", n)), n))
		}
		t.do(s, add)
	}
	did := fmt.Sprintf("till A made an order with %d lines", many)
	for _, f := range t.fields {
		if v := f.best(); v != "" {
			set := f.set("B", v)
			t.do(s, set)
			did += ", then " + set.String()
		}
	}
	before := stateOf(s)
	t.touch(s)
	if !r.broken(s, did) {
		r.same(stateOf(s), before, did+", and the hooks ran again over what they had made", "the same again")
	}
	r.Tried = fmt.Sprintf("no line, and %d", many)
	if slowest, records := t.host.took(); slowest > usualTimeout {
		r.note("the slowest call took %d ms here, over %d records: a server's limit is %d ms, unless the operator gives it more (timeout)", slowest.Milliseconds(), records, usualTimeout.Milliseconds())
	}
}
