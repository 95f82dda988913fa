package api

import (
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/prometheus/client_golang/prometheus"
)

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
		for _, hook := range []string{protocol.HookInit, protocol.HookApply, protocol.HookExport, ""} {
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
