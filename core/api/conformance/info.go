package conformance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

var infoRules = []rule{
	{"info names server, protocol and limits", infoNames},
	{"server_id is the same in every answer", serverIDStays},
	{"the schema has the core's fields with their merge rules", schemaHasCore},
	{"healthz and readyz answer", healthAnswers},
	{"openapi.json names every path", openAPINamesPaths},
	{"the catalogue has an ETag", catalogueETag},
	{"extensions.js has an ETag", extensionsETag},
	{"HEAD is GET without the body", headIsGet},
	{"an unknown path is a 404", unknownPath},
}

func infoNames(f *twoTills) {
	info := f.info()
	f.has(info, `{"server":"manytill","version":"<any>","server_id":"<any>","protocol":{"min":1,"max":1},"extensions":[]}`)
	f.that(num(info, "limits", "body_bytes") >= 1<<20, "at least 1 MiB: %s", canon(info))
	f.that(num(info, "limits", "mutations") >= 100, "at least 100 mutations: %s", canon(info))
	f.that(num(info, "limits", "ops") >= 1, "a limit of ops: %s", canon(info))
	for _, member := range []string{"extensions_etag", "catalogue_etag"} {
		_, isText := info[member].(string)
		f.that(isText, "%s: %s", member, canon(info))
	}
	f.isTime(info["time"])
}

func serverIDStays(f *twoTills) {
	id := text(f.info(), "server_id")
	f.same(id, f.info()["server_id"], "server_id of another info")
	w := f.dial()
	w.send("%s", f.a.hello(""))
	f.has(w.next(), `{"t":"welcome","server_id":%q}`, id)
}

func schemaHasCore(f *twoTills) {
	schema := f.a.get("/v1/schema").ok()
	core := object{
		"order": object{"partner_id": "last", "pricelist_id": "last", "fiscal_position_id": "last", "follows": "first"},
		"orderline": object{
			"product_id": "first", "qty": "counter", "price_unit": "guarded", "discount": "guarded",
			"tax_ids": "last", "description": "last",
		},
	}
	for record, fields := range core {
		for field, merge := range fields.(object) {
			spec := dig(schema, record, field)
			f.has(spec, `{"merge":%q,"owner":"core","derived":false,"type":"<any>","label":"<any>"}`, merge)
			for _, member := range []string{"edit", "show"} {
				_, there := spec.(object)[member]
				f.that(there, "%s.%s has %s: %s", record, field, member, canon(spec))
			}
		}
	}
}

func healthAnswers(f *twoTills) {
	for _, path := range []string{"/healthz", "/readyz"} {
		got := f.api.call("", "GET", path, "")
		f.that(got.Status == 200, "%s: %d %.200s", path, got.Status, got.Raw)
		got = f.api.call("", "HEAD", path, "")
		f.that(got.Status == 200 && len(got.Raw) == 0, "HEAD %s: %d %.200s", path, got.Status, got.Raw)
	}
}

// openAPINamesPaths wants the calls of sections 2, 3 and 6; parameters may
// have any name.
func openAPINamesPaths(f *twoTills) {
	doc := f.api.call("", "GET", "/openapi.json", "").ok()
	f.that(strings.HasPrefix(text(doc, "openapi"), "3."), "want an OpenAPI document: %.200s", canon(doc["openapi"]))
	methods := map[string]map[string]bool{}
	for path, item := range doc["paths"].(object) {
		methods[shape(path)] = map[string]bool{}
		for method := range item.(object) {
			methods[shape(path)][strings.ToUpper(method)] = true
		}
	}
	calls := append(posCalls(), adminCalls()...)
	for _, path := range []string{"/v1/info", "/v1/extensions.js", "/v1/socket", "/healthz", "/readyz", "/metrics"} {
		calls = append(calls, access{method: "GET", path: path})
	}
	for _, c := range calls {
		path, _, _ := strings.Cut(c.path, "?")
		path = strings.NewReplacer("/nope", "/{}", "/o1", "/{}").Replace(path)
		f.that(methods[path][c.method], "openapi.json lacks %s %s", c.method, path)
	}
}

// shape forgets the names of a path's parameters.
func shape(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[i] = "{}"
		}
	}
	return strings.Join(parts, "/")
}

func catalogueETag(f *twoTills) {
	var body any
	raw := f.etag(f.a.token, "/v1/catalogue")
	f.that(json.Unmarshal(raw, &body) == nil, "the catalogue is JSON: %.200s", raw)
	tag := f.api.call(f.a.token, "GET", "/v1/catalogue", "").Header.Get("ETag")
	f.same(tag, f.info()["catalogue_etag"], "catalogue_etag of info")
}

func extensionsETag(f *twoTills) { f.etag("", "/v1/extensions.js") }

// headIsGet: proxies and link checkers look at pages so. Go's client would ask
// for compressed bodies of its own accord, and hide what it got.
func headIsGet(f *twoTills) {
	for _, path := range []string{"/", "/pos", "/admin", "/pos.js", "/v1/info", "/v1/extensions.js", "/v1/schema", "/v1/catalogue", "/openapi.json"} {
		for _, coding := range []string{"identity", "gzip"} {
			get := f.api.call(f.a.token, "GET", path, "", "Accept-Encoding", coding)
			head := f.api.call(f.a.token, "HEAD", path, "", "Accept-Encoding", coding)
			f.that(get.Status == 200 && head.Status == 200, "%s: GET is %d, HEAD is %d", path, get.Status, head.Status)
			f.that(len(head.Raw) == 0, "HEAD %s has a body: %.200s", path, head.Raw)
			for _, name := range []string{"Content-Type", "Content-Encoding", "ETag", "Cache-Control", "Vary"} {
				f.same(get.Header.Get(name), head.Header.Get(name), "%s of HEAD %s", name, path)
			}
			size, sizeOfHead := get.Header.Get("Content-Length"), head.Header.Get("Content-Length")
			if path == "/v1/info" { // its time has as many digits as it needs
				f.same(size == "", sizeOfHead == "", "whether HEAD %s has a Content-Length", path)
			} else if size != "" {
				f.same(size, sizeOfHead, "Content-Length of HEAD %s", path)
			}
		}
	}
}

func unknownPath(f *twoTills) {
	f.a.get("/v1/no/such/call").fails("not_found")
	f.admin.do("GET", "/no/such/call", "").fails("not_found")
}

// What is beyond a limit is rejected with it, and traps nothing. The server has
// the smallest limits that its configuration takes.
const limitsYAML = "limits: {order_bytes: 65536, open_orders: 100}"

var limitRules = []rule{
	{"an order beyond its bytes doesn't grow, and is paid, shrunk and closed", orderBytesLimit},
	{"a POS beyond its open orders opens no more until one is closed", openOrdersLimit},
	{"wrong tokens of one address end in rate_limited, and slow no good one", wrongTokensLimit},
}

func orderBytesLimit(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l0", `{"qty":1}`))
	text2000 := strings.Repeat("x", 2000)
	var rejected any
	n, last := 0, ""
	for rejected == nil && n < 60 {
		n++
		last = f.a.mutation(add("o1", fmt.Sprintf("l%d", n), fmt.Sprintf(`{"description":%q}`, text2000)))
		if result := dig(f.a.push(last), "results", 0); dig(result, "status") == "rejected" {
			rejected = result
		}
	}
	f.that(n > 20 && n < 60, "65536 bytes hold %d lines of 2000 characters", n-1)
	f.has(rejected, `{"code":"limit","limit":65536,"order":"o1","message":"<any>"}`)
	f.has(f.a.push(last), `{"results":[{"status":"duplicate","code":"limit","limit":65536}]}`)
	f.b.applied(inc("o1", "l0", "qty", "1"))
	f.b.applied(pay("o1", "p1", "5"))
	f.b.rejected("limit", add("o1", "l97", fmt.Sprintf(`{"description":%q}`, text2000)))
	money := f.b.do(pay("o1", "p2", "1"), add("o1", "l99", fmt.Sprintf(`{"description":%q}`, text2000)))
	f.has(money, `{"status":"rejected","code":"limit","kept":["p2"]}`)
	f.a.applied(remove("o1", "l1"))
	f.a.applied(add("o1", "l98", fmt.Sprintf(`{"description":%q}`, text2000[:1500])))
	f.a.applied(closeAs("o1", "paid"))
}

func openOrdersLimit(f *twoTills) {
	var mutations []string
	for i := range 100 {
		mutations = append(mutations, f.a.mutation(create(fmt.Sprintf("o%d", i)), add(fmt.Sprintf("o%d", i), "l1")))
	}
	f.a.push(mutations...)
	f.has(f.a.do(create("p1"), add("p1", "l1")), `{"status":"rejected","code":"limit","limit":100,"message":"<any>"}`)
	f.a.rejected("limit", move("o1", "p2", "l1"))
	f.b.applied(create("b1"), add("b1", "l1"))
	f.a.applied(create("p3"), add("p3", "l1"), closeAs("p3", "paid"))
	f.a.applied(add("o1", "l2"))
	f.b.applied(closeAs("o1", "cancelled"))
	f.a.applied(create("p4"), add("p4", "l1"))
	f.a.rejected("limit", create("p5"), add("p5", "l1"))
	f.same(101, len(list(f.b.snapshot(), "orders")), "open orders")
}

func wrongTokensLimit(f *twoTills) {
	tries := 600 * max(1, len(f.Nodes)) // each node counts those that it sees
	answers := make(chan answer, tries)
	var wg sync.WaitGroup
	for i := range tries {
		wg.Go(func() {
			got, err := request(f.Server, fmt.Sprintf("wrong-%d", i), "GET", "/v1/orders", "")
			if err == nil {
				got.t = f.t
				answers <- got
			}
		})
	}
	begun := time.Now()
	f.a.get("/v1/orders").ok()
	f.that(time.Since(begun) < patience/2, "a good token was answered after %s", time.Since(begun))
	wg.Wait()
	close(answers)
	refused := 0
	for got := range answers {
		if got.Status == http.StatusTooManyRequests {
			refused++
			problem := got.fails("rate_limited")
			f.that(got.Header.Get("Retry-After") != "" && num(problem, "retry_after_ms") > 0, "429 says when to come back: %s", got.Raw)
			continue
		}
		got.fails("unauthorized")
	}
	f.that(refused > 0, "of %d wrong tokens none was refused", tries)
	f.a.applied(create("o1"), add("o1", "l1"))
}
