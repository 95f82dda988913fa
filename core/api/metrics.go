package api

import (
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
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
	rooms     prometheus.Gauge
	damaged   prometheus.Gauge
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
		rooms:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "manytill_multi_sessions_awake", Help: "Multi-sessions held in memory."}),
		damaged:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "manytill_store_damaged", Help: "Places of the store that were found damaged since the start."}),
	}
	m.registry.MustRegister(m.requests, m.failures, m.mutations, m.refusals, m.changes, m.commits, m.streams, m.rooms, m.damaged,
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
	for _, rt := range routes() {
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

func (m *Metrics) serve(w http.ResponseWriter, r *http.Request, a *API) {
	for transport, n := range a.connections.count() {
		m.streams.WithLabelValues(transport).Set(float64(n))
	}
	m.rooms.Set(float64(a.Rooms.Awake()))
	m.damaged.Set(float64(len(a.Store.Damage())))
	now := prometheus.NewRegistry()
	now.MustRegister(extensionMetrics{a.Extensions.Status}, serverMetrics{a, r.Context()})
	promhttp.HandlerFor(prometheus.Gatherers{m.registry, now}, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}
