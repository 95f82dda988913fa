package conformance

var lineRules = []rule{
	{"lines stand in the order of adding", linesInOrder},
	{"n is given once and rises", nRises},
	{"a line id exists for ever", lineIDExists},
	{"a set sets and null clears", lineSetClears},
	{"increments add up", incrementsAddUp},
	{"a set of a counter is as last", setOfCounter},
	{"a removed line is gone for good", removedIsGone},
	{"removing a removed line is applied and changes nothing", removeTwice},
	{"product_id keeps its first value", productIsFirst},
	{"tax_ids hold numbers and strings, the last wins", taxIDs},
	{"tills that change different fields or lines never conflict", neverConflict},
	{"the ids of lines are an order's own", lineIDsPerOrder},
	{"line ids may use every character of an id", idCharacters},
}

func linesInOrder(f *floor) {
	f.a.applied(create("o1"), add("o1", "z"), add("o1", "a"))
	f.b.applied(add("o1", "m"))
	f.a.applied(add("o1", "b"))
	f.same([]any{"z", "a", "m", "b"}, each(list(f.order("o1"), "lines"), "id"), "the lines")
	f.same([]any{"z", "a", "m", "b"}, each(list(f.a.snapshot(), "orders", 0, "lines"), "id"), "the snapshot's lines")
}

func nRises(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"), add("o1", "l2"), add("o1", "l3"))
	f.a.applied(remove("o1", "l3"))
	last := num(dig(f.change(1), "orders", "o1", "lines", "l3", "n"))
	f.a.applied(add("o1", "l4"))
	f.that(num(f.line("o1", "l4"), "n") > last, "n of a removed line is not given again: %s", canon(f.order("o1")))
	before := num(f.line("o1", "l1"), "n")
	f.a.applied(lineSet("o1", "l1", `{"qty":9}`))
	f.same(before, dig(f.line("o1", "l1"), "n"), "n of a changed line")
}

func lineIDExists(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"), add("o1", "l2"))
	f.b.rejected("exists", add("o1", "l1"))
	f.a.applied(remove("o1", "l1"))
	f.b.rejected("exists", add("o1", "l1"))
	f.a.applied(move("o1", "o2", "l2"))
	f.b.rejected("exists", add("o1", "l2"))
	f.b.rejected("exists", add("o2", "l2"))
}

func lineSetClears(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1", `{"product_id":50,"qty":1,"price_unit":4.8,"description":"Tea"}`))
	seq := f.b.seq(lineSet("o1", "l1", `{"description":null,"discount":10}`))
	set := dig(f.change(seq), "orders", "o1", "lines", "l1", "set").(object)
	value, there := set["description"]
	f.that(there && value == nil, "null clears a field: %s", canon(set))
	f.has(set, `{"discount":10}`)
	f.lacks(set, "qty", "price_unit", "product_id")
	fields := dig(f.line("o1", "l1"), "fields").(object)
	_, there = fields["description"]
	f.that(!there, "a cleared field is not in an ORDER: %s", canon(fields))
	f.has(fields, `{"product_id":50,"qty":1,"price_unit":4.8,"discount":10}`)
}

func incrementsAddUp(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1", `{"product_id":50,"qty":1}`))
	f.a.applied(inc("o1", "l1", "qty", "1"))
	f.b.applied(inc("o1", "l1", "qty", "2"))
	seq := f.a.seq(inc("o1", "l1", "qty", "-0.5"))
	f.has(f.change(seq), `{"orders":{"o1":{"lines":{"l1":{"set":{"qty":3.5}}}}}}`) // "Values in set are absolute"
	f.a.applied(add("o1", "l2", `{"product_id":50}`))
	f.a.applied(inc("o1", "l2", "qty", "2"))
	f.same(2, f.field("o1", "l2", "qty"), "an inc of a field that was not set")
}

func setOfCounter(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(inc("o1", "l1", "qty", "4"))
	f.b.applied(lineSetBase("o1", "l1", `{"qty":2}`, 1)) // not guarded: the base is nothing to it
	f.same(2, f.field("o1", "l1", "qty"), "qty")
	f.a.applied(inc("o1", "l1", "qty", "1"))
	f.same(3, f.field("o1", "l1", "qty"), "qty")
}

func removedIsGone(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"), add("o1", "l2"))
	seq := f.a.seq(remove("o1", "l1"))
	c := dig(f.change(seq), "orders", "o1", "lines", "l1")
	n := dig(f.change(1), "orders", "o1", "lines", "l1", "n")
	f.same(object{"n": n, "removed": true}, c, "the removed line in the change")
	for _, op := range []string{lineSet("o1", "l1", `{"qty":5}`), inc("o1", "l1", "qty", "1"), move("o1", "o2", "l1")} {
		got := f.b.rejected("gone", op)
		f.has(got, `{"seq":%d,"by":{"pos":{"id":%q}}}`, seq, f.a.pos)
		f.lacks(got, "moved_to")
	}
	f.same([]any{"l2"}, each(list(f.order("o1"), "lines"), "id"), "the lines")
}

func removeTwice(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(remove("o1", "l1"))
	before := f.order("o1")
	seq := f.b.seq(remove("o1", "l1"))
	f.same(before, f.order("o1"), "the order")
	f.lacks(dig(f.change(seq), "orders", "o1"), "lines", "set")
}

func productIsFirst(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1", `{"qty":1}`))
	f.a.applied(lineSet("o1", "l1", `{"product_id":null}`)) // "null before a first value is nothing"
	f.b.applied(lineSet("o1", "l1", `{"product_id":50}`))
	rev := f.order("o1")["rev"]
	f.a.applied(lineSet("o1", "l1", `{"product_id":50.0}`))
	f.same(rev, f.order("o1")["rev"], "the rev after the same value")
	f.has(f.a.rejected("stale_base", lineSet("o1", "l1", `{"product_id":51}`)), `{"order":"o1","line":"l1","field":"product_id","now":{"product_id":50}}`)
	f.a.rejected("stale_base", lineSet("o1", "l1", `{"product_id":null}`))
	f.a.rejected("stale_base", lineSet("o1", "l1", `{"product_id":"50"}`)) // a string is another id
	f.same(50, f.field("o1", "l1", "product_id"), "product_id")
}

func taxIDs(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1", `{"qty":1,"tax_ids":[1,"vat-20",2]}`))
	f.same([]any{1, "vat-20", 2}, f.field("o1", "l1", "tax_ids"), "tax_ids")
	f.b.applied(lineSet("o1", "l1", `{"tax_ids":[]}`))
	f.same([]any{}, f.field("o1", "l1", "tax_ids"), "tax_ids")
	f.a.applied(lineSet("o1", "l1", `{"tax_ids":[3]}`))
	f.same([]any{3}, f.field("o1", "l1", "tax_ids"), "tax_ids")
}

// Promise 7, without base: whatever was in between.
func neverConflict(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1", `{"product_id":50,"qty":1,"price_unit":4,"discount":1}`), add("o1", "l2"))
	f.b.applied(lineSet("o1", "l1", `{"discount":2}`))
	f.a.applied(lineSetBase("o1", "l1", `{"price_unit":5}`, 1))
	f.b.applied(lineSetBase("o1", "l2", `{"price_unit":6}`, 1))
	f.a.applied(orderSet("o1", `{"partner_id":1}`))
	f.b.applied(orderSet("o1", `{"pricelist_id":2}`))
	f.has(f.order("o1"), `{"rev":6,"fields":{"partner_id":1,"pricelist_id":2},"lines":[{"fields":{"price_unit":5,"discount":2}},{"fields":{"price_unit":6}}]}`)
}

func lineIDsPerOrder(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1", `{"qty":1}`), create("o2"), add("o2", "l1", `{"qty":2}`))
	f.a.applied(inc("o2", "l1", "qty", "5"))
	f.same(1, f.field("o1", "l1", "qty"), "o1's l1")
	f.same(7, f.field("o2", "l1", "qty"), "o2's l1")
}

func idCharacters(f *floor) {
	const id = "Az09._-:Az09._-:Az09._-:Az09._-:Az09._-:Az09._-:Az09._-:Az09._-:"
	f.a.applied(create(id), add(id, id), pay(id, id, "1"))
	for _, id := range []string{".", "..", "-", ":", "_", "null", "0", "1e5", "__proto__", "constructor"} {
		f.a.applied(create(id), add(id, id))
	}
	orders := list(f.a.snapshot(), "orders")
	f.that(len(orders) == 11, "want 11 orders, got %d", len(orders))
	f.has(orders[0], `{"id":%q,"payments":[{"id":%q}],"lines":[{"id":%q}]}`, id, id, id)
	for _, o := range orders {
		if name := text(o, "id"); name != "." && name != ".." { // an HTTP client may eat those
			f.has(f.order(name), `{"id":%q}`, name)
		}
		f.that(text(o, "lines", 0, "id") == text(o, "id"), "the line of %s", canon(o))
	}
}
