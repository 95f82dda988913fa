package conformance

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

// split makes o1 with three lines and moves l2 to o2.
func (f *floor) split() int64 {
	f.t.Helper()
	f.a.applied(create("o1"), add("o1", "l1", `{"product_id":1,"qty":1}`), add("o1", "l2", `{"product_id":2,"qty":2,"price_unit":3}`), add("o1", "l3", `{"product_id":3,"qty":3}`))
	return f.a.seq(move("o1", "o2", "l2"))
}

func lineIDs(order object) []any { return each(list(order, "lines"), "id") }

func moveSplits(f *floor) {
	f.split()
	f.same([]any{"l1", "l3"}, lineIDs(f.order("o1")), "what stays")
	f.has(f.order("o2"), `{"id":"o2","state":"open","number":2,"run":1,"rev":1,"payments":[],
		"lines":[{"id":"l2","fields":{"product_id":2,"qty":2,"price_unit":3}}]}`)
	f.has(f.order("o1"), `{"rev":2}`)
}

func moveMerges(f *floor) {
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

func moveComesBack(f *floor) {
	f.split()
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

func moveRoundabout(f *floor) {
	f.split()
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
func moveTwice(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"), add("o1", "l2"))
	result := f.a.do(move("o1", "o2", "l1", "l1"))
	if text(result, "status") == "rejected" {
		f.same([]any{"l1", "l2"}, lineIDs(f.order("o1")), "the lines after a refused move")
		return
	}
	f.same([]any{"l1"}, lineIDs(f.order("o2")), "the moved line")
	f.same([]any{"l2"}, lineIDs(f.order("o1")), "the rest")
}

func movedIsGone(f *floor) {
	seq := f.split()
	for _, op := range []string{lineSet("o1", "l2", `{"qty":9}`), inc("o1", "l2", "qty", "1"), remove("o1", "l2"), move("o1", "o3", "l2")} {
		f.has(f.b.rejected("gone", op), `{"moved_to":"o2","seq":%d,"by":{"pos":{"id":%q}}}`, seq, f.a.pos)
	}
	f.a.get("/v1/orders/o3").fails("not_found")
	f.same(2, f.field("o2", "l2", "qty"), "qty")
}

func moveExists(f *floor) {
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

func moveClosed(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(create("o2"), add("o2", "l2"))
	closed := f.a.seq(closeAs("o2", "paid"))
	f.has(f.b.rejected("order_closed", move("o1", "o2", "l1")), `{"seq":%d,"state":"paid"}`, closed)
	f.has(f.b.rejected("order_closed", move("o2", "o1", "l2")), `{"seq":%d,"state":"paid"}`, closed)
	f.b.rejected("order_closed", move("o2", "o3", "l2"))
	f.a.get("/v1/orders/o3").fails("not_found")
}

func moveAtomic(f *floor) {
	f.split()
	f.unchanged(func() {
		f.a.rejected("gone", move("o1", "o9", "l1", "l2"))
		f.a.rejected("not_found", move("o1", "o9", "l1", "nope"))
		f.a.rejected("exists", move("o1", "o9", "l1"), add("o1", "l3"))
	})
	f.has(f.a.applied(create("o4")), `{"orders":{"o4":{"number":3}}}`)
}

func moveChange(f *floor) {
	seq := f.split()
	c := f.change(seq)
	n := dig(f.change(seq-1), "orders", "o1", "lines", "l2", "n")
	f.same([]string{"o1", "o2"}, keys(c, "orders"), "the orders of the change")
	f.same(object{"l2": object{"n": n, "moved_to": "o2"}}, dig(c, "orders", "o1", "lines"), "the old place")
	f.has(dig(c, "orders", "o2"), `{"rev":1,"number":2,"run":1,"state":"open","lines":{"l2":{"n":"<any>","set":{"product_id":2,"qty":2,"price_unit":3,"ms_info":"<any>"}}}}`)
	f.has(dig(c, "orders", "o1"), `{"rev":2,"number":1,"run":1,"state":"open"}`)
}

func moveEdits(f *floor) {
	f.split()
	f.b.applied(inc("o2", "l2", "qty", "1"), lineSet("o2", "l2", `{"price_unit":4}`))
	f.has(f.line("o2", "l2"), `{"fields":{"qty":3,"price_unit":4}}`)
	f.b.applied(remove("o2", "l2"))
	f.b.rejected("gone", inc("o2", "l2", "qty", "1"))
	f.b.rejected("exists", add("o2", "l2"))
}

func moveNumbers(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"), add("o1", "l2"))
	f.has(f.b.applied(move("o1", "o2", "l2")), `{"orders":{"o1":{"number":1,"rev":2},"o2":{"number":2,"rev":1}}}`)
	f.has(f.b.applied(move("o1", "o2", "l1")), `{"orders":{"o1":{"number":1,"rev":3},"o2":{"number":2,"rev":2}}}`)
	f.has(f.a.applied(create("o3")), `{"orders":{"o3":{"number":3}}}`)
}
