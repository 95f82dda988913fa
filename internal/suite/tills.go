package suite

import (
	"fmt"
	"slices"

	"github.com/manytill/manytill/sdk/protocol"
)

// mostPaired bounds the pairs of fields that are tried.
const mostPaired = 6

// edits are what two tills do to fields, each in its order.
type edits struct {
	a, b   []tap
	fields []*field
	// commute: whoever comes first, the fields are the same in the end.
	commute bool
}

// twoTills: every interleaving of two tills' edits ends in the same for all; also as
// one batch, with restarts between, and where one till does it all. Edits of two
// fields, and those that add up, end in the same whoever comes first.
func (t *trial) twoTills(r *Result) {
	if !t.ready(r) {
		return
	}
	plans := t.plans()
	if len(plans) == 0 {
		r.skip("it has no field that tills could set")
		return
	}
	tried := 0
	for _, plan := range plans {
		var first state
		var firstDid string
		for _, taps := range interleaved(plan.a, plan.b) {
			came, whole := t.arrive(r, taps)
			tried++
			if !plan.commute || !whole {
				continue
			}
			ends := state{}
			for _, f := range plan.fields {
				ends[f.place()] = f.comparable(came[f.place()])
			}
			if first == nil {
				first, firstDid = ends, words(taps)
			} else if !r.same(ends, first, words(taps), fmt.Sprintf("the same as after: %s; there every till shows", firstDid)) {
				break
			}
		}
	}
	r.Tried = fmt.Sprintf("%d interleavings", tried)
}

// comparable is a value without what arrival alone decides: the order of a set.
func (f *field) comparable(v string) string {
	var items []string
	if f.spec.Merge != protocol.Union || protocol.Value(v).Decode(&items) != nil {
		return v
	}
	slices.Sort(items)
	return fmt.Sprint(items)
}

func (f *field) place() place {
	if f.model == protocol.ModelOrder {
		return place{string(o1), "", string(f.name)}
	}
	return place{string(o1), string(l1), string(f.name)}
}

// arrive plays taps in their order: one by one, in one batch, with restarts, and by one
// till. whole: all of it was taken.
func (t *trial) arrive(r *Result, taps []tap) (came state, whole bool) {
	did := words(taps)
	plain := t.shop(append([]tap{t.anOrder()}, taps...)...)
	defer plain.Close()
	r.broken(plain, did)
	came, whole = stateOf(plain), true
	for i := range plain.Taps {
		whole = whole && !plain.Taps[i].Rejected() && len(plain.Taps[i].Result.Ignored) == 0
	}

	batch := t.shop(t.anOrder())
	defer batch.Close()
	batch.Gathering = true
	t.do(batch, taps...)
	batch.Together()
	r.broken(batch, did+", in one batch")
	r.same(stateOf(batch), came, did+", decided in one batch", "the same as one by one")

	anew := t.shop(t.anOrder())
	defer anew.Close()
	for _, tap := range taps {
		anew.Restart(t.chain(t.host)...)
		t.do(anew, tap)
	}
	r.same(stateOf(anew), came, did+", with a restart of the server before each", "the same as without restarts")

	alone := t.shop(t.anOrder())
	defer alone.Close()
	for _, tap := range taps {
		tap.till = "A"
		t.do(alone, tap)
	}
	r.same(stateOf(alone), came, did+", all at till A", "the same as at two tills")
	return came, whole
}

// plans are what is tried: each field by itself, and pairs of them.
func (t *trial) plans() (plans []edits) {
	var fields []*field
	for _, f := range t.fields {
		if len(f.took) > 0 {
			fields = append(fields, f)
		}
	}
	for _, f := range fields[:min(len(fields), mostPaired)] {
		a, b := []tap{f.set("A", f.nth(0)), f.set("A", f.nth(1))}, []tap{f.set("B", f.nth(2)), f.set("B", f.nth(0))}
		if f.counts() {
			a, b = []tap{f.inc("A", 1), f.inc("A", 2)}, []tap{f.inc("B", 1), f.inc("B", 3)}
		}
		plans = append(plans, edits{a, b, []*field{f}, f.counts() || f.spec.Merge == protocol.Union})
	}
	for i, f := range fields[:min(len(fields), mostPaired)] {
		g := fields[(i+1)%len(fields)]
		if f == g || i == 1 && len(fields) == 2 {
			break
		}
		plans = append(plans, edits{
			[]tap{f.set("A", f.nth(0)), f.set("A", f.nth(1))}, []tap{g.set("B", g.nth(0)), g.set("B", g.nth(1))}, []*field{f, g}, true,
		})
	}
	return plans
}

// nth is one of the values that a field takes, again from the first one.
func (f *field) nth(n int) protocol.Value { return f.took[n%len(f.took)] }

// interleaved are all orders in which two tills' taps can arrive.
func interleaved(a, b []tap) [][]tap {
	if len(a) == 0 || len(b) == 0 {
		return [][]tap{append(append([]tap{}, a...), b...)}
	}
	var all [][]tap
	for _, rest := range interleaved(a[1:], b) {
		all = append(all, append([]tap{a[0]}, rest...))
	}
	for _, rest := range interleaved(a, b[1:]) {
		all = append(all, append([]tap{b[0]}, rest...))
	}
	return all
}
