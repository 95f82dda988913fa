package conformance

import (
	"fmt"
	"sync"
)

var raceRules = []rule{
	{"increments of many tills at once all count", incrementsAtOnce},
	{"one push sent five times at once has one effect", pushAtOnce},
	{"two bodies for one id at once: one is taken, the other is told", bodiesAtOnce},
	{"a close and an edit at once: one order of both, and both are told", closeAndEditAtOnce},
}

// together pushes bodies at the same time, each with its token, and returns
// the answers in the bodies' order.
func (f *floor) together(tokens, bodies []string) []answer {
	f.t.Helper()
	answers, errs := make([]answer, len(bodies)), make([]error, len(bodies))
	var all sync.WaitGroup
	for i := range bodies {
		all.Go(func() { answers[i], errs[i] = request(f.Server, tokens[i], "POST", "/v1/push", bodies[i]) })
	}
	all.Wait()
	for i := range bodies {
		f.that(errs[i] == nil, "push: %v", errs[i])
		answers[i].t = f.t
	}
	return answers
}

// Scenario 1: two tills click one product 30 times at once.
func incrementsAtOnce(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1", `{"qty":0}`))
	tills := []*till{f.a.device(), f.b, f.till()}
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
func pushAtOnce(f *floor) {
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
func bodiesAtOnce(f *floor) {
	tokens := []string{f.a.token, f.a.token}
	answers := f.together(tokens, []string{f.a.body(mutation(1, create("o1"))), f.a.body(mutation(1, create("o2")))})
	if answers[0].Status != 200 {
		answers[0], answers[1] = answers[1], answers[0]
	}
	f.has(answers[0].ok(), `{"results":[{"id":1,"status":"applied","seq":1}]}`)
	f.has(answers[1].fails("id_reused"), `{"id":1}`)
	f.that(len(list(f.a.snapshot(), "orders")) == 1, "one order was made")
}

func closeAndEditAtOnce(f *floor) {
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
