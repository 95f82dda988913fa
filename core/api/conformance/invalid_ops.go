package conformance

import (
	"fmt"
	"strings"
)

func invalidPayments(f *floor) {
	var rows []bad
	payment := func(value, at string) {
		rows = append(rows, bad1(`{"op":"order.pay","order":"o1","payment":`+value+`}`, "ops[0].payment"+at))
	}
	rows = append(rows, bad1(`{"op":"order.pay","order":"o1"}`, "ops[0].payment"))
	for _, value := range []string{`null`, `5`, `"x"`, `[]`, `true`} {
		payment(value, "")
	}
	for _, id := range badIDs() {
		payment(members("id", id, `"method":"cash"`, `"amount":1`), ".id")
	}
	for _, method := range []string{``, `null`, `5`, `{}`, `[]`, `true`} {
		payment(members("method", method, `"id":"p1"`, `"amount":1`), ".method")
	}
	for _, amount := range append([]string{``, `null`}, noNumber...) {
		payment(members("amount", amount, `"id":"p1"`, `"method":"cash"`), ".amount")
	}
	for _, offline := range []string{`"yes"`, `1`, `{}`, `[]`} {
		payment(members("offline", offline, `"id":"p1"`, `"method":"cash"`, `"amount":1`), ".offline")
	}
	for _, ref := range []string{`{}`, `[]`, `true`} {
		payment(members("ref", ref, `"id":"p1"`, `"method":"cash"`, `"amount":1`), ".ref")
	}
	f.invalid(rows)
}

// members is an object with one member more, or without it where the value
// is empty.
func members(name, value string, others ...string) string {
	if value != "" {
		others = append(others, fmt.Sprintf("%q:%s", name, value))
	}
	return "{" + strings.Join(others, ",") + "}"
}

func invalidStates(f *floor) {
	rows := []bad{bad1(`{"op":"order.close","order":"o1"}`, "ops[0].state")}
	for _, state := range []string{`null`, `5`, `""`, `"open"`, `"abandoned"`, `"Paid"`, `[]`, `{}`, `true`} {
		rows = append(rows, bad1(`{"op":"order.close","order":"o1","state":`+state+`}`, "ops[0].state"))
	}
	f.invalid(rows)
}

func invalidIncs(f *floor) {
	var rows []bad
	const start = `"op":"line.inc","order":"o1","line":"l1"`
	for _, field := range []string{``, `null`, `5`, `[]`, `{}`, `"price_unit"`, `"discount"`, `"product_id"`, `"tax_ids"`, `"description"`} {
		rows = append(rows, bad1(members("field", field, start, `"by":1`), "ops[0].field"))
	}
	for _, by := range append([]string{``, `null`}, noNumber...) {
		rows = append(rows, bad1(members("by", by, start, `"field":"qty"`), "ops[0].by"))
	}
	f.invalid(rows)
}

func invalidMoves(f *floor) {
	rows := []bad{bad1(move("o1", "o1", "l1"), "ops[0].to")}
	for _, lines := range []string{``, `null`, `5`, `"l1"`, `{}`, `[]`} {
		rows = append(rows, bad1(members("lines", lines, `"op":"line.move","order":"o1","to":"o2"`), "ops[0].lines"))
	}
	for _, line := range badIDs()[1:] {
		rows = append(rows, bad1(`{"op":"line.move","order":"o1","to":"o2","lines":["l1",`+line+`]}`, "ops[0].lines[1]*"))
	}
	f.invalid(rows)
}

func atNamesOp(f *floor) {
	f.invalid([]bad{
		{`"ops":[` + inc("o1", "l1", "qty", "1") + `,` + inc("o1", "l1", "qty", `"x"`) + `]`, "ops[1].by"},
		{`"ops":[` + create("o2") + `,` + add("o2", "l1") + `,` + add("o2", "l2", `{"product_id":1,"qty":"x"}`) + `]`, "ops[2].set.qty*"},
		{`"ops":[` + create("o2") + `,` + closeAs("o2", "open") + `]`, "ops[1].state"},
	})
}

// A time only informs; one that is no string is refused all the same, and
// where the text doesn't say, it may be taken.
func invalidWho(f *floor) {
	f.invalid([]bad{
		{`"user":5,"ops":[` + create("o2") + `]`, "user*"},
		{`"user":"x","ops":[` + create("o2") + `]`, "user*"},
		{`"user":[],"ops":[` + create("o2") + `]`, "user*"},
		{`"user":{"id":{},"name":"x"},"ops":[` + create("o2") + `]`, "user*"},
		{`"user":{"id":"7","name":5},"ops":[` + create("o2") + `]`, "user*"},
		{`"at":5,"ops":[` + create("o2") + `]`, "at*"},
		{`"at":{},"ops":[` + create("o2") + `]`, "at*"},
	})
}

func nested(depth int) string {
	return strings.Repeat("[", depth) + strings.Repeat("]", depth)
}

// Section 1: "JSON nested deeper than 100 is refused." Whether the whole push
// or the mutation alone isn't said.
func tooDeepRefused(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.unchangedOrders(func() {
		for _, depth := range []int{101, 200, 5000} {
			for _, op := range []string{
				`{"op":"line.inc","order":"o1","line":"l1","field":"qty","by":1,"extra":` + nested(depth) + `}`,
				lineSet("o1", "l1", `{"qty":5,"foo":`+nested(depth)+`}`),
			} {
				f.refusedWhole(f.a.try(f.a.mutation(op)))
			}
		}
	})
	f.a.applied(`{"op":"line.inc","order":"o1","line":"l1","field":"qty","by":1,"extra":` + nested(80) + `}`)
}

// refusedWhole wants a push of one mutation refused as a whole or in its
// result; after the first, the id is free again.
func (f *floor) refusedWhole(a answer) {
	f.t.Helper()
	if a.Status == 200 {
		f.has(a.ok(), `{"results":[{"status":"rejected","code":"invalid"}]}`)
		return
	}
	f.a.next--
	a.fails("bad_request", "too_large")
}

func invalidLeavesNoTrace(f *floor) {
	got := f.a.push(
		f.a.mutation(create("o1"), add("o1", "l1", `{"product_id":1,"qty":"x"}`)),
		f.a.mutation(create("o2"), add("o2", "l1")))
	f.has(got, `{"last_id":2,"results":[{"id":1,"code":"invalid"},{"id":2,"status":"applied","seq":1,"orders":{"o2":{"number":1}}}]}`)
	f.a.get("/v1/orders/o1").fails("not_found")
}

func unknownOpUnknownKeys(f *floor) {
	f.a.rejected("unknown_op", `{"op":"order.explode","order":"o1"}`)
	f.a.rejected("unknown_op", create("o1"), add("o1", "l1"), `{"op":"line.Add","order":"o1","line":"l2","set":{}}`)
	f.a.get("/v1/orders/o1").fails("not_found")
	m := fmt.Sprintf(`{"id":%d,"later":[1],"ops":[{"op":"order.create","order":"o1","set":{},"later":{"x":1}},
		{"op":"order.pay","order":"o1","payment":{"id":"p1","method":"cash","amount":1,"later":1}}]}`, f.a.next)
	body := strings.Replace(f.a.body(m), "{", `{"later":{"deep":[]},`, 1)
	f.has(f.a.call("POST", "/v1/push", body).ok(), `{"results":[{"status":"applied","seq":1}]}`)
}

func descriptionLength(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1", `{"description":"`+strings.Repeat("x", 2000)+`"}`))
	f.has(f.line("o1", "l1"), `{"fields":{"description":%q}}`, strings.Repeat("x", 2000))
	f.a.applied(lineSet("o1", "l1", `{"description":""}`))
	f.same("", f.field("o1", "l1", "description"), "the empty description")
}
