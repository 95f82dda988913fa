package conformance

import (
	"fmt"
)

var socketRules = []rule{
	{"a push is answered by pushed with its ref", pushIsAnswered},
	{"pushed never comes before the changes that it decided", changesBeforePushed},
	{"several pushes under way are answered in order", severalRefs},
	{"an error frame leaves the socket open", errorKeepsSocket},
	{"every till on the floor hears of a change, once", allHear},
	{"own echo reaches both sockets of one POS", ownEcho},
	{"a duplicate over another way has its first outcome", duplicateOverSocket},
	{"last_id in changes is the connection's client's", socketLastID},
	{"till_closed is an error of the push alone", socketTillClosed},
	{"a POS that is moved away is told 4209", movedAway},
	{"a multi-session that is made inactive is told 4209", madeInactive},
	{"a cut link loses nothing", cutLink},
	{"a frame of the sender's own changes nothing for others' ids", twoClientsOneSocketEach},
}

func pushIsAnswered(f *twoTills) {
	w := f.a.connect()
	w.send("%s", pushFrame(6, f.a.mutation(create("o1"), add("o1", "l1")), f.a.mutation(add("o1", "l1"))))
	f.has(w.await("pushed"), `{"t":"pushed","ref":6,"last_id":2,"results":[
		{"id":1,"status":"applied","seq":1,"orders":{"o1":{"number":1,"rev":1}}},{"id":2,"status":"rejected","code":"exists"}]}`)
	f.has(w.answers(7), `{"last_id":2,"results":[]}`)
}

// seen reads frames to the answer of a ref and returns the highest seq of the
// changes before it.
func (w *socket) seen(ref int) (highest int64, answer object) {
	w.t.Helper()
	for {
		frame := w.next()
		switch {
		case text(frame, "t") == "changes":
			for _, c := range list(frame, "changes") {
				w.that(num(c, "seq") > highest, "changes come in order and once: %s after %d", canon(c), highest)
				highest = num(c, "seq")
			}
		case num(frame, "ref") == int64(ref):
			return highest, frame
		}
	}
}

func changesBeforePushed(f *twoTills) {
	f.makeChanges(1)
	f.b.cursor = f.a.cursor
	w := f.b.connect()
	f.a.applied(inc("o1", "l1", "qty", "1"))
	w.send("%s", pushFrame(1, f.b.mutation(inc("o1", "l1", "qty", "1")), f.b.mutation(create("o1")), f.b.mutation(inc("o1", "l1", "qty", "1"))))
	highest, pushed := w.seen(1)
	f.has(pushed, `{"t":"pushed","results":[{"seq":3},{"code":"exists"},{"seq":4}]}`)
	f.that(highest >= 4, "pushed came when the changes had come to %d", highest)
	f.a.applied(inc("o1", "l1", "qty", "1"))
	f.a.applied(inc("o1", "l1", "qty", "1"))
	w.send("%s", pushFrame(2, f.b.mutation(create("o1")))) // rejected at position 6
	highest, _ = w.seen(2)
	f.that(highest >= 6, "pushed of a rejection came when the changes had come to %d", highest)
}

func severalRefs(f *twoTills) {
	w := f.a.connect()
	const pushes = 40
	for ref := range pushes {
		w.send("%s", pushFrame(ref, f.a.mutation(create(fmt.Sprintf("o%d", ref)))))
	}
	w.send("%s", pushFrame(pushes, mutation(999, create("x"))))
	w.send("%s", pushFrame(pushes+1))
	for ref := range pushes + 2 {
		for {
			frame := w.next()
			if text(frame, "t") == "changes" {
				continue
			}
			want := "pushed"
			if ref == pushes {
				want = "error"
			}
			f.has(frame, `{"t":%q,"ref":%d}`, want, ref)
			break
		}
	}
}

func errorKeepsSocket(f *twoTills) {
	w := f.a.connect()
	for ref, c := range []struct{ push, want string }{
		{`"mutations":[{"id":5,"ops":[]}]`, `{"code":"id_gap","expected":1,"got":5}`},
		{`"mutations":5`, `{"code":"bad_request","at":"mutations"}`},
		{`"mutations":[{"id":0,"ops":[]}]`, `{"code":"bad_request","at":"mutations[0].id"}`},
		{`"mutations":[{"id":1,"ops":[]},{"id":3,"ops":[]}]`, `{"code":"bad_request","at":"mutations[1].id"}`},
	} {
		w.send(`{"t":"push","ref":%d,%s}`, ref, c.push)
		frame := w.await("error")
		f.has(frame, `{"ref":%d,"message":"<any>"}`, ref)
		f.has(frame, c.want)
	}
	w.send("%s", pushFrame(8, mutation(1, create("o1"))))
	w.until(`{"t":"pushed","ref":8,"results":[{"status":"applied"}]}`)
	w.send("%s", pushFrame(9, mutation(1, create("o2"))))
	f.has(w.await("error"), `{"ref":9,"code":"id_reused","id":1}`)
	w.answers(10)
}

func allHear(f *twoTills) {
	c := f.addTill()
	wires := []*socket{f.a.connect(), f.b.connect(), c.connect()}
	for i := range 5 {
		f.a.applied(create(fmt.Sprintf("a%d", i)))
		f.b.applied(create(fmt.Sprintf("b%d", i)))
	}
	for _, w := range wires {
		var all []any
		for len(all) < 10 {
			all = append(all, list(w.until(`{"t":"changes"}`), "changes")...)
		}
		f.same([]any{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, each(all, "seq"), "the changes")
	}
}

// Scenario 21: own echo, also on two devices of one POS.
func ownEcho(f *twoTills) {
	second := f.a.device()
	one, two := f.a.connect(), second.connect()
	one.send("%s", pushFrame(1, f.a.mutation(create("o1"), add("o1", "l1"))))
	f.has(two.await("changes"), `{"changes":[{"seq":1,"client_id":%q,"id":1}],"last_id":0}`, f.a.client)
	f.has(one.await("changes"), `{"changes":[{"seq":1,"client_id":%q,"id":1}],"last_id":1}`, f.a.client)
	one.until(`{"t":"pushed","ref":1}`)
	two.send("%s", pushFrame(1, second.mutation(inc("o1", "l1", "qty", "1"))))
	f.has(one.await("changes"), `{"changes":[{"seq":2,"client_id":%q,"id":1}],"last_id":1}`, second.client)
	f.has(two.until(`{"t":"pushed","ref":1}`), `{"last_id":1}`)
	f.same(2, f.field("o1", "l1", "qty"), "qty, once each")
}

func duplicateOverSocket(f *twoTills) {
	m := f.a.mutation(create("o1"), add("o1", "l1"))
	f.a.push(m)
	w := f.a.connect()
	f.unchanged(func() {
		w.send("%s", pushFrame(1, m))
		f.has(w.await("pushed"), `{"last_id":1,"results":[{"id":1,"status":"duplicate","seq":1}]}`)
	})
	next := f.a.mutation(inc("o1", "l1", "qty", "1"))
	w.send("%s", pushFrame(2, next))
	w.until(`{"t":"pushed","ref":2,"results":[{"status":"applied","seq":2}]}`)
	f.has(f.a.push(next), `{"results":[{"id":2,"status":"duplicate","seq":2}]}`)
}

func socketLastID(f *twoTills) {
	w := f.b.connect()
	f.a.applied(create("o1"), add("o1", "l1"))
	f.has(w.await("changes"), `{"seq":1,"last_id":0}`)
	f.b.applied(inc("o1", "l1", "qty", "1"))
	f.has(w.await("changes"), `{"seq":2,"last_id":1}`)
}

func socketTillClosed(f *twoTills) {
	w := f.a.connect()
	f.a.close()
	w.send("%s", pushFrame(1, mutation(1, create("o1"))))
	f.has(w.await("error"), `{"ref":1,"code":"till_closed"}`)
	f.a.open()
	w.send("%s", pushFrame(2, mutation(1, create("o1"))))
	w.until(`{"t":"pushed","ref":2,"results":[{"status":"applied"}]}`)
}

func movedAway(f *twoTills) {
	f.a.close()
	w, stays := f.a.connect(), f.b.connect()
	s := f.stream(f.a.token, "client_id="+f.a.client)
	s.await("welcome")
	f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"pos":[%q]}`, f.b.pos).ok()
	w.ends(4209)
	s.ends()
	stays.answers(1)
}

func madeInactive(f *twoTills) {
	f.a.close()
	f.b.close()
	one, two := f.a.connect(), f.b.connect()
	f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"active":false}`).ok()
	one.ends(4209)
	two.ends(4209)
}

func cutLink(f *twoTills) {
	w := f.b.connect()
	f.a.applied(create("o1"), add("o1", "l1"))
	f.b.cursor = text(w.await("changes"), "cursor")
	_ = w.conn.UnderlyingConn().Close() // no close frame
	f.a.applied(inc("o1", "l1", "qty", "1"))
	again := f.b.connect()
	f.has(again.await("changes"), `{"changes":[{"seq":2}]}`)
	again.send("%s", pushFrame(1, f.b.mutation(inc("o1", "l1", "qty", "1"))))
	again.until(`{"t":"pushed","ref":1,"results":[{"status":"applied","seq":3}]}`)
}

func twoClientsOneSocketEach(f *twoTills) {
	one, two := f.a.connect(), f.b.connect()
	one.send("%s", pushFrame(1, mutation(1, create("o1"))))
	two.send("%s", pushFrame(1, mutation(1, create("o2"))))
	one.until(`{"t":"pushed","ref":1,"last_id":1,"results":[{"id":1,"status":"applied"}]}`)
	two.until(`{"t":"pushed","ref":1,"last_id":1,"results":[{"id":1,"status":"applied"}]}`)
	f.same([]any{1, 2}, each(f.changes(), "seq"), "the seqs")
}
