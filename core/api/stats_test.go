package api

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLatencySteps(t *testing.T) {
	last := -1
	for took := 50 * time.Microsecond; took < time.Minute; took = took * 11 / 10 {
		step := stepOf(took)
		require.GreaterOrEqual(t, step, last)
		last = step
		if took > firstStep && step < latencySteps-1 {
			require.InEpsilon(t, float64(took)/float64(time.Millisecond), stepMS(step), .21, took)
		}
	}
	require.Equal(t, latencySteps-1, last)
}

func TestLastHour(t *testing.T) {
	var h lastHour
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	h.beat(now)
	for i := range 400 {
		h.pushed(2, 1, 3*time.Millisecond)
		now = now.Add(bucketTime)
		h.beat(now)
		require.Len(t, h.buckets, min(i+1, bucketsKept), "an hour and no more")
	}
	h.pushed(0, 0, time.Hour)
	h.pushed(1, 0, time.Second)
	all := h.read(now.Add(4 * time.Second))
	require.Len(t, all, bucketsKept+1)
	for i, b := range all[:bucketsKept] {
		require.Equal(t, uint64(2), b.Mutations)
		require.Equal(t, uint64(1), b.Rejected)
		require.InEpsilon(t, 3, *b.P50, .21)
		require.InEpsilon(t, 3, *b.P99, .21)
		require.Equal(t, now.Add(time.Duration(i-bucketsKept)*bucketTime).Format(time.RFC3339), b.At)
	}
	newest := all[bucketsKept]
	require.Equal(t, uint64(1), newest.Mutations)
	require.InDelta(t, 4, newest.Seconds, .001)
	require.InEpsilon(t, 1000, *newest.P99, .21)

	// A machine that slept doesn't make up an hour of buckets.
	h.beat(now.Add(8 * time.Hour))
	require.Len(t, h.buckets, bucketsKept)
}
