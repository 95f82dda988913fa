package conformance

import (
	"fmt"
)

var isolationRules = []rule{
	{"the same order id in two multi-sessions is two orders", sameIDTwoOrders},
	{"numbers, runs and seqs are a multi-session's own", countersOwn},
	{"changes, presence and tills reach one's own floor alone", nothingLeaks},
	{"a third multi-session changes nothing in two at work", thirdStarts},
	{"a POS can't read another multi-session's order", orderOfAnotherMultiSession},
}

func neighbour(f *twoTills) *twoTills {
	f.t.Helper()
	g := newTwoTills(f.t, f.Server)
	g.suite = f.suite
	return g
}

func sameIDTwoOrders(f *twoTills) {
	g := neighbour(f)
	f.a.applied(create("o1", `{"partner_id":1}`), add("o1", "l1", `{"qty":1}`))
	g.a.applied(create("o1", `{"partner_id":2}`), add("o1", "l1", `{"qty":2}`))
	g.a.applied(closeAs("o1", "paid"))
	f.has(f.order("o1"), `{"state":"open","rev":1,"fields":{"partner_id":1},"lines":[{"fields":{"qty":1}}]}`)
	g.has(g.order("o1"), `{"state":"paid","rev":2,"fields":{"partner_id":2},"lines":[{"fields":{"qty":2}}]}`)
}

func countersOwn(f *twoTills) {
	g := neighbour(f)
	f.a.applied(create("o1"))
	f.a.applied(create("o2"))
	f.has(g.a.applied(create("o3")), `{"id":1,"seq":1,"orders":{"o3":{"number":1}}}`)
	g.endRun()
	f.has(f.a.open(), `{"run":1}`)
	f.has(f.a.applied(create("o4")), `{"seq":3,"orders":{"o4":{"number":3}}}`)
}

func nothingLeaks(f *twoTills) {
	g := neighbour(f)
	w, theirs := f.a.connect(), g.a.connect()
	other := g.b.connect()
	g.a.applied(create("o1"), add("o1", "l1"))
	theirs.send(`{"t":"presence","order":"o1"}`)
	other.await("presence")
	g.b.close()
	other.await("till")
	f.b.applied(create("o9"), add("o9", "l1"))
	first := w.next()
	f.has(first, `{"t":"changes","changes":[{"seq":1,"orders":{"o9":"<any>"}}]}`)
	again := f.dial()
	again.send("%s", f.b.hello(""))
	f.has(again.next(), `{"t":"welcome","present":[],"multi_session":{"id":%q}}`, f.id)
}

func thirdStarts(f *twoTills) {
	g := neighbour(f)
	one, two := f.a.connect(), g.a.connect()
	f.unchanged(func() {
		g.unchanged(func() {
			h := neighbour(f)
			h.a.applied(create("o1"), add("o1", "l1"))
			h.endRun()
		})
	})
	one.answers(1)
	two.answers(1)
}

func orderOfAnotherMultiSession(f *twoTills) {
	g := neighbour(f)
	g.a.applied(create("theirs"), add("theirs", "l1"))
	f.a.get("/v1/orders/theirs").fails("not_found")
	f.a.rejected("not_found", inc("theirs", "l1", "qty", "1"))
	f.has(f.a.get("/v1/orders").ok(), `{"orders":[]}`)
	f.has(f.a.applied(create("theirs")), `{"orders":{"theirs":{"number":1}}}`)
}

var raceRules = []rule{
	{"increments of many tills at once all count", incrementsAtOnce},
	{"one push sent five times at once has one effect", pushAtOnce},
	{"two bodies for one id at once: one is taken, the other is told", bodiesAtOnce},
	{"a close and an edit at once: one order of both, and both are told", closeAndEditAtOnce},
}

// Scenario 1: two tills click one product 30 times at once.
func incrementsAtOnce(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1", `{"qty":0}`))
	tills := []*till{f.a.device(), f.b, f.addTill()}
	for range 10 {
		var tokens, bodies []string
		for _, c := range tills {
			tokens = append(tokens, c.token)
			bodies = append(bodies, c.body(c.mutation(inc("o1", "l1", "qty", "1")), c.mutation(inc("o1", "l1", "qty", "0.1"))))
		}
		for _, a := range f.together(tokens, bodies) {
			f.has(a.ok(), `{"results":[{"status":"applied"},{"status":"applied"}]}`)
		}
	}
	f.same(33, f.field("o1", "l1", "qty"), "qty")
	f.has(f.order("o1"), `{"rev":61}`)
}

// Scenarios 13 and 19: the same request twice.
func pushAtOnce(f *twoTills) {
	body := f.a.body(f.a.mutation(create("o1"), add("o1", "l1")), f.a.mutation(inc("o1", "l1", "qty", "1")), f.a.mutation(pay("o1", "p1", "2")))
	tokens, bodies := make([]string, 5), make([]string, 5)
	for i := range bodies {
		tokens[i], bodies[i] = f.a.token, body
	}
	applied := 0
	for _, a := range f.together(tokens, bodies) {
		got := a.ok()
		f.has(got, `{"last_id":3,"results":[{"id":1,"seq":1},{"id":2,"seq":2},{"id":3,"seq":3}]}`)
		for _, r := range list(got, "results") {
			f.oneOf(text(r, "status"), "applied", "duplicate")
			if text(r, "status") == "applied" {
				applied++
			}
		}
	}
	f.same(3, applied, "the results that are applied and not duplicate")
	f.has(f.order("o1"), `{"rev":3,"payments":[{"id":"p1"}],"lines":[{"fields":{"qty":2}}]}`)
	f.same(3, f.head(), "the head")
}

// Scenario 22: two tabs on one queue.
func bodiesAtOnce(f *twoTills) {
	tokens := []string{f.a.token, f.a.token}
	answers := f.together(tokens, []string{f.a.body(mutation(1, create("o1"))), f.a.body(mutation(1, create("o2")))})
	if answers[0].Status != 200 {
		answers[0], answers[1] = answers[1], answers[0]
	}
	f.has(answers[0].ok(), `{"results":[{"id":1,"status":"applied","seq":1}]}`)
	f.has(answers[1].fails("id_reused"), `{"id":1}`)
	f.that(len(list(f.a.snapshot(), "orders")) == 1, "one order was made")
}

func closeAndEditAtOnce(f *twoTills) {
	for i := range 10 {
		o := fmt.Sprintf("o%d", i)
		f.a.applied(create(o), add(o, "l1"))
		answers := f.together([]string{f.a.token, f.b.token}, []string{
			f.a.body(f.a.mutation(closeAs(o, "paid"))), f.b.body(f.b.mutation(add(o, "l2"))),
		})
		f.has(answers[0].ok(), `{"results":[{"status":"applied"}]}`)
		edit := dig(answers[1].ok(), "results", 0)
		lines := lineIDs(f.order(o))
		if text(edit, "status") == "applied" {
			f.same([]any{"l1", "l2"}, lines, "the lines after an edit that came first")
			continue
		}
		f.has(edit, `{"code":"order_closed","state":"paid"}`)
		f.same([]any{"l1"}, lines, "the lines after an edit that came late")
	}
}
