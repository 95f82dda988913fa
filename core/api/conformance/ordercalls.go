package conformance

import "fmt"

var orderCallRules = []rule{
	{"an order is there by its id, whatever its state", orderByID},
	{"an order of an earlier run is there too", orderOfEarlierRun},
	{"an unknown order is not_found", orderUnknown},
	{"orders are listed by run and number", ordersListed},
	{"orders are filtered by run and state", ordersFiltered},
	{"500 orders a page, after is null at the end", ordersPaged},
}

func orderByID(f *floor) {
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

func orderOfEarlierRun(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(closeAs("o1", "paid"))
	before := f.order("o1")
	f.endRun()
	f.same(before, f.order("o1"), "the order")
	f.a.rejected("exists", create("o1")) // "unique in its multi-session for ever"
}

func orderUnknown(f *floor) {
	f.a.get("/v1/orders/nope").fails("not_found")
	f.a.get("/v1/orders/no%20id").fails("not_found", "bad_request")
	f.a.rejected("invalid", create("o1"), add("o1", "l1", `{"qty":"x"}`))
	f.a.get("/v1/orders/o1").fails("not_found")
}

// twoRuns makes o1 paid and o2 open in run 1, o3 cancelled and o4 open in run 2.
func (f *floor) twoRuns() {
	f.t.Helper()
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(create("o2"), add("o2", "l1"), closeAs("o1", "paid"))
	f.endRun()
	f.a.applied(create("o3"), add("o3", "l1"), create("o4"), add("o4", "l1"))
	f.a.applied(closeAs("o3", "cancelled"))
}

func ordersListed(f *floor) {
	f.has(f.a.get("/v1/orders").ok(), `{"orders":[]}`)
	f.twoRuns()
	got := f.b.get("/v1/orders").ok()
	f.same([]any{"o1", "o2", "o3", "o4"}, each(list(got, "orders"), "id"), "the orders")
	after, there := got["after"]
	f.that(there && after == nil, "want \"after\":null at the end: %s", canon(got))
	for _, o := range list(got, "orders") {
		f.same(f.order(text(o, "id")), o, "an ORDER in the list")
	}
}

func ordersFiltered(f *floor) {
	f.twoRuns()
	for query, want := range map[string][]any{
		"run=1": {"o1", "o2"}, "run=2": {"o3", "o4"}, "run=3": {}, "state=open": {"o2", "o4"}, "state=paid": {"o1"},
		"state=cancelled": {"o3"}, "state=abandoned": {}, "run=1&state=open": {"o2"}, "run=2&state=paid": {},
	} {
		f.same(want, each(list(f.b.get("/v1/orders?"+query).ok(), "orders"), "id"), "the orders of %s", query)
	}
}

func ordersPaged(f *floor) {
	f.orders(501)
	one := f.b.get("/v1/orders").ok()
	f.that(len(list(one, "orders")) == 500, "want 500 orders, got %d", len(list(one, "orders")))
	after := dig(one, "after")
	f.that(after != nil, "want after: another page is there")
	two := f.b.get(fmt.Sprintf("/v1/orders?after=%v", after)).ok()
	f.has(two, `{"orders":[{"id":"o501","number":501}]}`)
	f.that(dig(two, "after") == nil, "after is null at the end: %s", canon(dig(two, "after")))
}
