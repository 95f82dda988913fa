package conformance

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

// priced makes o1 with l1 and returns the seq.
func (f *floor) priced() int64 {
	f.t.Helper()
	return f.a.seq(create("o1"), add("o1", "l1", `{"product_id":50,"qty":1,"price_unit":4,"discount":1}`))
}

func guardedStale(f *floor) {
	base := f.priced()
	seq := f.b.seq(lineSet("o1", "l1", `{"discount":5}`))
	f.has(f.a.rejected("stale_base", lineSetBase("o1", "l1", `{"discount":10}`, base)), `{"order":"o1","line":"l1","field":"discount","now":{"discount":5}}`)
	f.same(5, f.field("o1", "l1", "discount"), "discount")
	f.a.applied(lineSetBase("o1", "l1", `{"discount":10}`, seq))
	f.same(10, f.field("o1", "l1", "discount"), "discount")
}

func guardedWithoutBase(f *floor) {
	f.priced()
	f.b.applied(lineSet("o1", "l1", `{"discount":5}`))
	f.a.applied(lineSet("o1", "l1", `{"discount":10}`))
	f.same(10, f.field("o1", "l1", "discount"), "discount")
}

func nowHoldsEvery(f *floor) {
	base := f.priced()
	f.b.applied(lineSet("o1", "l1", `{"discount":5,"price_unit":6,"qty":7}`))
	got := f.a.rejected("stale_base", lineSetBase("o1", "l1", `{"price_unit":1,"discount":1,"qty":1}`, base))
	f.same(object{"discount": 5, "price_unit": 6}, got["now"], "now")
	f.oneOf(text(got, "field"), "discount", "price_unit")
	f.b.applied(lineSet("o1", "l1", `{"discount":6}`))
	got = f.a.rejected("stale_base", lineSetBase("o1", "l1", `{"price_unit":1,"discount":1}`, f.head()-1))
	f.has(got, `{"field":"discount"}`)
	f.same(object{"discount": 6}, got["now"], "now")
}

func staleAfterOwn(f *floor) {
	base := f.priced()
	seq := f.b.seq(lineSet("o1", "l1", `{"discount":5}`))
	f.a.applied(lineSet("o1", "l1", `{"discount":6}`))
	f.has(f.a.rejected("stale_base", lineSetBase("o1", "l1", `{"discount":10}`, base)), `{"now":{"discount":6}}`)
	f.a.applied(lineSetBase("o1", "l1", `{"discount":10}`, seq))
}

func ownNotStale(f *floor) {
	base := f.priced()
	f.a.applied(lineSet("o1", "l1", `{"discount":5}`))
	f.a.applied(lineSetBase("o1", "l1", `{"discount":6}`, base))
	f.b.applied(lineSet("o1", "l1", `{"price_unit":9}`)) // another field
	f.a.applied(lineSetBase("o1", "l1", `{"discount":7}`, base))
	f.same(7, f.field("o1", "l1", "discount"), "discount")
}

func otherDeviceStale(f *floor) {
	base := f.priced()
	f.a.device().applied(lineSet("o1", "l1", `{"discount":5}`))
	f.a.rejected("stale_base", lineSetBase("o1", "l1", `{"discount":6}`, base))
}

func baseAheadStale(f *floor) {
	head := f.priced()
	for _, base := range []int64{head + 1, head + 1000, 1 << 52} {
		f.has(f.a.rejected("stale_base", lineSetBase("o1", "l1", `{"discount":6}`, base)), `{"field":"discount","now":{"discount":1}}`)
	}
	f.a.applied(lineSetBase("o1", "l1", `{"discount":6}`, head))
}

func lastKnowsNoBase(f *floor) {
	base := f.priced()
	f.b.applied(lineSet("o1", "l1", `{"description":"b","tax_ids":[1],"qty":2}`))
	f.b.applied(orderSet("o1", `{"partner_id":1}`))
	f.a.applied(lineSetBase("o1", "l1", `{"description":"a","tax_ids":[2],"qty":3}`, base))
	f.a.applied(sprintf(`{"op":"order.set","order":"o1","set":{"partner_id":2},"base":%d}`, base))
	f.has(f.order("o1"), `{"fields":{"partner_id":2},"lines":[{"fields":{"description":"a","tax_ids":[2],"qty":3}}]}`)
}

func noChangeNotStale(f *floor) {
	base := f.priced()
	f.b.applied(lineSet("o1", "l1", `{"discount":1}`))
	f.b.applied(lineSet("o1", "l1", `{"discount":1.00}`))
	f.b.rejected("exists", lineSet("o1", "l1", `{"discount":9}`), add("o1", "l1"))
	f.a.applied(lineSetBase("o1", "l1", `{"discount":6}`, base))
}

func staleRejectsWhole(f *floor) {
	base := f.priced()
	f.b.applied(lineSet("o1", "l1", `{"discount":5}`))
	f.unchanged(func() {
		f.a.rejected("stale_base", inc("o1", "l1", "qty", "1"), create("o2"), add("o2", "l1"), lineSetBase("o1", "l1", `{"discount":6}`, base))
	})
	f.a.get("/v1/orders/o2").fails("not_found")
}

func clearedInNow(f *floor) {
	base := f.priced()
	f.b.applied(lineSet("o1", "l1", `{"discount":null}`))
	now := f.a.rejected("stale_base", lineSetBase("o1", "l1", `{"discount":6}`, base))["now"]
	f.same(object{"discount": nil}, now, "now")
}

func laterWins(f *floor) {
	f.priced()
	f.a.applied(lineSet("o1", "l1", `{"description":"first"}`), orderSet("o1", `{"partner_id":1}`))
	f.b.applied(lineSet("o1", "l1", `{"description":"second"}`), orderSet("o1", `{"partner_id":2}`))
	f.has(f.order("o1"), `{"fields":{"partner_id":2},"lines":[{"fields":{"description":"second"}}]}`)
}

func removeBeatsEdit(f *floor) {
	f.priced()
	seq := f.b.seq(remove("o1", "l1"))
	f.has(f.a.rejected("gone", lineSet("o1", "l1", `{"qty":9}`)), `{"seq":%d,"by":{"pos":{"id":%q}}}`, seq, f.b.pos)
	f.has(f.order("o1"), `{"lines":[]}`)
}
