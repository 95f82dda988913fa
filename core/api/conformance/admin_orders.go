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

func adminListsOrders(f *twoTills) {
	f.same([]any{}, f.adminOrders(""), "no orders")
	makeTwoRuns(f)
	f.same([]any{"o1", "o2", "o3", "o4"}, f.adminOrders(""), "all")
	f.same([]any{"o1", "o2"}, f.adminOrders("?run=1"), "run 1")
	f.same([]any{"o2", "o4"}, f.adminOrders("?state=open"), "open")
	f.same([]any{"o3"}, f.adminOrders("?run=2&state=cancelled"), "cancelled in run 2")
	got := f.admin.do("GET", "/multi-sessions/"+f.id+"/orders", "").ok()
	for _, o := range list(got, "orders") {
		f.same(f.order(text(o, "id")), o, "an ORDER in the admin's list")
	}
	after, there := got["after"]
	f.that(there && after == nil, "want \"after\":null: %s", canon(after))
}

func adminListPaged(f *twoTills) {
	f.makeOrders(520)
	var all []any
	for query := ""; ; {
		page := f.admin.do("GET", "/multi-sessions/"+f.id+"/orders"+query, "").ok()
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

func orderHistory(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(create("o2"), add("o2", "x1"))
	f.b.applied(inc("o1", "l1", "qty", "1"))
	f.a.applied(move("o1", "o2", "l1"))
	f.b.applied(pay("o2", "p1", "1"))
	got := list(f.admin.do("GET", "/multi-sessions/"+f.id+"/orders/o1/history", "").ok(), "changes")
	f.same([]any{1, 3, 4}, each(got, "seq"), "the seqs of o1's history")
	f.has(got[1], `{"by":{"pos":{"id":%q},"user":%s},"orders":{"o1":{"rev":2,"lines":{"l1":{"set":{"qty":2}}}}}}`, f.b.pos, user)
	got = list(f.admin.do("GET", "/multi-sessions/"+f.id+"/orders/o2/history", "").ok(), "changes")
	f.same([]any{2, 4, 5}, each(got, "seq"), "the seqs of o2's history")
}

func adminCancels(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.cancel("o1").ok()
	f.has(f.order("o1"), `{"state":"cancelled","rev":2,"lines":[{"id":"l1"}]}`)
	f.has(f.change(2), `{"by":{"server":"admin"},"orders":{"o1":{"state":"cancelled"}}}`)
	got := f.b.rejected("order_closed", inc("o1", "l1", "qty", "1"))
	f.has(got, `{"state":"cancelled","seq":2,"by":{"server":"admin"}}`)
	f.b.applied(closeAs("o1", "cancelled")) // the state that it has
}

func adminCancelClosed(f *twoTills) {
	f.a.applied(create("o1"), closeAs("o1", "paid"), create("o2"))
	f.cancel("o1").fails("conflict")
	f.cancel("o2").ok()
	f.cancel("o2").fails("conflict")
	f.has(f.order("o1"), `{"state":"paid","rev":1}`)
	f.same(2, f.head(), "the head")
}

func adminOrderNotFound(f *twoTills) {
	f.cancel("nope").fails("not_found")
	f.admin.do("GET", "/multi-sessions/"+f.id+"/orders/nope/history", "").fails("not_found")
	f.admin.do("POST", "/multi-sessions/nope/orders/o1/cancel", `{"reason":"x"}`).fails("not_found")
	f.admin.do("GET", "/multi-sessions/nope/orders/o1/history", "").fails("not_found")
}

func adminCancelHeard(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	w := f.a.connect()
	f.cancel("o1").ok()
	f.has(w.await("changes"), `{"changes":[{"seq":2,"orders":{"o1":{"state":"cancelled"}}}]}`)
}

// JavaScript's encodeURIComponent writes a colon as %3A.
func encodedIDs(f *twoTills) {
	f.a.applied(create("o:1"), add("o:1", "l1"))
	f.has(f.a.get("/v1/orders/o%3A1").ok(), `{"id":"o:1"}`)
	f.has(f.admin.do("GET", "/multi-sessions/"+f.id+"/orders/o%3A1/history", "").ok(), `{"changes":"<any>"}`)
}

var adminInboxRules = []rule{
	{"every rejection is kept with its mutation", rejectionKept},
	{"a rejection that kept a payment says so", rejectionSaysKept},
	{"a duplicate is not a second rejection", rejectionOnce},
	{"a rejection can be resolved", rejectionResolved},
	{"the inbox is paged to its end", inboxPaged},
	{"the inbox of one multi-session has no other's", inboxOfOne},
	{"the inbox of all has everyone's", inboxOfAll},
}

func rejectionKept(f *twoTills) {
	f.same([]any{}, append([]any{}, f.rejections()...), "an empty inbox")
	f.a.applied(create("o1"), add("o1", "l1"))
	m := sprintf(`{"id":2,"user":%s,"at":"2026-11-21T09:59:58Z","ops":[%s,%s]}`, ben, inc("o1", "l1", "qty", "1"), add("o1", "l1"))
	result := dig(f.a.push(m), "results", 0)
	f.has(result, `{"status":"rejected","code":"exists"}`)
	got := f.rejections()
	f.that(len(got) == 1, "want one rejection, got %s", canon(got))
	f.has(got[0], `{"id":"<any>","client_id":%q,"code":"exists","message":%s,"by":{"pos":{"id":%q},"user":%s}}`,
		f.a.client, canon(dig(result, "message")), f.a.pos, ben)
	f.same(parse(f.t, []byte(m)), dig(got[0], "mutation"), "the mutation")
	f.isTime(dig(got[0], "at"))
	if dig(got[0], "multi_session") != any(f.id) { // its id, or {id,…}: not said
		f.has(got[0], `{"multi_session":{"id":%q}}`, f.id)
	}
}

func rejectionSaysKept(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.rejected("exists", pay("o1", "p2", "4.8"), add("o1", "l1"))
	f.has(f.rejections(), `[{"code":"exists","kept":["p2"]}]`)
}

func rejectionOnce(f *twoTills) {
	m := f.a.mutation(add("nope", "l1"))
	f.a.push(m)
	f.a.push(m)
	f.has(f.rejections(), `[{"code":"not_found"}]`)
}

func rejectionResolved(f *twoTills) {
	f.a.rejected("not_found", add("nope", "l1"))
	f.b.rejected("unknown_op", `{"op":"x"}`)
	before := f.find(f.rejections(), `{"code":"not_found"}`)
	f.admin.do("POST", sprintf("/rejections/%v/resolve", before["id"]), `{}`).ok()
	f.find(f.rejections(), `{"code":"unknown_op"}`)
	left := lookup(f.rejections(), object{"code": "not_found"})
	f.that(left == nil || canon(left) != canon(before), "a resolved rejection is gone or marked: %s", canon(left))
	f.admin.do("POST", "/rejections/999999999/resolve", `{}`).fails("not_found", "bad_request")
}

func inboxPaged(f *twoTills) {
	const n = 230
	for i := 0; i < n; i += 46 {
		var some []string
		for range 46 {
			some = append(some, f.a.mutation(add("nope", "l1")))
		}
		f.a.push(some...)
	}
	got := f.rejections()
	seen := map[string]bool{}
	for _, r := range got {
		seen[canon(dig(r, "mutation", "id"))] = true
	}
	f.that(len(got) == n && len(seen) == n, "want %d rejections, got %d of %d mutations", n, len(got), len(seen))
}

func inboxOfOne(f *twoTills) {
	f.a.rejected("not_found", add("nope", "l1"))
	other := neighbour(f)
	other.a.rejected("unknown_op", `{"op":"x"}`)
	f.has(f.rejections(), `[{"code":"not_found","client_id":%q}]`, f.a.client)
	f.has(other.rejections(), `[{"code":"unknown_op","client_id":%q}]`, other.a.client)
}

func inboxOfAll(f *twoTills) {
	f.a.rejected("not_found", add("nope", "l1"))
	f.find(f.admin.rejections(""), `{"client_id":%q,"code":"not_found"}`, f.a.client)
}
