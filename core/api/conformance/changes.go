package conformance

var changeRules = []rule{
	{"a change says who, when, and what became of its orders", changeSays},
	{"tapped_at is the mutation's at", tappedAt},
	{"set, lines and payments stand only if they changed", onlyWhatChanged},
	{"one applied mutation makes exactly one change", oneChangeEach},
	{"rev counts the changes that changed the order", revCounts},
	{"a rejected mutation makes no change", rejectedMakesNone},
	{"a change of the admin's has no client", adminChange},
	{"state and needs stand in the changes after", stateStands},
}

func changeSays(f *floor) {
	f.a.push(`{"id":1,"user":{"id":"7","name":"Ana"},"ops":[` + create("o1", `{"partner_id":12}`) + "," + add("o1", "l1") + `]}`)
	c := f.change(1)
	f.has(c, `{"seq":1,"client_id":%q,"id":1,"by":{"pos":{"id":%q,"name":"Name of %s"},"user":{"id":"7","name":"Ana"}},
		"orders":{"o1":{"rev":1,"number":1,"run":1,"state":"open","set":{"partner_id":12},"lines":{"l1":{"n":"<any>","set":{"product_id":50,"qty":1}}}}}}`,
		f.a.client, f.a.pos, f.a.pos)
	f.isTime(c["at"])
	f.lacks(c, "folded", "from", "tapped_at")
	f.lacks(dig(c, "orders", "o1"), "payments", "needs")
}

func tappedAt(f *floor) {
	f.a.push(`{"id":1,"at":"2026-11-21T09:59:58Z","ops":[` + create("o1") + `]}`)
	c := f.change(1)
	f.has(c, `{"tapped_at":"2026-11-21T09:59:58Z"}`)
	f.isTime(c["at"])
}

func onlyWhatChanged(f *floor) {
	f.a.applied(create("o1", `{"partner_id":12}`), add("o1", "l1"), add("o1", "l2"))
	f.a.applied(create("o2"), add("o2", "l1"))
	c := f.change(f.a.seq(inc("o1", "l1", "qty", "1")))
	f.same([]string{"o1"}, keys(c, "orders"), "the orders")
	f.same([]string{"l1"}, keys(c, "orders", "o1", "lines"), "the lines")
	f.same(2, dig(c, "orders", "o1", "lines", "l1", "set", "qty"), "qty, absolute")
	f.lacks(dig(c, "orders", "o1", "set"), "partner_id")
	f.lacks(dig(c, "orders", "o1"), "payments")
	c = f.change(f.a.seq(orderSet("o1", `{"partner_id":13}`)))
	f.has(c, `{"orders":{"o1":{"set":{"partner_id":13}}}}`)
	f.lacks(dig(c, "orders", "o1"), "lines", "payments")
	c = f.change(f.a.seq(pay("o1", "p1", "1")))
	f.has(c, `{"orders":{"o1":{"payments":[{"id":"p1"}]}}}`)
	f.lacks(dig(c, "orders", "o1"), "lines")
}

func oneChangeEach(f *floor) {
	f.a.push(
		f.a.mutation(create("o1"), add("o1", "l1"), inc("o1", "l1", "qty", "1"), orderSet("o1", `{"partner_id":1}`)),
		f.a.mutation(create("o2"), create("o3"), move("o1", "o2", "l1")),
		f.a.mutation(inc("o2", "l1", "qty", "0")))
	changes := f.changes()
	f.same([]any{1, 2, 3}, each(changes, "seq"), "the seqs")
	f.same([]any{1, 2, 3}, each(changes, "id"), "the ids")
	f.has(changes[0], `{"orders":{"o1":{"rev":1,"set":{"partner_id":1},"lines":{"l1":{"set":{"qty":2}}}}}}`)
	f.same([]string{"o1", "o2", "o3"}, keys(changes[1], "orders"), "the orders of the second change")
}

func revCounts(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"), create("o2"))
	for i, op := range []string{inc("o1", "l1", "qty", "1"), orderSet("o1", `{"partner_id":1}`), pay("o1", "p1", "1"), add("o1", "l2"), remove("o1", "l2"), closeAs("o1", "paid")} {
		seq := f.b.seq(op)
		f.has(f.change(seq), `{"orders":{"o1":{"rev":%d}}}`, i+2)
	}
	f.has(f.order("o1"), `{"rev":7}`)
	f.has(f.order("o2"), `{"rev":1}`)
	f.b.applied(closeAs("o1", "paid"))
	f.has(f.order("o1"), `{"rev":7}`)
}

func rejectedMakesNone(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.unchanged(func() {
		f.a.rejected("exists", create("o1"))
		f.a.rejected("unknown_op", `{"op":"x"}`)
		f.a.rejected("invalid", inc("o1", "l1", "qty", `"x"`))
	})
}

func adminChange(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	before := f.order("o1")
	f.admin("POST", "/multi-sessions/"+f.id+"/orders/o1/cancel", `{"reason":"left"}`).ok()
	c := f.change(2)
	f.has(c, `{"by":{"server":"admin"},"orders":{"o1":{"rev":2,"number":1,"run":1,"state":"cancelled"}}}`)
	f.lacks(c, "client_id", "id", "tapped_at")
	f.lacks(dig(c, "orders", "o1"), "set", "lines", "payments")
	f.same(before["fields"], f.order("o1")["fields"], "ms_info after a change of the server's own")
}

func stateStands(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	base := f.head()
	f.b.applied(inc("o1", "l1", "qty", "1"))
	f.a.applied(payOffline("o1", "p1", "1"), closeBase("o1", "paid", base))
	f.b.applied(pay("o1", "p2", "1"))
	f.has(f.order("o1"), `{"state":"paid","needs":"review","payments":[{"id":"p1"},{"id":"p2","needs":"refund"}]}`)
}
