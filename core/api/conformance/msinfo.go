package conformance

import "strings"

// Section 3: ms_info is `{"created":{"user","pos"},"changed":{…}}`, "written
// by the server: pos from the token, user from the mutation (else from
// till/open, else null)".
var msInfoRules = []rule{
	{"created and changed are written on order and line", msInfoWritten},
	{"another POS's edit changes changed alone", msInfoChanged},
	{"only the line that was changed says so", msInfoLineAlone},
	{"the user is the till's where the mutation names none", msInfoTillUser},
	{"the user is null where nobody is named", msInfoNoUser},
	{"it follows the cashier, not the owner", msInfoCashier},
	{"what changes nothing leaves it alone", msInfoUntouched},
	{"a payment and a close are changes of the order", msInfoPayClose},
	{"a change carries it in set", msInfoInChange},
}

// author is who did something, as ms_info tells it.
func (c *till) author(user string) string {
	return sprintf(`{"user":%s,"pos":{"id":%q,"name":"Name of %s"}}`, user, c.pos, c.pos)
}

// as pushes one mutation with a user of its own.
func (c *till) as(user string, ops ...string) object {
	c.f.t.Helper()
	m := strings.Replace(c.mutation(ops...), ",", `,"user":`+user+`,`, 1)
	result, _ := dig(c.push(m), "results", 0).(object)
	c.f.has(result, `{"status":"applied"}`)
	return result
}

// infoOf wants the ms_info of an order or a line, whole.
func (f *floor) infoOf(fields any, created, changed string) {
	f.t.Helper()
	f.same(parse(f.t, []byte(sprintf(`{"created":%s,"changed":%s}`, created, changed))), dig(fields, "fields", "ms_info"), "ms_info")
}

const ben = `{"id":"8","name":"Ben"}`

func msInfoWritten(f *floor) {
	f.a.as(ben, create("o1"), add("o1", "l1"))
	who := f.a.author(ben)
	f.infoOf(f.order("o1"), who, who)
	f.infoOf(f.line("o1", "l1"), who, who)
}

func msInfoChanged(f *floor) {
	f.a.as(ben, create("o1"), add("o1", "l1"))
	f.b.as(user, inc("o1", "l1", "qty", "1"))
	f.infoOf(f.order("o1"), f.a.author(ben), f.b.author(user))
	f.infoOf(f.line("o1", "l1"), f.a.author(ben), f.b.author(user))
	f.a.as(ben, add("o1", "l2"))
	f.infoOf(f.order("o1"), f.a.author(ben), f.a.author(ben))
	f.infoOf(f.line("o1", "l1"), f.a.author(ben), f.b.author(user))
}

func msInfoLineAlone(f *floor) {
	f.a.as(ben, create("o1"), add("o1", "l1"), add("o1", "l2"))
	f.b.as(user, lineSet("o1", "l2", `{"qty":5}`))
	f.infoOf(f.line("o1", "l1"), f.a.author(ben), f.a.author(ben))
	f.infoOf(f.line("o1", "l2"), f.a.author(ben), f.b.author(user))
	f.b.as(user, orderSet("o1", `{"partner_id":1}`))
	f.infoOf(f.line("o1", "l1"), f.a.author(ben), f.a.author(ben))
}

func msInfoTillUser(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.infoOf(f.order("o1"), f.a.author(user), f.a.author(user))
	f.b.as(ben, inc("o1", "l1", "qty", "1"))
	f.infoOf(f.order("o1"), f.a.author(user), f.b.author(ben))
}

func msInfoNoUser(f *floor) {
	f.a.close()
	f.a.call("POST", "/v1/till/open", `{}`).ok()
	f.a.applied(create("o1"), add("o1", "l1"))
	f.infoOf(f.order("o1"), f.a.author("null"), f.a.author("null"))
	f.infoOf(f.line("o1", "l1"), f.a.author("null"), f.a.author("null"))
}

// Scenario 38: attribution after a change of cashier names who did the edit.
func msInfoCashier(f *floor) {
	f.a.as(ben, create("o1"), add("o1", "l1"))
	f.a.as(`{"id":"9","name":"Cem"}`, inc("o1", "l1", "qty", "1"))
	f.infoOf(f.line("o1", "l1"), f.a.author(ben), f.a.author(`{"id":"9","name":"Cem"}`))
	f.a.call("POST", "/v1/till/open", `{"user":{"id":"10","name":"Dora"}}`).ok()
	f.a.close()
	f.a.call("POST", "/v1/till/open", `{"user":{"id":"10","name":"Dora"}}`).ok()
	f.a.applied(inc("o1", "l1", "qty", "1"))
	f.infoOf(f.line("o1", "l1"), f.a.author(ben), f.a.author(`{"id":"10","name":"Dora"}`))
}

func msInfoUntouched(f *floor) {
	f.a.as(ben, create("o1"), add("o1", "l1"), add("o1", "l2"))
	f.a.as(ben, remove("o1", "l2"))
	before := f.order("o1")
	for _, op := range []string{
		lineSet("o1", "l1", `{"qty":1}`), inc("o1", "l1", "qty", "0"), remove("o1", "l2"),
		orderSet("o1", `{"partner_id":null}`), lineSet("o1", "l1", `{"foo":1}`),
	} {
		f.b.as(user, op)
	}
	f.b.rejected("exists", inc("o1", "l1", "qty", "1"), create("o1"))
	f.same(before, f.order("o1"), "the order")
}

func msInfoPayClose(f *floor) {
	f.a.as(ben, create("o1"), add("o1", "l1"))
	f.b.as(user, pay("o1", "p1", "1"))
	f.infoOf(f.order("o1"), f.a.author(ben), f.b.author(user))
	f.infoOf(f.line("o1", "l1"), f.a.author(ben), f.a.author(ben))
	f.a.as(ben, closeAs("o1", "paid"))
	f.infoOf(f.order("o1"), f.a.author(ben), f.a.author(ben))
}

func msInfoInChange(f *floor) {
	f.a.as(ben, create("o1"), add("o1", "l1"))
	seq := num(f.b.as(user, inc("o1", "l1", "qty", "1")), "seq")
	want := sprintf(`{"ms_info":{"created":%s,"changed":%s}}`, f.a.author(ben), f.b.author(user))
	f.has(f.change(seq), `{"orders":{"o1":{"set":%s,"lines":{"l1":{"set":%s}}}}}`, want, want)
	f.lacks(dig(f.change(seq), "orders", "o1", "lines", "l1", "set"), "product_id", "price_unit")
}
