package conformance

import (
	"fmt"
	"strings"
	"time"
)

var changeRules = []rule{
	{"a change says who, when, and what became of its orders", changeSays},
	{"tapped_at is the mutation's at", tappedAt},
	{"set, lines and payments stand only if they changed", onlyWhatChanged},
	{"one applied mutation makes exactly one change", oneChangeEach},
	{"rev counts the changes that changed the order", revCounts},
	{"a rejected mutation makes no change", rejectedMakesNone},
	{"a change of the admin's has no client", adminChange},
	{"state and needs stand in the changes after", stateStands},
}

func changeSays(f *twoTills) {
	f.a.push(`{"id":1,"user":{"id":"7","name":"Ana"},"ops":[` + create("o1", `{"partner_id":12}`) + "," + add("o1", "l1") + `]}`)
	c := f.change(1)
	f.has(c, `{"seq":1,"client_id":%q,"id":1,"by":{"pos":{"id":%q,"name":"Name of %s"},"user":{"id":"7","name":"Ana"}},
		"orders":{"o1":{"rev":1,"number":1,"run":1,"state":"open","set":{"partner_id":12},"lines":{"l1":{"n":"<any>","set":{"product_id":50,"qty":1}}}}}}`,
		f.a.client, f.a.pos, f.a.pos)
	f.isTime(c["at"])
	f.lacks(c, "folded", "from", "tapped_at")
	f.lacks(dig(c, "orders", "o1"), "payments", "needs")
}

func tappedAt(f *twoTills) {
	f.a.push(`{"id":1,"at":"2026-11-21T09:59:58Z","ops":[` + create("o1") + `]}`)
	c := f.change(1)
	f.has(c, `{"tapped_at":"2026-11-21T09:59:58Z"}`)
	f.isTime(c["at"])
}

func onlyWhatChanged(f *twoTills) {
	f.a.applied(create("o1", `{"partner_id":12}`), add("o1", "l1"), add("o1", "l2"))
	f.a.applied(create("o2"), add("o2", "l1"))
	c := f.change(f.a.seq(inc("o1", "l1", "qty", "1")))
	f.same([]string{"o1"}, keys(c, "orders"), "the orders")
	f.same([]string{"l1"}, keys(c, "orders", "o1", "lines"), "the lines")
	f.same(2, dig(c, "orders", "o1", "lines", "l1", "set", "qty"), "qty, absolute")
	f.lacks(dig(c, "orders", "o1", "set"), "partner_id")
	f.lacks(dig(c, "orders", "o1"), "payments")
	c = f.change(f.a.seq(orderSet("o1", `{"partner_id":13}`)))
	f.has(c, `{"orders":{"o1":{"set":{"partner_id":13}}}}`)
	f.lacks(dig(c, "orders", "o1"), "lines", "payments")
	c = f.change(f.a.seq(pay("o1", "p1", "1")))
	f.has(c, `{"orders":{"o1":{"payments":[{"id":"p1"}]}}}`)
	f.lacks(dig(c, "orders", "o1"), "lines")
}

func oneChangeEach(f *twoTills) {
	f.a.push(
		f.a.mutation(create("o1"), add("o1", "l1"), inc("o1", "l1", "qty", "1"), orderSet("o1", `{"partner_id":1}`)),
		f.a.mutation(create("o2"), create("o3"), move("o1", "o2", "l1")),
		f.a.mutation(inc("o2", "l1", "qty", "0")))
	changes := f.changes()
	f.same([]any{1, 2, 3}, each(changes, "seq"), "the seqs")
	f.same([]any{1, 2, 3}, each(changes, "id"), "the ids")
	f.has(changes[0], `{"orders":{"o1":{"rev":1,"set":{"partner_id":1},"lines":{"l1":{"set":{"qty":2}}}}}}`)
	f.same([]string{"o1", "o2", "o3"}, keys(changes[1], "orders"), "the orders of the second change")
}

func revCounts(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"), create("o2"))
	for i, op := range []string{inc("o1", "l1", "qty", "1"), orderSet("o1", `{"partner_id":1}`), pay("o1", "p1", "1"), add("o1", "l2"), remove("o1", "l2"), closeAs("o1", "paid")} {
		seq := f.b.seq(op)
		f.has(f.change(seq), `{"orders":{"o1":{"rev":%d}}}`, i+2)
	}
	f.has(f.order("o1"), `{"rev":7}`)
	f.has(f.order("o2"), `{"rev":1}`)
	f.b.applied(closeAs("o1", "paid"))
	f.has(f.order("o1"), `{"rev":7}`)
}

func rejectedMakesNone(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.unchanged(func() {
		f.a.rejected("exists", create("o1"))
		f.a.rejected("unknown_op", `{"op":"x"}`)
		f.a.rejected("invalid", inc("o1", "l1", "qty", `"x"`))
	})
}

func adminChange(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	before := f.order("o1")
	f.admin.do("POST", "/multi-sessions/"+f.id+"/orders/o1/cancel", `{"reason":"left"}`).ok()
	c := f.change(2)
	f.has(c, `{"by":{"server":"admin"},"orders":{"o1":{"rev":2,"number":1,"run":1,"state":"cancelled"}}}`)
	f.lacks(c, "client_id", "id", "tapped_at")
	f.lacks(dig(c, "orders", "o1"), "set", "lines", "payments")
	f.same(before["fields"], f.order("o1")["fields"], "ms_info after a change of the server's own")
}

func stateStands(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	base := f.head()
	f.b.applied(inc("o1", "l1", "qty", "1"))
	f.a.applied(payOffline("o1", "p1", "1"), closeBase("o1", "paid", base))
	f.b.applied(pay("o1", "p2", "1"))
	f.has(f.order("o1"), `{"state":"paid","needs":"review","payments":[{"id":"p1"},{"id":"p2","needs":"refund"}]}`)
}

var pullRules = []rule{
	{"a pull gives changes, positions and last_id", pullGives},
	{"a limit cuts, more says so, and the cursor goes on", pullLimit},
	{"the default limit is 500", pullDefaultLimit},
	{"a pull from the head is empty and keeps the cursor", pullAtHead},
	{"a long poll wakes on a change", longPollWakes},
	{"a long poll wakes at once where something is there", longPollAtOnce},
	{"a wait that runs out is 200, no changes, the same cursor", longPollRunsOut},
	{"last_id is read at the cursor's position", lastIDAtPosition},
	{"last_id is read at the cursor's position in a long history too", lastIDInHistory},
	{"a cursor may be used again, in any order", cursorAgain},
	{"a malformed cursor is refused", pullMalformed},
	{"each change comes once and in order through any limit", eachOnce},
	{"a cursor of one POS serves another", cursorShared},
	{"a push from far behind brings changes and says whether more are there", pushFarBehind},
	{"a wait of more than 55 s is 55 s", waitIsCapped},
}

func pullGives(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.b.applied(inc("o1", "l1", "qty", "1"))
	f.a.rejected("exists", create("o1"))
	got := f.a.pull(f.origin, "").ok()
	f.has(got, `{"mode":"changes","changes":[{"seq":1,"client_id":%q,"id":1},{"seq":2,"client_id":%q,"id":1}],"seq":2,"head":2,"more":false,"last_id":2}`, f.a.client, f.b.client)
	f.validCursor(got)
	f.has(f.b.pull(f.origin, "").ok(), `{"last_id":1}`)
}

func pullLimit(f *twoTills) {
	f.makeChanges(5)
	got := f.b.pull(f.origin, "&limit=2").ok()
	f.has(got, `{"changes":[{"seq":1},{"seq":2}],"seq":2,"head":5,"more":true}`)
	got = f.b.pull(text(got, "cursor"), "&limit=2").ok()
	f.has(got, `{"changes":[{"seq":3},{"seq":4}],"seq":4,"head":5,"more":true}`)
	got = f.b.pull(text(got, "cursor"), "&limit=2").ok()
	f.has(got, `{"changes":[{"seq":5}],"seq":5,"head":5,"more":false}`)
	f.has(f.b.pull(f.origin, "&limit=5").ok(), `{"seq":5,"more":false}`)
}

func pullDefaultLimit(f *twoTills) {
	f.makeChanges(510)
	got := f.b.pull(f.origin, "").ok()
	f.has(got, `{"seq":500,"head":510,"more":true}`)
	f.that(len(list(got, "changes")) == 500, "want 500 changes, got %d", len(list(got, "changes")))
	f.has(f.b.pull(f.origin, "&limit=2000").ok(), `{"seq":510,"more":false}`)
}

func pullAtHead(f *twoTills) {
	f.has(f.a.pull(f.origin, "").ok(), `{"changes":[],"cursor":%q,"seq":0,"head":0,"more":false,"last_id":0}`, f.origin)
	f.makeChanges(2)
	cursor := text(f.a.pull(f.origin, "").ok(), "cursor")
	f.has(f.a.pull(cursor, "").ok(), `{"changes":[],"cursor":%q,"seq":2,"head":2,"more":false}`, cursor)
}

// poll starts a long poll; its answer comes in the channel.
func (c *till) poll(cursor string, seconds int) <-chan answer {
	done := make(chan answer, 1)
	go func() {
		a, err := request(c.api.Server, c.token, "GET", fmt.Sprintf("/v1/pull?cursor=%s&client_id=%s&wait=%d", cursor, c.client, seconds), "")
		if err != nil {
			a.what = err.Error()
		}
		a.t = c.api.t
		done <- a
	}()
	return done
}

func longPollWakes(f *twoTills) {
	f.makeChanges(2)
	done := f.b.poll(f.a.cursor, 50)
	select {
	case a := <-done:
		f.t.Fatalf("a poll of 50 s with nothing to say came back: %d %s", a.Status, a.Raw)
	case <-time.After(200 * time.Millisecond): // it waits
	}
	f.a.applied(inc("o1", "l1", "qty", "1"))
	select {
	case a := <-done:
		f.has(a.ok(), `{"mode":"changes","changes":[{"seq":3}],"seq":3,"more":false}`)
	case <-time.After(patience):
		f.t.Fatalf("the poll did not wake")
	}
}

func longPollAtOnce(f *twoTills) {
	f.makeChanges(1)
	select {
	case a := <-f.b.poll(f.origin, 50):
		f.has(a.ok(), `{"changes":[{"seq":1}]}`)
	case <-time.After(patience):
		f.t.Fatalf("the poll waited though a change was there")
	}
}

func longPollRunsOut(f *twoTills) {
	f.makeChanges(1)
	start := time.Now()
	got := f.a.pull(f.a.cursor, "&wait=1").ok()
	f.has(got, `{"mode":"changes","changes":[],"cursor":%q,"seq":1,"head":1,"more":false,"last_id":1}`, f.a.cursor)
	f.that(time.Since(start) > 900*time.Millisecond, "a wait of 1 s took %s", time.Since(start))
}

// The cursor stands behind the second change: what is decided later is not
// in its last_id.
func lastIDAtPosition(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(inc("o1", "l1", "qty", "1"))
	f.a.applied(inc("o1", "l1", "qty", "1"))
	for i := range 3 {
		got := f.a.pull(f.origin, fmt.Sprintf("&limit=%d", i+1)).ok()
		f.has(got, `{"seq":%d,"last_id":%d}`, i+1, i+1)
	}
}

// Each change is one mutation of the same client, so ids and seqs are equal.
func lastIDInHistory(f *twoTills) {
	f.makeChanges(6000)
	pullInPages(f, 6000, 1999)
}

// pullInPages pulls from the first change to the last and wants last_id and more to
// be those of each position, where all changes are of one client.
func pullInPages(f *twoTills, head int64, limit int) {
	f.t.Helper()
	for cursor, seq := f.origin, int64(0); seq < head; {
		page := f.a.pull(cursor, fmt.Sprintf("&limit=%d", limit)).ok()
		changes := list(page, "changes")
		f.that(len(changes) > 0, "no changes after %d of %d", seq, head)
		f.same(seq+1, dig(changes, 0, "seq"), "the first change after %d", seq)
		seq += int64(len(changes))
		f.has(page, `{"seq":%d,"last_id":%d,"head":%d,"more":%v}`, seq, seq, head, seq < head)
		cursor = text(page, "cursor")
	}
}

func cursorAgain(f *twoTills) {
	f.makeChanges(3)
	one := f.b.pull(f.origin, "&limit=1").ok()
	two := f.b.pull(text(one, "cursor"), "").ok()
	for range 2 {
		f.same(each(list(one, "changes"), "seq"), each(list(f.b.pull(f.origin, "&limit=1").ok(), "changes"), "seq"), "the first page again")
		f.same(two["changes"], f.b.pull(text(one, "cursor"), "").ok()["changes"], "the second page again")
	}
}

// The protocol sends a malformed cursor of a stream to cursor_expired and
// one of a push to bad_request; of a pull neither is said.
func pullMalformed(f *twoTills) {
	for _, cursor := range []string{"a%20b", "a:b", "%C3%A4", strings.Repeat("x", 513)} {
		f.a.pull(cursor, "").fails("bad_request", "reset_required")
	}
}

func eachOnce(f *twoTills) {
	f.makeChanges(30)
	want := canon(f.changes())
	for _, limit := range []int{1, 2, 7, 29, 30, 31} {
		var all []any
		for cursor, more := f.origin, true; more; {
			page := f.b.pull(cursor, fmt.Sprintf("&limit=%d", limit)).ok()
			f.that(len(list(page, "changes")) <= limit, "%d changes with limit=%d", len(list(page, "changes")), limit)
			all = append(all, list(page, "changes")...)
			cursor, more = text(page, "cursor"), dig(page, "more") == true
		}
		f.that(canon(all) == want, "limit=%d gives other changes", limit)
	}
}

func pushFarBehind(f *twoTills) {
	f.makeChanges(700)
	f.b.cursor = f.origin
	got := f.b.push(f.b.mutation(inc("o1", "l1", "qty", "1")))
	f.has(got, `{"head":701,"results":[{"status":"applied","seq":701}]}`)
	seq := num(got, "seq")
	for i, s := range each(list(got, "changes"), "seq") {
		f.same(i+1, s, "the seq of change %d", i)
	}
	f.same(seq, len(list(got, "changes")), "the position and the changes")
	f.same(seq < 701, got["more"], "more")
	rest := f.b.pull(text(got, "cursor"), "&limit=2000").ok()
	f.has(rest, `{"seq":701,"more":false}`)
	f.same(701-seq, len(list(rest, "changes")), "the changes that were missing")
}

func waitIsCapped(f *twoTills) {
	if !*patient {
		f.t.Skip("waits for 55 s: run with -patient")
	}
	start := time.Now()
	f.has(f.a.pull(f.origin, "&wait=500").ok(), `{"changes":[]}`)
	took := time.Since(start)
	f.that(took > 50*time.Second && took < 65*time.Second, "a wait of 500 s took %s", took)
}

func cursorShared(f *twoTills) {
	f.makeChanges(3)
	cursor := text(f.a.pull(f.origin, "&limit=2").ok(), "cursor")
	f.has(f.b.pull(cursor, "").ok(), `{"changes":[{"seq":3}]}`)
}
