package conformance

import (
	"strings"
)

// Section 3, the paragraph on `base`, and promise 7.
var mergeRules = []rule{
	{"a guarded field that another client changed after base is stale", guardedStale},
	{"a guarded field without base is as last", guardedWithoutBase},
	{"now holds every stale field, field is one of them", nowHoldsEvery},
	{"it is stale also when the sender changed it again later", staleAfterOwn},
	{"one's own changes make nothing stale", ownNotStale},
	{"another client of the same POS makes it stale", otherDeviceStale},
	{"a base above the head is stale", baseAheadStale},
	{"a field that is not guarded knows no base", lastKnowsNoBase},
	{"what changed nothing is not stale for others", noChangeNotStale},
	{"a stale base rejects the whole mutation", staleRejectsWhole},
	{"a cleared guarded field stands in now as null", clearedInNow},
	{"on one field the later arrival wins", laterWins},
	{"remove beats a later edit", removeBeatsEdit},
}

// makePricedLine makes o1 with l1 and returns the seq.
func makePricedLine(f *twoTills) int64 {
	f.t.Helper()
	return f.a.seq(create("o1"), add("o1", "l1", `{"product_id":50,"qty":1,"price_unit":4,"discount":1}`))
}

func guardedStale(f *twoTills) {
	base := makePricedLine(f)
	seq := f.b.seq(lineSet("o1", "l1", `{"discount":5}`))
	f.has(f.a.rejected("stale_base", lineSetBase("o1", "l1", `{"discount":10}`, base)), `{"order":"o1","line":"l1","field":"discount","now":{"discount":5}}`)
	f.same(5, f.field("o1", "l1", "discount"), "discount")
	f.a.applied(lineSetBase("o1", "l1", `{"discount":10}`, seq))
	f.same(10, f.field("o1", "l1", "discount"), "discount")
}

func guardedWithoutBase(f *twoTills) {
	makePricedLine(f)
	f.b.applied(lineSet("o1", "l1", `{"discount":5}`))
	f.a.applied(lineSet("o1", "l1", `{"discount":10}`))
	f.same(10, f.field("o1", "l1", "discount"), "discount")
}

func nowHoldsEvery(f *twoTills) {
	base := makePricedLine(f)
	f.b.applied(lineSet("o1", "l1", `{"discount":5,"price_unit":6,"qty":7}`))
	got := f.a.rejected("stale_base", lineSetBase("o1", "l1", `{"price_unit":1,"discount":1,"qty":1}`, base))
	f.same(object{"discount": 5, "price_unit": 6}, got["now"], "now")
	f.oneOf(text(got, "field"), "discount", "price_unit")
	f.b.applied(lineSet("o1", "l1", `{"discount":6}`))
	got = f.a.rejected("stale_base", lineSetBase("o1", "l1", `{"price_unit":1,"discount":1}`, f.head()-1))
	f.has(got, `{"field":"discount"}`)
	f.same(object{"discount": 6}, got["now"], "now")
}

func staleAfterOwn(f *twoTills) {
	base := makePricedLine(f)
	seq := f.b.seq(lineSet("o1", "l1", `{"discount":5}`))
	f.a.applied(lineSet("o1", "l1", `{"discount":6}`))
	f.has(f.a.rejected("stale_base", lineSetBase("o1", "l1", `{"discount":10}`, base)), `{"now":{"discount":6}}`)
	f.a.applied(lineSetBase("o1", "l1", `{"discount":10}`, seq))
}

func ownNotStale(f *twoTills) {
	base := makePricedLine(f)
	f.a.applied(lineSet("o1", "l1", `{"discount":5}`))
	f.a.applied(lineSetBase("o1", "l1", `{"discount":6}`, base))
	f.b.applied(lineSet("o1", "l1", `{"price_unit":9}`)) // another field
	f.a.applied(lineSetBase("o1", "l1", `{"discount":7}`, base))
	f.same(7, f.field("o1", "l1", "discount"), "discount")
}

func otherDeviceStale(f *twoTills) {
	base := makePricedLine(f)
	f.a.device().applied(lineSet("o1", "l1", `{"discount":5}`))
	f.a.rejected("stale_base", lineSetBase("o1", "l1", `{"discount":6}`, base))
}

func baseAheadStale(f *twoTills) {
	head := makePricedLine(f)
	for _, base := range []int64{head + 1, head + 1000, 1 << 52} {
		f.has(f.a.rejected("stale_base", lineSetBase("o1", "l1", `{"discount":6}`, base)), `{"field":"discount","now":{"discount":1}}`)
	}
	f.a.applied(lineSetBase("o1", "l1", `{"discount":6}`, head))
}

func lastKnowsNoBase(f *twoTills) {
	base := makePricedLine(f)
	f.b.applied(lineSet("o1", "l1", `{"description":"b","tax_ids":[1],"qty":2}`))
	f.b.applied(orderSet("o1", `{"partner_id":1}`))
	f.a.applied(lineSetBase("o1", "l1", `{"description":"a","tax_ids":[2],"qty":3}`, base))
	f.a.applied(sprintf(`{"op":"order.set","order":"o1","set":{"partner_id":2},"base":%d}`, base))
	f.has(f.order("o1"), `{"fields":{"partner_id":2},"lines":[{"fields":{"description":"a","tax_ids":[2],"qty":3}}]}`)
}

func noChangeNotStale(f *twoTills) {
	base := makePricedLine(f)
	f.b.applied(lineSet("o1", "l1", `{"discount":1}`))
	f.b.applied(lineSet("o1", "l1", `{"discount":1.00}`))
	f.b.rejected("exists", lineSet("o1", "l1", `{"discount":9}`), add("o1", "l1"))
	f.a.applied(lineSetBase("o1", "l1", `{"discount":6}`, base))
}

func staleRejectsWhole(f *twoTills) {
	base := makePricedLine(f)
	f.b.applied(lineSet("o1", "l1", `{"discount":5}`))
	f.unchanged(func() {
		f.a.rejected("stale_base", inc("o1", "l1", "qty", "1"), create("o2"), add("o2", "l1"), lineSetBase("o1", "l1", `{"discount":6}`, base))
	})
	f.a.get("/v1/orders/o2").fails("not_found")
}

func clearedInNow(f *twoTills) {
	base := makePricedLine(f)
	f.b.applied(lineSet("o1", "l1", `{"discount":null}`))
	now := f.a.rejected("stale_base", lineSetBase("o1", "l1", `{"discount":6}`, base))["now"]
	f.same(object{"discount": nil}, now, "now")
}

func laterWins(f *twoTills) {
	makePricedLine(f)
	f.a.applied(lineSet("o1", "l1", `{"description":"first"}`), orderSet("o1", `{"partner_id":1}`))
	f.b.applied(lineSet("o1", "l1", `{"description":"second"}`), orderSet("o1", `{"partner_id":2}`))
	f.has(f.order("o1"), `{"fields":{"partner_id":2},"lines":[{"fields":{"description":"second"}}]}`)
}

func removeBeatsEdit(f *twoTills) {
	makePricedLine(f)
	seq := f.b.seq(remove("o1", "l1"))
	f.has(f.a.rejected("gone", lineSet("o1", "l1", `{"qty":9}`)), `{"seq":%d,"by":{"pos":{"id":%q}}}`, seq, f.b.pos)
	f.has(f.order("o1"), `{"lines":[]}`)
}

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
	c.api.t.Helper()
	m := strings.Replace(c.mutation(ops...), ",", `,"user":`+user+`,`, 1)
	result, _ := dig(c.push(m), "results", 0).(object)
	c.api.has(result, `{"status":"applied"}`)
	return result
}

const ben = `{"id":"8","name":"Ben"}`

func msInfoWritten(f *twoTills) {
	f.a.as(ben, create("o1"), add("o1", "l1"))
	who := f.a.author(ben)
	f.msInfo(f.order("o1"), who, who)
	f.msInfo(f.line("o1", "l1"), who, who)
}

func msInfoChanged(f *twoTills) {
	f.a.as(ben, create("o1"), add("o1", "l1"))
	f.b.as(user, inc("o1", "l1", "qty", "1"))
	f.msInfo(f.order("o1"), f.a.author(ben), f.b.author(user))
	f.msInfo(f.line("o1", "l1"), f.a.author(ben), f.b.author(user))
	f.a.as(ben, add("o1", "l2"))
	f.msInfo(f.order("o1"), f.a.author(ben), f.a.author(ben))
	f.msInfo(f.line("o1", "l1"), f.a.author(ben), f.b.author(user))
}

func msInfoLineAlone(f *twoTills) {
	f.a.as(ben, create("o1"), add("o1", "l1"), add("o1", "l2"))
	f.b.as(user, lineSet("o1", "l2", `{"qty":5}`))
	f.msInfo(f.line("o1", "l1"), f.a.author(ben), f.a.author(ben))
	f.msInfo(f.line("o1", "l2"), f.a.author(ben), f.b.author(user))
	f.b.as(user, orderSet("o1", `{"partner_id":1}`))
	f.msInfo(f.line("o1", "l1"), f.a.author(ben), f.a.author(ben))
}

func msInfoTillUser(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.msInfo(f.order("o1"), f.a.author(user), f.a.author(user))
	f.b.as(ben, inc("o1", "l1", "qty", "1"))
	f.msInfo(f.order("o1"), f.a.author(user), f.b.author(ben))
}

func msInfoNoUser(f *twoTills) {
	f.a.close()
	f.a.call("POST", "/v1/till/open", `{}`).ok()
	f.a.applied(create("o1"), add("o1", "l1"))
	f.msInfo(f.order("o1"), f.a.author("null"), f.a.author("null"))
	f.msInfo(f.line("o1", "l1"), f.a.author("null"), f.a.author("null"))
}

// Scenario 38: attribution after a change of cashier names who did the edit.
func msInfoCashier(f *twoTills) {
	f.a.as(ben, create("o1"), add("o1", "l1"))
	f.a.as(`{"id":"9","name":"Cem"}`, inc("o1", "l1", "qty", "1"))
	f.msInfo(f.line("o1", "l1"), f.a.author(ben), f.a.author(`{"id":"9","name":"Cem"}`))
	f.a.call("POST", "/v1/till/open", `{"user":{"id":"10","name":"Dora"}}`).ok()
	f.a.close()
	f.a.call("POST", "/v1/till/open", `{"user":{"id":"10","name":"Dora"}}`).ok()
	f.a.applied(inc("o1", "l1", "qty", "1"))
	f.msInfo(f.line("o1", "l1"), f.a.author(ben), f.a.author(`{"id":"10","name":"Dora"}`))
}

func msInfoUntouched(f *twoTills) {
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

func msInfoPayClose(f *twoTills) {
	f.a.as(ben, create("o1"), add("o1", "l1"))
	f.b.as(user, pay("o1", "p1", "1"))
	f.msInfo(f.order("o1"), f.a.author(ben), f.b.author(user))
	f.msInfo(f.line("o1", "l1"), f.a.author(ben), f.a.author(ben))
	f.a.as(ben, closeAs("o1", "paid"))
	f.msInfo(f.order("o1"), f.a.author(ben), f.a.author(ben))
}

func msInfoInChange(f *twoTills) {
	f.a.as(ben, create("o1"), add("o1", "l1"))
	seq := num(f.b.as(user, inc("o1", "l1", "qty", "1")), "seq")
	want := sprintf(`{"ms_info":{"created":%s,"changed":%s}}`, f.a.author(ben), f.b.author(user))
	f.has(f.change(seq), `{"orders":{"o1":{"set":%s,"lines":{"l1":{"set":%s}}}}}`, want, want)
	f.lacks(dig(f.change(seq), "orders", "o1", "lines", "l1", "set"), "product_id", "price_unit")
}
