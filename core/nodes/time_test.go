package nodes_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/sdk/protocol"
)

// These tests are of times: the clock of synctest jumps, so that they take none.

// lines is a log that several goroutines write.
type lines struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(b)
}

func (l *lines) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.all.String(), text)
}

// bus carries notes in this process, at once. What a silent node tells is lost.
type bus struct {
	mu     sync.Mutex
	ears   map[string]chan []byte
	silent map[string]bool
}

func newBus() *bus { return &bus{ears: map[string]chan []byte{}, silent: map[string]bool{}} }

func (b *bus) hush(node string, on bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.silent[node] = on
}

func (b *bus) carrier(_ store.Store, node string, ear wake.Ear) (wake.Carrier, error) {
	heard := make(chan []byte, 1000)
	b.mu.Lock()
	b.ears[node] = heard
	b.mu.Unlock()
	go func() {
		for note := range heard {
			ear.Heard(note)
		}
	}()
	return &onBus{b, node}, nil
}

type onBus struct {
	bus  *bus
	node string
}

func (o *onBus) Tell(_ string, note []byte) {
	o.bus.mu.Lock()
	defer o.bus.mu.Unlock()
	for node, heard := range o.bus.ears {
		if node != o.node && !o.bus.silent[o.node] {
			heard <- note
		}
	}
}

func (o *onBus) Trouble() string { return "" }

func (o *onBus) Close() error {
	o.bus.mu.Lock()
	defer o.bus.mu.Unlock()
	if heard, open := o.bus.ears[o.node]; open {
		close(heard)
		delete(o.bus.ears, o.node)
	}
	return nil
}

// slow is the bus for a node that waits until all others have heard it and answered.
func (b *bus) slow(s store.Store, node string, ear wake.Ear) (wake.Carrier, error) {
	c, err := b.carrier(s, node, ear)
	return &slowly{c}, err
}

type slowly struct{ wake.Carrier }

func (s *slowly) Tell(key string, note []byte) {
	s.Carrier.Tell(key, note)
	time.Sleep(time.Millisecond)
}

// timed starts nodes on one store, in a bubble of time.
func timed(t *testing.T, carry carriers, run func(t *testing.T, nodes ...*node)) {
	synctest.Test(t, func(t *testing.T) {
		shared := mem.Share(mem.New())
		a := startOn(t, shared, "one", carry)
		defer a.stop()
		b := startOn(t, shared, "two", carry)
		defer b.stop()
		run(t, a, b)
	})
}

// A lost note costs two seconds at most.
func TestALostNoteCostsTwoSeconds(t *testing.T) {
	timed(t, nothing, func(t *testing.T, nodes ...*node) {
		a, b := nodes[0], nodes[1]
		a.open("a")
		for n := range 10 {
			require.NoError(t, a.push("a1", protocol.MutationID(n+1), newOrderNamed(n)).Err)
			told := time.Now()
			b.until("the change is there", func() bool { return b.session.Feed.Head() == a.session.Feed.Head() })
			require.LessOrEqual(t, time.Since(told), 2*time.Second)
			time.Sleep(time.Duration(n) * 137 * time.Millisecond)
		}
	})
}

// With notes it costs nothing.
func TestANoteIsFollowedAtOnce(t *testing.T) {
	timed(t, newBus().carrier, func(t *testing.T, nodes ...*node) {
		a, b := nodes[0], nodes[1]
		synctest.Wait()
		a.open("a")
		require.NoError(t, a.push("a1", 1, newOrderNamed(1)).Err)
		synctest.Wait()
		require.Equal(t, a.session.Feed.Head(), b.session.Feed.Head())
	})
}

// All connections are looked at every 30 seconds, whatever was told.
func TestConnectionsAreLookedAtAgain(t *testing.T) {
	timed(t, nothing, func(t *testing.T, nodes ...*node) {
		began := time.Now()
		for n := range 3 {
			require.Empty(t, <-nodes[0].pos, "every POS")
			require.Equal(t, time.Duration(n+1)*30*time.Second, time.Since(began))
		}
	})
}

// A node that isn't heard of for ten seconds looks at nothing any more, and is logged
// once. When it is heard again, what its tills look at is there again, though nothing
// changed there meanwhile.
func TestASilentNode(t *testing.T) {
	bus := newBus()
	timed(t, bus.carrier, func(t *testing.T, nodes ...*node) {
		a, b := nodes[0], nodes[1]
		looks := func() int {
			synctest.Wait()
			present, _ := b.session.Presence.Now()
			return len(present)
		}
		o := protocol.OrderID("o1")
		time.Sleep(time.Second)
		a.session.Presence.Set("c-one-1", protocol.Author{POS: protocol.POS{ID: "a", Name: "a"}}, &o)
		require.Equal(t, 1, looks())
		require.Len(t, b.nodes.List(), 2)
		bus.hush("one", true)
		time.Sleep(8 * time.Second)
		require.Equal(t, 1, looks(), "a pause is none")
		time.Sleep(5 * time.Second)
		require.Zero(t, looks())
		require.Len(t, b.nodes.List(), 1)
		time.Sleep(time.Minute)
		require.Equal(t, 1, b.said.count("isn't heard of any more"))
		bus.hush("one", false)
		time.Sleep(2 * time.Second)
		require.Equal(t, 1, looks())
		require.Len(t, b.nodes.List(), 2)
	})
}

// A node that is stopped is forgotten at once, and one that is added is known at once,
// whatever of it the others hear while it starts.
func TestNodesComeAndGo(t *testing.T) {
	bus := newBus()
	timed(t, bus.carrier, func(t *testing.T, nodes ...*node) {
		a, b := nodes[0], nodes[1]
		o := protocol.OrderID("o1")
		time.Sleep(time.Second)
		a.session.Presence.Set("c-one-1", protocol.Author{POS: protocol.POS{ID: "a", Name: "a"}}, &o)
		added := startOn(t, a.store, "three", bus.slow)
		defer added.stop()
		time.Sleep(time.Second)
		require.Len(t, added.nodes.List(), 3)
		require.Equal(t, "three", added.nodes.List()[0].Name, "itself first")
		present, _ := added.session.Presence.Now()
		require.Len(t, present, 1, "who looked at an order before it came")
		added.stop()
		time.Sleep(time.Second)
		require.Len(t, b.nodes.List(), 2)
		require.Zero(t, b.said.count("isn't heard of"))
	})
}

// What a node runs otherwise is logged, with what each has, and shown; once for each
// difference, and when it is over.
func TestExtensionsThatDiffer(t *testing.T) {
	x := func(name, version, sum string) protocol.NodeExtension {
		return protocol.NodeExtension{Name: name, Version: version, Sum: sum}
	}
	tips, table := x("tips", "1.0", "aa"), x("table", "2.1", "bb")
	for says, here := range map[string]struct {
		runs   []protocol.NodeExtension
		schema string
	}{
		"it lacks more":                       {[]protocol.NodeExtension{tips, table, x("more", "1", "c")}, ""},
		"it has table besides":                {[]protocol.NodeExtension{tips}, ""},
		"tips is 1.0 there and 1.1 here":      {[]protocol.NodeExtension{x("tips", "1.1", "dd"), table}, ""},
		"table has other files or settings":   {[]protocol.NodeExtension{tips, x("table", "2.1", "ee")}, ""},
		"they run in another order":           {[]protocol.NodeExtension{table, tips}, ""},
		"their fields differ":                 {[]protocol.NodeExtension{tips, table}, "other"},
		"it lacks more, it has table besides": {[]protocol.NodeExtension{tips, x("more", "1", "c")}, ""},
	} {
		t.Run(says, func(t *testing.T) {
			timed(t, newBus().carrier, func(t *testing.T, nodes ...*node) {
				a, b := nodes[0], nodes[1]
				set := func(n *node, schema string, runs ...protocol.NodeExtension) {
					n.mu.Lock()
					defer n.mu.Unlock()
					n.runs, n.schema = runs, schema
				}
				differs := func() string {
					time.Sleep(4 * time.Second)
					synctest.Wait()
					return b.nodes.List()[1].Differs
				}
				set(a, "", tips, table)
				set(b, "", tips, table)
				require.Empty(t, differs())
				before := b.said.count("runs other extensions") // while they were set
				set(b, here.schema, here.runs...)
				require.Equal(t, says, differs())
				time.Sleep(time.Minute)
				require.Equal(t, before+1, b.said.count("runs other extensions"))
				require.Equal(t, 1, b.said.count("reload the extensions of both\" node=one at=one:80 it_runs=\"tips 1.0 (aa), table 2.1 (bb)\" this_one_runs="+quoted(here.runs)))
				set(a, here.schema, here.runs...)
				require.Empty(t, differs())
				require.NotZero(t, b.said.count("runs the same extensions again"))
			})
		})
	}
}

func quoted(runs []protocol.NodeExtension) string {
	var words []string
	for _, x := range runs {
		words = append(words, x.Name+" "+x.Version+" ("+x.Sum+")")
	}
	return `"` + strings.Join(words, ", ") + `"`
}

// So many extensions that a note can't name them: the first are named, and one behind
// them that differs is noticed.
func TestManyExtensionsThatDiffer(t *testing.T) {
	timed(t, newBus().carrier, func(t *testing.T, nodes ...*node) {
		var all []protocol.NodeExtension
		for range 200 {
			all = append(all, protocol.NodeExtension{Name: strings.Repeat("n", 60) + string(rune('A'+len(all))), Version: "1.0.0", Sum: "0123abcd"})
		}
		for i, n := range nodes {
			runs := append([]protocol.NodeExtension{}, all...)
			runs[150].Sum = strings.Repeat("f", i+1)
			n.mu.Lock()
			n.runs = runs
			n.mu.Unlock()
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		other := nodes[1].nodes.List()[1]
		require.Equal(t, "those behind the first differ", other.Differs)
		require.Equal(t, 200, len(other.Extensions)+other.More)
		require.Greater(t, len(other.Extensions), 10)
	})
}
