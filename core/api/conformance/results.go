package conformance

import "fmt"

var resultRules = []rule{
	{"a push answers results, changes and positions", pushAnswers},
	{"a push brings the changes of others since its cursor", pushBringsOthers},
	{"results stand in the order of the mutations, each with its own outcome", mixedResults},
	{"a mutation is applied whole or not at all", wholeOrNothing},
	{"a field that no one registered is named in ignored and not stored", ignoredNamed},
	{"ms_info can't be set", msInfoNotSet},
	{"a later op sees what an earlier one of its mutation did", opsSeeOps},
	{"a mutation that changes nothing still makes one change", emptyChange},
	{"more mutations than the limit are too_large", tooManyMutations},
	{"more ops than the limit are refused", tooManyOps},
	{"every result's orders have number and rev", resultsHaveOrders},
	{"an empty push is answered", emptyPush},
}

func pushAnswers(f *floor) {
	got := f.a.push(f.a.mutation(create("o1"), add("o1", "l1")))
	f.has(got, `{"last_id":1,"results":[{"id":1,"status":"applied","seq":1,"orders":{"o1":{"number":1,"rev":1}}}],
		"changes":[{"seq":1,"id":1,"client_id":%q}],"seq":1,"head":1,"more":false}`, f.a.client)
	f.validCursor(got)
	f.has(f.a.pull(f.a.cursor, "").ok(), `{"changes":[],"seq":1}`)
}

// validCursor wants "at most 512 of A-Z a-z 0-9 - _ .".
func (f *floor) validCursor(answer any) {
	f.t.Helper()
	cursor := text(answer, "cursor")
	f.that(cursor != "" && len(cursor) <= 512, "a cursor of %d characters", len(cursor))
	for _, c := range cursor {
		good := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.'
		f.that(good, "%q in cursor %q", c, cursor)
	}
}

func pushBringsOthers(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(add("o1", "l2"))
	got := f.b.push(f.b.mutation(add("o1", "l3")))
	f.same([]any{1, 2, 3}, each(list(got, "changes"), "seq"), "the changes that b gets, its own too")
	got = f.b.push(f.b.mutation(add("o1", "l4")))
	f.same([]any{4}, each(list(got, "changes"), "seq"), "the changes that b gets now")
}

func mixedResults(f *floor) {
	first := f.a.mutation(create("o1"), add("o1", "l1"))
	f.a.push(first)
	got := f.a.push(first,
		f.a.mutation(inc("o1", "l1", "qty", "1")),
		f.a.mutation(lineSet("o1", "nope", `{"qty":1}`)),
		f.a.mutation(`{"op":"order.explode","order":"o1"}`),
		f.a.mutation(inc("o1", "l1", "qty", `"x"`)),
		f.a.mutation(inc("o1", "l1", "qty", "1")))
	f.has(got, `{"last_id":6,"seq":3,"head":3,"results":[
		{"id":1,"status":"duplicate","seq":1},
		{"id":2,"status":"applied","seq":2,"orders":{"o1":{"number":1,"rev":2}}},
		{"id":3,"status":"rejected","code":"not_found","message":"<any>"},
		{"id":4,"status":"rejected","code":"unknown_op"},
		{"id":5,"status":"rejected","code":"invalid","at":"ops[0].by"},
		{"id":6,"status":"applied","seq":3,"orders":{"o1":{"number":1,"rev":3}}}]}`)
	f.same([]any{2, 3}, each(list(got, "changes"), "seq"), "the changes")
	f.same(3, f.field("o1", "l1", "qty"), "qty")
}

func wholeOrNothing(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.unchanged(func() {
		f.a.rejected("exists", create("o2"), add("o2", "l1"), inc("o1", "l1", "qty", "5"), add("o1", "l1"))
		f.a.rejected("not_found", orderSet("o1", `{"partner_id":9}`), remove("o1", "l1"), inc("o1", "nope", "qty", "1"))
		f.a.rejected("order_closed", create("o3"), add("o3", "l1"), closeAs("o3", "paid"), add("o3", "l2"))
	})
	f.a.get("/v1/orders/o2").fails("not_found")
	f.a.get("/v1/orders/o3").fails("not_found")
	f.has(f.a.applied(create("o4"), add("o4", "l1")), `{"seq":2,"orders":{"o4":{"number":2}}}`)
}

func ignoredNamed(f *floor) {
	got := f.a.applied(create("o1", `{"partner_id":12,"foo":{"deep":[1,2]}}`), add("o1", "l1", `{"qty":1,"bar":"x"}`))
	f.has(got, `{"ignored":["o1.foo","l1.bar"]}`)
	f.lacks(dig(f.order("o1"), "fields"), "foo")
	f.lacks(dig(f.line("o1", "l1"), "fields"), "bar")
	f.lacks(dig(f.change(1), "orders", "o1", "set"), "foo")
	rev := num(f.order("o1"), "rev")
	for _, op := range []string{orderSet("o1", `{"foo":1}`), lineSet("o1", "l1", `{"bar":1}`), inc("o1", "l1", "baz", "1")} {
		f.that(len(list(f.a.applied(op), "ignored")) == 1, "%s: named in ignored", op)
	}
	f.has(f.a.applied(inc("o1", "l1", "baz", "1")), `{"ignored":["l1.baz"]}`)
	f.same(rev, f.order("o1")["rev"], "the rev after what was ignored")
	f.has(f.a.applied(lineSet("o1", "l1", `{"qty":7,"bar":1}`)), `{"ignored":["l1.bar"]}`)
	f.same(7, f.field("o1", "l1", "qty"), "what stood beside it")
	f.lacks(f.a.applied(lineSet("o1", "l1", `{"qty":8}`)), "ignored")
}

// ms_info is "written by the server": whether a till's is ignored or invalid
// isn't said.
func msInfoNotSet(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	before := f.order("o1")
	fake := `{"ms_info":{"created":{"user":null,"pos":{"id":"fake","name":"fake"}},"changed":{"user":null,"pos":{"id":"fake","name":"fake"}}}}`
	for _, op := range []string{orderSet("o1", fake), lineSet("o1", "l1", fake)} {
		result := f.a.do(op)
		f.that(text(result, "code") == "invalid" || len(list(result, "ignored")) == 1, "want ignored or invalid: %s", canon(result))
	}
	f.same(before, f.order("o1"), "the order")
}

func opsSeeOps(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1", `{"qty":1}`), inc("o1", "l1", "qty", "2"), inc("o1", "l1", "qty", "3"),
		add("o1", "l2"), remove("o1", "l2"), lineSet("o1", "l1", `{"price_unit":3}`))
	f.has(f.order("o1"), `{"rev":1,"lines":[{"id":"l1","fields":{"qty":6,"price_unit":3}}]}`)
	f.a.rejected("gone", add("o1", "l3"), remove("o1", "l3"), inc("o1", "l3", "qty", "1"))
	f.a.applied(create("o2"), add("o2", "l1"), closeAs("o2", "cancelled"))
	f.has(f.order("o2"), `{"state":"cancelled","rev":1}`)
}

func emptyChange(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1", `{"qty":2,"price_unit":3}`), add("o1", "l2", `{"product_id":50}`))
	before := f.order("o1")
	for _, op := range []string{
		lineSet("o1", "l1", `{"qty":2}`), lineSet("o1", "l1", `{"qty":2.0,"price_unit":3.00}`), inc("o1", "l1", "qty", "0"),
		inc("o1", "l2", "qty", "0"), lineSet("o1", "l1", `{"discount":null}`), orderSet("o1", `{"partner_id":null}`), orderSet("o1", `{}`), lineSet("o1", "l1", `{}`),
	} {
		seq := f.a.seq(op)
		f.same(seq, f.head(), "%s makes one change", op)
		c := f.change(seq)
		f.has(c, `{"client_id":%q}`, f.a.client)
		if o := dig(c, "orders", "o1"); o != nil {
			f.has(o, `{"rev":1,"number":1,"run":1,"state":"open"}`)
			f.lacks(o, "set", "lines", "payments")
		}
	}
	f.same(before, f.order("o1"), "the order")
}

func tooManyMutations(f *floor) {
	limit := num(f.info(), "limits", "mutations")
	var mutations []string
	for i := range limit + 1 {
		mutations = append(mutations, mutation(int(i+1), create(fmt.Sprintf("o%d", i))))
	}
	f.unchanged(func() {
		f.has(f.a.try(mutations...).fails("too_large"), `{"limit":%d,"what":"<any>"}`, limit)
	})
	f.that(len(list(f.a.push(mutations[:100]...), "results")) == 100, "100 mutations are taken")
}

// Whether the whole push or the mutation is refused isn't said.
func tooManyOps(f *floor) {
	limit := int(num(f.info(), "limits", "ops"))
	f.a.applied(create("o1"), add("o1", "l1", `{"qty":0}`))
	ops := make([]string, limit)
	for i := range ops {
		ops[i] = inc("o1", "l1", "qty", "1")
	}
	f.unchanged(func() {
		a := f.a.try(f.a.mutation(append(ops, ops[0])...))
		if a.Status == 200 {
			f.oneOf(text(a.ok(), "results", 0, "code"), "limit", "invalid")
			return
		}
		a.fails("too_large")
		f.a.next--
	})
	f.a.applied(ops...)
	f.same(limit, f.field("o1", "l1", "qty"), "qty")
	money := f.a.do(append(ops, ops[0], pay("o1", "p1", "5"))...) // money is a fact, wherever it stands
	f.has(money, `{"status":"rejected","kept":["p1"]}`)
	f.has(f.order("o1"), `{"payments":[{"id":"p1","amount":5}]}`)
}

func resultsHaveOrders(f *floor) {
	f.has(f.a.applied(create("o1"), add("o1", "l1"), create("o2"), add("o2", "l1")), `{"orders":{"o1":{"number":1,"rev":1},"o2":{"number":2,"rev":1}}}`)
	f.has(f.a.applied(inc("o2", "l1", "qty", "1")), `{"orders":{"o2":{"number":2,"rev":2}}}`)
	f.has(f.a.applied(add("o1", "l9"), move("o1", "o2", "l9")), `{"orders":{"o1":{"number":1,"rev":2},"o2":{"number":2,"rev":3}}}`)
}

func emptyPush(f *floor) {
	f.unchanged(func() {
		f.has(f.a.push(), `{"last_id":0,"results":[],"changes":[],"seq":0,"head":0,"more":false}`)
	})
	f.b.applied(create("o1"), add("o1", "l1"))
	f.has(f.a.push(), `{"results":[],"changes":[{"seq":1}],"seq":1}`)
}
