package conformance

import (
	"os"
	"path/filepath"
)

// "Fields, and how they merge": what an extension says of its fields' values.
// How a server is told of an extension is its own matter; this is how this one
// is.
var fieldRules = []rule{
	{"the schema says what values a field may have", schemaBounds},
	{"a value outside is named with what it must be, and the rest is applied", outsideIsNamed},
	{"a counter is held against its bounds after the inc", counterBounds},
	{"a time is stored in UTC, its fraction without trailing zeros", timesInUTC},
	{"a union takes what to remove and to add", unionShrinks},
	{"what was stored before stays until it is set", storedStays},
}

const boundedFields = `name: kitchen
fields:
  order:
    ready_at: {type: time}
    room: {type: string, pattern: '[A-Z]\d{1,3}'}
  orderline:
    doneness: {enum: [rare, medium, done]}
    seat: {type: integer, merge: counter, min: 1, max: 12}
    tags: {type: "string[]", merge: union, max: 3}
    remark: {type: string, max: 3}
`

// withFields starts a server with an extension that has these fields; narrow
// gives it others and loads it again.
func withFields(f *twoTills) (one *twoTills, narrow func(manifest string)) {
	f.t.Helper()
	dir := f.t.TempDir()
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "extension.yaml"), []byte(text), 0o600); err != nil {
			f.t.Fatal(err)
		}
	}
	write(boundedFields)
	one = newTwoTills(f.t, f.suite.start(f.t, "extensions:\n  - path: "+dir))
	one.suite = f.suite
	return one, func(manifest string) {
		write(manifest)
		one.admin.do("POST", "/extensions/reload", "").ok()
	}
}

func schemaBounds(f *twoTills) {
	f, _ = withFields(f)
	schema := f.a.get("/v1/schema").ok()
	f.has(schema, `{"order":{"ready_at":{"type":"time","owner":"kitchen"},"room":{"type":"string","pattern":"[A-Z]\\d{1,3}"}},
		"orderline":{"doneness":{"type":"string","merge":"last","enum":["rare","medium","done"]},
		"seat":{"type":"integer","merge":"counter","min":1,"max":12},"tags":{"type":"string[]","merge":"union","max":3}}}`)
	for _, member := range []string{"enum", "min", "max", "pattern"} {
		_, there := dig(schema, "order", "ready_at").(object)[member]
		f.that(!there, "a field without %s has no such member", member)
	}
}

func outsideIsNamed(f *twoTills) {
	f, _ = withFields(f)
	mutation := f.a.mutation(create("o1", `{"room":"the blue one","partner_id":12}`),
		add("o1", "l1", `{"product_id":50,"qty":1,"doneness":"burnt","seat":0,"remark":"🍕🍕🍕🍕","tags":["a","b","c","d"]}`))
	want := `{"ignored":["o1.room","l1.doneness","l1.remark","l1.seat","l1.tags"],"why":{"o1.room":"<any>",
		"l1.doneness":"<any>","l1.remark":"<any>","l1.seat":"<any>","l1.tags":"<any>"}}`
	f.has(dig(f.a.push(mutation), "results", 0), `{"status":"applied"}`)
	f.has(dig(f.a.push(mutation), "results", 0), `{"status":"duplicate"}`)
	f.has(dig(f.a.push(mutation), "results", 0), want)
	f.same(12, f.order("o1")["fields"].(object)["partner_id"], "the rest is applied")
	for _, name := range []string{"doneness", "seat", "remark", "tags"} {
		f.same(nil, f.field("o1", "l1", name), "%s", name)
	}
	f.a.applied(lineSet("o1", "l1", `{"doneness":"rare","seat":12.0,"remark":"🍕🍕🍕","tags":["a","b","c"]}`))
	f.same("rare", f.field("o1", "l1", "doneness"), "doneness")
	f.has(f.a.do(lineSet("o1", "l1", `{"seat":1.5,"doneness":null}`)), `{"status":"applied","ignored":["l1.seat"]}`)
	f.same(nil, f.field("o1", "l1", "doneness"), "null is no value, which any field may have")
}

func counterBounds(f *twoTills) {
	f, _ = withFields(f)
	f.a.applied(create("o1"), add("o1", "l1", `{"qty":1,"seat":11}`))
	f.a.applied(inc("o1", "l1", "seat", "1"))
	f.has(f.b.do(inc("o1", "l1", "seat", "1"), inc("o1", "l1", "qty", "1")), `{"status":"applied","ignored":["l1.seat"],"why":{"l1.seat":"<any>"}}`)
	f.same(12, f.field("o1", "l1", "seat"), "seat")
	f.same(2, f.field("o1", "l1", "qty"), "qty")
	f.has(f.b.do(inc("o1", "l1", "seat", "-0.5")), `{"status":"applied","ignored":["l1.seat"]}`)
	f.has(f.b.do(inc("o1", "l1", "seat", "-12")), `{"status":"applied","ignored":["l1.seat"]}`)
	f.b.applied(inc("o1", "l1", "seat", "-11"))
	f.same(1, f.field("o1", "l1", "seat"), "seat")
}

func timesInUTC(f *twoTills) {
	f, _ = withFields(f)
	seq := f.a.seq(create("o1", `{"ready_at":"2026-11-21T11:00:00.50+01:00"}`), add("o1", "l1"))
	f.has(f.change(seq), `{"orders":{"o1":{"set":{"ready_at":"2026-11-21T10:00:00.5Z"}}}}`)
	rev := f.order("o1")["rev"]
	f.a.applied(orderSet("o1", `{"ready_at":"2026-11-21t10:00:00.500z"}`))
	f.same(rev, f.order("o1")["rev"], "rev after the same instant in another form")
	for _, wrong := range []string{`"soon"`, `"2026-11-21"`, `"2026-02-30T10:00:00Z"`, `1795255200`} {
		f.has(f.a.do(orderSet("o1", `{"ready_at":`+wrong+`}`)), `{"status":"applied","ignored":["o1.ready_at"],"why":{"o1.ready_at":"<any>"}}`)
	}
}

func unionShrinks(f *twoTills) {
	f, _ = withFields(f)
	f.a.applied(create("o1"), add("o1", "l1", `{"qty":1,"tags":{"add":["a","b"]}}`))
	f.b.applied(lineSet("o1", "l1", `{"tags":["c","a"]}`))
	f.same([]any{"a", "b", "c"}, f.field("o1", "l1", "tags"), "tags")
	seq := f.a.seq(lineSet("o1", "l1", `{"tags":{"add":["d","b"],"remove":["a","b","x"]}}`))
	f.has(f.change(seq), `{"orders":{"o1":{"lines":{"l1":{"set":{"tags":["c","d","b"]}}}}}}`)
	f.has(f.a.do(lineSet("o1", "l1", `{"tags":{"add":["e"]}}`)), `{"status":"applied","ignored":["l1.tags"]}`)
	f.has(f.a.do(lineSet("o1", "l1", `{"tags":{"add":["e"],"take":["c"]}}`)), `{"status":"applied","ignored":["l1.tags"]}`)
	f.a.applied(lineSet("o1", "l1", `{"tags":{"remove":["c","d","b"]}}`))
	f.same([]any{}, f.field("o1", "l1", "tags"), "tags")
}

func storedStays(f *twoTills) {
	f, narrow := withFields(f)
	f.a.applied(create("o1"), add("o1", "l1", `{"qty":1,"remark":"abc"}`))
	narrow("name: kitchen\nfields: {orderline: {remark: {type: string, max: 2}}}\n")
	f.a.applied(inc("o1", "l1", "qty", "1"))
	f.same("abc", f.field("o1", "l1", "remark"), "remark")
	f.has(f.a.do(lineSet("o1", "l1", `{"remark":"abcd"}`)), `{"status":"applied","ignored":["l1.remark"]}`)
	f.a.applied(lineSet("o1", "l1", `{"remark":"ab"}`))
}
