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

// invalid pushes mutations and wants each to be rejected at its place.
func (f *floor) invalid(rows []bad) {
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
				f.isInvalid(dig(got, "results", i), row)
			}
		}
	})
}

func (f *floor) isInvalid(result any, row bad) {
	f.t.Helper()
	at, whole := text(result, "at"), !strings.HasSuffix(row.at, "*")
	good := at == row.at || (!whole && strings.HasPrefix(at, strings.TrimSuffix(row.at, "*")))
	if text(result, "status") != "rejected" || text(result, "code") != "invalid" || !good || text(result, "message") == "" {
		f.t.Errorf("%.300s\nwant invalid at %s, got %s", row.members, row.at, canon(result))
	}
}

// unchangedOrders wants the open orders to be the same after do.
func (f *floor) unchangedOrders(do func()) {
	f.t.Helper()
	before := f.a.snapshot()["orders"]
	do()
	f.same(before, f.a.snapshot()["orders"], "the open orders changed")
}

func invalidOps(f *floor) {
	f.invalid([]bad{
		{`"later":0`, "ops"},
		{`"ops":null`, "ops"},
		{`"ops":[]`, "ops"},
		{`"ops":{}`, "ops"},
		{`"ops":"x"`, "ops"},
		{`"ops":5`, "ops"},
		{`"ops":true`, "ops"},
	})
}

func opIsNoObject(f *floor) {
	var rows []bad
	for _, op := range []string{`null`, `5`, `"x"`, `[]`, `true`} {
		rows = append(rows, bad1(op, "ops[0]*"))
	}
	f.invalid(rows)
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

func invalidIDs(f *floor) {
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
	f.invalid(rows)
}

func invalidSets(f *floor) {
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
	f.invalid(rows)
}

// wrongValues are by the types of fields.
var (
	noID     = []string{`true`, `{}`, `[]`, `[1]`, `1e16`}
	noNumber = []string{`"1"`, `true`, `{}`, `[1]`, `1e16`, `-1e16`, `1000000000000010`, `1e-10`, `-9e-10`, `1e400`, `1e-400`}
	noIDs    = []string{`5`, `"x"`, `{}`, `true`, `[true]`, `[{}]`, `[null]`, `[[1]]`, `[1,true]`}
	noString = []string{`5`, `true`, `{}`, `[]`, `["x"]`, `"` + strings.Repeat("x", 2001) + `"`}
	noOrder  = append([]string{`1.5`}, badIDs()[2:]...)
)

func invalidFields(f *floor) {
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
	f.invalid(rows)
}

func invalidBases(f *floor) {
	var rows []bad
	for _, start := range []string{
		`"op":"order.set","order":"o1","set":{"partner_id":1}`,
		`"op":"line.set","order":"o1","line":"l1","set":{"discount":1}`, `"op":"order.close","order":"o1","state":"paid"`,
	} {
		for _, value := range []string{`"5"`, `1.5`, `-1`, `true`, `{}`, `[]`} {
			rows = append(rows, bad1("{"+start+`,"base":`+value+`}`, "ops[0].base"))
		}
	}
	f.invalid(rows)
}
