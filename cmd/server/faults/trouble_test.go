package faults_test

import (
	"slices"
	"time"

	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/sdk/client/clienttest"
	"github.com/manytill/manytill/sdk/protocol"
)

// possible is everything that can happen in a simulation.
func (w *simulation) possible() []choice {
	with := func(name string, weight int, do func(*till)) choice {
		return choice{name, weight, func() { do(pick(w.dice, w.tills)) }}
	}
	all := append(w.tapping(),
		choice{"serve", 90, w.serve},
		with("receive", 120, func(t *till) { t.arrive(); t.receive() }),
		with("call", 25, (*till).serveCall),
		with("answer", 25, (*till).receiveAnswer),
		choice{"time", 50, w.pass},
		with("disk", 30, func(t *till) { t.step(t.write(1 + w.dice(3))...) }),
		with("cut", 3, func(t *till) { w.tell("%s is cut", t.name); t.cut() }),
		with("half open", 1, func(t *till) { t.halfOpen = t.conn != 0 }),
		with("offline", 2, func(t *till) { t.offline = !t.offline }),
		with("crash", 2, (*till).crash),
		with("disk full", 1, func(t *till) { t.diskFull = !t.diskFull }),
		choice{"restart", 1, func() { w.crash("the server restarts") }},
		choice{"before", 2, func() { w.serveInto(mem.Before); w.crash("the server crashed before the commit") }},
		choice{"after", 2, func() { w.serveInto(mem.NoFault); w.crash("the server crashed after the commit") }},
		choice{"answer lost", 2, func() { w.serveInto(mem.After) }},
		choice{"read only", 1, func() { w.serveInto(mem.Before) }},
		choice{"late messages", 4, w.deliverLate},
	)
	if w.faults.lossy {
		all = append(all, with("lose", 2, (*till).lose), with("double", 3, (*till).double))
	}
	if w.faults.runs {
		all = append(all, with("close", 2, (*till).goHome), with("open", 3, (*till).comeIn),
			choice{"end of run", 1, w.endOfDay})
	}
	return append(all, w.disaster()...)
}

func (w *simulation) disaster() []choice {
	switch w.faults.disaster {
	case "restore", "rawcopy":
		return []choice{{"backup", 3, w.backup}, {"restore", 1, w.restore}}
	case "clone":
		return []choice{{"clone", 1, w.clone}}
	case "move":
		return []choice{{"move", 2, w.move}}
	}
	return nil
}

func (w *simulation) pass() {
	w.clock = w.clock.Add(time.Duration(1+w.dice(pick(w.dice, []int{100, 2000, 20_000}))) * time.Millisecond)
	for _, t := range w.tills {
		t.tick()
		t.arrive()
	}
}

// serve lets the server take frames of some tills, and decide their pushes
// together.
func (w *simulation) serve() {
	var all []*asked
	for _, t := range w.tills {
		for n := w.dice(3); n > 0 && t.socket != nil && len(t.up) > 0; n-- {
			raw := t.up[0]
			t.up = t.up[1:]
			if a := t.socket.take(raw); a != nil {
				all = append(all, a)
			}
		}
	}
	w.server.decide(all)
	for _, t := range w.tills {
		t.arrive()
	}
}

func (w *simulation) serveInto(f mem.Fault) {
	w.server.store.FailNext(f)
	w.serve()
	w.server.store.FailNext(mem.NoFault)
}

// crash is the end of the server's process and its next start.
func (w *simulation) crash(why string) {
	w.tell("%s", why)
	w.server.start()
	for _, t := range w.tills {
		t.up = nil
		t.cut()
	}
	w.late = nil
}

// deliverLate lets frames arrive of a link that the till gave up.
func (w *simulation) deliverLate() {
	if len(w.late) == 0 {
		return
	}
	i := w.dice(len(w.late))
	g := w.late[i]
	w.late = slices.Delete(w.late, i, i+1)
	for _, raw := range g.up {
		if a := g.socket.take(raw); a != nil {
			w.server.decide([]*asked{a})
		}
	}
}

func (t *till) serveCall() {
	if len(t.calls) == 0 {
		return
	}
	c := t.calls[t.w.dice(len(t.calls))]
	if t.answer(c) && !(t.w.faults.lossy && t.w.dice.one(4)) { // else it comes twice
		t.calls = slices.DeleteFunc(t.calls, func(other *call) bool { return other == c })
	}
}

func (t *till) receiveAnswer() {
	if len(t.answers) == 0 {
		return
	}
	i := t.w.dice(len(t.answers)) // late ones after newer ones
	in := t.answers[i]
	t.answers = slices.Delete(t.answers, i, i+1)
	t.step(in)
}

// lose loses one message, which TCP doesn't.
func (t *till) lose() {
	switch {
	case t.w.dice.one(2) && len(t.up) > 1:
		t.up = slices.Delete(t.up, 1, 2)
	case len(t.down) > 0:
		if i := t.w.dice(len(t.down)); string(t.down[i][:12]) == `{"t":"change` && !folded(t.down[i]) {
			t.down = slices.Delete(t.down, i, i+1)
		}
	case len(t.answers) > 0:
		in := t.answers[0]
		t.answers = t.answers[1:]
		if a, ok := in.(clienttest.Answered); ok {
			t.step(clienttest.Failed{Request: a.Request, Err: errCut})
		}
	}
}

// double makes a message come twice.
func (t *till) double() {
	switch {
	case t.w.dice.one(2) && len(t.up) > 0:
		if i := t.w.dice(len(t.up)); string(t.up[i][:11]) == `{"t":"push"` {
			t.up = slices.Insert(t.up, i, t.up[i])
		}
	case len(t.down) > 0:
		if i := t.w.dice(len(t.down)); string(t.down[i][:12]) == `{"t":"change` && !folded(t.down[i]) {
			t.down = slices.Insert(t.down, i, t.down[i])
		}
	}
}

func folded(frame []byte) bool {
	return slices.Contains([]string{`true}`, `alse}`}, string(frame[len(frame)-5:]))
}

func (t *till) goHome() {
	if !t.offline {
		t.w.tell("%s closes its till", t.name)
		t.w.server.closeTill(t)
	}
}

func (t *till) comeIn() {
	if !t.offline {
		t.w.server.openTill(t)
	}
}

func (w *simulation) endOfDay() {
	for _, t := range w.tills {
		w.server.closeTill(t)
	}
	w.tell("all tills are closed")
}

func (w *simulation) backup() { w.backups = append(w.backups, w.server.store.Clone()) }

// restore begins the server anew with a backup: as the restore command does,
// or as a copied file. What was decided since is the tills' to bring again.
// Earlier backups are gone then: who restores one of before a restore undoes
// what the tills did meanwhile and no longer hold.
func (w *simulation) restore() {
	if len(w.backups) == 0 {
		return
	}
	backup := pick(w.dice, w.backups)
	w.backups = nil
	w.server.store = backup
	if w.faults.disaster == "restore" {
		w.server.store = backup.Restored(w.id("EPOCH"))
	}
	w.crash("a backup is restored: " + w.faults.disaster)
	w.server.forget()
}

// clone starts a second till on a copy of a till's storage. A third one on the
// same would be too much: what two of them hold and the third made foreign
// goes to a new client_id from both.
func (w *simulation) clone() {
	if len(w.tills) > 3 {
		return
	}
	from := pick(w.dice, w.tills)
	state, err := from.store.Load()
	if err != nil {
		w.t.Fatal(err)
	}
	copied := clienttest.NewMemoryStore()
	if err := copied.Rewrite(state); err != nil {
		w.t.Fatal(err)
	}
	t := &till{w: w, name: w.id("clone"), pos: from.pos, user: from.user, polls: from.polls, store: copied}
	w.tell("%s is a clone of %s", t.name, from.name)
	w.tills = append(w.tills, t)
	t.boot()
}

// move puts a POS into the other multi-session.
func (w *simulation) move() {
	t := pick(w.dice, w.tills)
	to := terrace
	if w.server.sessionOf(t.pos.ID).ID == terrace {
		to = mainFloor
	}
	w.server.closeTill(t)
	pos := map[protocol.MultiSessionID][]protocol.POSID{mainFloor: {}, terrace: {}}
	for _, id := range []protocol.POSID{"pos0", "pos1", "pos2"} {
		ms := w.server.sessionOf(id).ID
		if id == t.pos.ID {
			ms = to
		}
		pos[ms] = append(pos[ms], id)
	}
	w.server.setPOS(mainFloor, pos[mainFloor])
	w.server.setPOS(terrace, pos[terrace])
	w.tell("%s is moved to %s", t.pos.ID, to)
	for _, t := range w.tills {
		if t.socket != nil && t.socket.session != nil && t.socket.session != w.server.sessionOf(t.pos.ID) {
			t.socket.closed = 4209
		}
	}
	w.late = nil
}
