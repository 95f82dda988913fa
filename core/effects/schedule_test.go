package effects_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/effects"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// rows makes effects of lines like "a o1 book waiting" (extension, order, name,
// state), with ids a, b, c … in that order.
func rows(lines ...string) (list []store.EffectRow) {
	for i, line := range lines {
		f := strings.Fields(line)
		list = append(list, store.EffectRow{
			Pos: int64(i + 1), ID: string(rune('a' + i)), MultiSession: "main", Extension: f[0], Order: protocol.OrderID(f[1]), Name: f[2],
			State: store.EffectState(f[3]), At: noon,
		})
	}
	return list
}

// spec: sign is in order for the whole multi-session; gone isn't described.
func spec(_, name string) (hooks.EffectSpec, bool) {
	return hooks.EffectSpec{WholeMultiSession: name == "sign", Timeout: 30 * time.Second}, name != "gone"
}

func TestLanes(t *testing.T) {
	tests := []struct {
		name  string
		lines []string
		want  string // which are started at once
		then  string // which are started after the first of them is done
	}{
		{"orders beside each other", []string{"x o1 book waiting", "x o2 book waiting"}, "a b", ""},
		{"one after another in an order", []string{"x o1 book waiting", "x o1 send waiting", "x o1 book waiting"}, "a", "b"},
		{"extensions beside each other", []string{"x o1 book waiting", "y o1 book waiting"}, "a b", ""},
		{"whole multi-session", []string{"x o1 sign waiting", "x o2 sign waiting", "x o2 book waiting", "x o3 book waiting"}, "a d", "b"},
		{"an outcome is taken first", []string{"x o1 book answered", "x o1 book waiting"}, "a", "b"},
		{"held holds those behind it", []string{"x o1 book held", "x o1 book waiting", "x o2 book waiting"}, "c", ""},
		{"not described any more", []string{"x o1 gone waiting", "x o1 book waiting", "x o2 gone waiting"}, "b", ""},
	}
	for _, test := range tests {
		s := effects.NewSchedule(rows(test.lines...)...)
		got, _ := s.Due(noon, spec)
		require.Equal(t, test.want, strings.Join(got, " "), test.name)
		again, _ := s.Due(noon, spec)
		require.Empty(t, again, test.name)
		s.Ended(got[0], store.EffectDone, noon)
		got, _ = s.Due(noon, spec)
		require.Equal(t, test.then, strings.Join(got, " "), test.name)
	}
}

func TestDue(t *testing.T) {
	list := rows("x o1 book waiting", "x o1 book waiting", "x o2 book waiting", "x o3 gone waiting")
	list[0].Next, list[2].Next = noon.Add(2*time.Second), noon.Add(time.Second)
	s := effects.NewSchedule(list...)
	got, next := s.Due(noon, spec)
	require.Empty(t, got, "the second is behind the first, which waits")
	require.Equal(t, noon.Add(time.Second), next)
	got, next = s.Due(next, spec)
	require.Equal(t, []string{"c"}, got)
	require.Equal(t, noon.Add(2*time.Second), next)
	s.Ended("c", store.EffectWaiting, noon.Add(4*time.Second))
	got, next = s.Due(next, spec)
	require.Equal(t, []string{"a"}, got)
	require.Equal(t, noon.Add(4*time.Second), next)
}

func TestAtOnce(t *testing.T) {
	var lines []string
	for i := range 20 {
		lines = append(lines, fmt.Sprintf("x o%d book waiting", i))
	}
	s := effects.NewSchedule(rows(append(lines, "y o1 book waiting")...)...)
	got, _ := s.Due(noon, spec)
	require.Len(t, got, effects.AtOnce+1)
	require.Equal(t, "u", got[effects.AtOnce], "another extension isn't hindered")
	s.Ended("c", store.EffectDone, noon)
	got, _ = s.Due(noon, spec)
	require.Equal(t, []string{"q"}, got)
}

func TestPauses(t *testing.T) {
	for attempts, want := range map[int]time.Duration{
		1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 10: 512 * time.Second, 11: 10 * time.Minute, 12: 10 * time.Minute, 1000: 10 * time.Minute,
	} {
		require.Equal(t, want, effects.Pause(attempts), attempts)
	}
}

// TestOperator: what retrying and dropping make of each state.
func TestOperator(t *testing.T) {
	later := noon.Add(time.Hour)
	for _, c := range []struct {
		state           store.EffectState
		result          string
		retried         store.EffectState
		keeps           bool // its result
		dropped         store.EffectState
		outcome, refuse bool
	}{
		{state: store.EffectWaiting, retried: store.EffectWaiting, dropped: store.EffectAnswered, outcome: true},
		{state: store.EffectHeld, retried: store.EffectWaiting, dropped: store.EffectAnswered, outcome: true},
		{state: store.EffectHeld, result: `{"status":200}`, retried: store.EffectAnswered, keeps: true, dropped: store.EffectAnswered, outcome: true},
		{state: store.EffectAnswered, result: `{"status":200}`, retried: store.EffectAnswered, keeps: true, dropped: store.EffectDropped},
		{state: store.EffectDone, result: `{"status":404}`, retried: store.EffectWaiting, refuse: true},
		{state: store.EffectGivenUp, result: `{"gave_up":true}`, retried: store.EffectWaiting, refuse: true},
		{state: store.EffectDropped, result: `{"gave_up":true}`, retried: store.EffectWaiting, refuse: true},
	} {
		e := store.EffectRow{ID: "e", At: noon, State: c.state, Attempts: 7, Next: noon.Add(-time.Hour), Error: "no", Ends: store.EffectDone}
		if c.result != "" {
			e.Result = []byte(c.result)
		}
		again := effects.Retried(e, later)
		require.Equal(t, c.retried, again.State, c.state)
		require.Equal(t, c.keeps, again.Result != nil, c.state)
		require.Equal(t, []any{0, later, later}, []any{again.Attempts, again.Next, again.Since}, c.state)
		gone, ok := effects.Dropped(e, later)
		require.Equal(t, !c.refuse, ok, c.state)
		if c.refuse {
			continue
		}
		require.Equal(t, c.dropped, gone.State, c.state)
		if c.outcome {
			require.Equal(t, store.EffectDropped, gone.Ends)
			require.JSONEq(t, `{"gave_up":true,"error":"the operator dropped it"}`, string(gone.Result))
		}
	}
}
