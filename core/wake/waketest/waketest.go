// Package waketest is what every carrier of notes must do.
package waketest

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/wake"
)

// Harness makes carriers over one network.
type Harness struct {
	// New starts the carrier of a node of one database.
	New func(node string, ear wake.Ear, log *slog.Logger) wake.Carrier
	// Direct does so over a network that stays as it is.
	Direct func(node string, ear wake.Ear, log *slog.Logger) wake.Carrier
	// Elsewhere starts one of another database, over the same server where there is one
	// for several.
	Elsewhere func(node string, ear wake.Ear, log *slog.Logger) wake.Carrier
	// Cut breaks the connections. While away is true, new ones are broken, too.
	Cut func(away bool)
	// Refused counts those new ones.
	Refused func() int
	// Freeze lets nothing through, though connections stay open; Thaw ends that.
	Freeze, Thaw func()
}

// Run runs the suite. open makes a network for each test.
func Run(t *testing.T, open func(*testing.T) Harness) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Harness)
	}{
		{"notes reach the others", reach},
		{"notes of another database don't", apart},
		{"the last note of a key is enough", coalesce},
		{"many notes", many},
		{"a note that is too large", tooLarge},
		{"away at the start", awayAtStart},
		{"away later", awayLater},
		{"telling doesn't wait", tellingDoesNotWait},
		{"the end sends what waits", lastWords},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, open(t))
		})
	}
}

// node is a carrier, what it heard and what it logged.
type node struct {
	wake.Carrier
	t    *testing.T
	news chan struct{} // holds a token if something came
	mu   sync.Mutex
	got  []string
	miss int
	said record
}

// record is what was logged. It has a lock of its own: a carrier may log while it holds
// the one that Trouble waits for.
type record struct {
	mu   sync.Mutex
	text strings.Builder
}

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(b)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

type starter func(node string, ear wake.Ear, log *slog.Logger) wake.Carrier

func start(t *testing.T, new starter, name string) *node {
	n := &node{t: t, news: make(chan struct{}, 1)}
	came := func(do func()) {
		n.mu.Lock()
		do()
		n.mu.Unlock()
		select {
		case n.news <- struct{}{}:
		default:
		}
	}
	n.Carrier = new(name, wake.Ear{
		Heard:  func(note []byte) { came(func() { n.got = append(n.got, string(note)) }) },
		Missed: func() { came(func() { n.miss++ }) },
	}, slog.New(slog.NewTextHandler(&n.said, nil)))
	t.Cleanup(func() { _ = n.Close() })
	return n
}

// ready starts one and waits until it hears.
func ready(t *testing.T, new starter, name string) *node {
	n := start(t, new, name)
	n.until("it hears", func() bool { return n.miss > 0 })
	return n
}

const patience = 30 * time.Second

// until waits until something holds of what came. Its func has the lock.
func (n *node) until(what string, holds func() bool) {
	n.t.Helper()
	late, look := time.After(patience), time.NewTicker(20*time.Millisecond) // what is logged isn't told
	defer look.Stop()
	for {
		n.mu.Lock()
		is := holds()
		n.mu.Unlock()
		if is {
			return
		}
		select {
		case <-n.news:
		case <-look.C:
		case <-late:
			n.t.Fatalf("it never came to this: %s; it heard %.200q, missed %d, and said %s", what, n.got, n.miss, n.said.String())
		}
	}
}

func (n *node) hears(notes ...string) {
	n.t.Helper()
	n.until(fmt.Sprintf("it hears %q", notes), func() bool {
		for _, note := range notes {
			if !slices.Contains(n.got, note) {
				return false
			}
		}
		return true
	})
}

// heard is all so far.
func (n *node) heard() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.got)
}

func (n *node) tell(key, note string) { n.Tell(key, []byte(note)) }

func reach(t *testing.T, h Harness) {
	a, b, c := ready(t, h.New, "a"), ready(t, h.New, "b"), ready(t, h.New, "c")
	a.tell("x", "one")
	b.tell("y", `{"two":"ä"}`)
	b.hears("one")
	c.hears("one", `{"two":"ä"}`)
	a.hears(`{"two":"ä"}`)
	c.tell("z", "three")
	a.hears("three")
	require.NotContains(t, a.heard(), "one", "its own")
	require.Empty(t, a.Trouble())
}

func apart(t *testing.T, h Harness) {
	a, b, other, twin := ready(t, h.New, "a"), ready(t, h.New, "b"), ready(t, h.Elsewhere, "a"), ready(t, h.Elsewhere, "b")
	a.tell("x", "here")
	other.tell("x", "there")
	b.hears("here")
	twin.hears("there")
	require.Equal(t, []string{"here"}, b.heard())
	require.Equal(t, []string{"there"}, twin.heard())
}

func coalesce(t *testing.T, h Harness) {
	a, b := ready(t, h.New, "a"), ready(t, h.Direct, "b")
	a.tell("w", "first")
	b.hears("first")
	h.Cut(true)
	a.until("it knows", func() bool { return a.Trouble() != "" })
	for i := range 1000 {
		a.tell("x", fmt.Sprint("x", i))
		a.tell(fmt.Sprint("y", i%10), fmt.Sprint("y", i))
	}
	a.tell("last", "end")
	h.Cut(false)
	b.hears("x999", "y990", "y999", "end")
	require.LessOrEqual(t, len(b.heard()), 13+2, "the last of each key, and what was being sent")
}

func (n *node) misses() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.miss
}

func many(t *testing.T, h Harness) {
	a, b := ready(t, h.New, "a"), ready(t, h.New, "b")
	var all []string
	for i := range 500 {
		all = append(all, fmt.Sprintf("%d %s", i, strings.Repeat("n", 8*i%wake.MostNote)))
		a.tell(fmt.Sprint(i), all[i])
	}
	b.hears(all...)
}

func tooLarge(t *testing.T, h Harness) {
	a, b := ready(t, h.New, "a"), ready(t, h.New, "b")
	a.tell("x", strings.Repeat("n", wake.MostNote+1))
	a.tell("y", strings.Repeat("n", wake.MostNote))
	b.hears(strings.Repeat("n", wake.MostNote))
	require.Len(t, b.heard(), 1)
	require.Contains(t, a.said.String(), "too large")
}

// warned is how often it said that it doesn't reach the others, and that it does again.
func (n *node) warned() (broke, mended int) {
	return strings.Count(n.said.String(), "level=WARN"), strings.Count(n.said.String(), "at once again")
}

func awayAtStart(t *testing.T, h Harness) {
	h.Cut(true)
	a, b := start(t, h.New, "a"), start(t, h.New, "b")
	for _, n := range []*node{a, b} {
		n.until("it knows", func() bool { return n.Trouble() != "" })
	}
	require.Contains(t, a.Trouble(), "check that it runs")
	a.tell("x", "early")
	tried := h.Refused()
	a.until("it tries again", func() bool { return h.Refused() >= tried+6 })
	broke, mended := a.warned()
	require.Equal(t, []int{1, 0}, []int{broke, mended})
	require.Zero(t, a.misses())
	h.Cut(false)
	for _, n := range []*node{a, b} {
		n.until("it hears", func() bool { return n.miss > 0 })
		n.until("no trouble", func() bool { return n.Trouble() == "" })
	}
	a.tell("y", "late")
	b.hears("late")
	broke, mended = a.warned()
	require.Equal(t, []int{1, 1}, []int{broke, mended})
}

func awayLater(t *testing.T, h Harness) {
	a, b := ready(t, h.New, "a"), ready(t, h.New, "b")
	for round := 1; round <= 2; round++ {
		missed := b.misses()
		h.Cut(true)
		for _, n := range []*node{a, b} {
			n.until("it knows", func() bool { return n.Trouble() != "" })
		}
		a.tell("x", fmt.Sprint("meanwhile ", round))
		h.Cut(false)
		b.until("it may have missed notes", func() bool { return b.miss > missed })
		for _, n := range []*node{a, b} {
			n.until("no trouble", func() bool { return n.Trouble() == "" })
		}
		a.tell("y", fmt.Sprint("after ", round))
		b.hears(fmt.Sprint("after ", round))
		broke, mended := a.warned()
		require.Equal(t, []int{round, round}, []int{broke, mended}, a.said.String())
	}
}

// The network swallows everything: whoever tells doesn't notice. The carrier does, and
// comes back by itself.
func tellingDoesNotWait(t *testing.T, h Harness) {
	a, b := ready(t, h.New, "a"), ready(t, h.New, "b")
	h.Freeze()
	told := make(chan struct{})
	go func() {
		defer close(told)
		for i := range 5000 {
			a.tell(fmt.Sprint(i), strings.Repeat("n", wake.MostNote))
		}
	}()
	select {
	case <-told:
	case <-time.After(patience):
		t.Fatal("telling waits for the network")
	}
	a.until("it knows", func() bool { return a.Trouble() != "" })
	h.Thaw()
	h.Cut(false)
	a.until("no trouble", func() bool { return a.Trouble() == "" })
	b.until("no trouble", func() bool { return b.Trouble() == "" })
	a.tell("y", "after")
	b.hears("after")
}

func lastWords(t *testing.T, h Harness) {
	a, b := ready(t, h.New, "a"), ready(t, h.New, "b")
	a.tell("w", "first")
	b.hears("first")
	a.tell("x", "goodbye")
	require.NoError(t, a.Close())
	b.hears("goodbye")
}
