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
	seed  = flag.Uint64("seed", 0, "run the world of this seed alone, and tell its story")
	seeds = flag.Int("seeds", 300, "how many seeds TestSeededRun tries")
	soak  = flag.Duration("soak", 0, "try chance seeds for so long")
)

// TestSeededRun runs worlds, each from one seed, and holds every one against
// the promises.
func TestSeededRun(t *testing.T) {
	switch {
	case *seed != 0:
		t.Log(story(t, *seed))
	case *soak > 0:
		for end := time.Now().Add(*soak); time.Now().Before(end) && !t.Failed(); {
			story(t, rand.Uint64N(1<<40))
		}
	default:
		for n := range *seeds {
			if story(t, uint64(n+1)); t.Failed() {
				return
			}
		}
	}
}

// story lives one world.
func story(t *testing.T, seed uint64) string {
	var w *world
	t.Run(fmt.Sprint(seed), func(t *testing.T) {
		defer func() {
			if t.Failed() {
				t.Logf("to see it again: go test ./cmd/server/faults -run TestSeededRun -seed=%d", seed)
			}
		}()
		d := seeded(seed)
		w = &world{}
		newWorld(t, d, w)
		w.play()
	})
	return fmt.Sprintf("%+v\n%s", w.weather, strings.Join(w.story, "\n"))
}

// play is a life in some days, healed and looked at after each.
func (w *world) play() {
	for range 1 + w.dice(3) {
		w.live(100 + w.dice(400))
		w.heal()
		w.check()
	}
}

// TestWorlds is the same with chance that can be shrunk.
func TestWorlds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{}
		newWorld(t, drawn(t), w)
		w.live(rapid.IntRange(1, 60).Draw(t, "steps"))
		w.heal()
		w.check()
	})
}
