package conformance

import (
	"fmt"
	"time"
)

var restartRules = []rule{
	{"a graceful stop tells sockets 4250 and ends streams", stopTells},
	{"state, cursors, tokens and clients survive a restart", restartSurvives},
	{"an outcome is the same after a restart", outcomeSurvives},
	{"a restart ends no run", restartKeepsRun},
	{"positions are the same after a restart", positionsSurvive},
	{"what was acknowledged survives a kill", killSurvives},
	{"a kill in the middle of pushes loses and doubles nothing", killInTheMiddle},
}

func stopTells(f *twoTills) {
	w := f.a.connect()
	s := f.stream(f.a.token, "client_id="+f.a.client)
	s.await("snapshot")
	f.restart()
	w.ends(4250)
	s.ends()
	f.a.connect().answers(1)
}

// wholeState is what must be the same before and after.
func wholeState(f *twoTills) object {
	f.t.Helper()
	s := f.b.snapshot()
	return object{
		"orders": s["orders"], "seq": s["seq"], "changes": f.changes(), "all": list(f.a.get("/v1/orders").ok(), "orders"),
		"rejections": f.rejections(), "multi-session": f.admin.do("GET", "/multi-sessions/"+f.id, "").ok(), "server": f.info()["server_id"],
	}
}

// playScript makes at least one order of each kind.
func playScript(f *twoTills) {
	f.t.Helper()
	for i, ops := range script() {
		[]*till{f.a, f.b}[i%2].do(ops...)
	}
}

func restartSurvives(f *twoTills) {
	playScript(f)
	before := wholeState(f)
	f.restart()
	f.same(before, wholeState(f), "what the server tells")
	f.a.open() // twice is harmless; whether a restart closes tills isn't said
	f.has(f.a.applied(create("after")), `{"id":%d,"seq":%d}`, f.a.next-1, num(before, "seq")+1)
}

func outcomeSurvives(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1", `{"discount":1}`))
	f.b.applied(lineSet("o1", "l1", `{"discount":5}`))
	pushed := []string{
		f.a.mutation(inc("o1", "l1", "qty", "1"), orderSet("o1", `{"foo":1}`)), f.a.mutation(lineSetBase("o1", "l1", `{"discount":2}`, 1)),
		f.a.mutation(pay("o1", "p1", "1"), add("o1", "l1")), f.a.mutation(`{"op":"x"}`),
	}
	f.a.push(pushed...)
	before := f.a.push(pushed...)["results"]
	f.restart()
	f.a.open()
	f.unchanged(func() { f.same(before, f.a.push(pushed...)["results"], "the results of the duplicates") })
	f.has(before, `[{"status":"duplicate","ignored":["o1.foo"]},{"code":"stale_base","now":{"discount":5}},{"code":"exists","kept":["p1"]},{"code":"unknown_op"}]`)
	f.has(f.a.try(mutation(2, create("other"))).fails("id_reused"), `{"id":2}`)
}

func restartKeepsRun(f *twoTills) {
	f.a.applied(create("o1"))
	f.restart()
	f.has(f.a.open(), `{"run":1}`)
	f.has(f.a.applied(create("o2")), `{"orders":{"o2":{"number":2}}}`)
	f.has(f.order("o1"), `{"state":"open","run":1}`)
}

func positionsSurvive(f *twoTills) {
	f.makeChanges(30)
	middle := text(f.a.pull(f.origin, "&limit=7").ok(), "cursor")
	f.restart()
	pullInPages(f, 30, 4)
	f.has(f.a.pull(middle, "&limit=1").ok(), `{"changes":[{"seq":8}],"last_id":8,"more":true}`)
	s := f.stream(f.a.token, "client_id="+f.a.client+"&cursor="+middle)
	f.same(8, dig(s.await("changes").data, "changes", 0, "seq"), "the first change over a stream")
	f.a.cursor = middle
	w := f.a.connect()
	f.same(8, dig(w.await("changes"), "changes", 0, "seq"), "the first change over a socket")
}

func killSurvives(f *twoTills) {
	playScript(f)
	before := wholeState(f)
	f.kill()
	f.same(before, wholeState(f), "what the server tells")
	f.has(f.a.pull(f.a.cursor, "").ok(), `{"mode":"changes"}`) // a kill is no new epoch
}

// killInTheMiddle kills while two tills push, then repeats what got no
// answer ("Each mutation has one outcome for ever").
func killInTheMiddle(f *twoTills) {
	if f.Kill == nil || f.Restart == nil {
		f.t.Skip("the harness can't kill this server")
	}
	f.a.applied(create("o1"), add("o1", "l1", `{"qty":0}`))
	tills := []*till{f.a, f.b}
	queues := make([][]string, len(tills))
	enough := make(chan bool, 10_000)
	done := make(chan bool, len(tills))
	for i, c := range tills {
		for range 200 {
			queues[i] = append(queues[i], c.mutation(inc("o1", "l1", "qty", "1")))
		}
		go func() {
			for _, m := range queues[i] {
				if a, err := request(f.Server, c.token, "POST", "/v1/push", c.body(m)); err != nil || a.Status != 200 {
					break
				}
				enough <- true
			}
			done <- true
		}()
	}
	for range 60 {
		select {
		case <-enough:
		case <-time.After(patience):
			f.t.Fatal("the pushes before the kill were not answered")
		}
	}
	f.kill()
	<-done
	<-done
	for i, c := range tills {
		c.open()
		for from := 0; from < 200; from += 100 {
			for n, r := range list(c.push(queues[i][from:from+100]...), "results") {
				f.oneOf(text(r, "status"), "applied", "duplicate")
				f.that(num(r, "seq") > 0, "mutation %d of till %d: %s", from+n, i, canon(r))
			}
		}
	}
	f.same(400, f.field("o1", "l1", "qty"), "qty: each increment once")
	for i, seq := range each(f.changes(), "seq") {
		f.same(fmt.Sprint(i+1), fmt.Sprint(seq), "the seqs are dense")
	}
}
