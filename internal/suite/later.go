package suite

import (
	"fmt"
	"maps"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/suite/cases"
	"github.com/manytill/manytill/internal/suite/shop"
	"github.com/manytill/manytill/sdk/protocol"
)

// usualTimeout is what a server gives a call, unless its operator says otherwise.
const usualTimeout = 50 * time.Millisecond

// script is a day's work: an order, every field of it, lines that come and go, and
// its end.
func (t *trial) script() []tap {
	taps := []tap{t.anOrder()}
	for _, f := range t.fields {
		if v := f.best(); v != "" {
			taps = append(taps, f.set([]string{"A", "B"}[len(taps)%2], v))
		}
	}
	return append(taps,
		tap{till: "B", words: "added a line", ops: []protocol.Op{aLine("l3", 3)}},
		tap{till: "A", words: "added 1 to the quantity of a line", ops: []protocol.Op{protocol.LineInc{Order: o1, Line: l1, Field: "qty", By: "1"}}},
		tap{till: "B", words: "removed a line", ops: []protocol.Op{protocol.LineRemove{Order: o1, Line: l2}}},
		tap{till: "A", words: "closed the order as paid", ops: []protocol.Op{protocol.OrderClose{Order: o1, State: protocol.Paid}}},
	)
}

// restart: the same taps with a server that starts anew before each, and a new start
// of the extension, end in the same; then nothing more comes by itself.
func (t *trial) restart(r *Result) {
	if !t.ready(r) {
		return
	}
	taps := t.script()
	plain := t.shop(taps...)
	defer plain.Close()
	if r.broken(plain, words(taps)) {
		return
	}
	fresh, err := t.subject.start(t.ctx, t.settings, false)
	if err != nil {
		r.fail(Failure{Did: "the extension was started once more", Expected: "it to start", Came: err.Error()})
		return
	}
	defer func() { _ = fresh.Close() }()
	anew := t.shop()
	defer anew.Close()
	for i, tap := range taps {
		host := extensions.Host(t.host)
		if i >= len(taps)/2 {
			host = fresh
		}
		anew.Restart(t.chain(host)...)
		t.do(anew, tap)
	}
	head := anew.Head()
	anew.Restart(t.chain(fresh)...)
	anew.Rerun()
	did := words(taps) + "; the server was started anew before each, and the extension in the middle"
	if r.broken(anew, did) {
		return
	}
	r.same(stateOf(anew), stateOf(plain), did, "the same as without restarts (does a hook keep something in a variable?)")
	if anew.Head() != head {
		r.fail(Failure{Did: did + ", and once more in the end", Expected: "no change by that alone", Came: fmt.Sprintf("%d changes", anew.Head()-head)})
	}
	r.Tried = fmt.Sprintf("%d restarts", len(taps)+1)
}

const extra protocol.Field = "sdktest_extra"

// upgrade: what another version stored stays whole: fields that it didn't have, that
// only it had, and that were of another type.
func (t *trial) upgrade(r *Result) {
	if !t.ready(r) {
		return
	}
	old := t.d
	old.Fields = map[protocol.Model]map[protocol.Field]extensions.FieldInfo{}
	for _, model := range []protocol.Model{protocol.ModelOrder, protocol.ModelOrderline} {
		old.Fields[model] = maps.Clone(t.d.Fields[model])
		if old.Fields[model] == nil {
			old.Fields[model] = map[protocol.Field]extensions.FieldInfo{}
		}
		old.Fields[model][extra] = extensions.FieldInfo{}
	}
	stored := func(set tap) *shop.Shop {
		s := t.openWith(t.o.Timeout, cases.Loose(old))
		for _, tap := range []tap{t.anOrder(), set} {
			s.Till("A").Tap(tap.ops...)
		}
		return s
	}
	kept := tap{till: "A", words: "stored a field that only another version has", ops: []protocol.Op{
		protocol.OrderSet{Order: o1, Set: protocol.Fields{extra: `{"old":1}`}}, protocol.LineSet{Order: o1, Line: l1, Set: protocol.Fields{extra: `{"old":2}`}},
	}}
	s := stored(kept)
	t.touch(s)
	const did = "another version, without any of its fields, stored an order; then this version's hooks ran over it"
	r.broken(s, did)
	for _, f := range []*field{{model: protocol.ModelOrder, name: extra}, {model: protocol.ModelOrderline, name: extra}} {
		if v := f.of(s.Order(o1)); v.IsNull() {
			r.fail(Failure{Did: did, Expected: "a field that only the other version has to stay as it is", Came: "it is gone", Model: string(f.model), Field: string(f.name)})
		}
	}
	s.Close()
	tried := 1
	for _, f := range t.fields {
		if v := otherType(&f.spec); v != "" {
			tried++
			t.otherType(r, f, v, stored)
		}
	}
	r.Tried = fmt.Sprintf("data of another version in %d ways", tried)
}

// otherType: a value of another type isn't lost, and a till can mend it.
func (t *trial) otherType(r *Result, f *field, v protocol.Value, stored func(tap) *shop.Shop) {
	s := stored(f.set("A", v))
	defer s.Close()
	t.touch(s)
	did := fmt.Sprintf("another version stored %s as %s; then this version's hooks ran over it", shop.Text(v), f)
	if now := f.of(s.Order(o1)); empty(now) && len(f.took) > 0 {
		r.fail(Failure{Did: did, Expected: "it to stay, or to become a value of this version", Came: shop.Text(now), Model: string(f.model), Field: string(f.name), Till: "every till"})
	}
	failed := s.Errors()
	for _, e := range failed {
		r.note("%s: %s (the sale goes on; the operator sees this error until a till sets the field)", did, withHook(e.Hook, e.Message))
		break
	}
	if len(f.took) == 0 || f.spec.Merge == protocol.First {
		return
	}
	s.Later(time.Hour)
	set := f.set("B", f.took[0])
	t.do(s, set)
	if later := s.Errors(); len(later) > len(failed) || len(failed) > 0 && later[len(failed)-1].Count > failed[len(failed)-1].Count && f.of(s.Order(o1)) != f.took[0] {
		r.fail(Failure{Did: did + "; then " + set.String(), Expected: "the hooks to work again", Came: withHook(later[0].Hook, later[0].Message), Model: string(f.model), Field: string(f.name)})
	}
}

// otherType is a value as another version may have had it, when the field was of
// another type.
func otherType(spec *protocol.FieldSpec) protocol.Value {
	switch spec.Type {
	case protocol.TypeNumber, protocol.TypeInteger:
		return `"5"`
	case protocol.TypeString, protocol.TypeTime:
		return "5"
	case protocol.TypeBool:
		return `"yes"`
	case protocol.TypeStrings, protocol.TypeIDs, protocol.TypeArray, protocol.TypeObject:
		return `"alone"`
	case protocol.TypeID:
		return "[7]"
	}
	return ""
}
