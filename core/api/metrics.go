package api

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Metrics is what operators watch. Its methods may be called from anywhere.
type Metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.HistogramVec
	failures  *prometheus.CounterVec
	mutations *prometheus.CounterVec
	refusals  *prometheus.CounterVec
	changes   prometheus.Counter
	commits   prometheus.Histogram
	streams   *prometheus.GaugeVec
	awake     prometheus.Gauge
	damaged   prometheus.Gauge
	effects   *prometheus.CounterVec
	hour      lastHour
	rejected  sync.Map      // POS of whom a mutation was rejected since the inbox was trimmed
	done      atomic.Uint64 // requests and batches so far
}

// NewMetrics makes a registry of its own.
func NewMetrics() *Metrics {
	buckets := []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5, 30}
	m := &Metrics{
		registry:  prometheus.NewRegistry(),
		requests:  prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "manytill_request_seconds", Help: "Time to answer a request, by call and status.", Buckets: buckets}, []string{"call", "status"}),
		failures:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "manytill_request_errors_total", Help: "Requests and frames that failed as a whole, by code."}, []string{"code"}),
		mutations: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "manytill_mutations_total", Help: "Results of mutations, by status."}, []string{"status"}),
		refusals:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "manytill_refused_total", Help: "What was refused or dropped for a limit, or for a wrong token."}, []string{"what"}),
		changes:   prometheus.NewCounter(prometheus.CounterOpts{Name: "manytill_changes_total", Help: "Changes that are on disk."}),
		commits:   prometheus.NewHistogram(prometheus.HistogramOpts{Name: "manytill_commit_seconds", Help: "Time from deciding a batch to its being on disk.", Buckets: buckets}),
		streams:   prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "manytill_connections", Help: "Open connections, by transport."}, []string{"transport"}),
		awake:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "manytill_multi_sessions_awake", Help: "Multi-sessions held in memory."}),
		damaged:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "manytill_store_damaged", Help: "Places of the store that were found damaged since the start."}),
	}
	m.effects = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "manytill_effects_total", Help: "Effects that are over, by extension and state: done, given_up, dropped."}, []string{"extension", "state"})
	m.registry.MustRegister(m.effects, m.requests, m.failures, m.mutations, m.refusals, m.changes, m.commits, m.streams, m.awake, m.damaged,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, code := range protocol.ErrorCodes() { // so that an alert sees the first one
		m.failures.WithLabelValues(string(code))
	}
	for _, status := range statuses {
		m.mutations.WithLabelValues(string(status))
	}
	for _, what := range allRefused {
		m.refusals.WithLabelValues(what)
	}
	for _, rt := range routes(new(handlers)) {
		m.requests.WithLabelValues(rt.path, rt.answered(0))
		m.requests.WithLabelValues(rt.path, strconv.Itoa(http.StatusInternalServerError))
	}
	return m
}

var statuses = []protocol.Status{protocol.Applied, protocol.Rejected, protocol.Duplicate}

// Committed is for [multisession.Config].
func (m *Metrics) Committed(b *store.Batch, took time.Duration) {
	m.done.Add(1)
	m.changes.Add(float64(len(b.Changes)))
	for i := range b.Rejections {
		m.rejected.Store(b.Rejections[i].By.POS.ID, nil)
	}
	m.commits.Observe(took.Seconds())
}

// EffectEnded is for the worker of effects.
func (m *Metrics) EffectEnded(extension string, state store.EffectState) {
	m.effects.WithLabelValues(extension, string(state)).Inc()
}

func (m *Metrics) request(path, status string, took time.Duration) {
	m.done.Add(1)
	m.requests.WithLabelValues(path, status).Observe(took.Seconds())
}

// work counts what was done, to tell a quiet time.
func (m *Metrics) work() uint64 { return m.done.Load() }

func (m *Metrics) failed(code protocol.Code) { m.failures.WithLabelValues(string(code)).Inc() }

// What is refused, as metrics have it (docs/operator.md, "Limits").
const (
	refusedToken      = "token"           // was wrong
	refusedTokens     = "too_many_tokens" // were wrong, from one address
	refusedConnection = "connection"      // dropped before a token came
	refusedMutation   = "mutation"        // rejected with limit
	refusedWaiting    = "waiting"         // too many bytes waited already
	refusedClient     = "client"          // one more of a POS
	refusedRejection  = "rejection"       // dropped from the inbox
	refusedStream     = "stream"          // a socket, stream or poll more of a POS
	refusedTicket     = "ticket"          // one more of a POS
)

var allRefused = []string{refusedToken, refusedTokens, refusedConnection, refusedMutation, refusedWaiting, refusedClient, refusedRejection, refusedStream, refusedTicket}

func (m *Metrics) refused(what string) { m.refusals.WithLabelValues(what).Inc() }

// results counts what became of a push's mutations, and the time from its
// arrival to its being on disk.
func (m *Metrics) results(results multisession.Results, took time.Duration) {
	rejected := 0
	for _, r := range results {
		m.mutations.WithLabelValues(string(r.Status)).Inc()
		if r.Status != protocol.Rejected {
			continue
		}
		rejected++
		switch r.Rejection.Code {
		case protocol.Internal:
			m.failed(protocol.Internal)
		case protocol.LimitReached:
			m.refused(refusedMutation)
		}
	}
	m.hour.pushed(len(results), rejected, took)
}

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
