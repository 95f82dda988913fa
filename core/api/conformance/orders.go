package conformance

import (
	"fmt"
	"sort"
	"sync"
)

var orderRules = []rule{
	{"order.create needs no set", createWithoutSet},
	{"a create makes an open order with a number", createMakesOrder},
	{"an order id exists for ever", orderIDExists},
	{"a set sets and null clears", orderSetClears},
	{"what isn't there is not_found", orderNotFound},
	{"follows keeps its first value", followsIsFirst},
	{"an order may be created twice by two tills under two ids", twoCreates},
}

func createMakesOrder(f *twoTills) {
	f.has(f.a.applied(create("o1", `{"partner_id":12,"pricelist_id":"retail"}`), add("o1", "l1")), `{"seq":1,"orders":{"o1":{"number":1,"rev":1}}}`)
	f.has(f.order("o1"), `{"id":"o1","number":1,"state":"open","run":1,"rev":1,"payments":[],
		"fields":{"partner_id":12,"pricelist_id":"retail","ms_info":"<any>"},
		"lines":[{"id":"l1","n":"<any>","fields":{"product_id":50,"qty":1,"ms_info":"<any>"}}]}`)
}

func orderIDExists(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.b.rejected("exists", create("o1"), add("o1", "l2"))
	f.a.applied(closeAs("o1", "paid"))
	f.b.rejected("exists", create("o1"))
	f.a.rejected("exists", create("o2"), create("o2"))
}

func orderSetClears(f *twoTills) {
	f.a.applied(create("o1", `{"partner_id":12}`), add("o1", "l1"))
	seq := f.a.seq(orderSet("o1", `{"partner_id":"p-7","fiscal_position_id":3}`))
	f.has(f.change(seq), `{"orders":{"o1":{"rev":2,"set":{"partner_id":"p-7","fiscal_position_id":3}}}}`)
	seq = f.b.seq(orderSet("o1", `{"partner_id":null}`))
	set := dig(f.change(seq), "orders", "o1", "set").(object)
	value, there := set["partner_id"]
	f.that(there && value == nil, "null clears a field: %s", canon(set))
	f.lacks(set, "fiscal_position_id")
	f.lacks(dig(f.order("o1"), "fields"), "partner_id")
	f.has(f.order("o1"), `{"rev":3,"fields":{"fiscal_position_id":3}}`)
	_, there = dig(f.order("o1"), "fields").(object)["partner_id"]
	f.that(!there, "a cleared field is not in an ORDER")
}

func orderNotFound(f *twoTills) {
	for _, op := range []string{
		orderSet("nope", `{"partner_id":1}`), pay("nope", "p1", "1"), closeAs("nope", "paid"), add("nope", "l1"),
		lineSet("nope", "l1", `{"qty":1}`), inc("nope", "l1", "qty", "1"), remove("nope", "l1"), move("nope", "o1", "l1"),
	} {
		f.a.rejected("not_found", op)
	}
	f.a.applied(create("o1"), add("o1", "l1"))
	for _, op := range []string{
		lineSet("o1", "nope", `{"qty":1}`), inc("o1", "nope", "qty", "1"), remove("o1", "nope"), move("o1", "o2", "nope"), move("o1", "o2", "l1", "nope"),
	} {
		f.a.rejected("not_found", op)
	}
	f.a.get("/v1/orders/o2").fails("not_found")
}

func followsIsFirst(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(create("o2", `{"follows":"o1"}`), add("o2", "l1"))
	f.a.applied(orderSet("o2", `{"follows":"o1"}`))
	f.has(f.a.rejected("stale_base", orderSet("o2", `{"follows":"o3"}`)), `{"order":"o2","field":"follows","now":{"follows":"o1"}}`)
	f.a.rejected("stale_base", orderSet("o2", `{"follows":null}`))
	f.has(f.order("o2"), `{"rev":1,"fields":{"follows":"o1"}}`)
}

func twoCreates(f *twoTills) {
	one := f.a.applied(create("o1"), add("o1", "l1"))
	two := f.b.applied(create("o2"), add("o2", "l1"))
	f.has(one, `{"orders":{"o1":{"number":1}}}`)
	f.has(two, `{"orders":{"o2":{"number":2}}}`)
}

func createWithoutSet(f *twoTills) {
	f.a.applied(`{"op":"order.create","order":"o1"}`, add("o1", "l1"))
	f.has(f.order("o1"), `{"state":"open","lines":[{"id":"l1"}]}`)
	f.lacks(f.change(1)["orders"].(object)["o1"].(object)["set"].(object), "partner_id")
}

// Section 5, promise 5: "Order numbers: 1, 2, 3 … within a run, no duplicate,
// no hole; a rejected create takes none."
var orderNumberRules = []rule{
	{"numbers and seqs are dense when tills create at once", numbersDense},
	{"a rejected create takes no number", rejectedTakesNone},
	{"creates of one mutation take numbers in their order", createsInOrder},
	{"a number stays, whatever becomes of its order", numberStays},
}

func numbersDense(f *twoTills) {
	tills := []*till{f.a, f.b, f.addTill(), f.a.device()}
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
	numberedWithoutHoles(f, len(tills)*orders)
}

// numberedWithoutHoles wants n changes of one create each, with numbers and seqs 1…n.
func numberedWithoutHoles(f *twoTills, n int) {
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

func rejectedTakesNone(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.rejected("exists", create("o2"), add("o2", "l1"), create("o1"))
	f.a.rejected("invalid", create("o3"), add("o3", "l1", `{"qty":"x"}`))
	f.a.rejected("unknown_op", create("o4"), `{"op":"x","order":"o4"}`)
	f.b.rejected("not_found", create("o5"), inc("o5", "l1", "qty", "1"))
	f.has(f.b.applied(create("o6"), add("o6", "l1")), `{"seq":2,"orders":{"o6":{"number":2}}}`)
}

func createsInOrder(f *twoTills) {
	f.has(f.a.applied(create("z"), create("a"), create("m")), `{"orders":{"z":{"number":1},"a":{"number":2},"m":{"number":3}}}`)
	f.has(f.a.applied(add("z", "l1"), move("z", "new", "l1"), create("last")), `{"orders":{"new":{"number":4},"last":{"number":5}}}`)
}

func numberStays(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(closeAs("o1", "cancelled"))
	f.a.applied(create("o2"), add("o2", "l1"))
	f.a.applied(remove("o2", "l1"))
	f.has(f.a.applied(create("o3"), add("o3", "l1")), `{"orders":{"o3":{"number":3}}}`)
	f.has(f.order("o1"), `{"number":1}`)
	f.has(f.order("o2"), `{"number":2,"lines":[]}`)
}

var orderCallRules = []rule{
	{"an order is there by its id, whatever its state", orderByID},
	{"an order of an earlier run is there too", orderOfEarlierRun},
	{"an unknown order is not_found", orderUnknown},
	{"orders are listed by run and number", ordersListed},
	{"orders are filtered by run and state", ordersFiltered},
	{"500 orders a page, after is null at the end", ordersPaged},
}

func orderByID(f *twoTills) {
	for _, state := range []string{"open", "paid", "cancelled"} {
		o := fresh("o")
		f.a.applied(create(o), add(o, "l1"))
		if state != "open" {
			f.a.applied(closeAs(o, state))
		}
		f.has(f.b.get("/v1/orders/"+o).ok(), `{"id":%q,"state":%q,"run":1,"rev":"<any>","number":"<any>","fields":{"ms_info":"<any>"},"payments":[],
			"lines":[{"id":"l1","n":"<any>","fields":{"product_id":50,"qty":1}}]}`, o, state)
	}
}

func orderOfEarlierRun(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(closeAs("o1", "paid"))
	before := f.order("o1")
	f.endRun()
	f.same(before, f.order("o1"), "the order")
	f.a.rejected("exists", create("o1")) // "unique in its multi-session for ever"
}

func orderUnknown(f *twoTills) {
	f.a.get("/v1/orders/nope").fails("not_found")
	f.a.get("/v1/orders/no%20id").fails("not_found", "bad_request")
	f.a.rejected("invalid", create("o1"), add("o1", "l1", `{"qty":"x"}`))
	f.a.get("/v1/orders/o1").fails("not_found")
}

// makeTwoRuns makes o1 paid and o2 open in run 1, o3 cancelled and o4 open in run 2.
func makeTwoRuns(f *twoTills) {
	f.t.Helper()
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(create("o2"), add("o2", "l1"), closeAs("o1", "paid"))
	f.endRun()
	f.a.applied(create("o3"), add("o3", "l1"), create("o4"), add("o4", "l1"))
	f.a.applied(closeAs("o3", "cancelled"))
}

func ordersListed(f *twoTills) {
	f.has(f.a.get("/v1/orders").ok(), `{"orders":[]}`)
	makeTwoRuns(f)
	got := f.b.get("/v1/orders").ok()
	f.same([]any{"o1", "o2", "o3", "o4"}, each(list(got, "orders"), "id"), "the orders")
	after, there := got["after"]
	f.that(there && after == nil, "want \"after\":null at the end: %s", canon(got))
	for _, o := range list(got, "orders") {
		f.same(f.order(text(o, "id")), o, "an ORDER in the list")
	}
}

func ordersFiltered(f *twoTills) {
	makeTwoRuns(f)
	for query, want := range map[string][]any{
		"run=1": {"o1", "o2"}, "run=2": {"o3", "o4"}, "run=3": {}, "state=open": {"o2", "o4"}, "state=paid": {"o1"},
		"state=cancelled": {"o3"}, "state=abandoned": {}, "run=1&state=open": {"o2"}, "run=2&state=paid": {},
	} {
		f.same(want, each(list(f.b.get("/v1/orders?"+query).ok(), "orders"), "id"), "the orders of %s", query)
	}
}

func ordersPaged(f *twoTills) {
	f.makeOrders(501)
	one := f.b.get("/v1/orders").ok()
	f.that(len(list(one, "orders")) == 500, "want 500 orders, got %d", len(list(one, "orders")))
	after := dig(one, "after")
	f.that(after != nil, "want after: another page is there")
	two := f.b.get(fmt.Sprintf("/v1/orders?after=%v", after)).ok()
	f.has(two, `{"orders":[{"id":"o501","number":501}]}`)
	f.that(dig(two, "after") == nil, "after is null at the end: %s", canon(dig(two, "after")))
}
