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

func snapshotOpenOnly(f *floor) {
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

func snapshotEmpty(f *floor) {
	got := f.a.get("/v1/pull?client_id=" + f.a.client).ok()
	f.has(got, `{"mode":"snapshot","orders":[],"more":false,"seq":0,"head":0,"last_id":0}`)
	f.has(f.a.pull(text(got, "cursor"), "").ok(), `{"changes":[],"seq":0}`)
}

// orders makes n open orders.
func (f *floor) orders(n int) {
	f.t.Helper()
	for i := 0; i < n; {
		var some []string
		for ; i < n && len(some) < 100; i++ {
			o := fmt.Sprintf("o%03d", i+1)
			some = append(some, f.a.mutation(create(o), add(o, "l1")))
		}
		f.a.push(some...)
	}
}

// page is a later page of a snapshot.
func (c *till) page(before object) object {
	c.f.t.Helper()
	c.f.has(before, `{"mode":"snapshot","more":true,"page":"<any>"}`)
	return c.get("/v1/pull?page=" + text(before, "page")).ok()
}

func snapshotPages(f *floor) {
	f.orders(5)
	one := f.b.get("/v1/pull?limit=2&client_id=" + f.b.client).ok()
	f.has(one, `{"orders":[{"id":"o001"},{"id":"o002"}]}`)
	two := f.b.page(one)
	f.has(two, `{"orders":[{"id":"o003"},{"id":"o004"}]}`)
	three := f.b.page(two)
	f.has(three, `{"mode":"snapshot","orders":[{"id":"o005"}],"more":false,"seq":5,"head":5,"last_id":0}`)
	f.validCursor(three)
	f.lacks(f.b.get("/v1/pull?limit=5&client_id="+f.b.client).ok(), "page")
}

func snapshotPinned(f *floor) {
	f.orders(6)
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

func snapshotPageAgain(f *floor) {
	f.orders(5)
	one := f.b.get("/v1/pull?limit=2&client_id=" + f.b.client).ok()
	two := f.b.page(one)
	f.a.applied(closeAs("o003", "paid"))
	f.same(two["orders"], f.b.page(one)["orders"], "the second page again")
	three := f.b.page(two)
	again := f.b.page(f.b.page(one))
	f.same(three["orders"], again["orders"], "the last page by another way")
	f.same(three["seq"], again["seq"], "the position of the last page")
}

func snapshotSorted(f *floor) {
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

func snapshotLastID(f *floor) {
	f.orders(3)
	f.has(f.a.snapshot(), `{"last_id":3}`)
	f.has(f.b.snapshot(), `{"last_id":0}`)
	one := f.a.get("/v1/pull?limit=2&client_id=" + f.a.client).ok()
	f.a.applied(inc("o001", "l1", "qty", "1"))
	f.has(f.a.page(one), `{"seq":3,"last_id":3}`) // "read at the same position as the cursor"
}

func snapshotLines(f *floor) {
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

func snapshotMany(f *floor) {
	f.orders(3)
	first := f.b.get("/v1/pull?limit=1&client_id=" + f.b.client).ok()
	second := f.b.page(first)
	for range 150 {
		f.b.get("/v1/pull?limit=1").ok()
		f.a.applied(inc("o001", "l1", "qty", "1"))
	}
	f.same(second, f.b.page(first), "the second page, 150 snapshots later")
	f.has(f.b.page(second), `{"more":false,"seq":3}`)
}

func snapshotDefaultLimit(f *floor) {
	f.orders(501)
	one := f.b.get("/v1/pull?client_id=" + f.b.client).ok()
	f.that(len(list(one, "orders")) == 500, "want 500 orders, got %d", len(list(one, "orders")))
	f.has(f.b.page(one), `{"orders":[{"id":"o501","number":501}],"more":false,"seq":501}`)
	f.has(f.b.get("/v1/pull?limit=2000&client_id="+f.b.client).ok(), `{"more":false}`)
}

// "A page is good for 2 minutes and may be asked for again, then 410
// reset_required, reason cursor_expired."
func snapshotPageExpires(f *floor) {
	if !*patient {
		f.t.Skip("waits for two minutes: run with -patient")
	}
	f.orders(3)
	one := f.b.get("/v1/pull?limit=1&client_id=" + f.b.client).ok()
	time.Sleep(110 * time.Second)
	f.b.page(one)
	time.Sleep(patience)
	// Whether asking again gives it two minutes more isn't said.
	f.t.Log("a page of 130 s that was asked for after 110 s: ", f.b.get("/v1/pull?page="+text(one, "page")).Status)
	time.Sleep(121 * time.Second)
	f.has(f.b.get("/v1/pull?page="+text(one, "page")).fails("reset_required"), `{"reason":"cursor_expired"}`)
}
