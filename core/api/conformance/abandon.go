package conformance

var abandonRules = []rule{
	{"open orders become abandoned when the run ends, by run_end", ordersAbandoned},
	{"an abandoned order is closed", abandonedIsClosed},
	{"till/close lists what the end of the run abandons", abandonLists},
	{"money of an abandoned order needs review", abandonedMoney},
	{"a payment for an abandoned order is kept and needs review", abandonedPayment},
}

// endRun closes both tills and opens the first again.
func (f *floor) endRun() {
	f.t.Helper()
	f.a.close()
	f.b.close()
	f.has(f.a.open(), `{"run":2}`)
}

func ordersAbandoned(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(create("o2"), add("o2", "l1"))
	f.a.applied(closeAs("o2", "paid"))
	before := f.order("o1")
	f.endRun()
	after := f.order("o1")
	f.has(after, `{"state":"abandoned","run":1,"number":1,"rev":%d}`, num(before, "rev")+1)
	f.same(before["fields"], after["fields"], "a change of the server's own leaves ms_info alone")
	f.has(f.order("o2"), `{"state":"paid"}`)
	f.has(f.a.snapshot(), `{"orders":[]}`)
	c := f.find(f.changes(), `{"orders":{"o1":{"state":"abandoned"}}}`)
	f.has(c, `{"by":{"server":"run_end"},"orders":{"o1":{"rev":2,"number":1,"run":1}}}`)
	f.lacks(c, "client_id", "id")
	f.lacks(dig(c, "orders", "o1"), "set", "lines", "payments")
}

func abandonedIsClosed(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.endRun()
	for _, op := range []string{add("o1", "l2"), inc("o1", "l1", "qty", "1"), orderSet("o1", `{"partner_id":1}`), closeAs("o1", "paid")} {
		f.has(f.a.rejected("order_closed", op), `{"state":"abandoned"}`)
	}
	f.a.rejected("exists", create("o1"))
	f.has(f.a.applied(create("o2"), add("o2", "l1")), `{"orders":{"o2":{"number":1}}}`)
}

func abandonedPayment(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.endRun()
	seq := f.a.seq(pay("o1", "p1", "4.8"))
	f.has(f.change(seq), `{"orders":{"o1":{"state":"abandoned","payments":[{"id":"p1","amount":4.8,"needs":"review"}]}}}`)
	f.has(f.order("o1"), `{"state":"abandoned","payments":[{"id":"p1","needs":"review"}]}`)
	kept := f.a.rejected("order_closed", pay("o1", "p2", "1"), add("o1", "l2"))
	f.has(kept, `{"kept":["p2"]}`)
	f.has(f.order("o1"), `{"payments":[{"id":"p1"},{"id":"p2","needs":"review"}]}`)
}

func abandonLists(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	open := `[{"order":"o1","number":1,"run":1}]`
	f.has(f.a.close(), `{"run_ended":false,"open_orders":%s}`, open)
	f.has(f.b.close(), `{"run_ended":true,"open_orders":%s}`, open)
	f.has(f.order("o1"), `{"state":"abandoned"}`)
	f.has(f.b.close(), `{"run_ended":false,"open_orders":[]}`)
}

func abandonedMoney(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(pay("o1", "p1", "3"), pay("o1", "p2", "2"), pay("o1", "p3", "-2"))
	f.endRun()
	f.has(f.change(3), `{"by":{"server":"run_end"},"orders":{"o1":{"state":"abandoned","payments":[{"id":"p1","needs":"review"}]}}}`)
	f.same([]any{"review", nil, nil}, each(list(f.order("o1"), "payments"), "needs"), "needs of the payments")
}
