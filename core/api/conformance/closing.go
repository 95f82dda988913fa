package conformance

var closingRules = []rule{
	{"a closed order is final", closedIsFinal},
	{"closing in the state that it has changes nothing", closeTwice},
	{"closing and then changing in one mutation is refused whole", closeThenChange},
	{"closing in another state is order_closed", closeOtherState},
	{"without a base a close looks at nothing", closeWithoutBase},
	{"with a base another client's lines and payments make it stale", closeStale},
	{"with a base lines that another client moved in or out make it stale", closeStaleMoved},
	{"with a base one's own changes don't", closeOwn},
	{"with a base fields of the order and what changed nothing don't", closeNotStale},
	{"another client of the same POS is another client", closeOtherDevice},
	{"a base above the head is stale", closeBaseAhead},
	{"a stale close keeps its payment", closeStaleKeeps},
	{"an offline payment closes, and others' lines go to a new order that follows", closeFollows},
	{"an offline payment of an earlier mutation counts too", closeOfflineEarlier},
	{"other differences are flagged for review", closeReview},
	{"an offline payment without differences closes plainly", closeOfflinePlain},
	{"the order that follows is of the current run", followsCurrentRun},
}

func closedIsFinal(f *twoTills) {
	for _, state := range []string{"paid", "cancelled"} {
		o := fresh("o")
		f.a.applied(create(o), add(o, "l1"), add(o, "l2"))
		f.a.applied(remove(o, "l2"))
		seq := f.a.seq(closeAs(o, state))
		f.has(f.change(seq), `{"orders":{%q:{"state":%q}}}`, o, state)
		before := f.order(o)
		for _, op := range []string{
			orderSet(o, `{"partner_id":1}`), add(o, "l3"), lineSet(o, "l1", `{"qty":5}`), inc(o, "l1", "qty", "1"),
			remove(o, "l1"), move(o, fresh("new"), "l1"),
		} {
			f.has(f.b.rejected("order_closed", op), `{"seq":%d,"state":%q,"by":{"pos":{"id":%q},"user":%s}}`, seq, state, f.a.pos, user)
		}
		f.same(before, f.order(o), "the closed order")
	}
}

// A mutation that would close an order and then change it is refused as a
// whole; the order stays open, so no seq can be named.
func closeThenChange(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.unchanged(func() {
		got := f.a.rejected("order_closed", closeAs("o1", "paid"), add("o1", "l2"))
		f.has(got, `{"at":"ops[1]","order":"o1","line":"l2","state":"paid"}`)
		f.lacks(got, "seq")
		got = f.a.rejected("gone", remove("o1", "l1"), inc("o1", "l1", "qty", "1"))
		f.lacks(got, "seq")
	})
	f.a.applied(add("o1", "l2"))
}

func closeTwice(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(closeAs("o1", "paid"))
	before := f.order("o1")
	f.b.applied(closeAs("o1", "paid"))
	f.a.applied(closeAs("o1", "paid"))
	f.same(before, f.order("o1"), "the order")
}

func closeOtherState(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"), create("o2"), add("o2", "l1"))
	f.a.applied(closeAs("o1", "paid"), closeAs("o2", "cancelled"))
	f.has(f.b.rejected("order_closed", closeAs("o1", "cancelled")), `{"state":"paid","seq":2}`)
	f.has(f.b.rejected("order_closed", closeAs("o2", "paid")), `{"state":"cancelled","seq":2}`)
}

func closeWithoutBase(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.b.applied(add("o1", "l2"))
	f.b.applied(pay("o1", "p1", "1"))
	f.a.applied(closeAs("o1", "paid"))
	f.has(f.order("o1"), `{"state":"paid","lines":[{"id":"l1"},{"id":"l2"}]}`)
	f.lacks(f.order("o1"), "needs")
}

func closeStale(f *twoTills) {
	for _, op := range []string{
		`{"op":"line.add","order":"%s","line":"l3","set":{"qty":1}}`, `{"op":"line.inc","order":"%s","line":"l1","field":"qty","by":1}`,
		`{"op":"line.set","order":"%s","line":"l1","set":{"description":"x"}}`, `{"op":"line.remove","order":"%s","line":"l2"}`,
		`{"op":"order.pay","order":"%s","payment":{"id":"p9","method":"cash","amount":1}}`,
	} {
		o := fresh("o")
		base := f.a.seq(create(o), add(o, "l1"), add(o, "l2"), pay(o, "p1", "1"))
		seq := f.b.seq(sprintf(op, o))
		got := f.a.rejected("stale_base", closeBase(o, "paid", base))
		f.has(got, `{"order":%q}`, o)
		f.lacks(got, "field", "now", "seq")
		f.has(f.order(o), `{"state":"open"}`)
		f.a.rejected("stale_base", closeBase(o, "cancelled", base))
		f.a.applied(closeBase(o, "paid", seq))
		f.has(f.order(o), `{"state":"paid"}`)
	}
}

func closeStaleMoved(f *twoTills) {
	base := f.a.seq(create("o1"), add("o1", "l1"), add("o1", "l2"), create("o2"), add("o2", "x1"))
	seq := f.b.seq(move("o1", "o3", "l2"))
	f.a.rejected("stale_base", closeBase("o1", "paid", base))
	f.b.applied(move("o2", "o1", "x1"))
	f.a.rejected("stale_base", closeBase("o1", "paid", seq))
	f.a.applied(closeBase("o1", "paid", seq+1))
}

func closeOwn(f *twoTills) {
	base := f.a.seq(create("o1"), add("o1", "l1"))
	f.a.applied(add("o1", "l2"), inc("o1", "l1", "qty", "1"))
	f.a.applied(pay("o1", "p1", "1"))
	f.b.applied(create("o2"), add("o2", "l1")) // another order
	f.a.applied(closeBase("o1", "paid", base))
	f.has(f.order("o1"), `{"state":"paid"}`)
}

func closeNotStale(f *twoTills) {
	base := f.a.seq(create("o1"), add("o1", "l1"))
	f.b.applied(orderSet("o1", `{"partner_id":5}`))
	f.b.applied(lineSet("o1", "l1", `{"qty":1}`))
	f.b.applied(inc("o1", "l1", "qty", "0"))
	f.b.rejected("exists", add("o1", "l1"))
	f.a.applied(closeBase("o1", "paid", base))
	f.lacks(f.order("o1"), "needs")
}

func closeOtherDevice(f *twoTills) {
	base := f.a.seq(create("o1"), add("o1", "l1"))
	f.a.device().applied(add("o1", "l2"))
	f.a.rejected("stale_base", closeBase("o1", "paid", base))
}

func closeBaseAhead(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.rejected("stale_base", closeBase("o1", "paid", 3))
	f.has(f.order("o1"), `{"state":"open"}`)
	f.a.applied(closeBase("o1", "paid", 1))
}

func closeStaleKeeps(f *twoTills) {
	base := f.a.seq(create("o1"), add("o1", "l1"))
	f.b.applied(add("o1", "l2"))
	got := f.a.rejected("stale_base", pay("o1", "p1", "4.8"), closeBase("o1", "paid", base))
	f.has(got, `{"kept":["p1"],"seq":3}`)
	f.has(f.order("o1"), `{"state":"open","payments":[{"id":"p1"}]}`)
}

// newOrderOf is the id of the order of a result that no op named.
func newOrderOf(f *twoTills, result object, known string) string {
	f.t.Helper()
	for _, id := range keys(result, "orders") {
		if id != known {
			return id
		}
	}
	f.t.Fatalf("no new order in %s", canon(result))
	return ""
}

func closeFollows(f *twoTills) {
	base := f.a.seq(create("o1", `{"partner_id":12}`), add("o1", "l1"))
	f.b.applied(add("o1", "l2", `{"product_id":7,"qty":2,"price_unit":3}`))
	f.b.applied(add("o1", "l3"))
	result := f.a.applied(payOffline("o1", "p1", "4.8"), closeBase("o1", "paid", base))
	id := newOrderOf(f, result, "o1")
	f.has(result, `{"seq":4,"orders":{"o1":{"number":1},%q:{"number":2,"rev":1}}}`, id)
	f.has(f.order("o1"), `{"state":"paid","lines":[{"id":"l1"}],"payments":[{"id":"p1","offline":true}]}`)
	f.lacks(f.order("o1"), "needs")
	f.has(f.order(id), `{"state":"open","run":1,"number":2,"rev":1,"fields":{"follows":"o1"},"payments":[],
		"lines":[{"id":"l2","fields":{"product_id":7,"qty":2,"price_unit":3}},{"id":"l3"}]}`)
	c := f.change(4)
	f.has(c, `{"orders":{"o1":{"state":"paid","lines":{"l2":{"moved_to":%q},"l3":{"moved_to":%q}}},
		%q:{"state":"open","number":2,"run":1,"set":{"follows":"o1"},"lines":{"l2":{"set":{"qty":2}},"l3":"<any>"}}}}`, id, id, id)
	late := f.b.do(inc("o1", "l2", "qty", "1")) // of a closed order and a moved line: either is true
	f.oneOf(text(late, "code"), "order_closed", "gone")
	f.b.rejected("order_closed", add("o1", "l2")) // a new line is of no moved one
	f.b.applied(inc(id, "l2", "qty", "1"))
}

func closeOfflineEarlier(f *twoTills) {
	base := f.a.seq(create("o1"), add("o1", "l1"))
	f.b.applied(add("o1", "l2"))
	f.a.applied(payOffline("o1", "p1", "4.8"))
	id := newOrderOf(f, f.a.applied(closeBase("o1", "paid", base)), "o1")
	f.has(f.order(id), `{"lines":[{"id":"l2"}],"fields":{"follows":"o1"}}`)
}

func closeReview(f *twoTills) {
	for _, op := range []string{
		`{"op":"line.inc","order":"%s","line":"l1","field":"qty","by":1}`, `{"op":"line.remove","order":"%s","line":"l2"}`,
		`{"op":"order.pay","order":"%s","payment":{"id":"p9","method":"cash","amount":1}}`,
	} {
		o := fresh("o")
		base := f.a.seq(create(o), add(o, "l1"), add(o, "l2"))
		f.b.applied(sprintf(op, o))
		result := f.a.applied(payOffline(o, "p1", "4.8"), closeBase(o, "paid", base))
		f.same([]string{o}, keys(result, "orders"), "the orders of the result: nothing was added")
		f.has(f.order(o), `{"state":"paid","needs":"review"}`)
		f.has(f.change(num(result, "seq")), `{"orders":{%q:{"state":"paid","needs":"review"}}}`, o)
	}
}

func closeOfflinePlain(f *twoTills) {
	base := f.a.seq(create("o1"), add("o1", "l1"))
	result := f.a.applied(payOffline("o1", "p1", "4.8"), closeBase("o1", "paid", base))
	f.same([]string{"o1"}, keys(result, "orders"), "the orders of the result")
	f.lacks(f.order("o1"), "needs")
	base = f.a.seq(create("o2"), add("o2", "l1"))
	f.b.applied(orderSet("o2", `{"partner_id":1}`))
	f.a.applied(payOffline("o2", "p1", "1"), closeBase("o2", "paid", base))
	f.has(f.order("o2"), `{"state":"paid"}`)
}

func followsCurrentRun(f *twoTills) {
	base := f.a.seq(create("o1"), add("o1", "l1"))
	f.b.applied(add("o1", "l2"))
	f.endRun()
	id := newOrderOf(f, f.a.applied(payOffline("o1", "p1", "4.8"), closeBase("o1", "paid", base)), "o1")
	f.has(f.order(id), `{"run":2,"number":1,"fields":{"follows":"o1"},"lines":[{"id":"l2"}]}`)
	f.has(f.order("o1"), `{"run":1,"number":1,"state":"paid"}`)
}
