package faults_test

import (
	"slices"
	"time"

	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/sdk/client/clienttest"
)

// possible is everything that can happen in a simulation.
func (w *simulation) possible() []choice {
	with := w.atTill
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
		with("another device", 1, w.device),
		with("slow reader", 1, (*till).clog),
		with("stranger", 2, w.stranger),
	)
	if w.faults.extension != "" {
		all = append(all, choice{"sweep", 3, w.sweep})
	}
	if w.faults.clocks {
		all = append(all, with("clock of a till", 2, (*till).jump), choice{"clock of the server", 1, w.jump})
	}
	if w.faults.prune {
		all = append(all, choice{"prune", 2, w.prune})
	}
	if w.faults.lossy {
		all = append(all, with("lose", 2, (*till).lose), with("double", 3, (*till).double))
	}
	if w.faults.runs {
		all = append(all, with("close", 2, (*till).goHome), with("open", 3, (*till).comeIn),
			choice{"end of run", 1, w.endOfDay})
	}
	if w.faults.nodes > 0 {
		all = append(all, choice{"note", 40, w.noteArrives}, choice{"note lost", 10, w.noteLost}, choice{"node", 2, w.nodeStops})
	}
	return append(all, w.disaster()...)
}

// atTill is something that happens at a till, whichever.
func (w *simulation) atTill(name string, weight int, do func(*till)) choice {
	w.somewhere = append(w.somewhere, name)
	return choice{name, weight, func() {
		w.acting = pick(w.dice, w.tills)
		do(w.acting)
	}}
}

func (w *simulation) pass() {
	w.clock = w.clock.Add(time.Duration(1+w.dice(pick(w.dice, []int{100, 2000, 20_000}))) * time.Millisecond)
	w.server.follow()
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
		w.idle = true
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
		if a, ok := in.(answered); ok {
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
