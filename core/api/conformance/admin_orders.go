package conformance

var adminOrderRules = []rule{
	{"the admin lists orders of all runs and states", adminListsOrders},
	{"the admin's list is paged", adminListPaged},
	{"an order's history is its changes", orderHistory},
	{"an open order is cancelled in the admin's name", adminCancels},
	{"cancelling a closed order is a conflict", adminCancelClosed},
	{"what isn't there is not_found", adminOrderNotFound},
	{"an id in a path may be percent-encoded", encodedIDs},
	{"tills hear of a cancelled order", adminCancelHeard},
}

func (f *floor) adminOrders(query string) []any {
	f.t.Helper()
	return each(list(f.admin("GET", "/multi-sessions/"+f.id+"/orders"+query, "").ok(), "orders"), "id")
}

func adminListsOrders(f *floor) {
	f.same([]any{}, f.adminOrders(""), "no orders")
	f.twoRuns()
	f.same([]any{"o1", "o2", "o3", "o4"}, f.adminOrders(""), "all")
	f.same([]any{"o1", "o2"}, f.adminOrders("?run=1"), "run 1")
	f.same([]any{"o2", "o4"}, f.adminOrders("?state=open"), "open")
	f.same([]any{"o3"}, f.adminOrders("?run=2&state=cancelled"), "cancelled in run 2")
	got := f.admin("GET", "/multi-sessions/"+f.id+"/orders", "").ok()
	for _, o := range list(got, "orders") {
		f.same(f.order(text(o, "id")), o, "an ORDER in the admin's list")
	}
	after, there := got["after"]
	f.that(there && after == nil, "want \"after\":null: %s", canon(after))
}

func adminListPaged(f *floor) {
	f.orders(520)
	var all []any
	for query := ""; ; {
		page := f.admin("GET", "/multi-sessions/"+f.id+"/orders"+query, "").ok()
		all = append(all, each(list(page, "orders"), "number")...)
		if page["after"] == nil {
			break
		}
		f.that(len(list(page, "orders")) > 0, "an empty page with after")
		query = sprintf("?after=%v", page["after"])
	}
	f.that(len(all) == 520, "want 520 orders, got %d", len(all))
	for i, n := range all {
		f.same(i+1, n, "the number at %d", i)
	}
}

func orderHistory(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(create("o2"), add("o2", "x1"))
	f.b.applied(inc("o1", "l1", "qty", "1"))
	f.a.applied(move("o1", "o2", "l1"))
	f.b.applied(pay("o2", "p1", "1"))
	got := list(f.admin("GET", "/multi-sessions/"+f.id+"/orders/o1/history", "").ok(), "changes")
	f.same([]any{1, 3, 4}, each(got, "seq"), "the seqs of o1's history")
	f.has(got[1], `{"by":{"pos":{"id":%q},"user":%s},"orders":{"o1":{"rev":2,"lines":{"l1":{"set":{"qty":2}}}}}}`, f.b.pos, user)
	got = list(f.admin("GET", "/multi-sessions/"+f.id+"/orders/o2/history", "").ok(), "changes")
	f.same([]any{2, 4, 5}, each(got, "seq"), "the seqs of o2's history")
}

func (f *floor) cancel(order string) answer {
	f.t.Helper()
	return f.admin("POST", "/multi-sessions/"+f.id+"/orders/"+order+"/cancel", `{"reason":"guest left"}`)
}

func adminCancels(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.cancel("o1").ok()
	f.has(f.order("o1"), `{"state":"cancelled","rev":2,"lines":[{"id":"l1"}]}`)
	f.has(f.change(2), `{"by":{"server":"admin"},"orders":{"o1":{"state":"cancelled"}}}`)
	got := f.b.rejected("order_closed", inc("o1", "l1", "qty", "1"))
	f.has(got, `{"state":"cancelled","seq":2,"by":{"server":"admin"}}`)
	f.b.applied(closeAs("o1", "cancelled")) // the state that it has
}

func adminCancelClosed(f *floor) {
	f.a.applied(create("o1"), closeAs("o1", "paid"), create("o2"))
	f.cancel("o1").fails("conflict")
	f.cancel("o2").ok()
	f.cancel("o2").fails("conflict")
	f.has(f.order("o1"), `{"state":"paid","rev":1}`)
	f.same(2, f.head(), "the head")
}

func adminOrderNotFound(f *floor) {
	f.cancel("nope").fails("not_found")
	f.admin("GET", "/multi-sessions/"+f.id+"/orders/nope/history", "").fails("not_found")
	f.admin("POST", "/multi-sessions/nope/orders/o1/cancel", `{"reason":"x"}`).fails("not_found")
	f.admin("GET", "/multi-sessions/nope/orders/o1/history", "").fails("not_found")
}

func adminCancelHeard(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	w := f.a.connect()
	f.cancel("o1").ok()
	f.has(w.await("changes"), `{"changes":[{"seq":2,"orders":{"o1":{"state":"cancelled"}}}]}`)
}

// JavaScript's encodeURIComponent writes a colon as %3A.
func encodedIDs(f *floor) {
	f.a.applied(create("o:1"), add("o:1", "l1"))
	f.has(f.a.get("/v1/orders/o%3A1").ok(), `{"id":"o:1"}`)
	f.has(f.admin("GET", "/multi-sessions/"+f.id+"/orders/o%3A1/history", "").ok(), `{"changes":"<any>"}`)
}
