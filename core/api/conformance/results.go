package conformance

import (
	"fmt"
)

var idRules = []rule{
	{"a gap is refused with expected and got", gapRefused},
	{"ids start at 1 for each client", idsStartAtOne},
	{"a mutation that is pushed again is a duplicate with its first outcome", duplicateFirstOutcome},
	{"a duplicate of a rejection has its code", duplicateRejection},
	{"a duplicate of a kept payment has kept and seq", duplicateKept},
	{"a push may hold decided and new mutations", decidedAndNew},
	{"an id with another body is id_reused", idReused},
	{"the same canonical JSON is the same body", sameCanonical},
	{"an id of a rejected mutation is used up too", rejectedIDUsed},
	{"id_reused applies nothing", reusedAppliesNothing},
	{"two clients of one POS count for themselves", twoClients},
	{"last_id is the highest decided id", lastID},
}

func gapRefused(f *twoTills) {
	f.unchanged(func() {
		f.has(f.a.try(mutation(2, create("o1"))).fails("id_gap"), `{"expected":1,"got":2}`)
	})
	f.a.applied(create("o1"))
	f.a.applied(add("o1", "l1"))
	f.unchanged(func() {
		f.has(f.a.try(mutation(4, create("o2"))).fails("id_gap"), `{"expected":3,"got":4}`)
		f.has(f.a.try(mutation(7, create("o2")), mutation(8, create("o3"))).fails("id_gap"), `{"expected":3,"got":7}`)
	})
	f.has(f.a.try(mutation(3, create("o2"))).ok(), `{"last_id":3,"results":[{"id":3,"status":"applied"}]}`)
}

func idsStartAtOne(f *twoTills) {
	f.has(f.a.applied(create("o1")), `{"id":1}`)
	f.has(f.a.device().applied(create("o2")), `{"id":1}`)
	f.has(f.b.applied(create("o3")), `{"id":1}`)
	f.has(f.a.applied(create("o4")), `{"id":2}`)
}

func duplicateFirstOutcome(f *twoTills) {
	m := f.a.mutation(create("o1", `{"partner_id":12,"foo":1}`), add("o1", "l1", `{"qty":1,"bar":2}`))
	one := f.a.push(m)
	f.has(dig(one, "results", 0), `{"status":"applied","seq":1,"ignored":["o1.foo","l1.bar"]}`)
	f.b.applied(inc("o1", "l1", "qty", "5"))
	f.unchanged(func() {
		two := f.a.push(m)
		f.has(dig(two, "results", 0), `{"id":1,"status":"duplicate","seq":1,"ignored":["o1.foo","l1.bar"]}`)
		f.lacks(dig(two, "results", 0), "code")
		f.has(two, `{"last_id":1,"seq":2,"head":2}`)
	})
}

func duplicateRejection(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1", `{"discount":1}`))
	f.b.cursor = f.a.cursor
	f.b.applied(lineSet("o1", "l1", `{"discount":5}`))
	m := f.a.mutation(lineSetBase("o1", "l1", `{"discount":10}`, 1))
	one := f.a.push(m)
	f.has(dig(one, "results", 0), `{"status":"rejected","code":"stale_base","now":{"discount":5}}`)
	f.b.applied(lineSet("o1", "l1", `{"discount":6}`))
	two := dig(f.a.push(m), "results", 0)
	f.has(two, `{"id":2,"status":"duplicate","code":"stale_base","order":"o1","line":"l1","field":"discount","now":{"discount":5}}`)
}

func duplicateKept(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	m := f.a.mutation(pay("o1", "p2", "4.8"), add("o1", "l1"))
	one := dig(f.a.push(m), "results", 0)
	f.has(one, `{"status":"rejected","code":"exists","kept":["p2"],"seq":2}`)
	f.unchanged(func() {
		f.has(dig(f.a.push(m), "results", 0), `{"id":2,"status":"duplicate","code":"exists","kept":["p2"],"seq":2}`)
	})
}

func decidedAndNew(f *twoTills) {
	one := f.a.mutation(create("o1"))
	two := f.a.mutation(add("o1", "l1"))
	three := f.a.mutation(create("o1")) // exists
	f.a.push(one, two)
	got := f.a.push(two, three, f.a.mutation(add("o1", "l2")))
	f.has(got, `{"last_id":4,"results":[{"id":2,"status":"duplicate","seq":2},
		{"id":3,"status":"rejected","code":"exists"},{"id":4,"status":"applied","seq":3}]}`)
	got = f.a.push(one, two, three)
	f.has(got, `{"last_id":4,"results":[{"id":1,"status":"duplicate","seq":1},{"id":2,"seq":2},{"id":3,"code":"exists"}]}`)
}

func idReused(f *twoTills) {
	f.a.push(`{"id":1,"at":"2026-11-21T09:59:58Z","user":{"id":"7","name":"Ana"},"ops":[` + create("o1") + `]}`)
	for _, other := range []string{
		`{"id":1,"at":"2026-11-21T09:59:58Z","user":{"id":"7","name":"Ana"},"ops":[` + create("o2") + `]}`,
		`{"id":1,"at":"2026-11-21T09:59:59Z","user":{"id":"7","name":"Ana"},"ops":[` + create("o1") + `]}`,
		`{"id":1,"at":"2026-11-21T09:59:58Z","user":{"id":"8","name":"Ben"},"ops":[` + create("o1") + `]}`,
		`{"id":1,"ops":[` + create("o1") + `]}`,
		`{"id":1,"at":"2026-11-21T09:59:58Z","user":{"id":"7","name":"Ana"},"ops":[` + create("o1") + `,` + add("o1", "l1") + `]}`,
	} {
		f.has(f.a.try(other).fails("id_reused"), `{"id":1}`)
	}
	f.has(f.a.try(mutation(1, create("o2")), mutation(2, create("o3"))).fails("id_reused"), `{"id":1}`)
}

func sameCanonical(f *twoTills) {
	f.a.push(`{"id":1,"user":{"id":"7","name":"Ana"},"ops":[{"op":"order.create","order":"o1","set":{"partner_id":12}},` +
		`{"op":"line.add","order":"o1","line":"l1","set":{"qty":1,"price_unit":4.8,"description":"Tea"}}]}`)
	for _, same := range []string{
		`{"ops":[{"set":{"partner_id":12},"order":"o1","op":"order.create"},{"line":"l1","set":{"description":"Tea","price_unit":4.8,"qty":1},"order":"o1","op":"line.add"}],"id":1,"user":{"name":"Ana","id":"7"}}`,
		`{"id":1,"user":{"id":"7","name":"Ana"},"ops":[{"op":"order.create","order":"o1","set":{"partner_id":12.0}},{"op":"line.add","order":"o1","line":"l1","set":{"qty":1.0,"price_unit":48e-1,"description":"\u0054ea"}}]}`,
		"{ \"id\" : 1 , \"user\":{\"id\":\"7\",\n\"name\":\"Ana\"},\t\"ops\":[{\"op\":\"order.create\",\"order\":\"o1\",\"set\":{\"partner_id\":12}},{\"op\":\"line.add\",\"order\":\"o1\",\"line\":\"l1\",\"set\":{\"qty\":1e0,\"price_unit\":4.80,\"description\":\"Tea\"}}]}",
	} {
		f.has(f.a.try(same).ok(), `{"results":[{"id":1,"status":"duplicate","seq":1}]}`)
	}
}

func rejectedIDUsed(f *twoTills) {
	f.a.rejected("not_found", add("nope", "l1"))
	f.has(f.a.try(mutation(1, create("o1"))).fails("id_reused"), `{"id":1}`)
	f.has(f.a.applied(create("o1")), `{"id":2}`)
}

func reusedAppliesNothing(f *twoTills) {
	f.a.applied(create("o1"))
	f.unchanged(func() {
		f.a.try(mutation(1, create("o2")), mutation(2, create("o3")), mutation(3, add("o1", "l1"))).fails("id_reused")
	})
	f.has(f.a.applied(add("o1", "l1")), `{"id":2,"seq":2}`)
}

func twoClients(f *twoTills) {
	second := f.a.device()
	for i := range 5 {
		f.has(f.a.applied(create(fmt.Sprintf("a%d", i))), `{"id":%d}`, i+1)
		f.has(second.applied(create(fmt.Sprintf("b%d", i))), `{"id":%d}`, i+1)
	}
	f.has(f.a.pull(f.origin, "").ok(), `{"last_id":5}`)
	f.has(second.pull(f.origin, "").ok(), `{"last_id":5}`)
	f.has(f.b.pull(f.origin, "").ok(), `{"last_id":0}`)
}

func lastID(f *twoTills) {
	f.has(f.a.push(), `{"last_id":0,"results":[]}`)
	f.a.applied(create("o1"))
	f.a.rejected("exists", create("o1"))
	f.has(f.a.push(), `{"last_id":2,"results":[]}`)
	f.has(f.a.pull(f.a.cursor, "").ok(), `{"last_id":2}`)
	f.has(f.a.snapshot(), `{"last_id":2}`)
}

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

func pushAnswers(f *twoTills) {
	got := f.a.push(f.a.mutation(create("o1"), add("o1", "l1")))
	f.has(got, `{"last_id":1,"results":[{"id":1,"status":"applied","seq":1,"orders":{"o1":{"number":1,"rev":1}}}],
		"changes":[{"seq":1,"id":1,"client_id":%q}],"seq":1,"head":1,"more":false}`, f.a.client)
	f.validCursor(got)
	f.has(f.a.pull(f.a.cursor, "").ok(), `{"changes":[],"seq":1}`)
}

func pushBringsOthers(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(add("o1", "l2"))
	got := f.b.push(f.b.mutation(add("o1", "l3")))
	f.same([]any{1, 2, 3}, each(list(got, "changes"), "seq"), "the changes that b gets, its own too")
	got = f.b.push(f.b.mutation(add("o1", "l4")))
	f.same([]any{4}, each(list(got, "changes"), "seq"), "the changes that b gets now")
}

func mixedResults(f *twoTills) {
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

func wholeOrNothing(f *twoTills) {
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

func ignoredNamed(f *twoTills) {
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
func msInfoNotSet(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	before := f.order("o1")
	fake := `{"ms_info":{"created":{"user":null,"pos":{"id":"fake","name":"fake"}},"changed":{"user":null,"pos":{"id":"fake","name":"fake"}}}}`
	for _, op := range []string{orderSet("o1", fake), lineSet("o1", "l1", fake)} {
		result := f.a.do(op)
		f.that(text(result, "code") == "invalid" || len(list(result, "ignored")) == 1, "want ignored or invalid: %s", canon(result))
	}
	f.same(before, f.order("o1"), "the order")
}

func opsSeeOps(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1", `{"qty":1}`), inc("o1", "l1", "qty", "2"), inc("o1", "l1", "qty", "3"),
		add("o1", "l2"), remove("o1", "l2"), lineSet("o1", "l1", `{"price_unit":3}`))
	f.has(f.order("o1"), `{"rev":1,"lines":[{"id":"l1","fields":{"qty":6,"price_unit":3}}]}`)
	f.a.rejected("gone", add("o1", "l3"), remove("o1", "l3"), inc("o1", "l3", "qty", "1"))
	f.a.applied(create("o2"), add("o2", "l1"), closeAs("o2", "cancelled"))
	f.has(f.order("o2"), `{"state":"cancelled","rev":1}`)
}

func emptyChange(f *twoTills) {
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

func tooManyMutations(f *twoTills) {
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
func tooManyOps(f *twoTills) {
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

func resultsHaveOrders(f *twoTills) {
	f.has(f.a.applied(create("o1"), add("o1", "l1"), create("o2"), add("o2", "l1")), `{"orders":{"o1":{"number":1,"rev":1},"o2":{"number":2,"rev":1}}}`)
	f.has(f.a.applied(inc("o2", "l1", "qty", "1")), `{"orders":{"o2":{"number":2,"rev":2}}}`)
	f.has(f.a.applied(add("o1", "l9"), move("o1", "o2", "l9")), `{"orders":{"o1":{"number":1,"rev":2},"o2":{"number":2,"rev":3}}}`)
}

func emptyPush(f *twoTills) {
	f.unchanged(func() {
		f.has(f.a.push(), `{"last_id":0,"results":[],"changes":[],"seq":0,"head":0,"more":false}`)
	})
	f.b.applied(create("o1"), add("o1", "l1"))
	f.has(f.a.push(), `{"results":[],"changes":[{"seq":1}],"seq":1}`)
}
