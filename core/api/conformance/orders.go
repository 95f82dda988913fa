package conformance

var orderRules = []rule{
	{"order.create needs no set", createWithoutSet},
	{"a create makes an open order with a number", createMakesOrder},
	{"an order id exists for ever", orderIDExists},
	{"a set sets and null clears", orderSetClears},
	{"what isn't there is not_found", orderNotFound},
	{"follows keeps its first value", followsIsFirst},
	{"an order may be created twice by two tills under two ids", twoCreates},
}

func createMakesOrder(f *floor) {
	f.has(f.a.applied(create("o1", `{"partner_id":12,"pricelist_id":"retail"}`), add("o1", "l1")), `{"seq":1,"orders":{"o1":{"number":1,"rev":1}}}`)
	f.has(f.order("o1"), `{"id":"o1","number":1,"state":"open","run":1,"rev":1,"payments":[],
		"fields":{"partner_id":12,"pricelist_id":"retail","ms_info":"<any>"},
		"lines":[{"id":"l1","n":"<any>","fields":{"product_id":50,"qty":1,"ms_info":"<any>"}}]}`)
}

func orderIDExists(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.b.rejected("exists", create("o1"), add("o1", "l2"))
	f.a.applied(closeAs("o1", "paid"))
	f.b.rejected("exists", create("o1"))
	f.a.rejected("exists", create("o2"), create("o2"))
}

func orderSetClears(f *floor) {
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

func orderNotFound(f *floor) {
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

func followsIsFirst(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(create("o2", `{"follows":"o1"}`), add("o2", "l1"))
	f.a.applied(orderSet("o2", `{"follows":"o1"}`))
	f.has(f.a.rejected("stale_base", orderSet("o2", `{"follows":"o3"}`)), `{"order":"o2","field":"follows","now":{"follows":"o1"}}`)
	f.a.rejected("stale_base", orderSet("o2", `{"follows":null}`))
	f.has(f.order("o2"), `{"rev":1,"fields":{"follows":"o1"}}`)
}

func twoCreates(f *floor) {
	one := f.a.applied(create("o1"), add("o1", "l1"))
	two := f.b.applied(create("o2"), add("o2", "l1"))
	f.has(one, `{"orders":{"o1":{"number":1}}}`)
	f.has(two, `{"orders":{"o2":{"number":2}}}`)
}

func createWithoutSet(f *floor) {
	f.a.applied(`{"op":"order.create","order":"o1"}`, add("o1", "l1"))
	f.has(f.order("o1"), `{"state":"open","lines":[{"id":"l1"}]}`)
	f.lacks(f.change(1)["orders"].(object)["o1"].(object)["set"].(object), "partner_id")
}
