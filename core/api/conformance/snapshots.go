package conformance

import (
	"fmt"
	"time"
)

var snapshotRules = []rule{
	{"a snapshot holds the open orders and nothing else", snapshotOpenOnly},
	{"an empty multi-session has an empty snapshot", snapshotEmpty},
	{"pages are cut by limit, the last one has the cursor", snapshotPages},
	{"it is pinned to one position while changes happen", snapshotPinned},
	{"a page may be asked for again", snapshotPageAgain},
	{"it is sorted by run and number", snapshotSorted},
	{"its last_id is the caller's client's", snapshotLastID},
	{"an ORDER has its lines sorted by n, without removed ones", snapshotLines},
	{"the default limit is 500", snapshotDefaultLimit},
	{"many snapshots at once take nothing from each other", snapshotMany},
	{"a page is good for two minutes", snapshotPageExpires},
}

func snapshotOpenOnly(f *twoTills) {
	for i, state := range []string{"open", "paid", "cancelled", "open"} {
		o := fmt.Sprintf("o%d", i+1)
		f.a.applied(create(o), add(o, "l1"))
		if state != "open" {
			f.a.applied(closeAs(o, state))
		}
	}
	got := f.b.snapshot()
	f.has(got, `{"mode":"snapshot","orders":[{"id":"o1","state":"open"},{"id":"o4","state":"open"}],"more":false,"seq":6,"head":6}`)
	f.validCursor(got)
	f.same(f.order("o4"), dig(got, "orders", 1), "an ORDER is the same everywhere")
}

func snapshotEmpty(f *twoTills) {
	got := f.a.get("/v1/pull?client_id=" + f.a.client).ok()
	f.has(got, `{"mode":"snapshot","orders":[],"more":false,"seq":0,"head":0,"last_id":0}`)
	f.has(f.a.pull(text(got, "cursor"), "").ok(), `{"changes":[],"seq":0}`)
}

// page is a later page of a snapshot.
func (c *till) page(before object) object {
	c.api.t.Helper()
	c.api.has(before, `{"mode":"snapshot","more":true,"page":"<any>"}`)
	return c.get("/v1/pull?page=" + text(before, "page")).ok()
}

func snapshotPages(f *twoTills) {
	f.makeOrders(5)
	one := f.b.get("/v1/pull?limit=2&client_id=" + f.b.client).ok()
	f.has(one, `{"orders":[{"id":"o001"},{"id":"o002"}]}`)
	two := f.b.page(one)
	f.has(two, `{"orders":[{"id":"o003"},{"id":"o004"}]}`)
	three := f.b.page(two)
	f.has(three, `{"mode":"snapshot","orders":[{"id":"o005"}],"more":false,"seq":5,"head":5,"last_id":0}`)
	f.validCursor(three)
	f.lacks(f.b.get("/v1/pull?limit=5&client_id="+f.b.client).ok(), "page")
}

func snapshotPinned(f *twoTills) {
	f.makeOrders(6)
	whole := f.b.snapshot()
	one := f.b.get("/v1/pull?limit=2&client_id=" + f.b.client).ok()
	f.a.applied(closeAs("o001", "paid"), inc("o003", "l1", "qty", "5"), closeAs("o004", "cancelled"))
	two := f.b.page(one)
	f.a.applied(create("o007"), add("o007", "l1"), remove("o006", "l1"))
	three := f.b.page(two)
	f.has(three, `{"more":false,"seq":6}`)
	pages := append(append(append([]any{}, list(one, "orders")...), list(two, "orders")...), list(three, "orders")...)
	f.same(whole["orders"], pages, "the pages are of one position")
	f.has(f.b.pull(text(three, "cursor"), "").ok(), `{"changes":[{"seq":7},{"seq":8}],"more":false}`)
}

func snapshotPageAgain(f *twoTills) {
	f.makeOrders(5)
	one := f.b.get("/v1/pull?limit=2&client_id=" + f.b.client).ok()
	two := f.b.page(one)
	f.a.applied(closeAs("o003", "paid"))
	f.same(two["orders"], f.b.page(one)["orders"], "the second page again")
	three := f.b.page(two)
	again := f.b.page(f.b.page(one))
	f.same(three["orders"], again["orders"], "the last page by another way")
	f.same(three["seq"], again["seq"], "the position of the last page")
}

func snapshotSorted(f *twoTills) {
	f.a.applied(create("z1"), add("z1", "l1"))
	f.a.applied(create("y2"), add("y2", "l1"))
	f.endRun()
	f.a.applied(create("b1"), add("b1", "l1"))
	f.a.applied(create("a2"), add("a2", "l1"))
	f.a.applied(inc("z1", "l1", "qty", "1"))
	f.same([]any{"z1", "y2", "b1", "a2"}, each(list(f.a.snapshot(), "orders"), "id"), "the orders")
	one := f.a.get("/v1/pull?limit=3&client_id=" + f.a.client).ok()
	f.same([]any{"z1", "y2", "b1"}, each(list(one, "orders"), "id"), "the first page")
}

func snapshotLastID(f *twoTills) {
	f.makeOrders(3)
	f.has(f.a.snapshot(), `{"last_id":3}`)
	f.has(f.b.snapshot(), `{"last_id":0}`)
	one := f.a.get("/v1/pull?limit=2&client_id=" + f.a.client).ok()
	f.a.applied(inc("o001", "l1", "qty", "1"))
	f.has(f.a.page(one), `{"seq":3,"last_id":3}`) // "read at the same position as the cursor"
}

func snapshotLines(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "z"), add("o1", "gone"), add("o1", "b"), add("o1", "moved"), add("o1", "a"))
	f.a.applied(remove("o1", "gone"), move("o1", "o2", "moved"))
	lines := list(f.b.snapshot(), "orders", 0, "lines")
	f.same([]any{"z", "b", "a"}, each(lines, "id"), "the lines")
	last := int64(0)
	for _, line := range lines {
		f.that(num(line, "n") > last, "n rises: %s", canon(lines))
		last = num(line, "n")
	}
}

func snapshotMany(f *twoTills) {
	f.makeOrders(3)
	first := f.b.get("/v1/pull?limit=1&client_id=" + f.b.client).ok()
	second := f.b.page(first)
	for range 150 {
		f.b.get("/v1/pull?limit=1").ok()
		f.a.applied(inc("o001", "l1", "qty", "1"))
	}
	f.same(second, f.b.page(first), "the second page, 150 snapshots later")
	f.has(f.b.page(second), `{"more":false,"seq":3}`)
}

func snapshotDefaultLimit(f *twoTills) {
	f.makeOrders(501)
	one := f.b.get("/v1/pull?client_id=" + f.b.client).ok()
	f.that(len(list(one, "orders")) == 500, "want 500 orders, got %d", len(list(one, "orders")))
	f.has(f.b.page(one), `{"orders":[{"id":"o501","number":501}],"more":false,"seq":501}`)
	f.has(f.b.get("/v1/pull?limit=2000&client_id="+f.b.client).ok(), `{"more":false}`)
}

// "A page is good for 2 minutes and may be asked for again, then 410
// reset_required, reason cursor_expired."
func snapshotPageExpires(f *twoTills) {
	if !*patient {
		f.t.Skip("waits for two minutes: run with -patient")
	}
	f.makeOrders(3)
	one := f.b.get("/v1/pull?limit=1&client_id=" + f.b.client).ok()
	time.Sleep(110 * time.Second)
	f.b.page(one)
	time.Sleep(patience)
	// Whether asking again gives it two minutes more isn't said.
	f.t.Log("a page of 130 s that was asked for after 110 s: ", f.b.get("/v1/pull?page="+text(one, "page")).Status)
	time.Sleep(121 * time.Second)
	f.has(f.b.get("/v1/pull?page="+text(one, "page")).fails("reset_required"), `{"reason":"cursor_expired"}`)
}

// A cursor of an earlier life of the database (epoch_changed, cursor_ahead,
// diverged) needs a restored backup: that is tested where backups are.
var resetRules = []rule{
	{"a cursor of another server is other_server", otherServer},
	{"a cursor of another multi-session is other_multi_session", otherMultiSession},
	{"a push with such a cursor applies nothing and binds nothing", resetAppliesNothing},
	{"a hello with such a cursor gets reset, a snapshot, and no pushes", resetHello},
	{"a stream with such a cursor gets reset and a snapshot", resetStream},
	{"a malformed cursor of a stream or hello is cursor_expired", malformedIsExpired},
	{"after cursor_expired pushes go on", expiredGoesOn},
}

// cursorOfAnotherServer is a cursor of another server.
func cursorOfAnotherServer(f *twoTills) string {
	f.t.Helper()
	return newTwoTills(f.t, f.suite.start(f.t, "")).origin
}

func otherServer(f *twoTills) {
	f.a.cursor = cursorOfAnotherServer(f)
	f.has(f.a.try().fails("reset_required"), `{"reason":"other_server"}`)
	f.has(f.a.pull(f.a.cursor, "").fails("reset_required"), `{"reason":"other_server"}`)
	w := f.dial()
	w.send("%s", f.a.hello(f.a.cursor))
	f.has(w.until(`{"t":"reset"}`), `{"reason":"other_server"}`)
	s := f.stream(f.a.token, "client_id="+f.a.client+"&cursor="+f.a.cursor)
	f.has(s.await("reset").data, `{"reason":"other_server"}`)
}

func otherMultiSession(f *twoTills) {
	f.a.cursor = foreignCursor(f)
	f.has(f.a.try().fails("reset_required"), `{"reason":"other_multi_session"}`)
	f.has(f.a.pull(f.a.cursor, "").fails("reset_required"), `{"reason":"other_multi_session"}`)
}

func resetAppliesNothing(f *twoTills) {
	good := f.a.cursor
	f.a.cursor = foreignCursor(f)
	f.unchangedOrders(func() {
		f.a.try(mutation(1, create("o1"), add("o1", "l1"))).fails("reset_required")
	})
	f.b.client = f.a.client
	f.b.push()
	f.a.client, f.a.cursor = fresh("client"), good
	f.has(f.a.applied(create("o1")), `{"id":1,"seq":1}`)
}

func resetHello(f *twoTills) {
	f.b.applied(create("o1"), add("o1", "l1"))
	w := f.dial()
	w.send("%s", f.a.hello(foreignCursor(f)))
	f.has(w.next(), `{"t":"welcome"}`)
	f.has(w.next(), `{"t":"reset","reason":"other_multi_session"}`)
	f.has(w.next(), `{"t":"snapshot","orders":[{"id":"o1"}],"more":false,"seq":1}`)
	for ref := range 2 {
		w.send("%s", pushFrame(ref, mutation(1, create("o2"))))
		f.has(w.await("error"), `{"ref":%d,"code":"reset_required"}`, ref)
	}
	f.b.applied(inc("o1", "l1", "qty", "1"))
	f.has(w.next(), `{"t":"changes","changes":[{"seq":2}]}`) // it still hears what happens
	f.a.get("/v1/orders/o2").fails("not_found")
	f.a.client = fresh("client") // "the client comes back with its new client_id"
	again := f.dial()
	again.send("%s", f.a.hello(""))
	f.has(again.answers(1), `{"last_id":0}`)
}

func resetStream(f *twoTills) {
	f.b.applied(create("o1"), add("o1", "l1"))
	s := f.stream(f.a.token, "client_id="+f.a.client+"&cursor="+foreignCursor(f))
	f.has(s.await("reset").data, `{"reason":"other_multi_session"}`)
	e := s.next()
	f.that(e.name == "snapshot", "want a snapshot after reset, got %s", e.name)
	f.has(e.data, `{"orders":[{"id":"o1"}],"more":false}`)
	f.b.applied(inc("o1", "l1", "qty", "1"))
	f.has(s.await("changes").data, `{"changes":[{"seq":2}]}`)
}

func malformedIsExpired(f *twoTills) {
	f.b.applied(create("o1"), add("o1", "l1"))
	for _, cursor := range []string{"a b", "a:b", "ä"} {
		w := f.dial()
		w.send("%s", f.a.hello(cursor))
		f.has(w.next(), `{"t":"welcome"}`)
		f.has(w.next(), `{"t":"reset","reason":"cursor_expired"}`)
		f.has(w.next(), `{"t":"snapshot","orders":[{"id":"o1"}],"more":false}`)
	}
	for _, cursor := range []string{"a%20b", "a:b", "%C3%A4"} {
		s := f.stream(f.a.token, "client_id="+f.a.client+"&cursor="+cursor)
		f.has(s.await("reset").data, `{"reason":"cursor_expired"}`)
		f.has(s.await("snapshot").data, `{"orders":[{"id":"o1"}]}`)
	}
}

func expiredGoesOn(f *twoTills) {
	w := f.dial()
	w.send("%s", f.a.hello("a b"))
	w.until(`{"t":"snapshot","more":false}`)
	w.send("%s", pushFrame(1, mutation(1, create("o1"), add("o1", "l1"))))
	f.has(w.await("pushed"), `{"ref":1,"results":[{"status":"applied"}]}`)
}
