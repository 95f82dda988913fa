package conformance

import (
	"fmt"
	"strings"
)

// Section 4: "invalid (with at, relative to the mutation: ops[0].set.qty;
// empty or missing ops too)".
var invalidRules = []rule{
	{"ops that are missing, empty or no list", invalidOps},
	{"an op that is no object", opIsNoObject},
	{"an id that every op needs", invalidIDs},
	{"a set that is no object", invalidSets},
	{"a core field of the wrong type or size", invalidFields},
	{"a base that is no seq", invalidBases},
	{"a payment with a member missing or wrong", invalidPayments},
	{"a state to close in that is neither paid nor cancelled", invalidStates},
	{"an inc of no counter or by no number", invalidIncs},
	{"a move of no lines or to nowhere", invalidMoves},
	{"at names the op that is wrong", atNamesOp},
	{"who and when of the wrong type", invalidWho},
	{"what is nested too deep is refused", tooDeepRefused},
	{"an invalid mutation leaves no trace but its id", invalidLeavesNoTrace},
	{"an unknown op is refused, unknown keys are ignored", unknownOpUnknownKeys},
	{"a description has up to 2000 characters", descriptionLength},
}

// bad is a mutation's members behind its id, and the `at` that they must
// give; one that ends in * is the beginning.
type bad struct{ members, at string }

// bad1 is a mutation of one op.
func bad1(op, at string) bad { return bad{`"ops":[` + op + `]`, at} }

// pushInvalid pushes mutations and wants each to be rejected at its place.
func pushInvalid(f *twoTills, rows []bad) {
	f.t.Helper()
	f.a.applied(create("o1"), add("o1", "l1"))
	f.unchangedOrders(func() {
		for len(rows) > 0 {
			part := rows[:min(len(rows), 50)]
			rows = rows[len(part):]
			var mutations []string
			for _, row := range part {
				mutations = append(mutations, fmt.Sprintf(`{"id":%d,%s}`, f.a.next, row.members))
				f.a.next++
			}
			got := f.a.push(mutations...)
			for i, row := range part {
				isInvalid(f, dig(got, "results", i), row)
			}
		}
	})
}

func isInvalid(f *twoTills, result any, row bad) {
	f.t.Helper()
	at, whole := text(result, "at"), !strings.HasSuffix(row.at, "*")
	good := at == row.at || (!whole && strings.HasPrefix(at, strings.TrimSuffix(row.at, "*")))
	if text(result, "status") != "rejected" || text(result, "code") != "invalid" || !good || text(result, "message") == "" {
		f.t.Errorf("%.300s\nwant invalid at %s, got %s", row.members, row.at, canon(result))
	}
}

func invalidOps(f *twoTills) {
	pushInvalid(f, []bad{
		{`"later":0`, "ops"},
		{`"ops":null`, "ops"},
		{`"ops":[]`, "ops"},
		{`"ops":{}`, "ops"},
		{`"ops":"x"`, "ops"},
		{`"ops":5`, "ops"},
		{`"ops":true`, "ops"},
	})
}

func opIsNoObject(f *twoTills) {
	var rows []bad
	for _, op := range []string{`null`, `5`, `"x"`, `[]`, `true`} {
		rows = append(rows, bad1(op, "ops[0]*"))
	}
	pushInvalid(f, rows)
}

// goodOps are one of each kind, by kind, with the id members that they need.
var goodOps = []struct {
	ids  []string
	rest string
}{
	{[]string{"order"}, `"op":"order.create","set":{}`},
	{[]string{"order"}, `"op":"order.set","set":{"partner_id":1}`},
	{[]string{"order"}, `"op":"order.pay","payment":{"id":"p1","method":"cash","amount":1}`},
	{[]string{"order"}, `"op":"order.close","state":"paid"`},
	{[]string{"order", "line"}, `"op":"line.add","set":{"qty":1}`},
	{[]string{"order", "line"}, `"op":"line.set","set":{"qty":2}`},
	{[]string{"order", "line"}, `"op":"line.inc","field":"qty","by":1`},
	{[]string{"order", "line"}, `"op":"line.remove"`},
	{[]string{"order", "to"}, `"op":"line.move","lines":["l1"]`},
}

func invalidIDs(f *twoTills) {
	var rows []bad
	for _, good := range goodOps {
		for _, wrong := range good.ids {
			for _, value := range badIDs() {
				op := good.rest
				for _, id := range good.ids {
					v := map[string]string{"order": `"o1"`, "line": `"l1"`, "to": `"o2"`}[id]
					if id == wrong {
						v = value
					}
					if v != "" {
						op += fmt.Sprintf(`,%q:%s`, id, v)
					}
				}
				rows = append(rows, bad1("{"+op+"}", "ops[0]."+wrong))
			}
		}
	}
	pushInvalid(f, rows)
}

func invalidSets(f *twoTills) {
	var rows []bad
	for _, start := range []string{
		`"op":"order.create","order":"o2"`, `"op":"order.set","order":"o1"`,
		`"op":"line.add","order":"o1","line":"l2"`, `"op":"line.set","order":"o1","line":"l1"`,
	} {
		if !strings.Contains(start, "order.create") { // its set may be missing
			rows = append(rows, bad1("{"+start+"}", "ops[0].set"))
		}
		for _, value := range []string{`null`, `5`, `"x"`, `[]`, `true`} {
			rows = append(rows, bad1("{"+start+`,"set":`+value+`}`, "ops[0].set"))
		}
	}
	pushInvalid(f, rows)
}

// wrongValues are by the types of fields.
var (
	noID     = []string{`true`, `{}`, `[]`, `[1]`, `1e16`}
	noNumber = []string{`"1"`, `true`, `{}`, `[1]`, `1e16`, `-1e16`, `1000000000000010`, `1e-10`, `-9e-10`, `1e400`, `1e-400`}
	noIDs    = []string{`5`, `"x"`, `{}`, `true`, `[true]`, `[{}]`, `[null]`, `[[1]]`, `[1,true]`}
	noString = []string{`5`, `true`, `{}`, `[]`, `["x"]`, `"` + strings.Repeat("x", 2001) + `"`}
	noOrder  = append([]string{`1.5`}, badIDs()[2:]...)
)

func invalidFields(f *twoTills) {
	var rows []bad
	wrong := func(op, field string, values []string) {
		for _, value := range values {
			set := fmt.Sprintf(`{%q:%s}`, field, value)
			rows = append(rows, bad1(fmt.Sprintf(op, set), "ops[0].set."+field+"*"))
		}
	}
	for _, op := range []string{`{"op":"order.create","order":"o2","set":%s}`, `{"op":"order.set","order":"o1","set":%s}`} {
		wrong(op, "partner_id", noID)
		wrong(op, "pricelist_id", noID)
		wrong(op, "fiscal_position_id", noID)
		wrong(op, "follows", noOrder)
	}
	for _, op := range []string{`{"op":"line.add","order":"o1","line":"l2","set":%s}`, `{"op":"line.set","order":"o1","line":"l1","set":%s}`} {
		wrong(op, "product_id", noID)
		wrong(op, "qty", noNumber)
		wrong(op, "price_unit", noNumber)
		wrong(op, "discount", noNumber)
		wrong(op, "tax_ids", noIDs)
		wrong(op, "description", noString)
	}
	pushInvalid(f, rows)
}

func invalidBases(f *twoTills) {
	var rows []bad
	for _, start := range []string{
		`"op":"order.set","order":"o1","set":{"partner_id":1}`,
		`"op":"line.set","order":"o1","line":"l1","set":{"discount":1}`, `"op":"order.close","order":"o1","state":"paid"`,
	} {
		for _, value := range []string{`"5"`, `1.5`, `-1`, `true`, `{}`, `[]`} {
			rows = append(rows, bad1("{"+start+`,"base":`+value+`}`, "ops[0].base"))
		}
	}
	pushInvalid(f, rows)
}

func invalidPayments(f *twoTills) {
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
	pushInvalid(f, rows)
}

// members is an object with one member more, or without it where the value
// is empty.
func members(name, value string, others ...string) string {
	if value != "" {
		others = append(others, fmt.Sprintf("%q:%s", name, value))
	}
	return "{" + strings.Join(others, ",") + "}"
}

func invalidStates(f *twoTills) {
	rows := []bad{bad1(`{"op":"order.close","order":"o1"}`, "ops[0].state")}
	for _, state := range []string{`null`, `5`, `""`, `"open"`, `"abandoned"`, `"Paid"`, `[]`, `{}`, `true`} {
		rows = append(rows, bad1(`{"op":"order.close","order":"o1","state":`+state+`}`, "ops[0].state"))
	}
	pushInvalid(f, rows)
}

func invalidIncs(f *twoTills) {
	var rows []bad
	const start = `"op":"line.inc","order":"o1","line":"l1"`
	for _, field := range []string{``, `null`, `5`, `[]`, `{}`, `"price_unit"`, `"discount"`, `"product_id"`, `"tax_ids"`, `"description"`} {
		rows = append(rows, bad1(members("field", field, start, `"by":1`), "ops[0].field"))
	}
	for _, by := range append([]string{``, `null`}, noNumber...) {
		rows = append(rows, bad1(members("by", by, start, `"field":"qty"`), "ops[0].by"))
	}
	pushInvalid(f, rows)
}

func invalidMoves(f *twoTills) {
	rows := []bad{bad1(move("o1", "o1", "l1"), "ops[0].to")}
	for _, lines := range []string{``, `null`, `5`, `"l1"`, `{}`, `[]`} {
		rows = append(rows, bad1(members("lines", lines, `"op":"line.move","order":"o1","to":"o2"`), "ops[0].lines"))
	}
	for _, line := range badIDs()[1:] {
		rows = append(rows, bad1(`{"op":"line.move","order":"o1","to":"o2","lines":["l1",`+line+`]}`, "ops[0].lines[1]*"))
	}
	pushInvalid(f, rows)
}

func atNamesOp(f *twoTills) {
	pushInvalid(f, []bad{
		{`"ops":[` + inc("o1", "l1", "qty", "1") + `,` + inc("o1", "l1", "qty", `"x"`) + `]`, "ops[1].by"},
		{`"ops":[` + create("o2") + `,` + add("o2", "l1") + `,` + add("o2", "l2", `{"product_id":1,"qty":"x"}`) + `]`, "ops[2].set.qty*"},
		{`"ops":[` + create("o2") + `,` + closeAs("o2", "open") + `]`, "ops[1].state"},
	})
}

// A time only informs; one that is no string is refused all the same, and
// where the text doesn't say, it may be taken.
func invalidWho(f *twoTills) {
	pushInvalid(f, []bad{
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
func tooDeepRefused(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.unchangedOrders(func() {
		for _, depth := range []int{101, 200, 5000} {
			for _, op := range []string{
				`{"op":"line.inc","order":"o1","line":"l1","field":"qty","by":1,"extra":` + nested(depth) + `}`,
				lineSet("o1", "l1", `{"qty":5,"foo":`+nested(depth)+`}`),
			} {
				refusedWhole(f, f.a.try(f.a.mutation(op)))
			}
		}
	})
	f.a.applied(`{"op":"line.inc","order":"o1","line":"l1","field":"qty","by":1,"extra":` + nested(80) + `}`)
}

// refusedWhole wants a push of one mutation refused as a whole or in its
// result; after the first, the id is free again.
func refusedWhole(f *twoTills, a answer) {
	f.t.Helper()
	if a.Status == 200 {
		f.has(a.ok(), `{"results":[{"status":"rejected","code":"invalid"}]}`)
		return
	}
	f.a.next--
	a.fails("bad_request", "too_large")
}

func invalidLeavesNoTrace(f *twoTills) {
	got := f.a.push(
		f.a.mutation(create("o1"), add("o1", "l1", `{"product_id":1,"qty":"x"}`)),
		f.a.mutation(create("o2"), add("o2", "l1")))
	f.has(got, `{"last_id":2,"results":[{"id":1,"code":"invalid"},{"id":2,"status":"applied","seq":1,"orders":{"o2":{"number":1}}}]}`)
	f.a.get("/v1/orders/o1").fails("not_found")
}

func unknownOpUnknownKeys(f *twoTills) {
	f.a.rejected("unknown_op", `{"op":"order.explode","order":"o1"}`)
	f.a.rejected("unknown_op", create("o1"), add("o1", "l1"), `{"op":"line.Add","order":"o1","line":"l2","set":{}}`)
	f.a.get("/v1/orders/o1").fails("not_found")
	m := fmt.Sprintf(`{"id":%d,"later":[1],"ops":[{"op":"order.create","order":"o1","set":{},"later":{"x":1}},
		{"op":"order.pay","order":"o1","payment":{"id":"p1","method":"cash","amount":1,"later":1}}]}`, f.a.next)
	body := strings.Replace(f.a.body(m), "{", `{"later":{"deep":[]},`, 1)
	f.has(f.a.call("POST", "/v1/push", body).ok(), `{"results":[{"status":"applied","seq":1}]}`)
}

func descriptionLength(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1", `{"description":"`+strings.Repeat("x", 2000)+`"}`))
	f.has(f.line("o1", "l1"), `{"fields":{"description":%q}}`, strings.Repeat("x", 2000))
	f.a.applied(lineSet("o1", "l1", `{"description":""}`))
	f.same("", f.field("o1", "l1", "description"), "the empty description")
}
