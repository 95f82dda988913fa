package conformance

import (
	"fmt"
	"strings"
)

// What a protocol doesn't think of must be refused or taken, not break the
// server: no answer is a 5xx, the next push goes on, and who follows the
// changes has the state of who asks for it.
var oddRules = []rule{
	{"odd JSON is answered, never by a 5xx", oddJSON},
	{"odd values in a set leave everyone with the same state", oddValues},
	{"odd queries are answered, never by a 5xx", oddQueries},
	{"odd frames leave other tills alone", oddFrames},
}

func oddJSON(f *floor) {
	for i, body := range []string{
		"\ufeff" + f.a.body(), f.a.body(`{"id":1,"id":1,"ops":[]}`), `{"mutations":[],"mutations":5}`, f.a.body(`{"id":1e0,"ops":[]}`),
		f.a.body(`{"id":1,"ops":[{"op":"order.create","order":"o1","set":{"\ud800":1}}]}`), f.a.body(`{"id":1,"ops":[{"op":"line.add"}],"ops":[]}`),
		f.a.body("{\"id\":1,\"ops\":[{\"op\":\"order.create\",\"order\":\"o1\",\"set\":{\"a\":\"\xff\xfe\"}}]}"),
		f.a.body(`{"id":1,"\u0000":"\u0000","ops":[{"op":"order.create","order":"o1","set":{"":1,"` + strings.Repeat("k", 100_000) + `":1}}]}`),
		f.a.body(`{"id":1,"later":1e99999,"ops":[{"op":"order.create","order":"o1","set":{}}]}`), strings.Repeat(" ", 1000) + f.a.body(),
		`{"client_id":"c","cursor":"x","mutations":[` + strings.Repeat(`{},`, 1000) + `{}]}`,
	} {
		a := f.a.call("POST", "/v1/push", body)
		f.that(a.Status < 500, "body %d: %d %.300s", i, a.Status, a.Raw)
		f.a.client, f.a.next = fresh("client"), 1
		f.a.applied(create(fresh("o")))
	}
}

func oddValues(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	for i, set := range []string{
		`{"description":"\ud800"}`, `{"description":"\u0000"}`, `{"description":"\u2028\u2029\ud83d\ude00</script>\\\"'"}`, `{"description":"a","description":"b"}`,
		"{\"description\":\"\xc3\x28\"}", `{"tax_ids":[1,1,1,"1",1.0]}`, `{"tax_ids":[1e15,"` + strings.Repeat("x", 500) + `"]}`, `{"qty":-0,"price_unit":-0.0}`,
		`{"__proto__":{"x":1},"constructor":1,"product_id":1}`, `{"qty":1E+2,"discount":1e-9,"price_unit":0.1e1}`, `{"product_id":" "}`, `{"description":"` + strings.Repeat(`\u00e9`, 2000) + `"}`,
	} {
		a := f.a.try(f.a.mutation(add("o1", fmt.Sprintf("x%d", i), set)))
		f.that(a.Status < 500, "%.100s: %d %.300s", set, a.Status, a.Raw)
		if a.Status != 200 {
			f.a.next--
		}
	}
	s := state{}
	for _, c := range f.changes() {
		f.that(s.apply(c) == nil, "apply %s", canon(c))
	}
	f.same(f.b.snapshot()["orders"], s.open(), "the state by changes and by snapshot")
	w := f.dial()
	w.send("%s", f.b.hello(""))
	f.same(s.open(), w.until(`{"t":"snapshot","more":false}`)["orders"], "the state over a socket")
}

func oddQueries(f *floor) {
	f.orders(3)
	for _, query := range []string{
		"limit=0", "limit=-1", "limit=2001", "limit=x", "limit=1e1", "wait=-1", "wait=x", "wait=NaN", "page=x", "page=" + strings.Repeat("x", 5000), "cursor=", "cursor=x&cursor=y",
		"client_id=", "%zz", "limit=9999999999999999999999", "page=..%2F..%2Fetc",
	} {
		a := f.a.get("/v1/pull?" + query)
		f.that(a.Status < 500, "pull?%.50s: %d %.300s", query, a.Status, a.Raw)
	}
	for _, query := range []string{"run=x", "run=-1", "state=x", "after=x", "after=" + strings.Repeat("9", 400), "after=%00", "run=99999999999999999999"} {
		a := f.a.get("/v1/orders?" + query)
		f.that(a.Status < 500, "orders?%.50s: %d %.300s", query, a.Status, a.Raw)
		a = f.admin("GET", "/multi-sessions/"+f.id+"/orders?"+query, "")
		f.that(a.Status < 500, "admin orders?%.50s: %d", query, a.Status)
	}
	for _, path := range []string{"/v1/orders/%00", "/v1/orders/..%2f..", "/v1/orders/" + strings.Repeat("x", 5000), "/v1/orders/%F0%9F%98%80", "//v1/orders"} {
		a := f.a.get(path)
		f.that(a.Status < 500, "%.50s: %d %.300s", path, a.Status, a.Raw)
	}
	f.a.applied(inc("o001", "l1", "qty", "1"))
}

func oddFrames(f *floor) {
	for _, frame := range []string{
		``, `null`, `[]`, `5`, `"x"`, `{`, `{}`, `{"t":5}`, `{"t":"later"}`, `{"t":"hello"}`, `{"t":"push"}`, `{"t":"push","ref":{"deep":[]},"mutations":[]}`,
		`{"t":"push","ref":1e400,"mutations":[]}`, `{"t":"presence","order":5}`, `{"t":"presence"}`, `{"t":"presence","order":"a b"}`, `{"t":"hb","x":"\ud800"}`, `{"t":"pushed","ref":1}`,
	} {
		w := f.a.connect()
		w.send("%s", frame)
		f.b.applied(create(fresh("o")))
		f.a.connect().until(`{"t":"changes"}`)
		_ = w.conn.Close()
	}
}
