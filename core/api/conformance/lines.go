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

func linesInOrder(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "z"), add("o1", "a"))
	f.b.applied(add("o1", "m"))
	f.a.applied(add("o1", "b"))
	f.same([]any{"z", "a", "m", "b"}, each(list(f.order("o1"), "lines"), "id"), "the lines")
	f.same([]any{"z", "a", "m", "b"}, each(list(f.a.snapshot(), "orders", 0, "lines"), "id"), "the snapshot's lines")
}

func nRises(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"), add("o1", "l2"), add("o1", "l3"))
	f.a.applied(remove("o1", "l3"))
	last := num(dig(f.change(1), "orders", "o1", "lines", "l3", "n"))
	f.a.applied(add("o1", "l4"))
	f.that(num(f.line("o1", "l4"), "n") > last, "n of a removed line is not given again: %s", canon(f.order("o1")))
	before := num(f.line("o1", "l1"), "n")
	f.a.applied(lineSet("o1", "l1", `{"qty":9}`))
	f.same(before, dig(f.line("o1", "l1"), "n"), "n of a changed line")
}

func lineIDExists(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"), add("o1", "l2"))
	f.b.rejected("exists", add("o1", "l1"))
	f.a.applied(remove("o1", "l1"))
	f.b.rejected("exists", add("o1", "l1"))
	f.a.applied(move("o1", "o2", "l2"))
	f.b.rejected("exists", add("o1", "l2"))
	f.b.rejected("exists", add("o2", "l2"))
}

func lineSetClears(f *twoTills) {
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

func incrementsAddUp(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1", `{"product_id":50,"qty":1}`))
	f.a.applied(inc("o1", "l1", "qty", "1"))
	f.b.applied(inc("o1", "l1", "qty", "2"))
	seq := f.a.seq(inc("o1", "l1", "qty", "-0.5"))
	f.has(f.change(seq), `{"orders":{"o1":{"lines":{"l1":{"set":{"qty":3.5}}}}}}`) // "Values in set are absolute"
	f.a.applied(add("o1", "l2", `{"product_id":50}`))
	f.a.applied(inc("o1", "l2", "qty", "2"))
	f.same(2, f.field("o1", "l2", "qty"), "an inc of a field that was not set")
}

func setOfCounter(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(inc("o1", "l1", "qty", "4"))
	f.b.applied(lineSetBase("o1", "l1", `{"qty":2}`, 1)) // not guarded: the base is nothing to it
	f.same(2, f.field("o1", "l1", "qty"), "qty")
	f.a.applied(inc("o1", "l1", "qty", "1"))
	f.same(3, f.field("o1", "l1", "qty"), "qty")
}

func removedIsGone(f *twoTills) {
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

func removeTwice(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(remove("o1", "l1"))
	before := f.order("o1")
	seq := f.b.seq(remove("o1", "l1"))
	f.same(before, f.order("o1"), "the order")
	f.lacks(dig(f.change(seq), "orders", "o1"), "lines", "set")
}

func productIsFirst(f *twoTills) {
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

func taxIDs(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1", `{"qty":1,"tax_ids":[1,"vat-20",2]}`))
	f.same([]any{1, "vat-20", 2}, f.field("o1", "l1", "tax_ids"), "tax_ids")
	f.b.applied(lineSet("o1", "l1", `{"tax_ids":[]}`))
	f.same([]any{}, f.field("o1", "l1", "tax_ids"), "tax_ids")
	f.a.applied(lineSet("o1", "l1", `{"tax_ids":[3]}`))
	f.same([]any{3}, f.field("o1", "l1", "tax_ids"), "tax_ids")
}

// Promise 7, without base: whatever was in between.
func neverConflict(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1", `{"product_id":50,"qty":1,"price_unit":4,"discount":1}`), add("o1", "l2"))
	f.b.applied(lineSet("o1", "l1", `{"discount":2}`))
	f.a.applied(lineSetBase("o1", "l1", `{"price_unit":5}`, 1))
	f.b.applied(lineSetBase("o1", "l2", `{"price_unit":6}`, 1))
	f.a.applied(orderSet("o1", `{"partner_id":1}`))
	f.b.applied(orderSet("o1", `{"pricelist_id":2}`))
	f.has(f.order("o1"), `{"rev":6,"fields":{"partner_id":1,"pricelist_id":2},"lines":[{"fields":{"price_unit":5,"discount":2}},{"fields":{"price_unit":6}}]}`)
}

func lineIDsPerOrder(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1", `{"qty":1}`), create("o2"), add("o2", "l1", `{"qty":2}`))
	f.a.applied(inc("o2", "l1", "qty", "5"))
	f.same(1, f.field("o1", "l1", "qty"), "o1's l1")
	f.same(7, f.field("o2", "l1", "qty"), "o2's l1")
}

func idCharacters(f *twoTills) {
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

var moveRules = []rule{
	{"a split creates the target and moves lines there", moveSplits},
	{"a merge appends at the end, in the order of lines[]", moveMerges},
	{"a moved line may come back", moveComesBack},
	{"later ops at the old place are gone with moved_to", movedIsGone},
	{"a line that the target has or had exists", moveExists},
	{"a move to or from a closed order is refused", moveClosed},
	{"a move is all or nothing", moveAtomic},
	{"the change has both places", moveChange},
	{"edits go on at the new place", moveEdits},
	{"a line may come back by another way", moveRoundabout},
	{"a line named twice moves once or is refused", moveTwice},
	{"a created target takes a number and the source keeps its own", moveNumbers},
}

// makeMovedLine makes o1 with three lines and moves l2 to o2.
func makeMovedLine(f *twoTills) int64 {
	f.t.Helper()
	f.a.applied(create("o1"), add("o1", "l1", `{"product_id":1,"qty":1}`), add("o1", "l2", `{"product_id":2,"qty":2,"price_unit":3}`), add("o1", "l3", `{"product_id":3,"qty":3}`))
	return f.a.seq(move("o1", "o2", "l2"))
}

func lineIDs(order object) []any { return each(list(order, "lines"), "id") }

func moveSplits(f *twoTills) {
	makeMovedLine(f)
	f.same([]any{"l1", "l3"}, lineIDs(f.order("o1")), "what stays")
	f.has(f.order("o2"), `{"id":"o2","state":"open","number":2,"run":1,"rev":1,"payments":[],
		"lines":[{"id":"l2","fields":{"product_id":2,"qty":2,"price_unit":3}}]}`)
	f.has(f.order("o1"), `{"rev":2}`)
}

func moveMerges(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "a"), add("o1", "b"), add("o1", "c"))
	f.b.applied(create("o2"), add("o2", "x"))
	f.b.applied(move("o1", "o2", "c", "a"))
	f.same([]any{"x", "c", "a"}, lineIDs(f.order("o2")), "the merged order")
	f.same([]any{"b"}, lineIDs(f.order("o1")), "the rest")
	f.a.applied(add("o2", "y"))
	f.a.applied(move("o1", "o2", "b"))
	f.same([]any{"x", "c", "a", "y", "b"}, lineIDs(f.order("o2")), "the merged order")
	f.has(f.order("o1"), `{"state":"open","lines":[]}`)
}

func moveComesBack(f *twoTills) {
	makeMovedLine(f)
	f.b.applied(inc("o2", "l2", "qty", "5"))
	f.b.applied(move("o2", "o1", "l2"))
	f.same([]any{"l1", "l3", "l2"}, lineIDs(f.order("o1")), "l2 came back, to the end")
	f.same(7, f.field("o1", "l2", "qty"), "what became of it on the way")
	f.a.applied(inc("o1", "l2", "qty", "1"))
	f.same(8, f.field("o1", "l2", "qty"), "qty")
	f.has(f.a.rejected("gone", inc("o2", "l2", "qty", "1")), `{"moved_to":"o1"}`)
	f.a.applied(move("o1", "o2", "l2"))
	f.same([]any{"l2"}, lineIDs(f.order("o2")), "and went again")
}

func moveRoundabout(f *twoTills) {
	makeMovedLine(f)
	f.b.applied(move("o2", "o3", "l2"))
	f.a.applied(move("o3", "o1", "l2"))
	f.same([]any{"l1", "l3", "l2"}, lineIDs(f.order("o1")), "l2 came back over o3")
	f.has(f.a.rejected("gone", inc("o2", "l2", "qty", "1")), `{"moved_to":"o3"}`)
	f.has(f.a.rejected("gone", inc("o3", "l2", "qty", "1")), `{"moved_to":"o1"}`)
	f.a.applied(create("o4"), add("o4", "l2")) // another line of that id
	f.a.applied(move("o1", "o2", "l2"))
	f.b.rejected("exists", move("o4", "o1", "l2"))
}

// Which of the two isn't said.
func moveTwice(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"), add("o1", "l2"))
	result := f.a.do(move("o1", "o2", "l1", "l1"))
	if text(result, "status") == "rejected" {
		f.same([]any{"l1", "l2"}, lineIDs(f.order("o1")), "the lines after a refused move")
		return
	}
	f.same([]any{"l1"}, lineIDs(f.order("o2")), "the moved line")
	f.same([]any{"l2"}, lineIDs(f.order("o1")), "the rest")
}

func movedIsGone(f *twoTills) {
	seq := makeMovedLine(f)
	for _, op := range []string{lineSet("o1", "l2", `{"qty":9}`), inc("o1", "l2", "qty", "1"), remove("o1", "l2"), move("o1", "o3", "l2")} {
		f.has(f.b.rejected("gone", op), `{"moved_to":"o2","seq":%d,"by":{"pos":{"id":%q}}}`, seq, f.a.pos)
	}
	f.a.get("/v1/orders/o3").fails("not_found")
	f.same(2, f.field("o2", "l2", "qty"), "qty")
}

func moveExists(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"), add("o1", "l2"), add("o1", "l3"))
	f.a.applied(create("o2"), add("o2", "l1"), add("o2", "l2"))
	f.a.applied(remove("o2", "l2"))
	f.unchanged(func() {
		f.a.rejected("exists", move("o1", "o2", "l1"))
		f.a.rejected("exists", move("o1", "o2", "l2"))
		f.a.rejected("exists", move("o1", "o2", "l3", "l1"))
	})
	f.a.applied(move("o1", "o2", "l3"))
}

func moveClosed(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(create("o2"), add("o2", "l2"))
	closed := f.a.seq(closeAs("o2", "paid"))
	f.has(f.b.rejected("order_closed", move("o1", "o2", "l1")), `{"seq":%d,"state":"paid"}`, closed)
	f.has(f.b.rejected("order_closed", move("o2", "o1", "l2")), `{"seq":%d,"state":"paid"}`, closed)
	f.b.rejected("order_closed", move("o2", "o3", "l2"))
	f.a.get("/v1/orders/o3").fails("not_found")
}

func moveAtomic(f *twoTills) {
	makeMovedLine(f)
	f.unchanged(func() {
		f.a.rejected("gone", move("o1", "o9", "l1", "l2"))
		f.a.rejected("not_found", move("o1", "o9", "l1", "nope"))
		f.a.rejected("exists", move("o1", "o9", "l1"), add("o1", "l3"))
	})
	f.has(f.a.applied(create("o4")), `{"orders":{"o4":{"number":3}}}`)
}

func moveChange(f *twoTills) {
	seq := makeMovedLine(f)
	c := f.change(seq)
	n := dig(f.change(seq-1), "orders", "o1", "lines", "l2", "n")
	f.same([]string{"o1", "o2"}, keys(c, "orders"), "the orders of the change")
	f.same(object{"l2": object{"n": n, "moved_to": "o2"}}, dig(c, "orders", "o1", "lines"), "the old place")
	f.has(dig(c, "orders", "o2"), `{"rev":1,"number":2,"run":1,"state":"open","lines":{"l2":{"n":"<any>","set":{"product_id":2,"qty":2,"price_unit":3,"ms_info":"<any>"}}}}`)
	f.has(dig(c, "orders", "o1"), `{"rev":2,"number":1,"run":1,"state":"open"}`)
}

func moveEdits(f *twoTills) {
	makeMovedLine(f)
	f.b.applied(inc("o2", "l2", "qty", "1"), lineSet("o2", "l2", `{"price_unit":4}`))
	f.has(f.line("o2", "l2"), `{"fields":{"qty":3,"price_unit":4}}`)
	f.b.applied(remove("o2", "l2"))
	f.b.rejected("gone", inc("o2", "l2", "qty", "1"))
	f.b.rejected("exists", add("o2", "l2"))
}

func moveNumbers(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"), add("o1", "l2"))
	f.has(f.b.applied(move("o1", "o2", "l2")), `{"orders":{"o1":{"number":1,"rev":2},"o2":{"number":2,"rev":1}}}`)
	f.has(f.b.applied(move("o1", "o2", "l1")), `{"orders":{"o1":{"number":1,"rev":3},"o2":{"number":2,"rev":2}}}`)
	f.has(f.a.applied(create("o3")), `{"orders":{"o3":{"number":3}}}`)
}
