package api

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metricsCalls tell how the server does.
type metricsCalls struct {
	*observer
	gate        *gate
	connections *connections
	backups     *backups
	effects     *effectCalls
	config      *Config
}

func (m *metricsCalls) answer(c *call) error {
	if !m.config.MetricsPublic {
		if err := m.gate.admit(c, byAdmin); err != nil {
			return err
		}
	}
	m.serve(c.w, c.r)
	return nil
}

func (m *metricsCalls) serve(w http.ResponseWriter, r *http.Request) {
	for transport, n := range m.connections.count() {
		m.metrics.streams.WithLabelValues(transport).Set(float64(n))
	}
	m.metrics.awake.Set(float64(m.config.Hub.Awake()))
	m.metrics.damaged.Set(float64(len(m.config.Store.Damage())))
	now := prometheus.NewRegistry()
	now.MustRegister(extensionMetrics{m.config.Extensions.Status}, serverMetrics{m, r.Context()})
	promhttp.HandlerFor(prometheus.Gatherers{m.metrics.registry, now}, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}

func (m *metricsCalls) stats(c *call) error {
	return c.answer(protocol.StatsResponse{BucketSeconds: int(bucketTime / time.Second), Buckets: m.metrics.hour.read(m.now())})
}

// lastBackup is the newest, whoever made it; a zero time if there is none.
func (m *metricsCalls) lastBackup() (at time.Time, bytes int64) {
	if m.config.LastBackup != nil {
		at, bytes = m.config.LastBackup()
	}
	if files, err := m.backups.found(); err == nil && len(files) > 0 && files[0].ModTime().After(at) {
		at, bytes = files[0].ModTime(), files[0].Size()
	}
	return at, bytes
}

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

var (
	buildInfo      = gauge("manytill_build_info", "1; the label is the version.", "version")
	rejectionsOpen = gauge("manytill_rejections_open", "Rejected mutations that wait for somebody.")
	sessionsStuck  = gauge("manytill_multi_sessions_stuck", "Multi-sessions whose tills wait for a decision that has taken more than 10 s.")
	readOnly       = gauge("manytill_read_only", "1 while nothing can be stored.")
	slowestLag     = gauge("manytill_slowest_lag_changes", "How many changes the slowest connected till is behind.")
	backupAge      = gauge("manytill_last_backup_age_seconds", "Age of the last backup; missing while there is none.")
	backupBytes    = gauge("manytill_last_backup_bytes", "Size of the last backup.")
	databaseBytes  = gauge("manytill_database_bytes", "Size of the database on disk, with its log.")
	diskBytes      = gauge("manytill_disk_bytes", "Size of the disk that the database lies on.")
	effectsPending = gauge("manytill_effects", "Effects of an extension that aren't over, by state: waiting, held, answered.", "extension", "state")
	effectsOldest  = gauge("manytill_effects_oldest_age_seconds", "Age of the oldest of them.", "extension", "state")
	relayUp        = gauge("manytill_relay_up", "1 while the shop's server is linked.", "relay")
	relayBehind    = gauge("manytill_relay_behind_changes", "How many changes the chain lacks of the shop's; missing while that isn't known.", "relay")
	relaySeconds   = gauge("manytill_relay_behind_seconds", "For how long it may have lacked some.", "relay")
	upstreamUp     = gauge("manytill_upstream_up", "1 while this server is linked to its chain's; missing without one.")
	diskFree       = gauge("manytill_disk_free_bytes", "What is free there for the server.")
	nodesKnown     = gauge("manytill_nodes", "Servers of this database that this one hears of, with itself; missing where it is the only one.")
	nodesDiffer    = gauge("manytill_nodes_differ", "How many of them run other extensions than this one.")
	notesCarried   = gauge("manytill_notes_carried", "1 while this server and the others tell each other of changes at once, 0 while that takes up to two seconds.")
	certificateEnd = gauge("manytill_certificate_expires_timestamp_seconds", "When the certificate that is served now ends, in seconds since 1970; missing without TLS.")
)

// serverMetrics are looked up when somebody asks.
type serverMetrics struct {
	calls *metricsCalls
	ctx   context.Context
}

func (serverMetrics) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		buildInfo, rejectionsOpen, sessionsStuck, readOnly, slowestLag, backupAge, backupBytes, databaseBytes, diskBytes, diskFree, certificateEnd,
		effectsPending, effectsOldest, nodesKnown, nodesDiffer, notesCarried, relayUp, relayBehind, relaySeconds, upstreamUp,
	} {
		to <- d
	}
}

func (m serverMetrics) Collect(to chan<- prometheus.Metric) {
	set := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	c := m.calls.config
	set(buildInfo, 1, c.Version)
	if n, err := c.Store.CountRejections(m.ctx); err == nil {
		set(rejectionsOpen, float64(n))
	}
	set(sessionsStuck, float64(len(c.Hub.Stuck(stuckAfter))))
	full := 0.0
	if c.Store.Check(m.ctx) != nil {
		full = 1
	}
	set(readOnly, full)
	var lag protocol.Seq
	for _, s := range m.calls.connections.list() {
		lag = max(lag, s.about().Lag)
	}
	set(slowestLag, float64(lag))
	m.calls.effects.gauges(m.ctx, func(extension, state string, n int, age time.Duration) {
		set(effectsPending, float64(n), extension, state)
		set(effectsOldest, age.Seconds(), extension, state)
	})
	if c.Nodes.Name() != "" {
		differ, carried := 0.0, 1.0
		nodes := c.Nodes.List()
		for _, node := range nodes {
			if node.Differs != "" {
				differ++
			}
		}
		if c.Nodes.Trouble() != "" {
			carried = 0
		}
		set(nodesKnown, float64(len(nodes)))
		set(nodesDiffer, differ)
		set(notesCarried, carried)
	}
	m.relays(set)
	if at, bytes := m.calls.lastBackup(); !at.IsZero() {
		set(backupAge, c.Now().Sub(at).Seconds())
		set(backupBytes, float64(bytes))
	}
	if c.DatabasePath != "" {
		set(databaseBytes, float64(sizeOf(c.DatabasePath)+sizeOf(c.DatabasePath+"-wal")))
		if size, free, ok := diskOf(filepath.Dir(c.DatabasePath)); ok {
			set(diskBytes, float64(size))
			set(diskFree, float64(free))
		}
	}
	if c.CertificateEnd != nil {
		if end := c.CertificateEnd(); !end.IsZero() {
			set(certificateEnd, float64(end.UnixMilli())/float64(time.Second/time.Millisecond))
		}
	}
}

// relays are the links of shops' servers, and this one's own.
func (m serverMetrics) relays(set func(d *prometheus.Desc, value float64, labels ...string)) {
	up := map[bool]float64{true: 1}
	if own := m.calls.config.Upstream.Status(); own.URL != "" {
		set(upstreamUp, up[own.Connected])
	}
	list, err := m.calls.config.Relays.Status(m.ctx)
	if err != nil {
		return
	}
	for _, r := range list {
		set(relayUp, up[r.Connected], string(r.ID))
		if r.Elsewhere {
			continue // the server with the link knows the rest
		}
		behind, most, known := protocol.Seq(0), int64(0), true
		for _, ms := range r.MultiSessions {
			if most = max(most, ms.BehindMS); ms.Behind == nil {
				known = false
				continue
			}
			behind += *ms.Behind
		}
		if known {
			set(relayBehind, float64(behind), string(r.ID))
		}
		set(relaySeconds, float64(most)/float64(time.Second/time.Millisecond), string(r.ID))
	}
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

var (
	extensionRuns = prometheus.NewDesc("manytill_extension_records_total",
		"Records that an extension's hooks ran on, since it was loaded.", []string{"extension"}, nil)
	extensionSeconds = prometheus.NewDesc("manytill_extension_seconds_total",
		"Time that an extension's hooks took, since it was loaded.", []string{"extension"}, nil)
	extensionFailures = prometheus.NewDesc("manytill_extension_failures_total",
		"Failures of an extension, by hook (none: the call as a whole; suspended: it was not called), since it was loaded.", []string{"extension", "hook"}, nil)
	extensionDropped = prometheus.NewDesc("manytill_extension_dropped_values_total",
		"Values that an extension exported and that were not taken, since it was loaded.", []string{"extension"}, nil)
	extensionUp = prometheus.NewDesc("manytill_extension_up",
		"1 while an extension runs, 0 while it is suspended or its process stays ended.", []string{"extension"}, nil)
)

// extensionMetrics tells how the extensions do that run now.
type extensionMetrics struct {
	status func() []protocol.ExtensionStatus
}

func (extensionMetrics) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{extensionRuns, extensionSeconds, extensionFailures, extensionDropped, extensionUp} {
		to <- d
	}
}

func (m extensionMetrics) Collect(to chan<- prometheus.Metric) {
	for _, s := range m.status() {
		counter := func(d *prometheus.Desc, value float64, labels ...string) {
			to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, value, append([]string{s.Name}, labels...)...)
		}
		counter(extensionRuns, float64(s.Calls))
		counter(extensionSeconds, s.TimeMS/1000)
		counter(extensionDropped, float64(s.Dropped))
		for _, hook := range []string{protocol.HookInit, protocol.HookApply, protocol.HookExport, protocol.HookResult, ""} {
			if s.Failures[hook] == 0 {
				counter(extensionFailures, 0, hook) // so that an alert sees the first one
			}
		}
		for hook, n := range s.Failures {
			if n > 0 {
				counter(extensionFailures, float64(n), hook)
			}
		}
		up := 1.0
		if s.State == protocol.Suspended || s.State == protocol.Down {
			up = 0
		}
		to <- prometheus.MustNewConstMetric(extensionUp, prometheus.GaugeValue, up, s.Name)
	}
}
