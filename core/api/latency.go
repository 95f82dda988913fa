package api

import (
	"math"
	"sync/atomic"
	"time"
)

// latencies counts how long pushes took, in steps that grow by a fifth, from
// 0.1 ms to half a minute. Counting takes no lock.
type latencies struct {
	mutations, rejected atomic.Uint64
	steps               [latencySteps]atomic.Uint64
}

const (
	latencySteps = 72
	firstStep    = 100 * time.Microsecond
)

var stepGrowth = math.Log(1.2)

// stepOf is the step that a time falls into.
func stepOf(took time.Duration) int {
	if took <= firstStep {
		return 0
	}
	step := int(math.Ceil(math.Log(float64(took)/float64(firstStep)) / stepGrowth))
	return min(step, latencySteps-1)
}

// stepMS is the upper end of a step, in milliseconds.
func stepMS(step int) float64 {
	ms := float64(firstStep) / float64(time.Millisecond) * math.Exp(stepGrowth*float64(step))
	return math.Round(ms*100) / 100
}

// pushed notes a push and what its mutations became.
func (l *latencies) pushed(mutations, rejected int, took time.Duration) {
	if mutations == 0 {
		return
	}
	l.mutations.Add(uint64(mutations))
	l.rejected.Add(uint64(rejected))
	l.steps[stepOf(took)].Add(1)
}

// tally is what was counted up to a moment.
type tally struct {
	mutations, rejected uint64
	steps               [latencySteps]uint64
}

func (l *latencies) now() (t tally) {
	t.mutations, t.rejected = l.mutations.Load(), l.rejected.Load()
	for i := range l.steps {
		t.steps[i] = l.steps[i].Load()
	}
	return t
}

// since is what came to t after an earlier one.
func (t tally) since(before tally) tally {
	t.mutations -= before.mutations
	t.rejected -= before.rejected
	for i := range t.steps {
		t.steps[i] -= before.steps[i]
	}
	return t
}

// quantile is the time that a part of the pushes didn't exceed; nil if there
// were none.
func (t tally) quantile(part float64) *float64 {
	var all uint64
	for _, n := range t.steps {
		all += n
	}
	if all == 0 {
		return nil
	}
	rank := uint64(math.Ceil(part * float64(all)))
	var seen uint64
	for step, n := range t.steps {
		if seen += n; seen >= rank {
			ms := stepMS(step)
			return &ms
		}
	}
	return nil
}
