package conformance

import (
	"fmt"
	"strings"
	"time"
)

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

// grow makes n changes on the floor, one each.
func (f *floor) grow(n int) {
	f.t.Helper()
	f.a.applied(create("o1"), add("o1", "l1"))
	for n--; n > 0; {
		var some []string
		for ; n > 0 && len(some) < 100; n-- {
			some = append(some, f.a.mutation(inc("o1", "l1", "qty", "1")))
		}
		f.a.push(some...)
	}
}

func pullGives(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.b.applied(inc("o1", "l1", "qty", "1"))
	f.a.rejected("exists", create("o1"))
	got := f.a.pull(f.origin, "").ok()
	f.has(got, `{"mode":"changes","changes":[{"seq":1,"client_id":%q,"id":1},{"seq":2,"client_id":%q,"id":1}],"seq":2,"head":2,"more":false,"last_id":2}`, f.a.client, f.b.client)
	f.validCursor(got)
	f.has(f.b.pull(f.origin, "").ok(), `{"last_id":1}`)
}

func pullLimit(f *floor) {
	f.grow(5)
	got := f.b.pull(f.origin, "&limit=2").ok()
	f.has(got, `{"changes":[{"seq":1},{"seq":2}],"seq":2,"head":5,"more":true}`)
	got = f.b.pull(text(got, "cursor"), "&limit=2").ok()
	f.has(got, `{"changes":[{"seq":3},{"seq":4}],"seq":4,"head":5,"more":true}`)
	got = f.b.pull(text(got, "cursor"), "&limit=2").ok()
	f.has(got, `{"changes":[{"seq":5}],"seq":5,"head":5,"more":false}`)
	f.has(f.b.pull(f.origin, "&limit=5").ok(), `{"seq":5,"more":false}`)
}

func pullDefaultLimit(f *floor) {
	f.grow(510)
	got := f.b.pull(f.origin, "").ok()
	f.has(got, `{"seq":500,"head":510,"more":true}`)
	f.that(len(list(got, "changes")) == 500, "want 500 changes, got %d", len(list(got, "changes")))
	f.has(f.b.pull(f.origin, "&limit=2000").ok(), `{"seq":510,"more":false}`)
}

func pullAtHead(f *floor) {
	f.has(f.a.pull(f.origin, "").ok(), `{"changes":[],"cursor":%q,"seq":0,"head":0,"more":false,"last_id":0}`, f.origin)
	f.grow(2)
	cursor := text(f.a.pull(f.origin, "").ok(), "cursor")
	f.has(f.a.pull(cursor, "").ok(), `{"changes":[],"cursor":%q,"seq":2,"head":2,"more":false}`, cursor)
}

// poll starts a long poll; its answer comes in the channel.
func (c *till) poll(cursor string, seconds int) <-chan answer {
	done := make(chan answer, 1)
	go func() {
		a, err := request(c.f.Server, c.token, "GET", fmt.Sprintf("/v1/pull?cursor=%s&client_id=%s&wait=%d", cursor, c.client, seconds), "")
		if err != nil {
			a.what = err.Error()
		}
		a.t = c.f.t
		done <- a
	}()
	return done
}

func longPollWakes(f *floor) {
	f.grow(2)
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

func longPollAtOnce(f *floor) {
	f.grow(1)
	select {
	case a := <-f.b.poll(f.origin, 50):
		f.has(a.ok(), `{"changes":[{"seq":1}]}`)
	case <-time.After(patience):
		f.t.Fatalf("the poll waited though a change was there")
	}
}

func longPollRunsOut(f *floor) {
	f.grow(1)
	start := time.Now()
	got := f.a.pull(f.a.cursor, "&wait=1").ok()
	f.has(got, `{"mode":"changes","changes":[],"cursor":%q,"seq":1,"head":1,"more":false,"last_id":1}`, f.a.cursor)
	f.that(time.Since(start) > 900*time.Millisecond, "a wait of 1 s took %s", time.Since(start))
}

// The cursor stands behind the second change: what is decided later is not
// in its last_id.
func lastIDAtPosition(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(inc("o1", "l1", "qty", "1"))
	f.a.applied(inc("o1", "l1", "qty", "1"))
	for i := range 3 {
		got := f.a.pull(f.origin, fmt.Sprintf("&limit=%d", i+1)).ok()
		f.has(got, `{"seq":%d,"last_id":%d}`, i+1, i+1)
	}
}

// Each change is one mutation of the same client, so ids and seqs are equal.
func lastIDInHistory(f *floor) {
	f.grow(6000)
	f.walk(6000, 1999)
}

// walk pulls from the first change to the last and wants last_id and more to
// be those of each position, where all changes are of one client.
func (f *floor) walk(head int64, limit int) {
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

func cursorAgain(f *floor) {
	f.grow(3)
	one := f.b.pull(f.origin, "&limit=1").ok()
	two := f.b.pull(text(one, "cursor"), "").ok()
	for range 2 {
		f.same(each(list(one, "changes"), "seq"), each(list(f.b.pull(f.origin, "&limit=1").ok(), "changes"), "seq"), "the first page again")
		f.same(two["changes"], f.b.pull(text(one, "cursor"), "").ok()["changes"], "the second page again")
	}
}

// The protocol sends a malformed cursor of a stream to cursor_expired and
// one of a push to bad_request; of a pull neither is said.
func pullMalformed(f *floor) {
	for _, cursor := range []string{"a%20b", "a:b", "%C3%A4", strings.Repeat("x", 513)} {
		f.a.pull(cursor, "").fails("bad_request", "reset_required")
	}
}

func eachOnce(f *floor) {
	f.grow(30)
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

func pushFarBehind(f *floor) {
	f.grow(700)
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

func waitIsCapped(f *floor) {
	if !*patient {
		f.t.Skip("waits for 55 s: run with -patient")
	}
	start := time.Now()
	f.has(f.a.pull(f.origin, "&wait=500").ok(), `{"changes":[]}`)
	took := time.Since(start)
	f.that(took > 50*time.Second && took < 65*time.Second, "a wait of 500 s took %s", took)
}

func cursorShared(f *floor) {
	f.grow(3)
	cursor := text(f.a.pull(f.origin, "&limit=2").ok(), "cursor")
	f.has(f.b.pull(cursor, "").ok(), `{"changes":[{"seq":3}]}`)
}
