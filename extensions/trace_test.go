package extensions_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/runs"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// recorded is a chain of one extension whose runs are noted.
func recorded(t *testing.T, host *fake, hide ...string) (*extensions.Recording, *kit) {
	rec := &extensions.Recording{}
	k := &kit{t: t, clock: time.Unix(1_790_000_000, 0), recording: rec}
	chain, err := k.build(extensions.Entry{Host: host, Source: host.Name, Hide: hide})
	require.NoError(t, err)
	k.chain = chain
	return rec, k
}

func TestTrace(t *testing.T) {
	host := extension("a", func(r hooks.Record) hooks.Result {
		switch r.MergedFields()["note"] {
		case `"throw"`:
			return hooks.Result{Err: &hooks.HookError{Hook: "apply_ms_data", Err: errors.New("at a.js:1:2: with sesame-open")}}
		case `"no"`:
			return hooks.Result{Reject: "not on Mondays"}
		}
		return hooks.Result{Export: protocol.Fields{"note": `"sesame-open"`, "alien": "1"}, Took: 3 * time.Millisecond}
	}, "note")
	rec, k := recorded(t, host, "sesame-open")
	tap := func(note string) {
		r, _ := record("o1", protocol.Fields{}, protocol.Fields{"note": protocol.Text(note)}, "note")
		k.run(r)
	}
	traced := func(after int64) *protocol.TraceResponse {
		response, err := rec.Traced("a", after)
		require.NoError(t, err)
		return response
	}
	tap("before")
	require.Equal(t, &protocol.TraceResponse{Runs: []protocol.ExtensionRun{}}, traced(0))

	rec.Trace("a", time.Hour)
	for _, note := range []string{"x", "throw", "no"} {
		tap(note)
	}
	response := traced(0)
	require.True(t, response.On)
	require.NotNil(t, response.Until)
	require.Len(t, response.Runs, 3)
	first, second, third := response.Runs[0], response.Runs[1], response.Runs[2]
	require.Equal(t, []protocol.Difference{{Key: "note", Before: "null", After: `"x"`}}, first.In)
	require.Equal(t, []protocol.Difference{{Key: "note", Before: `"x"`, After: `"(a setting)"`}}, first.Out)
	require.Equal(t, 3.0, first.TookMS)
	require.Len(t, first.Notes, 1)
	require.Contains(t, first.Notes[0], "alien")
	require.Equal(t, "failed", second.End)
	require.Equal(t, "apply_ms_data: at a.js:1:2: with (a setting)", second.Message)
	require.Equal(t, []string{"vetoed", "not on Mondays"}, []string{third.End, third.Message})
	for _, r := range response.Runs {
		require.NotContains(t, string(r.Run), "sesame")
		_, _, err := runs.Read([]byte(r.Run))
		require.NoError(t, err)
	}
	require.Equal(t, []protocol.ExtensionRun{third}, traced(second.Seq).Runs)

	rec.Untrace("a")
	tap("x")
	require.Equal(t, &protocol.TraceResponse{Runs: []protocol.ExtensionRun{}}, traced(0), "forgotten")
}

// What is noted is as it was handed over, whatever was taken of others meanwhile.
func TestTraceOfAWave(t *testing.T) {
	host := extension("a", export(protocol.Fields{"note": `"x"`}), "note")
	rec, k := recorded(t, host)
	rec.Trace("a", time.Hour)
	one, _ := record("o1", protocol.Fields{}, protocol.Fields{"note": `"1"`}, "note")
	two, _ := record("o2", protocol.Fields{}, protocol.Fields{"note": `"2"`}, "note")
	k.run(one, two)
	require.Equal(t, 1, host.calls)
	response, err := rec.Traced("a", 0)
	require.NoError(t, err)
	require.Len(t, response.Runs, 2)
	require.Equal(t, protocol.Value(`"2"`), response.Runs[1].Out[0].Before)
	require.Equal(t, protocol.OrderID("o2"), response.Runs[1].Order)
}

func TestTraceIsBounded(t *testing.T) {
	host := extension("a", export(nil), "note")
	rec, k := recorded(t, host)
	rec.Trace("a", time.Hour)
	tap := func(i, size int) {
		r, _ := record(protocol.OrderID(fmt.Sprint("o", i)), protocol.Fields{}, protocol.Fields{"note": protocol.Text(strings.Repeat("x", size))}, "note")
		k.run(r)
	}
	orders := func() (ids []protocol.OrderID) {
		response, err := rec.Traced("a", 0)
		require.NoError(t, err)
		for _, r := range response.Runs {
			ids = append(ids, r.Order)
		}
		return ids
	}
	for i := range 60 {
		tap(i, 1)
	}
	require.Len(t, orders(), 50)
	require.Equal(t, protocol.OrderID("o10"), orders()[0])
	for i := range 5 {
		tap(100+i, 1_500_000)
	}
	require.Equal(t, []protocol.OrderID{"o103", "o104"}, orders(), "bounded in bytes too")
}

func TestTraceEndsByItself(t *testing.T) {
	rec, k := recorded(t, extension("a", export(nil), "note"))
	rec.Trace("a", time.Millisecond)
	require.Eventually(t, func() bool {
		response, err := rec.Traced("a", 0)
		return err == nil && !response.On && response.Until != nil
	}, 30*time.Second, time.Millisecond)
	r, _ := record("o1", protocol.Fields{}, protocol.Fields{"note": `"1"`}, "note")
	k.run(r)
	response, err := rec.Traced("a", 0)
	require.NoError(t, err)
	require.Empty(t, response.Runs)
}
