package conformance

import (
	"fmt"
	"strings"
)

// Section 4: "bad_request … in a push only for: no JSON object, no good
// client_id or cursor, mutations no list, an id that is no 1…2⁵³−1 or doesn't
// rise by one".
var badRequestRules = []rule{
	{"a body that is no JSON object", noJSONObject},
	{"no good client_id", func(f *floor) { f.badMember("client_id", badIDs()) }},
	{"no good cursor", func(f *floor) { f.badMember("cursor", badCursors()) }},
	{"mutations are no list", func(f *floor) {
		f.badMember("mutations", []string{``, `null`, `{}`, `"x"`, `5`, `true`})
	}},
	{"an id that is no 1…2⁵³−1", badMutationIDs},
	{"ids that don't rise by one", idsDontRise},
	{"a mutation that is no object has no id", noMutationObject},
	{"nothing else is a bad request", nothingElse},
	{"a bad request applies nothing", badRequestAppliesNothing},
	{"pull checks client_id as push does", pullChecksClientID},
}

var badStart = []string{``, ` `, `[]`, `"x"`, `5`, `null`, `true`, `{`, `{"client_id":`, `{}{}`, `{} x`, `not json`, "{\"client_id\":\"\xff\"}"}

func noJSONObject(f *floor) {
	f.unchanged(func() {
		for _, body := range badStart {
			f.a.call("POST", "/v1/push", body).fails("bad_request")
		}
	})
}

// badIDs are values that are no "1 to 64 of A-Z a-z 0-9 . _ - :"; the empty
// text stands for a missing member.
func badIDs() []string {
	return []string{``, `null`, `5`, `true`, `{}`, `[]`, `""`, `"a b"`, `"ä"`, `"a/b"`, `"a\u0000"`, `"` + strings.Repeat("x", 65) + `"`}
}

func badCursors() []string {
	return []string{``, `null`, `5`, `true`, `{}`, `[]`, `""`, `"a b"`, `"ä"`, `"a:b"`, `"a=="`, `"` + strings.Repeat("x", 513) + `"`}
}

// badMember wants `at` to name a member of the body that is wrong in every
// way, while the rest is good.
func (f *floor) badMember(member string, values []string) {
	f.t.Helper()
	f.unchanged(func() {
		for _, value := range values {
			body := map[string]string{"client_id": fmt.Sprintf("%q", f.a.client), "cursor": fmt.Sprintf("%q", f.origin), "mutations": `[]`}
			body[member] = value
			var parts []string
			for name, part := range body {
				if part != "" {
					parts = append(parts, fmt.Sprintf("%q:%s", name, part))
				}
			}
			problem := f.a.call("POST", "/v1/push", "{"+strings.Join(parts, ",")+"}").fails("bad_request")
			f.that(text(problem, "at") == member, "%s = %s: want at %q, got %s", member, value, member, canon(problem))
		}
	})
}

func badMutationIDs(f *floor) {
	f.unchanged(func() {
		for _, id := range []string{`null`, `0`, `-1`, `1.5`, `"1"`, `true`, `{}`, `[]`, `9007199254740992`, `1e300`} {
			problem := f.a.try(fmt.Sprintf(`{"id":%s,"ops":[%s]}`, id, create("o1"))).fails("bad_request")
			f.same("mutations[0].id", problem["at"], "id %s", id)
		}
		f.same("mutations[0].id", f.a.try(`{"ops":[` + create("o1") + `]}`).fails("bad_request")["at"], "no id")
	})
	for i, id := range []string{`1.0`, `0.2e1`, `30E-1`} { // a number is what it is worth, not how it is spelled
		f.has(f.a.try(fmt.Sprintf(`{"id":%s,"ops":[%s]}`, id, create(fresh("o")))).ok(), `{"results":[{"id":%d,"status":"applied"}]}`, i+1)
	}
	f.has(f.a.try(`{"id":9007199254740991,"ops":[]}`).fails("id_gap"), `{"expected":4,"got":9007199254740991}`)
}

func idsDontRise(f *floor) {
	f.unchanged(func() {
		for _, ids := range [][2]int{{1, 3}, {1, 1}, {2, 1}, {1, 0}} {
			problem := f.a.try(mutation(ids[0], create("o1")), mutation(ids[1], create("o2"))).fails("bad_request")
			f.same("mutations[1].id", problem["at"], "ids %v", ids)
		}
		problem := f.a.try(mutation(1, create("o1")), mutation(2, create("o2")), mutation(4, create("o3"))).fails("bad_request")
		f.same("mutations[2].id", problem["at"], "ids 1, 2, 4")
	})
}

// mutation is a mutation's text with an id of one's own.
func mutation(id int, ops ...string) string {
	return fmt.Sprintf(`{"id":%d,"ops":[%s]}`, id, strings.Join(ops, ","))
}

func noMutationObject(f *floor) {
	f.unchanged(func() {
		for _, m := range []string{`null`, `5`, `"x"`, `[]`, `true`} {
			problem := f.a.try(m).fails("bad_request")
			f.that(strings.HasPrefix(text(problem, "at"), "mutations[0]"), "%s: at %s", m, canon(problem["at"]))
		}
	})
}

// Everything else that can be wrong in a push rejects one mutation and lets
// the next one through.
func nothingElse(f *floor) {
	for _, m := range []string{
		`"user":5,"ops":[%s]`, `"user":{"id":5,"name":[]},"ops":[%s]`, `"ops":5`, `"ops":[5]`, `"nothing":0`,
		`"ops":[{"op":"order.create","order":5}]`, `"ops":[{}]`, `"ops":[{"op":5}]`,
	} {
		if strings.Contains(m, "%s") {
			m = fmt.Sprintf(m, create(fresh("o")))
		}
		bad := fmt.Sprintf(`{"id":%d,%s}`, f.a.next, m)
		f.a.next++
		got := f.a.push(bad, f.a.mutation(create(fresh("o"))))
		f.has(dig(got, "results", 0), `{"status":"rejected","message":"<any>"}`)
		f.oneOf(text(got, "results", 0, "code"), "invalid", "unknown_op")
		f.has(dig(got, "results", 1), `{"status":"applied"}`)
	}
}

func badRequestAppliesNothing(f *floor) {
	f.unchanged(func() {
		f.a.try(mutation(1, create("o1")), mutation(2, add("o1", "l1")), mutation(9, add("o1", "l2"))).fails("bad_request")
	})
	f.a.get("/v1/orders/o1").fails("not_found")
	f.has(f.a.applied(create("o1")), `{"id":1,"orders":{"o1":{"number":1}}}`)
}

func pullChecksClientID(f *floor) {
	for _, id := range []string{"a%20b", "%C3%A4", strings.Repeat("x", 65)} {
		f.a.get("/v1/pull?cursor=" + f.origin + "&client_id=" + id).fails("bad_request")
	}
}
