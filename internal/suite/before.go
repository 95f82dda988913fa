package suite

import (
	"fmt"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/sdk/protocol"
)

// versionBefore: what the version before stored, and what a till tapped with it while
// it was offline, is migrated; going back changes nothing of that, nor does coming
// again.
func (t *trial) versionBefore(r *Result) {
	if !t.ready(r) {
		return
	}
	o := t.o
	o.Path, o.With = t.o.From, nil
	subject, err := find(t.ctx, o)
	if err != nil {
		r.fail(Failure{Did: "the version before was looked for", Expected: "one that can be started", Came: err.Error()})
		return
	}
	defer func() { _ = subject.close() }()
	old, err := subject.host(t.ctx, t.settings)
	if err != nil {
		r.fail(Failure{Did: "the version before was started", Expected: "it to start", Came: err.Error()})
		return
	}
	before, now := old.Describe(), t.d
	if before.Name != now.Name {
		r.fail(Failure{Did: "the version before was looked at", Expected: "it to be named " + now.Name, Came: before.Name})
		return
	}
	s := t.openWith(t.o.Timeout, old)
	defer s.Close()
	taps, late := fieldTaps(before)
	t.do(s, t.anOrder())
	t.do(s, taps...)
	s.Till("B").Offline()
	t.do(s, late...)

	did := words(append([]tap{t.anOrder()}, taps...)) + "; then this version was enabled"
	s.Restart(t.chain(t.host)...)
	s.Rerun()
	s.Rerun()
	if r.broken(s, did) {
		return
	}
	s.Till("B").Online()
	if len(late) > 0 {
		did += ", and a till came online that had made its taps with the version before"
	}
	if r.broken(s, did) {
		return
	}
	if s.Missed() {
		r.fail(Failure{Did: did, Expected: "nothing to be left to be made up for", Came: "an order that isn't migrated"})
		return
	}
	want := stateOf(s)

	s.Restart(t.chain(old)...)
	s.Rerun()
	for _, by := range []protocol.Value{"1", "-1"} {
		s.Till("A").Tap(protocol.LineInc{Order: o1, Line: l1, Field: "qty", By: by})
	}
	did += "; then the version before again"
	if r.broken(s, did) || before.SchemaVersion < now.SchemaVersion && !r.same(stateOf(s), want, did, "nothing to change") {
		return
	}
	s.Restart(t.chain(t.host)...)
	s.Rerun()
	t.touch(s)
	did += ", and this one"
	if !r.broken(s, did) && before.SchemaVersion < now.SchemaVersion {
		r.same(stateOf(s), want, did, "nothing to change")
	}
	r.Tried = fmt.Sprintf("%d taps of the version before, %d of them late", len(taps)+len(late), len(late))
}

// fieldTaps set each field that tills may, of a version: till A at once, and till B to
// another value, if there is one.
func fieldTaps(d extensions.Description) (taps, late []tap) {
	for _, model := range []protocol.Model{protocol.ModelOrder, protocol.ModelOrderline} {
		for _, name := range protocol.SortedKeys(d.Fields[model]) {
			info := d.Fields[model][name]
			if info.Derived || len(taps) == mostFields {
				continue
			}
			f := &field{model: model, name: name, spec: info.FieldSpec}
			for i, v := range goodValues(&f.spec) {
				switch i {
				case 0:
					taps = append(taps, f.set("A", v))
				case 1:
					late = append(late, f.set("B", v))
				}
			}
		}
	}
	return taps, late
}
