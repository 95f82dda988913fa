package conformance

import "fmt"

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

func gapRefused(f *floor) {
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

func idsStartAtOne(f *floor) {
	f.has(f.a.applied(create("o1")), `{"id":1}`)
	f.has(f.a.device().applied(create("o2")), `{"id":1}`)
	f.has(f.b.applied(create("o3")), `{"id":1}`)
	f.has(f.a.applied(create("o4")), `{"id":2}`)
}

func duplicateFirstOutcome(f *floor) {
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

func duplicateRejection(f *floor) {
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

func duplicateKept(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	m := f.a.mutation(pay("o1", "p2", "4.8"), add("o1", "l1"))
	one := dig(f.a.push(m), "results", 0)
	f.has(one, `{"status":"rejected","code":"exists","kept":["p2"],"seq":2}`)
	f.unchanged(func() {
		f.has(dig(f.a.push(m), "results", 0), `{"id":2,"status":"duplicate","code":"exists","kept":["p2"],"seq":2}`)
	})
}

func decidedAndNew(f *floor) {
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

func idReused(f *floor) {
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

func sameCanonical(f *floor) {
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

func rejectedIDUsed(f *floor) {
	f.a.rejected("not_found", add("nope", "l1"))
	f.has(f.a.try(mutation(1, create("o1"))).fails("id_reused"), `{"id":1}`)
	f.has(f.a.applied(create("o1")), `{"id":2}`)
}

func reusedAppliesNothing(f *floor) {
	f.a.applied(create("o1"))
	f.unchanged(func() {
		f.a.try(mutation(1, create("o2")), mutation(2, create("o3")), mutation(3, add("o1", "l1"))).fails("id_reused")
	})
	f.has(f.a.applied(add("o1", "l1")), `{"id":2,"seq":2}`)
}

func twoClients(f *floor) {
	second := f.a.device()
	for i := range 5 {
		f.has(f.a.applied(create(fmt.Sprintf("a%d", i))), `{"id":%d}`, i+1)
		f.has(second.applied(create(fmt.Sprintf("b%d", i))), `{"id":%d}`, i+1)
	}
	f.has(f.a.pull(f.origin, "").ok(), `{"last_id":5}`)
	f.has(second.pull(f.origin, "").ok(), `{"last_id":5}`)
	f.has(f.b.pull(f.origin, "").ok(), `{"last_id":0}`)
}

func lastID(f *floor) {
	f.has(f.a.push(), `{"last_id":0,"results":[]}`)
	f.a.applied(create("o1"))
	f.a.rejected("exists", create("o1"))
	f.has(f.a.push(), `{"last_id":2,"results":[]}`)
	f.has(f.a.pull(f.a.cursor, "").ok(), `{"last_id":2}`)
	f.has(f.a.snapshot(), `{"last_id":2}`)
}
