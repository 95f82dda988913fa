package faults_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/manytill/manytill/sdk/protocol"
)

// playback is a simulation as it can be played again without its seed: a line for the
// plan, then one for each thing that happened, with what the dice gave for it. Lines can
// be taken out, and numbers made smaller: a number that is too large for its dice is
// taken modulo, one that is missing is 0.
type playback []event

type event struct {
	name  string
	dice  []int
	taken int // numbers, while it is played
}

// What a playback has beside the names of choices.
const (
	eventPlan = "plan"
	eventEnd  = "look" // everything heals, and is held against the promises
)

// next is the dice of a line that is played.
func (e *event) next(n int) int {
	if e.taken++; e.taken > len(e.dice) {
		return 0
	}
	return e.dice[e.taken-1] % n
}

func (p playback) String() string {
	var text strings.Builder
	for _, e := range p {
		text.WriteString(e.name + ":")
		for _, n := range e.dice {
			text.WriteString(" " + strconv.Itoa(n))
		}
		text.WriteString("\n")
	}
	return text.String()
}

// readPlayback reads what String wrote. Lines that begin with # are comments.
func readPlayback(text string) (p playback, err error) {
	faults, _ := everyFault()
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, numbers, is := strings.Cut(line, ":")
		e := event{name: name}
		for _, word := range strings.Fields(numbers) {
			n, err := strconv.Atoi(word)
			if err != nil || n < 0 {
				return nil, fmt.Errorf("line %d: %q is no number of dice", i+1, word)
			}
			e.dice = append(e.dice, n)
		}
		if known := name == eventPlan || name == eventEnd || slices.Contains(faults, name); !is || !known {
			return nil, fmt.Errorf("line %d: nothing that can happen is called %q", i+1, name)
		}
		if (name == eventPlan) != (len(p) == 0) {
			return nil, fmt.Errorf("line %d: the plan is the first line, and no other", i+1)
		}
		p = append(p, e)
	}
	return p, nil
}

// play plays it. What can't happen by its plan is left out.
func (p playback) play(t rapid.TB) *simulation {
	w, now := &simulation{}, event{name: eventPlan}
	happens := func(e event) {
		now = e
		now.taken = 0
	}
	happens(p[0])
	newSimulation(t, func(n int) int { return now.next(n) }, w)
	for _, e := range p[1:] {
		happens(e)
		if e.name == eventEnd {
			w.end()
			continue
		}
		if i := slices.IndexFunc(w.actions, func(c choice) bool { return c.name == e.name }); i >= 0 {
			w.step(w.actions[i])
		}
	}
	if p[len(p)-1].name != eventEnd {
		happens(event{name: eventEnd})
		w.end()
	}
	return w
}

// runs bounds how often a simulation is played to make it shorter.
const runs = 1500

// shrunk is a playback that fails in the same place and is as short as was found: pieces
// are taken out, halves of it first, then numbers are made 0 or left out.
func (p playback) shrunk(key string) playback {
	left := runs
	fails := func(p playback) bool {
		if left == 0 {
			return false
		}
		left--
		return attempted(func(t rapid.TB) { p.play(t) }).key == key
	}
	for size := (len(p) + 1) / 2; size > 0; size /= 2 {
		for from := 1; from < len(p); {
			if less := slices.Concat(p[:from], p[min(len(p), from+size):]); fails(less) {
				p = less
			} else {
				from += size
			}
		}
	}
	for i := range p {
		for _, dice := range [][]int{nil, p[i].dice[:len(p[i].dice)/2]} {
			less := slices.Clone(p)
			if less[i].dice = dice; len(p[i].dice) > len(dice) && fails(less) {
				p = less
			}
		}
		for at, n := range p[i].dice {
			less := slices.Clone(p)
			less[i].dice = slices.Clone(p[i].dice)
			if less[i].dice[at] = 0; n != 0 && fails(less) {
				p = less
			}
		}
	}
	return p
}

// TestPlaybacks plays what failed once: the files that a failing TestSeededRun prints.
func TestPlaybacks(t *testing.T) {
	needNode(t, kit)
	files, err := filepath.Glob("testdata/simulations/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			require.NoError(t, err)
			p, err := readPlayback(string(raw))
			require.NoError(t, err)
			w := p.play(t)
			if t.Failed() {
				t.Log(strings.Join(w.events, "\n"))
			}
		})
	}
}

// TestSameSeed: a seed is one simulation, whoever plays it, and so is what was noted of it.
func TestSameSeed(t *testing.T) {
	needNode(t, kit)
	scripts := 0
	for seed := uint64(1); seed <= 3; seed++ {
		one, again := &simulation{}, &simulation{}
		one.begin(t, seeded(seed))
		again.begin(t, seeded(seed))
		scripts += one.scripts
		again.same(strings.Join(one.events, "\n"), strings.Join(again.events, "\n"), "the same seed again")
		noted, err := readPlayback(one.noted.String())
		require.NoError(t, err)
		require.Equal(t, one.noted, noted)
		again.same(strings.Join(one.events, "\n"), strings.Join(noted.play(t).events, "\n"), "played again")
	}
	require.NotZero(t, scripts, "tills of the TypeScript client took part")
}

// TestShrunk: of a long simulation that fails, what made it fail is left.
func TestShrunk(t *testing.T) {
	long := playback{{name: eventPlan}}
	for range 40 {
		long = append(long, event{name: "new order", dice: []int{1, 1, 1, 1, 1, 1}}, event{name: "time", dice: []int{1, 1}}, event{name: "serve", dice: []int{2, 2, 2}})
	}
	plantedFault = func(w *simulation) {
		if len(w.taps.all) >= 2 {
			w.t.Fatalf("planted: there are two taps")
		}
	}
	defer func() { plantedFault = nil }()
	failed := attempted(func(t rapid.TB) { long.play(t) })
	require.Contains(t, failed.message, "planted")
	short := long.shrunk(failed.key)
	require.Less(t, len(short), 8, "%s", short)
	require.Equal(t, failed.key, attempted(func(t rapid.TB) { short.play(t) }).key)
}

// TestShrunkWithScripts: so is what fails at a till of the TypeScript client.
func TestShrunkWithScripts(t *testing.T) {
	needNode(t, kit)
	plantedFault = func(w *simulation) {
		for _, till := range w.tills {
			if till.script && len(till.shown(protocol.Open, true)) >= 2 {
				w.t.Fatalf("planted: %s shows two orders", till.name)
			}
		}
	}
	defer func() { plantedFault = nil }()
	w := &simulation{}
	failed := attempted(func(t rapid.TB) { w.begin(t, seeded(seedWithScripts)) })
	require.Contains(t, failed.message, "planted")
	short := w.noted.shrunk(failed.key)
	require.Less(t, len(short), len(w.noted)/2, "%s", short)
	read, err := readPlayback(short.String())
	require.NoError(t, err)
	again := attempted(func(t rapid.TB) { require.NotZero(t, read.play(t).scripts) })
	require.Equal(t, failed.key, again.key, "of the file, too: %s", short)
}

// seedWithScripts is a seed whose simulation has tills of the TypeScript client.
const seedWithScripts = 3
