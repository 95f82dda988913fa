package suite

import (
	"fmt"
	"path/filepath"

	"github.com/manytill/manytill/internal/suite/shop"
	"github.com/manytill/manytill/sdk/protocol"
)

func dirOf(file string) string { return filepath.Dir(file) }

// mostTaken is how many values of a field are enough.
const mostTaken = 3

// mostFields bounds what is tried of an extension with very many fields.
const mostFields = 24

// find finds the fields that tills set, and which values of each they may.
func (t *trial) find() error {
	for _, model := range []protocol.Model{protocol.ModelOrder, protocol.ModelOrderline} {
		for _, name := range protocol.SortedKeys(t.d.Fields[model]) {
			info := t.d.Fields[model][name]
			if info.Derived || len(t.fields) == mostFields {
				continue
			}
			f := &field{model: model, name: name, spec: info.FieldSpec}
			f.good = goodValues(&f.spec)
			t.fields = append(t.fields, f)
		}
	}
	s := t.open()
	defer s.Close()
	t.do(s, t.anOrder())
	if err := s.Err(); err != nil {
		return err
	}
	if t.host.wasLate() {
		t.hung = t.anOrder().String()
		return nil
	}
	if last := s.Taps[0]; last.Rejected() {
		t.refused = last.Result.Message
		if t.given = t.subject.given; t.given != nil {
			t.refused = ""
		}
	}
	for _, f := range t.fields {
		for _, v := range f.good {
			if len(f.took) == mostTaken {
				break
			}
			t.try(f, v)
			if t.host.wasLate() {
				t.hung = t.anOrder().String() + ", then " + f.set("A", v).String()
				return nil
			}
		}
	}
	return nil
}

// try sets a field of a new order to a value, and notes what came of it.
func (t *trial) try(f *field, v protocol.Value) {
	s := t.open()
	defer s.Close()
	t.do(s, t.anOrder(), f.set("A", v))
	switch result := s.Taps[len(s.Taps)-1].Result; {
	case len(s.Errors()) > 0:
		e := s.Errors()[0]
		f.fails, f.failsOn = withHook(e.Hook, e.Message), v
	case result.Rejection != nil:
		f.refused = result.Message
	case f.of(s.Order(o1)) == v:
		f.took = append(f.took, v)
	default:
		f.lost = append(f.lost, v)
	}
}

// ready reports whether anything can be tried.
func (t *trial) ready(r *Result) bool {
	switch {
	case t.hung != "":
		r.skip("a hook doesn't end: see deadline")
		return false
	case t.refused != "":
		r.fail(Failure{
			Did: t.anOrder().String(), Expected: "the order to be made: without one nothing can be tried (give the first case in testdata an order with a line l1, or --config what the extension needs)",
			Came: fmt.Sprintf("it was refused: %s", t.refused), Till: "A",
		})
		return false
	}
	return true
}

// shop opens one, in which these taps were made.
func (t *trial) shop(taps ...tap) *shop.Shop {
	s := t.open()
	t.do(s, taps...)
	return s
}
