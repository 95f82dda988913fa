package faults_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	seed  = flag.Uint64("seed", 0, "run the simulation of this seed alone, and print what happened in it")
	seeds = flag.Int("seeds", 300, "how many seeds TestSeededRun tries")
	soak  = flag.Duration("soak", 0, "try chance seeds for so long")
)

// TestSeededRun runs simulations, each from one seed, and holds every one against
// the promises.
func TestSeededRun(t *testing.T) {
	var slowest time.Duration
	run := func(seed uint64) (story string) {
		story, healed := runSeed(t, seed)
		slowest = max(slowest, healed)
		return story
	}
	defer func() { t.Logf("in step at most %s after it healed", slowest) }()
	switch {
	case *seed != 0:
		t.Log(run(*seed))
	case *soak > 0:
		for end := time.Now().Add(*soak); time.Now().Before(end) && !t.Failed(); {
			run(rand.Uint64N(1 << 40))
		}
	default:
		for n := range *seeds {
			if run(uint64(n + 1)); t.Failed() {
				return
			}
		}
	}
}

// runSeed runs the simulation of one seed and returns what happened in it, and how long
// it needed to heal.
func runSeed(t *testing.T, seed uint64) (story string, healed time.Duration) {
	var w *simulation
	t.Run(fmt.Sprint(seed), func(t *testing.T) {
		defer func() {
			if t.Failed() {
				t.Logf("to see it again: go test ./cmd/server/faults -run TestSeededRun -seed=%d", seed)
			}
		}()
		d := seeded(seed)
		w = &simulation{}
		newSimulation(t, d, w)
		w.play()
	})
	return fmt.Sprintf("%+v\n%s", w.faults, strings.Join(w.events, "\n")), w.slowest
}

// play is a life in some days, healed and looked at after each.
func (w *simulation) play() {
	for range 1 + w.dice(3) {
		w.live(100 + w.dice(400))
		w.heal()
		w.check()
	}
}

// TestSimulations is the same with chance that can be shrunk.
func TestSimulations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &simulation{}
		newSimulation(t, drawn(t), w)
		w.live(rapid.IntRange(1, 60).Draw(t, "steps"))
		w.heal()
		w.check()
	})
}
