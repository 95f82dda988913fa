package api

import (
	"slices"
	"sync"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// The last hour is kept in buckets of ten seconds.
const (
	bucketTime  = 10 * time.Second
	bucketsKept = 360
)

// lastHour cuts what latencies counts into buckets. Who counts never waits
// for it.
type lastHour struct {
	latencies

	mu      sync.Mutex
	buckets []protocol.StatsBucket
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
func (h *lastHour) read(now time.Time) []protocol.StatsBucket {
	h.beat(now)
	h.mu.Lock()
	defer h.mu.Unlock()
	newest := bucketOf(h.began, now.Sub(h.began), h.now().since(h.before))
	return append(slices.Clone(h.buckets), newest)
}

func bucketOf(began time.Time, lasted time.Duration, t tally) protocol.StatsBucket {
	return protocol.StatsBucket{
		At: protocol.FormatTime(began), Seconds: float64(lasted.Milliseconds()) / 1000,
		Mutations: t.mutations, Rejected: t.rejected, P50: t.quantile(.5), P99: t.quantile(.99),
	}
}

func (a *API) stats(c *call) error {
	return c.answer(protocol.StatsResponse{BucketSeconds: int(bucketTime / time.Second), Buckets: a.Metrics.hour.read(a.Now())})
}
