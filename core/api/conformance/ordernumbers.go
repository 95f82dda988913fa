package conformance

import (
	"fmt"
	"sort"
	"sync"
)

// Section 5, promise 5: "Order numbers: 1, 2, 3 … within a run, no duplicate,
// no hole; a rejected create takes none."
var orderNumberRules = []rule{
	{"numbers and seqs are dense when tills create at once", numbersDense},
	{"a rejected create takes no number", rejectedTakesNone},
	{"creates of one mutation take numbers in their order", createsInOrder},
	{"a number stays, whatever becomes of its order", numberStays},
}

func numbersDense(f *floor) {
	tills := []*till{f.a, f.b, f.till(), f.a.device()}
	const orders = 15
	failed := make([]error, len(tills))
	var all sync.WaitGroup
	for i, c := range tills {
		all.Go(func() {
			for n := range orders {
				m := mutation(2*n+1, create(fmt.Sprintf("o%d-%d", i, n)), add(fmt.Sprintf("o%d-%d", i, n), "l1"))
				no := mutation(2*n+2, create(fmt.Sprintf("r%d-%d", i, n)), add("nope", "l1"))
				got, err := request(f.Server, c.token, "POST", "/v1/push", c.body(m, no))
				if err != nil || got.Status != 200 {
					failed[i] = fmt.Errorf("push: %d %s %w", got.Status, got.Raw, err)
					return
				}
			}
		})
	}
	all.Wait()
	for _, err := range failed {
		f.that(err == nil, "%v", err)
	}
	f.densely(len(tills) * orders)
}

// densely wants n changes of one create each, with numbers and seqs 1…n.
func (f *floor) densely(n int) {
	f.t.Helper()
	var numbers []int
	changes := f.changes()
	f.that(len(changes) == n, "want %d changes, got %d", n, len(changes))
	for i, c := range changes {
		f.same(i+1, dig(c, "seq"), "the seq of change %d", i)
		for _, order := range dig(c, "orders").(object) {
			numbers = append(numbers, int(num(order, "number")))
		}
	}
	f.that(sort.IntsAreSorted(numbers), "numbers rise with the seq: %v", numbers)
	f.that(len(numbers) == n && numbers[0] == 1 && numbers[n-1] == n, "numbers without holes: %v", numbers)
}

func rejectedTakesNone(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.rejected("exists", create("o2"), add("o2", "l1"), create("o1"))
	f.a.rejected("invalid", create("o3"), add("o3", "l1", `{"qty":"x"}`))
	f.a.rejected("unknown_op", create("o4"), `{"op":"x","order":"o4"}`)
	f.b.rejected("not_found", create("o5"), inc("o5", "l1", "qty", "1"))
	f.has(f.b.applied(create("o6"), add("o6", "l1")), `{"seq":2,"orders":{"o6":{"number":2}}}`)
}

func createsInOrder(f *floor) {
	f.has(f.a.applied(create("z"), create("a"), create("m")), `{"orders":{"z":{"number":1},"a":{"number":2},"m":{"number":3}}}`)
	f.has(f.a.applied(add("z", "l1"), move("z", "new", "l1"), create("last")), `{"orders":{"new":{"number":4},"last":{"number":5}}}`)
}

func numberStays(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(closeAs("o1", "cancelled"))
	f.a.applied(create("o2"), add("o2", "l1"))
	f.a.applied(remove("o2", "l1"))
	f.has(f.a.applied(create("o3"), add("o3", "l1")), `{"orders":{"o3":{"number":3}}}`)
	f.has(f.order("o1"), `{"number":1}`)
	f.has(f.order("o2"), `{"number":2,"lines":[]}`)
}
