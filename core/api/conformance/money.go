package conformance

// Section 3: "Money is a fact."
var moneyRules = []rule{
	{"money of a cancelled order needs a refund, but for what is evened out", cancelledMoney},
	{"the admin's cancelling asks for refunds too", adminCancelledMoney},
	{"nothing is flagged where the payments add up to 0", cancelledEven},
	{"money of an emptied order needs a refund when it is paid", emptiedMoney},
	{"lines of a quantity of 0 account for no money", zeroedMoney},
	{"more given out than taken needs a refund too", givenOutMoney},
	{"a payment is appended once per id", payOnce},
	{"the same id with another method or amount exists", payExists},
	{"payments are listed as they were added", payListed},
	{"a negative payment undoes", payNegative},
	{"a payment id is its order's own", payIDsPerOrder},
	{"a rejected mutation's payments are kept in a change of their own", rejectedKeeps},
	{"a kept payment writes the mutation's POS and user", keptWrites},
	{"a kept payment is joined, not doubled", keptOnce},
	{"payments of orders that don't exist are not kept", keptNeedsOrder},
	{"payments are kept whatever the mutation was rejected for", keptForAll},
	{"payments of two orders are kept in one change", keptTwoOrders},
	{"a payment for a closed order is kept and needs a refund", lateRefund},
	{"a rejected mutation's payment for a closed order needs a refund", lateKept},
	{"a payment has who and when", payHasBy},
	{"an invalid payment is not kept", invalidNotKept},
}

func payOnce(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	seq := f.a.seq(`{"op":"order.pay","order":"o1","payment":{"id":"p1","method":"card","amount":4.8,"offline":true,"ref":"R-1"}}`)
	f.has(f.change(seq), `{"orders":{"o1":{"rev":2,"payments":[{"id":"p1","method":"card","amount":4.8,"offline":true,"ref":"R-1"}]}}}`)
	before := f.order("o1")
	f.has(before, `{"rev":2,"payments":[{"id":"p1","method":"card","amount":4.8,"offline":true,"ref":"R-1"}]}`)
	f.b.applied(`{"op":"order.pay","order":"o1","payment":{"id":"p1","method":"card","amount":4.80}}`)
	f.a.applied(`{"op":"order.pay","order":"o1","payment":{"id":"p1","method":"card","amount":4.8,"offline":true,"ref":"R-1"}}`)
	f.same(before, f.order("o1"), "the order")
}

func payExists(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(pay("o1", "p1", "4.8"))
	before := f.order("o1")
	f.b.rejected("exists", pay("o1", "p1", "4.9"))
	f.b.rejected("exists", `{"op":"order.pay","order":"o1","payment":{"id":"p1","method":"card","amount":4.8}}`)
	f.same(before, f.order("o1"), "the order")
}

func payListed(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(pay("o1", "z", "1"), pay("o1", "b", "2"))
	f.b.applied(pay("o1", "a", "3"))
	f.same([]any{"z", "b", "a"}, each(list(f.order("o1"), "payments"), "id"), "the payments")
	f.same([]any{"z", "b", "a"}, each(list(f.b.snapshot(), "orders", 0, "payments"), "id"), "the snapshot's payments")
	f.same([]any{"z", "b"}, each(list(f.change(2), "orders", "o1", "payments"), "id"), "the change's payments")
	f.same([]any{"a"}, each(list(f.change(3), "orders", "o1", "payments"), "id"), "the new payment alone")
}

func payNegative(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(pay("o1", "p1", "4.8"))
	f.a.applied(pay("o1", "p2", "-4.8"))
	f.same([]any{4.8, -4.8}, each(list(f.order("o1"), "payments"), "amount"), "the amounts")
}

func payIDsPerOrder(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"), create("o2"), add("o2", "l1"))
	f.a.applied(pay("o1", "p1", "1"))
	f.b.applied(pay("o2", "p1", "2"))
	f.has(f.order("o1"), `{"payments":[{"amount":1}]}`)
	f.has(f.order("o2"), `{"payments":[{"amount":2}]}`)
}

func rejectedKeeps(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	got := f.b.rejected("exists", orderSet("o1", `{"partner_id":5}`), pay("o1", "p2", "4.8"), add("o1", "l1"))
	f.has(got, `{"kept":["p2"],"seq":2}`)
	f.same(2, f.head(), "the head")
	c := f.change(2)
	f.has(c, `{"by":{"server":"kept_payment"},"orders":{"o1":{"rev":2,"number":1,"run":1,"state":"open",
		"payments":[{"id":"p2","method":"cash","amount":4.8}]}}}`)
	f.lacks(c, "client_id", "id")
	f.lacks(dig(c, "orders", "o1"), "lines")
	f.lacks(dig(f.order("o1"), "payments", 0), "needs")
	f.lacks(dig(f.order("o1"), "fields"), "partner_id")
	f.has(f.order("o1"), `{"rev":2,"payments":[{"id":"p2"}]}`)
}

func keptWrites(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	m := `{"id":1,"user":{"id":"9","name":"Cem"},"ops":[` + pay("o1", "p1", "1") + `,` + add("o1", "l1") + `]}`
	f.has(f.b.push(m), `{"results":[{"status":"rejected","kept":["p1"],"seq":2}]}`)
	author := `{"user":{"id":"9","name":"Cem"},"pos":{"id":"` + f.b.pos + `"}}`
	f.has(f.change(2), `{"orders":{"o1":{"set":{"ms_info":{"created":{"pos":{"id":%q}},"changed":%s}}}}}`, f.a.pos, author)
	f.has(f.order("o1"), `{"fields":{"ms_info":{"created":{"pos":{"id":%q}},"changed":%s}}}`, f.a.pos, author)
	f.has(f.line("o1", "l1"), `{"fields":{"ms_info":{"changed":{"pos":{"id":%q}}}}}`, f.a.pos)
}

func keptOnce(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.rejected("exists", pay("o1", "p1", "4.8"), add("o1", "l1"))
	before := f.order("o1")
	f.b.applied(pay("o1", "p1", "4.8"))
	f.same(before, f.order("o1"), "the order after the same payment again")
	f.a.rejected("exists", pay("o1", "p1", "4.9"))
	f.same(before, f.order("o1"), "the order after another payment of that id")
	f.has(f.a.rejected("exists", pay("o1", "p3", "1"), pay("o1", "p1", "4.9")), `{"kept":["p3"]}`)
	f.same([]any{4.8, 1}, each(list(f.order("o1"), "payments"), "amount"), "the amounts")
}

func keptNeedsOrder(f *twoTills) {
	f.unchanged(func() {
		got := f.a.rejected("not_found", pay("nope", "p1", "1"))
		f.that(len(list(got, "kept")) == 0, "kept of an order that doesn't exist: %s", canon(got))
		f.lacks(got, "seq")
		got = f.a.rejected("not_found", create("o1"), pay("o1", "p1", "1"), inc("o1", "nope", "qty", "1"))
		f.that(len(list(got, "kept")) == 0, "kept of an order that was not created: %s", canon(got))
	})
}

func keptForAll(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"), add("o1", "l2"))
	f.a.applied(remove("o1", "l2"))
	for i, c := range []struct{ code, op string }{
		{"invalid", inc("o1", "l1", "qty", `"x"`)},
		{"unknown_op", `{"op":"order.explode"}`},
		{"not_found", add("nope", "l1")},
		{"exists", add("o1", "l1")},
		{"gone", inc("o1", "l2", "qty", "1")},
		{"stale_base", lineSetBase("o1", "l1", `{"discount":1}`, 9999)},
		{"limit", inc("o1", "l1", "qty", "1e15") + "," + inc("o1", "l1", "qty", "1e15")},
	} {
		p := string(rune('a' + i))
		got := f.a.rejected(c.code, pay("o1", "before-"+p, "1"), c.op, pay("o1", "after-"+p, "2"))
		f.same([]string{"after-" + p, "before-" + p}, sorted(list(got, "kept")), "kept of a mutation rejected as %s", c.code)
	}
	f.that(len(list(f.order("o1"), "payments")) == 14, "want 14 payments: %s", canon(f.order("o1")))
}

func keptTwoOrders(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"), create("o2"), add("o2", "l1"))
	got := f.a.rejected("not_found", pay("o1", "p1", "1"), pay("o2", "p2", "2"), pay("nope", "p3", "3"))
	f.same([]string{"p1", "p2"}, sorted(list(got, "kept")), "kept")
	f.has(f.change(num(got, "seq")), `{"orders":{"o1":{"payments":[{"id":"p1"}]},"o2":{"payments":[{"id":"p2"}]}}}`)
	f.same(num(got, "seq"), f.head(), "the head")
}

func lateRefund(f *twoTills) {
	for _, state := range []string{"paid", "cancelled"} {
		o := fresh("o")
		f.a.applied(create(o), add(o, "l1"))
		f.a.applied(closeAs(o, state))
		rev := num(f.order(o), "rev")
		seq := f.b.seq(pay(o, "p1", "4.8"))
		f.has(f.change(seq), `{"client_id":%q,"orders":{%q:{"state":%q,"rev":%d,"payments":[{"id":"p1","amount":4.8,"needs":"refund"}]}}}`, f.b.client, o, state, rev+1)
		f.has(f.order(o), `{"state":%q,"payments":[{"id":"p1","needs":"refund"}]}`, state)
		before := f.order(o)
		f.b.applied(pay(o, "p1", "4.8"))
		f.same(before, f.order(o), "the order after the payment again")
	}
}

func lateKept(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(closeAs("o1", "paid"))
	f.has(f.b.rejected("order_closed", pay("o1", "p1", "4.8"), add("o1", "l2")), `{"kept":["p1"],"seq":3,"state":"paid"}`)
	f.has(f.change(3), `{"by":{"server":"kept_payment"},"orders":{"o1":{"state":"paid","payments":[{"id":"p1","needs":"refund"}]}}}`)
}

func payHasBy(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.b.push(`{"id":1,"user":{"id":"9","name":"Cem"},"ops":[` + pay("o1", "p1", "1") + `]}`)
	p := dig(f.order("o1"), "payments", 0)
	f.has(p, `{"by":{"pos":{"id":%q},"user":{"id":"9","name":"Cem"}}}`, f.b.pos)
	f.isTime(dig(p, "at"))
	f.lacks(p, "offline", "ref", "needs")
	f.same(p, dig(f.change(2), "orders", "o1", "payments", 0), "the payment in the change")
}

func invalidNotKept(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.unchanged(func() {
		for _, payment := range []string{`{"id":"p1","method":"cash"}`, `{"id":"p 1","method":"cash","amount":1}`, `{"id":"p1","method":"cash","amount":1e16}`} {
			got := f.a.rejected("invalid", `{"op":"order.pay","order":"o1","payment":`+payment+`}`)
			f.that(len(list(got, "kept")) == 0, "kept: %s", canon(got))
		}
	})
	f.has(f.a.rejected("invalid", pay("o1", "p2", "1"), `{"op":"order.pay","order":"o1","payment":{"id":"p1"}}`), `{"kept":["p2"]}`)
}

func cancelledMoney(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	for i, amount := range []string{"5", "2.5", "-5", "2.50"} {
		f.a.applied(pay("o1", "p"+string(rune('1'+i)), amount))
	}
	before := f.order("o1")
	seq := f.b.seq(closeAs("o1", "cancelled"))
	flagged := list(dig(f.change(seq), "orders", "o1"), "payments")
	f.same([]any{"p2", "p4"}, each(flagged, "id"), "the payments of the change, whole")
	f.has(f.order("o1"), `{"state":"cancelled","rev":%d}`, num(before, "rev")+1)
	was, now := list(before, "payments"), list(f.order("o1"), "payments")
	for i, p := range now {
		want := clone(was[i].(object))
		if i == 1 || i == 3 {
			want["needs"] = "refund"
		}
		f.same(want, p, "payment %d", i+1)
	}
	f.b.applied(pay("o1", "p9", "-5"))
	f.same([]any{nil, "refund", nil, "refund"}, each(list(f.order("o1"), "payments")[:4], "needs"), "a flag stays")
}

func adminCancelledMoney(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(pay("o1", "p1", "5"))
	f.admin.do("POST", "/multi-sessions/"+f.id+"/orders/o1/cancel", `{}`).ok()
	f.has(f.change(3), `{"by":{"server":"admin"},"orders":{"o1":{"state":"cancelled","payments":[{"id":"p1","amount":5,"needs":"refund","by":{"pos":{"id":%q}}}]}}}`, f.a.pos)
}

func cancelledEven(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(pay("o1", "p1", "0.1"), pay("o1", "p2", "0.2"), pay("o1", "p3", "-0.3"))
	f.lacks(dig(f.change(f.a.seq(closeAs("o1", "cancelled"))), "orders", "o1"), "payments")
	f.same([]any{nil, nil, nil}, each(list(f.order("o1"), "payments"), "needs"), "needs of the payments")
}

func emptiedMoney(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(pay("o1", "p1", "5"))
	f.a.applied(remove("o1", "l1"))
	f.has(f.change(f.a.seq(closeAs("o1", "paid"))), `{"orders":{"o1":{"state":"paid","payments":[{"id":"p1","needs":"refund"}]}}}`)
	f.a.applied(create("o2"), add("o2", "l1"), add("o2", "l2"))
	f.a.applied(pay("o2", "p1", "5"))
	f.a.applied(remove("o2", "l1"))
	f.a.applied(closeAs("o2", "paid"))
	f.lacks(list(f.order("o2"), "payments")[0], "needs")
}

func zeroedMoney(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(pay("o1", "p1", "4.8"), inc("o1", "l1", "qty", "-1"))
	f.has(f.change(f.a.seq(closeAs("o1", "paid"))), `{"orders":{"o1":{"state":"paid","payments":[{"id":"p1","needs":"refund"}]}}}`)
	f.a.applied(create("o2"), add("o2", "l1", `{"qty":-1}`))
	f.a.applied(pay("o2", "p1", "-4.8"), closeAs("o2", "paid"))
	f.lacks(list(f.order("o2"), "payments")[0], "needs")
}

func givenOutMoney(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(pay("o1", "p1", "-5"), pay("o1", "p2", "2"), pay("o1", "p3", "-2"))
	f.a.applied(closeAs("o1", "cancelled"))
	f.same([]any{"refund", nil, nil}, each(list(f.order("o1"), "payments"), "needs"), "needs of the payments")
}
