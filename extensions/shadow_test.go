package extensions_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// shadowed is a running chain of an extension, and of a new version beside it.
func shadowed(t *testing.T, old, next *fake, others ...extensions.Entry) (*extensions.Extensions, *kit) {
	trial, err := extensions.NewTrial(extensions.Entry{Host: next, Timeout: 30 * time.Second, Hide: []string{"sesame-open"}}, nil)
	require.NoError(t, err)
	entries := append([]extensions.Entry{{Host: old, Source: old.Name, Timeout: 30 * time.Second, Shadow: extensions.NewShadow(trial)}}, others...)
	e, k := started(t, io.Discard, entries...)
	t.Cleanup(func() { require.NoError(t, e.Close()); require.True(t, next.closed) })
	return e, k
}

// ran waits until the shadow ran on so many records.
func ran(t *testing.T, e *extensions.Extensions, n int) *protocol.ExtensionShadow {
	t.Helper()
	var s *protocol.ExtensionShadow
	require.Eventually(t, func() bool {
		s = e.Status()[0].Shadow
		return s != nil && int(s.Runs) == n
	}, 30*time.Second, time.Millisecond)
	return s
}

func tap(k *kit, order protocol.OrderID, note string) protocol.Fields {
	r, set := record(order, protocol.Fields{}, protocol.Fields{"note": protocol.Text(note)}, "note")
	k.run(r)
	return set
}

// The new version runs on the same records, changes nothing, and what it would have
// changed is told.
func TestShadowBesideTheOldVersion(t *testing.T) {
	does := func(v string) func(hooks.Record) hooks.Result {
		return func(r hooks.Record) hooks.Result {
			switch note := r.MergedFields()["note"]; note {
			case `"veto in ` + protocol.Value(v) + `"`:
				return hooks.Result{Reject: "not on Mondays"}
			case `"fail in ` + protocol.Value(v) + `"`:
				return hooks.Result{Err: &hooks.HookError{Hook: "apply_ms_data", Err: errors.New("no card for sesame-open")}}
			case `"both"`:
				return hooks.Result{Export: protocol.Fields{"note": `"x"`}}
			case `"refused"`:
				return hooks.Result{Reject: "by " + v}
			default:
				return hooks.Result{Export: protocol.Fields{"note": protocol.Text("by " + v)}, Effects: []hooks.Effect{{Name: "book", Key: v, Data: "1"}}}
			}
		}
	}
	old, next := extension("a", does("1"), "note"), extension("a", does("2"), "note")
	next.Version = "2"
	for _, host := range []*fake{old, next} {
		host.Effects = map[string]hooks.EffectSpec{"book": {}}
	}
	e, k := shadowed(t, old, next)
	require.Equal(t, protocol.Fields{"note": `"x"`}, tap(k, "o1", "both"))
	require.Equal(t, protocol.Fields{"note": `"by 1"`}, tap(k, "o2", "else"), "the old version's is taken")
	tap(k, "o3", "veto in 2")
	tap(k, "o4", "veto in 1")
	tap(k, "o5", "fail in 2")
	tap(k, "o6", "refused")
	s := ran(t, e, 6)
	require.Equal(t, []any{"2", uint64(5), uint64(0), uint64(0)}, []any{s.Version, s.Differ, s.Dropped, s.NotRun})
	var told []string
	for _, f := range s.Found {
		told = append(told, fmt.Sprint(f.Order, " ", f.Was, " ", f.Is, " ", f.Message, " ", f.Differences))
	}
	require.Equal(t, []string{
		`o2 taken taken  [{effect book 1 1 null} {effect book 2 null 1} {note by 1 by 2}]`,
		`o3 taken vetoed not on Mondays []`,
		`o4 vetoed taken not on Mondays []`,
		`o5 taken failed apply_ms_data: no card for (a setting) []`,
		`o6 vetoed vetoed  [{refusal by 1 by 2}]`,
	}, told)
}

// Records of a wave are copied as they were handed over, and what another extension
// refused isn't looked at.
func TestShadowOfAWave(t *testing.T) {
	seen := make(chan protocol.Fields, 10)
	old := extension("a", export(protocol.Fields{"note": `"old"`}), "note")
	next := extension("a", func(r hooks.Record) hooks.Result {
		seen <- r.MergedFields()
		return hooks.Result{Export: protocol.Fields{"note": `"old"`}}
	}, "note")
	judge := extension("judge", func(r hooks.Record) hooks.Result {
		if r.Head().Order == "o2" {
			return hooks.Result{Reject: "no"}
		}
		return hooks.Result{}
	})
	e, k := shadowed(t, old, next, entry(judge))
	one, _ := record("o1", protocol.Fields{}, protocol.Fields{"note": `"1"`}, "note")
	two, _ := record("o2", protocol.Fields{}, protocol.Fields{"note": `"2"`}, "note")
	k.run(one, two)
	s := ran(t, e, 1)
	require.Zero(t, s.Differ)
	require.Equal(t, protocol.Fields{"note": `"1"`}, <-seen)
	require.Empty(t, seen)
}

// A new version that hangs holds nobody up; what finds no room is counted, and the
// last differences are kept.
func TestShadowIsBounded(t *testing.T) {
	release := make(chan struct{})
	old := extension("a", export(protocol.Fields{"note": `"old"`}), "note")
	next := extension("a", func(hooks.Record) hooks.Result {
		<-release
		return hooks.Result{Export: protocol.Fields{"note": `"new"`}}
	}, "note")
	e, k := shadowed(t, old, next)
	for i := range 400 {
		require.Equal(t, protocol.Fields{"note": `"old"`}, tap(k, protocol.OrderID(fmt.Sprint("o", i)), "x"))
	}
	dropped := e.Status()[0].Shadow.Dropped
	require.InDelta(t, 400-256, dropped, 1, "one may be under way")
	close(release)
	s := ran(t, e, 400-int(dropped))
	require.Equal(t, s.Runs, s.Differ)
	require.Len(t, s.Found, 50)
}

// A new version that takes longer than it may, again and again, is never suspended.
func TestShadowThatFailsGoesOn(t *testing.T) {
	old := extension("a", export(nil), "note")
	next := extension("a", func(hooks.Record) hooks.Result {
		return hooks.Result{Err: fmt.Errorf("it ran too long: %w", context.DeadlineExceeded)}
	}, "note")
	e, k := shadowed(t, old, next)
	for i := range 30 {
		tap(k, protocol.OrderID(fmt.Sprint("o", i)), "x")
	}
	require.Equal(t, uint64(30), ran(t, e, 30).Differ)
	require.Equal(t, protocol.Running, e.Status()[0].State)
}
