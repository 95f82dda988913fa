package faults_test

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/sdk/protocol"
)

const (
	mainFloor protocol.MultiSessionID = "main"
	terrace   protocol.MultiSessionID = "terrace"
)

// faultPlan is what can go wrong in a simulation. Not everything at once: a cloned
// queue and a restored backup, say, can count an increment twice whatever
// anybody does, because the one acknowledged mutation lies in two queues.
type faultPlan struct {
	disaster string // of the rare kinds, at most one
	polls    []bool // tills whose sockets are blocked
	slow     bool   // disks of tills answer later
	twoOfOne bool   // two tills are devices of one POS
	lossy    bool   // messages are lost and doubled, beyond what TCP does
	abandon  bool   // on_run_end
	fold     int    // how far behind a reader's changes are folded
	page     int    // changes or orders a page
	runs     bool   // tills close and open
}

var disasters = []string{"", "", "restore", "rawcopy", "clone", "move"}

func (d dice) faultPlan(tills int) faultPlan {
	w := faultPlan{
		disaster: pick(d, disasters), slow: d.one(4), twoOfOne: d.one(5), lossy: d.one(3),
		abandon: d.one(3), runs: d.one(2), fold: 10_000, page: pick(d, []int{2, 5, 500}),
	}
	if d.one(3) {
		w.fold = 2 + d(12)
	}
	for range tills {
		w.polls = append(w.polls, d.one(3))
	}
	return w
}

// simulation is a server and its tills in one goroutine. Everything that happens
// in it comes from its dice, and its clock moves only with it.
type simulation struct {
	t       rapid.TB
	dice    dice
	faults  faultPlan
	clock   time.Time
	server  *server
	tills   []*till
	late    []*lateMessages
	backups []*mem.Store
	taps    *taps
	counter int
	actions []choice
	events  []string
	slowest time.Duration // of the times that it needed to heal
}

func newSimulation(t rapid.TB, d dice, w *simulation, change ...func(*faultPlan)) {
	const tills = 3
	*w = simulation{
		t: t, dice: d, faults: d.faultPlan(tills), taps: newTaps(),
		clock: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC),
	}
	for _, c := range change {
		c(&w.faults)
	}
	w.server = newServer(w)
	for i := range tills {
		pos := protocol.POSID(fmt.Sprintf("pos%d", i))
		if w.faults.twoOfOne && i == 1 {
			pos = "pos0"
		}
		w.addTill(pos, w.faults.polls[i])
	}
	w.actions = w.possible()
	w.heal()
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
		w.dice.weighed(w.actions).do()
	}
}

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
		w.server.openTill(t)
	}
	for began := w.clock; w.clock.Sub(began) < inStep; {
		if w.calm() {
			w.slowest = max(w.slowest, w.clock.Sub(began))
			return
		}
	}
	for _, t := range w.tills {
		w.tell("%s: %+v cursor %q seq %d recovery %v", t.name, t.m.Status(), t.m.State().Cursor, t.m.State().Seq, t.m.State().Recovery)
	}
	w.t.Fatalf("it isn't healed after %s", inStep)
}

// calm lets a quarter of a second pass without a fault, and reports whether nothing
// is left to be done.
func (w *simulation) calm() bool {
	w.clock = w.clock.Add(250 * time.Millisecond)
	for _, t := range w.tills {
		t.tick()
		for t.progress() {
		}
	}
	return !slices.ContainsFunc(w.tills, func(t *till) bool { return !t.settled() })
}
