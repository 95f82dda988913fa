package faults_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var (
	seed  = flag.Uint64("seed", 0, "run the simulation of this seed alone, and print what happened in it")
	seeds = flag.Int("seeds", 120, "how many seeds TestSeededRun tries")
	soak  = flag.Duration("soak", 0, "try chance seeds for so long")
)

// TestSeededRun runs simulations, each from one seed, and holds every one against
// the promises.
func TestSeededRun(t *testing.T) {
	needNode(t, kit)
	var slowest time.Duration
	met := reached{}
	run := func(seed uint64) (story string) {
		w := runSeed(t, seed)
		slowest = max(slowest, w.slowest)
		met.add(w.reached)
		return w.story()
	}
	defer func() { t.Logf("in step at most %s after it healed; met were\n%s", slowest, met) }()
	switch {
	case overSeeds(t, *seeds, run):
		require.Empty(t, met.missing(due(t)), "what %d simulations should have met, and didn't", *seeds)
		for what, why := range unmet {
			require.Zero(t, met[what], "%s was met; it is listed as what can't be, since %s", what, why)
		}
	case *seed == 0 && *soak > 0:
		t.Logf("never met were %q", met.missing(due(t)))
	}
}

// overSeeds runs the seed that is asked for, chance ones for as long as is asked for, or else
// each of so many; it reports whether it was those, and all passed.
func overSeeds(t *testing.T, many int, run func(seed uint64) (story string)) (all bool) {
	switch {
	case *seed != 0:
		t.Log(run(*seed))
		return false
	case *soak > 0:
		for end := time.Now().Add(*soak); time.Now().Before(end) && !t.Failed(); {
			run(rand.Uint64N(1 << 40))
		}
		return false
	}
	for n := range many {
		if run(uint64(n + 1)); t.Failed() {
			return false
		}
	}
	return true
}

// story is what a seed that is looked at prints.
func (s *simulation) story() string {
	return fmt.Sprintf("%+v\n%s", s.faults, strings.Join(s.events, "\n"))
}

// runSeed runs the simulation of one seed, and returns it as it ended.
func runSeed(t *testing.T, seed uint64) *simulation {
	w := &simulation{}
	t.Run(fmt.Sprint(seed), func(t *testing.T) {
		failed := attempted(func(t rapid.TB) { w.begin(t, seeded(seed)) })
		if failed.key == "" {
			return
		}
		short := w.noted.shrunk(failed.key)
		t.Fatalf("%s\nto see it again: go test ./cmd/server/faults -run TestSeededRun -seed=%d\n"+
			"what is left of %d things that happened; as a file of testdata/simulations, TestPlaybacks plays it:\n%s",
			failed.message, seed, len(w.noted), short)
	})
	return w
}

// begin begins a simulation and lives it: some days, healed and looked at after each.
func (w *simulation) begin(t rapid.TB, d dice) {
	newSimulation(t, d, w)
	w.play()
}

func (w *simulation) play() {
	for range 1 + w.chance(3) {
		w.live(100 + w.chance(400))
		w.end()
	}
}

// end is the end of a day: everything heals, and is held against the promises.
func (w *simulation) end() {
	w.noted = append(w.noted, event{name: eventEnd})
	w.heal()
	w.makeUp()
	w.heal()
	w.check()
}

// TestSimulations is the same with chance that can be shrunk.
func TestSimulations(t *testing.T) {
	needNode(t, kit)
	rapid.Check(t, func(t *rapid.T) {
		w := &simulation{}
		newSimulation(t, drawn(t), w)
		w.live(rapid.IntRange(1, 60).Draw(t, "steps"))
		w.end()
	})
}
