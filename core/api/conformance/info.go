package conformance

import (
	"encoding/json"
	"strings"
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

func (f *floor) info() object {
	f.t.Helper()
	return call(f.t, f.Server, "", "GET", "/v1/info", "").ok()
}

func infoNames(f *floor) {
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

// isTime wants an RFC 3339 time in UTC.
func (f *floor) isTime(v any) {
	f.t.Helper()
	s, _ := v.(string)
	at, err := time.Parse(time.RFC3339Nano, s)
	f.that(err == nil && strings.HasSuffix(s, "Z"), "want RFC 3339 in UTC, got %s", canon(v))
	f.that(time.Since(at).Abs() < time.Hour, "want a time of today, got %s", s)
}

func serverIDStays(f *floor) {
	id := text(f.info(), "server_id")
	f.same(id, f.info()["server_id"], "server_id of another info")
	w := f.dial()
	w.send("%s", f.a.hello(""))
	f.has(w.next(), `{"t":"welcome","server_id":%q}`, id)
}

func schemaHasCore(f *floor) {
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

func healthAnswers(f *floor) {
	for _, path := range []string{"/healthz", "/readyz"} {
		got := call(f.t, f.Server, "", "GET", path, "")
		f.that(got.Status == 200, "%s: %d %.200s", path, got.Status, got.Raw)
		got = call(f.t, f.Server, "", "HEAD", path, "")
		f.that(got.Status == 200 && len(got.Raw) == 0, "HEAD %s: %d %.200s", path, got.Status, got.Raw)
	}
}

// openAPINamesPaths wants the calls of sections 2, 3 and 6; parameters may
// have any name.
func openAPINamesPaths(f *floor) {
	doc := call(f.t, f.Server, "", "GET", "/openapi.json", "").ok()
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

func catalogueETag(f *floor) {
	var body any
	raw := f.etag(f.a.token, "/v1/catalogue")
	f.that(json.Unmarshal(raw, &body) == nil, "the catalogue is JSON: %.200s", raw)
	tag := call(f.t, f.Server, f.a.token, "GET", "/v1/catalogue", "").Header.Get("ETag")
	f.same(tag, f.info()["catalogue_etag"], "catalogue_etag of info")
}

func extensionsETag(f *floor) { f.etag("", "/v1/extensions.js") }

// etag wants a GET to have an ETag, stable and honoured.
func (f *floor) etag(token, path string) []byte {
	f.t.Helper()
	one := call(f.t, f.Server, token, "GET", path, "")
	f.that(one.Status == 200, "%s: %d %.200s", path, one.Status, one.Raw)
	tag := one.Header.Get("ETag")
	f.that(tag != "", "%s has no ETag", path)
	two := call(f.t, f.Server, token, "GET", path, "", "If-None-Match", tag)
	f.that(two.Status == 304 && len(two.Raw) == 0, "%s with its ETag: want 304, got %d", path, two.Status)
	three := call(f.t, f.Server, token, "GET", path, "", "If-None-Match", `"another"`)
	f.that(three.Status == 200 && string(three.Raw) == string(one.Raw), "%s with another ETag: %d", path, three.Status)
	return one.Raw
}

// headIsGet: proxies and link checkers look at pages so. Go's client would ask
// for compressed bodies of its own accord, and hide what it got.
func headIsGet(f *floor) {
	for _, path := range []string{"/", "/pos", "/admin", "/pos.js", "/v1/info", "/v1/extensions.js", "/v1/schema", "/v1/catalogue", "/openapi.json"} {
		for _, coding := range []string{"identity", "gzip"} {
			get := call(f.t, f.Server, f.a.token, "GET", path, "", "Accept-Encoding", coding)
			head := call(f.t, f.Server, f.a.token, "HEAD", path, "", "Accept-Encoding", coding)
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

func unknownPath(f *floor) {
	f.a.get("/v1/no/such/call").fails("not_found")
	f.admin("GET", "/no/such/call", "").fails("not_found")
}
