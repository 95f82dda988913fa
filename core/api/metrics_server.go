package api

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/prometheus/client_golang/prometheus"
)

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

var (
	buildInfo      = gauge("manytill_build_info", "1; the label is the version.", "version")
	rejectionsOpen = gauge("manytill_rejections_open", "Rejected mutations that wait for somebody.")
	roomsStuck     = gauge("manytill_multi_sessions_stuck", "Multi-sessions whose tills wait for a decision that has taken more than 10 s.")
	readOnly       = gauge("manytill_read_only", "1 while nothing can be stored.")
	slowestLag     = gauge("manytill_slowest_lag_changes", "How many changes the slowest connected till is behind.")
	backupAge      = gauge("manytill_last_backup_age_seconds", "Age of the last backup; missing while there is none.")
	backupBytes    = gauge("manytill_last_backup_bytes", "Size of the last backup.")
	databaseBytes  = gauge("manytill_database_bytes", "Size of the database on disk, with its log.")
	diskBytes      = gauge("manytill_disk_bytes", "Size of the disk that the database lies on.")
	diskFree       = gauge("manytill_disk_free_bytes", "What is free there for the server.")
	certificateEnd = gauge("manytill_certificate_expires_timestamp_seconds", "When the certificate that is served now ends, in seconds since 1970; missing without TLS.")
)

// serverMetrics are looked up when somebody asks.
type serverMetrics struct {
	api *API
	ctx context.Context
}

func (serverMetrics) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		buildInfo, rejectionsOpen, roomsStuck, readOnly, slowestLag, backupAge, backupBytes, databaseBytes, diskBytes, diskFree, certificateEnd,
	} {
		to <- d
	}
}

func (m serverMetrics) Collect(to chan<- prometheus.Metric) {
	set := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	a := m.api
	set(buildInfo, 1, a.Version)
	if n, err := a.Store.CountRejections(m.ctx); err == nil {
		set(rejectionsOpen, float64(n))
	}
	set(roomsStuck, float64(len(a.Rooms.Stuck(stuckAfter))))
	full := 0.0
	if a.Store.Check(m.ctx) != nil {
		full = 1
	}
	set(readOnly, full)
	var lag protocol.Seq
	for _, s := range a.connections.list() {
		lag = max(lag, s.about().Lag)
	}
	set(slowestLag, float64(lag))
	if at, bytes := a.lastBackup(); !at.IsZero() {
		set(backupAge, a.Now().Sub(at).Seconds())
		set(backupBytes, float64(bytes))
	}
	if a.DatabasePath != "" {
		set(databaseBytes, float64(sizeOf(a.DatabasePath)+sizeOf(a.DatabasePath+"-wal")))
		if size, free, ok := diskOf(filepath.Dir(a.DatabasePath)); ok {
			set(diskBytes, float64(size))
			set(diskFree, float64(free))
		}
	}
	if a.CertificateEnd != nil {
		if end := a.CertificateEnd(); !end.IsZero() {
			set(certificateEnd, float64(end.UnixMilli())/float64(time.Second/time.Millisecond))
		}
	}
}

// lastBackup is the newest, whoever made it; a zero time if there is none.
func (a *API) lastBackup() (at time.Time, bytes int64) {
	if a.LastBackup != nil {
		at, bytes = a.LastBackup()
	}
	if files, err := a.backups.found(); err == nil && len(files) > 0 && files[0].ModTime().After(at) {
		at, bytes = files[0].ModTime(), files[0].Size()
	}
	return at, bytes
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
