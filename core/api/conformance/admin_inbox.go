package conformance

var adminInboxRules = []rule{
	{"every rejection is kept with its mutation", rejectionKept},
	{"a rejection that kept a payment says so", rejectionSaysKept},
	{"a duplicate is not a second rejection", rejectionOnce},
	{"a rejection can be resolved", rejectionResolved},
	{"the inbox is paged to its end", inboxPaged},
	{"the inbox of one multi-session has no other's", inboxOfOne},
	{"the inbox of all has everyone's", inboxOfAll},
}

// inbox are the rejections of the floor, through all pages.
func (f *floor) inbox(query string) []any {
	f.t.Helper()
	var all []any
	for after := ""; ; {
		page := f.admin("GET", "/rejections?"+query+after, "").ok()
		all = append(all, list(page, "rejections")...)
		if page["after"] == nil {
			return all
		}
		f.that(len(list(page, "rejections")) > 0, "an empty page with after")
		after = sprintf("&after=%v", page["after"])
	}
}

func (f *floor) mine() []any {
	f.t.Helper()
	return f.inbox("multi_session=" + f.id)
}

func rejectionKept(f *floor) {
	f.same([]any{}, append([]any{}, f.mine()...), "an empty inbox")
	f.a.applied(create("o1"), add("o1", "l1"))
	m := sprintf(`{"id":2,"user":%s,"at":"2026-11-21T09:59:58Z","ops":[%s,%s]}`, ben, inc("o1", "l1", "qty", "1"), add("o1", "l1"))
	result := dig(f.a.push(m), "results", 0)
	f.has(result, `{"status":"rejected","code":"exists"}`)
	got := f.mine()
	f.that(len(got) == 1, "want one rejection, got %s", canon(got))
	f.has(got[0], `{"id":"<any>","client_id":%q,"code":"exists","message":%s,"by":{"pos":{"id":%q},"user":%s}}`,
		f.a.client, canon(dig(result, "message")), f.a.pos, ben)
	f.same(parse(f.t, []byte(m)), dig(got[0], "mutation"), "the mutation")
	f.isTime(dig(got[0], "at"))
	if dig(got[0], "multi_session") != any(f.id) { // its id, or {id,…}: not said
		f.has(got[0], `{"multi_session":{"id":%q}}`, f.id)
	}
}

func rejectionSaysKept(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.rejected("exists", pay("o1", "p2", "4.8"), add("o1", "l1"))
	f.has(f.mine(), `[{"code":"exists","kept":["p2"]}]`)
}

func rejectionOnce(f *floor) {
	m := f.a.mutation(add("nope", "l1"))
	f.a.push(m)
	f.a.push(m)
	f.has(f.mine(), `[{"code":"not_found"}]`)
}

func rejectionResolved(f *floor) {
	f.a.rejected("not_found", add("nope", "l1"))
	f.b.rejected("unknown_op", `{"op":"x"}`)
	before := f.find(f.mine(), `{"code":"not_found"}`)
	f.admin("POST", sprintf("/rejections/%v/resolve", before["id"]), `{}`).ok()
	f.find(f.mine(), `{"code":"unknown_op"}`)
	left := lookup(f.mine(), object{"code": "not_found"})
	f.that(left == nil || canon(left) != canon(before), "a resolved rejection is gone or marked: %s", canon(left))
	f.admin("POST", "/rejections/999999999/resolve", `{}`).fails("not_found", "bad_request")
}

func inboxPaged(f *floor) {
	const n = 230
	for i := 0; i < n; i += 46 {
		var some []string
		for range 46 {
			some = append(some, f.a.mutation(add("nope", "l1")))
		}
		f.a.push(some...)
	}
	got := f.mine()
	seen := map[string]bool{}
	for _, r := range got {
		seen[canon(dig(r, "mutation", "id"))] = true
	}
	f.that(len(got) == n && len(seen) == n, "want %d rejections, got %d of %d mutations", n, len(got), len(seen))
}

func inboxOfOne(f *floor) {
	f.a.rejected("not_found", add("nope", "l1"))
	other := f.neighbour()
	other.a.rejected("unknown_op", `{"op":"x"}`)
	f.has(f.mine(), `[{"code":"not_found","client_id":%q}]`, f.a.client)
	f.has(other.mine(), `[{"code":"unknown_op","client_id":%q}]`, other.a.client)
}

func inboxOfAll(f *floor) {
	f.a.rejected("not_found", add("nope", "l1"))
	f.find(f.inbox(""), `{"client_id":%q,"code":"not_found"}`, f.a.client)
}
