package faults_test

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/sdk/protocol"
)

const (
	mainFloor protocol.MultiSessionID = "main"
	terrace   protocol.MultiSessionID = "terrace"
)

var floors = []protocol.MultiSessionID{mainFloor, terrace}

// faultPlan is what can go wrong in a simulation. Not everything at once: a cloned
// queue and a restored backup, say, can count an increment twice whatever
// anybody does, because the one acknowledged mutation lies in two queues.
type faultPlan struct {
	disaster string // of the rare kinds, at most one
	polls    []bool // tills whose sockets are blocked
	scripts  []bool // tills of the TypeScript client; nil: there are none, and none come
	slow     bool   // disks of tills answer later
	twoOfOne bool   // two tills are devices of one POS
	lossy    bool   // messages are lost and doubled, beyond what TCP does
	abandon  bool   // on_run_end
	fold     int    // how far behind a reader's changes are folded
	page     int    // changes or orders a page
	runs     bool   // tills close and open
	split    bool   // one POS is in a multi-session of its own
	tight    bool   // an order and a POS may hold little
	prune    bool   // old history is dropped
	clocks   bool   // clocks of server and tills differ, and jump
	nodes    int    // on the server's store; 0 is one server by itself
	// extension is what an extension's failures lead to; "" is no extension.
	extension extensions.OnError
}

// restores: backups are restored.
func (f *faultPlan) restores() bool { return f.disaster == "restore" || f.disaster == "rawcopy" }

// limits are the server's.
func (f *faultPlan) limits() order.Limits {
	limits := order.DefaultLimits
	if f.tight {
		limits.Lines, limits.OpenOrders = 6, 8
	}
	return limits
}

var disasters = []string{"", "", "restore", "rawcopy", "clone", "move", "replace"}

func (d dice) faultPlan(tills int) faultPlan {
	w := faultPlan{
		disaster: pick(d, disasters), slow: d.one(4), twoOfOne: d.one(5), lossy: d.one(3),
		abandon: d.one(3), runs: d.one(2), fold: 10_000, page: pick(d, []int{1, 1, 3, 500}),
		split: d.one(4), tight: d.one(5), prune: d.one(3), clocks: d.one(2),
		extension: pick(d, []extensions.OnError{"", extensions.OnErrorMerge, extensions.OnErrorReject}),
	}
	if d.one(3) {
		w.fold = 2 + d(12)
	}
	if w.disaster == "replace" {
		w.prune = false // who polls and has no cursor left can't tell one server from another
	}
	for range tills {
		w.polls = append(w.polls, d.one(3))
	}
	for range tills {
		w.scripts = append(w.scripts, d.script())
	}
	return w
}

// script reports whether a till is of the TypeScript client. 0 is one of the Go client, which
// is the simpler.
func (d dice) script() bool { return d(4) == 3 }

// simulation is a server and its tills, one thing after another. Everything that happens
// in it comes from its dice, and its clock moves only with it.
type simulation struct {
	t         rapid.TB
	chance    dice // of what happens next
	dice      dice // of how it does: what it gives is noted
	noted     playback
	faults    faultPlan
	clock     time.Time
	server    *server
	fitful    *fitful // the server's extension; nil: it has none
	tills     []*till
	scripts   int // tills of the TypeScript client so far
	late      []*lateMessages
	backups   []*mem.Store
	restores  int // of backups, since all were in step
	taps      *taps
	witness   *witness
	reached   reached
	counter   int
	actions   []choice
	somewhere []string // the names of those that happen at one till
	idle      bool     // the step found nothing to do
	acting    *till    // where it happened; nil: everywhere
	events    []string
	slowest   time.Duration // of the times that it needed to heal
}

func newSimulation(t rapid.TB, d dice, w *simulation, change ...func(*faultPlan)) {
	const tills = 3
	*w = simulation{t: t, chance: d, noted: playback{{name: eventPlan}}}
	w.dice = w.note
	w.taps, w.reached = newTaps(), reached{}
	w.faults = w.dice.faultPlan(tills)
	w.clock = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	for _, c := range change {
		c(&w.faults)
	}
	w.server = newServer(w)
	w.witness = newWitness(w)
	for i := range tills {
		pos := protocol.POSID(fmt.Sprintf("pos%d", i))
		if w.faults.twoOfOne && i == 1 {
			pos = "pos0"
		}
		w.addTill(pos, w.faults.polls[i], w.faults.scripts != nil && w.faults.scripts[i])
	}
	w.actions = w.possible()
	w.heal()
}

// note notes what the dice gave for what happens.
func (w *simulation) note(n int) int {
	drawn, last := w.chance(n), &w.noted[len(w.noted)-1]
	last.dice = append(last.dice, drawn)
	return drawn
}

// id is a new id, in all lives of everything.
func (w *simulation) id(kind string) string {
	w.counter++
	return fmt.Sprintf("%s%d", kind, w.counter)
}

func (w *simulation) tell(format string, args ...any) {
	w.events = append(w.events, w.clock.Format("05.000 ")+fmt.Sprintf(format, args...))
}

// live lets a number of things happen.
func (w *simulation) live(steps int) {
	for range steps {
		w.step(w.chance.weighed(w.actions))
	}
}

// step lets one thing happen, and looks at all that came of it.
func (w *simulation) step(c choice) {
	w.idle, w.acting = false, nil
	w.noted = append(w.noted, event{name: c.name})
	c.do()
	if !w.idle {
		w.reached.of(w.acting != nil && w.acting.script).note("fault", c.name)
	}
	w.witness.look()
	if plantedFault != nil {
		plantedFault(w)
	}
}

// plantedFault fails a simulation, for the tests of what is done with one that fails.
var plantedFault func(*simulation)

// heal ends every fault and lets everything arrive: every queue is empty and every
// till in step as soon as is promised.
func (w *simulation) heal() {
	w.tell("heal")
	w.server.store.SetReadOnly(false)
	for _, t := range w.tills {
		t.diskFull, t.offline = false, false
		t.flush()
		t.cut()
	}
	w.late = nil
	for _, t := range w.tills {
		t.clogged = false
		w.server.openTill(t)
	}
	limit := inStep * time.Duration(max(1, w.restores)) // one after the other, and not at once
	for began := w.clock; w.clock.Sub(began) < limit; {
		if w.calm() {
			w.slowest = max(w.slowest, w.clock.Sub(began)/time.Duration(max(1, w.restores)))
			w.restores = 0
			return
		}
	}
	for _, t := range w.tills {
		w.tell("%s: %+v cursor %q seq %d recovery %v", t.name, t.m.Status(), t.m.State().Cursor, t.m.State().Seq, t.m.State().Recovery)
	}
	w.t.Fatalf("it isn't healed after %s", limit)
}

// endless is more rounds than anything takes at one moment.
const endless = 5000

// calm lets a quarter of a second pass without a fault, and reports whether nothing
// is left to be done.
func (w *simulation) calm() bool {
	w.clock = w.clock.Add(250 * time.Millisecond)
	w.server.follow()
	for _, t := range w.tills {
		t.tick()
		for rounds := 0; t.progress(); rounds++ {
			if rounds > endless {
				w.t.Fatalf("%s and the server find no end at one moment", t.name)
			}
		}
	}
	w.witness.look()
	return !slices.ContainsFunc(w.tills, func(t *till) bool { return !t.settled() })
}
