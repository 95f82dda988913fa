package faults_test

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/sdk"
)

const (
	mainFloor sdk.MultiSessionID = "main"
	terrace   sdk.MultiSessionID = "terrace"
)

// weather is what can go wrong in a world. Not everything at once: a cloned
// queue and a restored backup, say, can count an increment twice whatever
// anybody does, because the one acknowledged mutation lies in two queues.
type weather struct {
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

func (d dice) weather(tills int) weather {
	w := weather{
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

// world is a server and its tills in one goroutine. Everything that happens
// in it comes from its dice, and its clock moves only with it.
type world struct {
	t       rapid.TB
	dice    dice
	weather weather
	clock   time.Time
	server  *server
	tills   []*till
	ghosts  []*ghost
	backups []*mem.Store
	taps    *taps
	counter int
	actions []choice
	story   []string
}

func newWorld(t rapid.TB, d dice, w *world, change ...func(*weather)) {
	const tills = 3
	*w = world{
		t: t, dice: d, weather: d.weather(tills), taps: newTaps(),
		clock: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC),
	}
	for _, c := range change {
		c(&w.weather)
	}
	w.server = newServer(w)
	for i := range tills {
		pos := sdk.POSID(fmt.Sprintf("pos%d", i))
		if w.weather.twoOfOne && i == 1 {
			pos = "pos0"
		}
		w.addTill(pos, w.weather.polls[i])
	}
	w.actions = w.possible()
	w.heal()
}

// id is a new id, in all lives of everything.
func (w *world) id(kind string) string {
	w.counter++
	return fmt.Sprintf("%s%d", kind, w.counter)
}

func (w *world) tell(format string, args ...any) {
	w.story = append(w.story, w.clock.Format("05.000 ")+fmt.Sprintf(format, args...))
}

// live lets a number of things happen.
func (w *world) live(steps int) {
	for range steps {
		w.dice.weighed(w.actions).do()
	}
}

// heal ends every fault and lets everything arrive.
func (w *world) heal() {
	w.tell("heal")
	w.server.store.SetReadOnly(false)
	for _, t := range w.tills {
		t.diskFull, t.offline = false, false
		t.flush()
		t.cut()
	}
	w.ghosts = nil
	for _, t := range w.tills {
		w.server.openTill(t)
	}
	for range 3000 {
		if w.calm() {
			return
		}
	}
	for _, t := range w.tills {
		w.tell("%s: %+v cursor %q seq %d recovery %v", t.name, t.m.Status(), t.m.State().Cursor, t.m.State().Seq, t.m.State().Recovery)
	}
	w.t.Fatalf("it doesn't heal")
}

// calm lets half a second pass without a fault, and reports whether nothing
// is left to be done.
func (w *world) calm() bool {
	w.clock = w.clock.Add(500 * time.Millisecond)
	for _, t := range w.tills {
		t.tick()
		for t.progress() {
		}
	}
	return !slices.ContainsFunc(w.tills, func(t *till) bool { return !t.settled() })
}
