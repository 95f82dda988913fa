package goplugin_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/goplugin"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// mirrorOptions are of a plugin that exports the lines that it sees.
func mirrorOptions(t testing.TB) goplugin.Options {
	o := options(t, mirror)
	o.Grace = 5 * time.Second // who leaves early must not have it killed on a busy machine
	return readsLines(&o)
}

func readsLines(o *goplugin.Options) goplugin.Options {
	o.Description.Reads = map[protocol.Model][]protocol.Field{protocol.ModelOrderline: {"qty", "note"}}
	o.Restart = goplugin.Restart{Allowed: 1 << 20, Pause: time.Nanosecond, Longest: time.Nanosecond}
	return *o
}

func line(id protocol.LineID, n int, qty, note protocol.Value) protocol.Line {
	return protocol.Line{ID: id, N: n, Fields: protocol.Fields{"qty": qty, "note": note, "other": "1"}}
}

// withLines is an order with lines, for a hook that acts.
func withLines(id protocol.OrderID, act string, lines ...protocol.Line) *hooks.Snapshot {
	return &hooks.Snapshot{
		RecordHead: hooks.RecordHead{Model: protocol.ModelOrder, Order: id, New: true},
		Merged:     protocol.Fields{"act": protocol.Text(act)},
		Lines:      func() []protocol.Line { return lines },
	}
}

// seen is what the mirror exports of lines.
func seen(t require.TestingT, lines []protocol.Line) protocol.Value {
	rows := []any{}
	for _, l := range lines {
		note := l.Fields["note"]
		if note.IsNull() {
			note = ""
		}
		rows = append(rows, []any{l.ID, l.N, string(l.Fields["qty"]), string(note)})
	}
	v, err := protocol.ValueOf(rows)
	require.NoError(t, err)
	return v
}

// sees checks that the hooks of orders see their lines. Just after its end a
// plugin isn't started again yet, for a nanosecond here: then it asks again.
func sees(t require.TestingT, h *goplugin.Host, m protocol.MultiSessionID, orders ...hooks.Record) {
	batch, began := &extensions.Batch{MultiSession: m, Records: orders}, time.Now()
	results, err := h.Run(context.Background(), batch)
	for err != nil && errors.Is(err, extensions.ErrUnasked) && time.Since(began) < 10*time.Second {
		results, err = h.Run(context.Background(), batch)
	}
	require.NoError(t, err)
	for i, o := range orders {
		require.NoError(t, results[i].Err)
		require.Equal(t, seen(t, o.OrderLines()), results[i].Export["seen"], "order %s of %s", o.Head().Order, m)
	}
}

func TestLinesAreSeenAsTheyAre(t *testing.T) {
	a, b, c := line("a", 1, "1", `"x"`), line("b", 2, "2", ""), line("c", 3, "3", protocol.Null)
	a2 := line("a", 1, "11", `"x"`)
	k := start(t, mirrorOptions(t))
	for name, history := range map[string][][]protocol.Line{
		"none, then some":       {{}, {}, {a}, {a}, {}, {a, b}},
		"added, changed, gone":  {{a}, {a, b}, {a2, b}, {a2, b}, {b}, {b, c}, {}},
		"gone within":           {{a, b, c}, {a, c}, {c}, {a, b, c}},
		"changed and back":      {{a, b}, {a2, b}, {a, b}, {a2, b}, {a, b}},
		"cleared":               {{a}, {line("a", 1, "1", protocol.Null)}, {line("a", 1, "1", "")}, {a}},
		"other line, same n":    {{a, b}, {line("z", 1, "1", `"x"`), b}, {a, b}},
		"other n, same line":    {{a, b}, {b, line("a", 3, "1", `"x"`)}, {a, b}},
		"places that go down":   {{a, b}, {b, a}, {a, b}, {b, a, c}},
		"a place twice":         {{a, b}, {a, a2, b}, {a, b}},
		"without a place":       {{a, b}, {line("a", 0, "1", "")}, {a}},
		"all other":             {{a, b}, {c}, {a, b}},
		"gone, come and change": {{a, c}, {b, line("c", 3, "4", "")}, {a, b, line("d", 9, "1", "")}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, lines := range history {
				sees(t, k.host, "m", withLines(protocol.OrderID(name), "", lines...))
			}
		})
	}
}

// What is sent is what changed; all where the plugin hasn't what was before.
func TestLinesThatAreSent(t *testing.T) {
	o := options(t, misbehave)
	o.Env = []string{"MISBEHAVE=counts lines"}
	k := start(t, readsLines(&o))
	a, b, c := line("a", 1, "1", ""), line("b", 2, "2", ""), line("c", 3, "3", "")
	for i, step := range []struct {
		lines []protocol.Line
		order protocol.OrderID
		sent  protocol.Value // how many lines, and how many are gone
	}{ // "/" is before an order of another multi-session
		{[]protocol.Line{a, b}, "o", "[2,0]"},
		{[]protocol.Line{a, b}, "o", "[0,0]"},
		{[]protocol.Line{a}, "/o", "[1,0]"},
		{[]protocol.Line{a, b, c}, "o", "[1,0]"},
		{[]protocol.Line{a}, "/o", "[0,0]"},
		{[]protocol.Line{line("a", 1, "5", ""), c}, "o", "[1,1]"},
		{[]protocol.Line{c}, "o", "[0,1]"},
		{[]protocol.Line{c}, "forgotten", "[1,0]"},
		{[]protocol.Line{a, b, c}, "forgotten", "[3,0]"},
		{[]protocol.Line{c}, "o", "[0,0]"},
	} {
		id, other := strings.CutPrefix(string(step.order), "/")
		batch := &extensions.Batch{Records: []hooks.Record{withLines(protocol.OrderID(id), "", step.lines...)}}
		if other {
			batch.MultiSession = "other"
		}
		results, err := k.host.Run(context.Background(), batch)
		require.NoError(t, err)
		require.Equal(t, step.sent, results[0].Export["seen"], "step %d", i)
	}
}

// Orders with one id in several multi-sessions, and lines with one id in
// several orders, as after a move.
func TestLinesOfOthersAreOthers(t *testing.T) {
	k := start(t, mirrorOptions(t))
	for i := range 4 {
		moved := line("moved", 1, protocol.Int(i), "")
		sees(t, k.host, "m1", withLines("o1", "", moved), withLines("o2", ""))
		sees(t, k.host, "m2", withLines("o1", "", line("moved", 1, "7", "")), withLines("o2", "", line("x", 1, "8", "")))
		sees(t, k.host, "m1", withLines("o1", ""), withLines("o2", "", moved))
	}
}

// What a hook said no to, failed on or never answered was handed over all the
// same, though it isn't stored.
func TestLinesAfterNo(t *testing.T) {
	k := start(t, mirrorOptions(t))
	stored := []protocol.Line{line("a", 1, "1", ""), line("b", 2, "2", "")}
	sees(t, k.host, "m", withLines("o", "", stored...))
	for _, act := range []string{"reject", "error", "panic", "exit"} {
		for range 2 {
			_, _ = k.host.Run(context.Background(), &extensions.Batch{MultiSession: "m", Records: []hooks.Record{
				withLines("o", act, line("a", 1, "5", ""), line("c", 3, "3", "")),
			}})
			sees(t, k.host, "m", withLines("o", "", stored...))
		}
	}
	require.Equal(t, 2, k.host.State().Exits)
}

// A hook may write to what it got; nobody else sees it.
func TestLinesAreTheHooksOwn(t *testing.T) {
	k := start(t, mirrorOptions(t))
	lines := []protocol.Line{line("a", 1, "1", `"note"`), line("b", 2, "2", ""), line("c", 3, "3", "")}
	for range 3 {
		sees(t, k.host, "m", withLines("o", "tamper", lines...), withLines("o2", "tamper", lines[0]))
		sees(t, k.host, "m", withLines("o", "", lines...), withLines("o2", "", lines[0]))
		lines[1] = line("b", 2, lines[1].Fields["qty"]+"0", "")
	}
}

// One order asked for by many at once, each with other lines: calls pass each
// other, and what one hands over replaces what another counts on.
func TestLinesInCallsThatPassEachOther(t *testing.T) {
	k := start(t, mirrorOptions(t))
	var callers sync.WaitGroup
	for i := range 8 {
		callers.Go(func() {
			for j := range 100 {
				lines := []protocol.Line{line("same", 1, "1", ""), line("other", 2, protocol.Int(i*1000+j), "")}
				sees(t, k.host, "m", withLines("o", "", lines[:1+j%2]...))
			}
		})
	}
	callers.Wait()
}

// Poison among others: who is tried alone, by a new process, is sent all.
func TestLinesAreTriedAlone(t *testing.T) {
	k := start(t, mirrorOptions(t))
	lines := func(i int) []protocol.Line {
		return []protocol.Line{line("a", 1, protocol.Int(i), ""), line("b", 2, "2", "")}
	}
	for round := range 3 {
		var callers sync.WaitGroup
		for i := range 20 {
			callers.Go(func() {
				act := ""
				if i == 10 {
					act = "exit"
				}
				o := withLines(protocol.OrderID(fmt.Sprint("o", i)), act, lines(round)...)
				results, err := k.host.Run(context.Background(), &extensions.Batch{MultiSession: "m", Records: []hooks.Record{o}})
				if err != nil {
					require.ErrorContains(t, err, "exit status 3")
					return
				}
				require.Equal(t, seen(t, lines(round)), results[0].Export["seen"])
			})
		}
		callers.Wait()
		for i := range 20 {
			sees(t, k.host, "m", withLines(protocol.OrderID(fmt.Sprint("o", i)), "", lines(round)...))
		}
	}
}

// Under a debugger the plugin outlives servers, and may have two.
func TestLinesOfTwoServers(t *testing.T) {
	byHand(t, mirror)
	o := mirrorOptions(t)
	o.Exec, o.SHA256 = "", ""
	lines := []protocol.Line{line("a", 1, "1", ""), line("b", 2, "2", "")}
	one := start(t, o)
	sees(t, one.host, "m", withLines("o", "", lines...))
	two := start(t, o) // what the plugin kept for the first is gone
	sees(t, two.host, "m", withLines("o", "", line("z", 1, "9", "")))
	sees(t, one.host, "m", withLines("o", "", lines...))
	for i := range 3 {
		lines[1] = line("b", 2, protocol.Int(10+i), "")
		sees(t, one.host, "m", withLines("o", "", lines...))
		sees(t, two.host, "m", withLines("o", "", lines[0], line("c", 3, protocol.Int(i), "")))
	}
	require.NoError(t, one.host.Close())
	three := start(t, o)
	sees(t, three.host, "m", withLines("o", "", lines...))
	sees(t, two.host, "m", withLines("o", "", lines...))
}

// Older plugins are sent all lines, in words that they know.
func TestLinesForAnOlderPlugin(t *testing.T) {
	o := options(t, misbehave)
	o.Env = []string{"MISBEHAVE=built before"}
	k := start(t, readsLines(&o))
	for n := range 4 {
		lines := []protocol.Line{line("a", 1, "1", ""), line("b", 2, "2", ""), line("c", 3, "3", "")}[:n]
		results, err := k.host.Run(context.Background(), &extensions.Batch{Records: []hooks.Record{withLines("o", "", lines...)}})
		require.NoError(t, err)
		require.Equal(t, protocol.Int(n), results[0].Export["seen"])
	}
}

// One that misses what it was just sent is broken, and isn't asked for ever.
func TestLinesMissedAlways(t *testing.T) {
	o := options(t, misbehave)
	o.Env = []string{"MISBEHAVE=misses lines"}
	k := start(t, readsLines(&o))
	_, err := k.host.Run(context.Background(), &extensions.Batch{Records: []hooks.Record{withLines("o", "")}})
	require.ErrorContains(t, err, "it misses lines that it was just sent")
	k.await(goplugin.Starting)
}

// More than is kept: what is forgotten is sent again.
func TestLinesThatAreTooMany(t *testing.T) {
	k := start(t, mirrorOptions(t))
	large := protocol.Text(strings.Repeat("x", 1<<20))
	for i := range 50 {
		id := protocol.OrderID(fmt.Sprint("o", i%40))
		sees(t, k.host, "m", withLines(id, "", line("a", 1, protocol.Int(i), large)))
		sees(t, k.host, "m", withLines("o0", "", line("a", 1, protocol.Int(i), "")))
	}
}

// Who leaves may change the lines at once: they aren't read any more.
func TestLinesAreReadWhileTheAskerWaits(t *testing.T) {
	k := start(t, mirrorOptions(t))
	ctx, cancel := context.WithCancel(context.Background())
	left := make(chan struct{})
	o := withLines("o", "")
	o.Lines = func() []protocol.Line {
		cancel()
		select {
		case <-left:
			t.Error("Run returned while the lines were read")
		case <-time.After(50 * time.Millisecond): // long enough for it to return
		}
		return nil
	}
	_, err := k.host.Run(ctx, &extensions.Batch{Records: []hooks.Record{o}})
	close(left)
	require.ErrorIs(t, err, context.Canceled)
}
