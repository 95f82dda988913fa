package api

import (
	"sync"
	"time"

	"github.com/manytill/manytill/sdk"
)

// The last hour is kept in buckets of ten seconds.
const (
	bucketTime  = 10 * time.Second
	bucketsKept = 360
)

// bucket is what happened in the ten seconds from At on. The latencies are of
// pushes, from their arrival to being on disk; null where there were none.
type bucket struct {
	At        string   `json:"at"`
	Seconds   float64  `json:"seconds"` // 10, but for the newest
	Mutations uint64   `json:"mutations"`
	Rejected  uint64   `json:"rejected"`
	P50       *float64 `json:"p50_ms"`
	P99       *float64 `json:"p99_ms"`
}

type statsAnswer struct {
	BucketSeconds int      `json:"bucket_seconds"`
	Buckets       []bucket `json:"buckets"` // oldest first; the newest isn't over yet
}

// lastHour cuts what latencies counts into buckets. Who counts never waits
// for it.
type lastHour struct {
	latencies

	mu      sync.Mutex
	buckets []bucket
	began   time.Time // of the bucket that isn't over yet
	before  tally     // what was counted when it began
}

// beat ends a bucket when its time is over. A machine that slept begins anew.
func (h *lastHour) beat(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch age := now.Sub(h.began); {
	case age < 0 || age > 2*bucketTime:
		h.began = now.Truncate(bucketTime)
		return
	case age < bucketTime:
		return
	}
	tally := h.now()
	h.buckets = append(h.buckets, bucketOf(h.began, bucketTime, tally.since(h.before)))
	if over := len(h.buckets) - bucketsKept; over > 0 {
		h.buckets = append(h.buckets[:0], h.buckets[over:]...)
	}
	h.began, h.before = h.began.Add(bucketTime), tally
}

// read is all of it, with what came since the last bucket ended.
func (h *lastHour) read(now time.Time) []bucket {
	h.beat(now)
	h.mu.Lock()
	defer h.mu.Unlock()
	newest := bucketOf(h.began, now.Sub(h.began), h.now().since(h.before))
	return append(append([]bucket{}, h.buckets...), newest)
}

func bucketOf(began time.Time, lasted time.Duration, t tally) bucket {
	return bucket{
		At: sdk.FormatTime(began), Seconds: float64(lasted.Milliseconds()) / 1000,
		Mutations: t.mutations, Rejected: t.rejected, P50: t.quantile(.5), P99: t.quantile(.99),
	}
}

func (a *API) stats(c *call) error {
	return c.answer(statsAnswer{int(bucketTime / time.Second), a.Metrics.hour.read(a.Now())})
}
