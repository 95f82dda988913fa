//go:build unix

package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/sdk/protocol"
)

// meter reports CPU time and commit latencies of what runs between start and
// stop.
type meter struct {
	began   time.Duration
	at      time.Time
	cpu     time.Duration
	latency []time.Duration
}

func usage() time.Duration {
	var u unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// written is how many bytes this process has written; 0 where that isn't known.
func written() (n int64) {
	text, _ := os.ReadFile("/proc/self/io")
	for line := range strings.Lines(string(text)) {
		_, _ = fmt.Sscanf(line, "wchar: %d", &n)
	}
	return n
}

func (m *meter) start() { m.began, m.at = usage(), time.Now() }

func (m *meter) stop() {
	m.latency = append(m.latency, time.Since(m.at))
	m.cpu += usage() - m.began
}

func (m *meter) report(b *testing.B, mutations int) {
	slices.Sort(m.latency)
	n := len(m.latency)
	b.ReportMetric(float64(m.cpu.Microseconds())/float64(mutations), "cpu-µs/mutation")
	b.ReportMetric(float64(m.latency[n/2].Microseconds()), "µs-p50")
	b.ReportMetric(float64(m.latency[n*99/100].Microseconds()), "µs-p99")
	b.ReportMetric(float64(m.latency[n-1].Microseconds()), "µs-max")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkTransaction is what the driver and the schema were chosen by
// (docs/decisions/0001-sqlite-driver.md): 20 mutations of 20 multi-sessions a
// transaction, out of 500 with 5 open orders each.
func BenchmarkTransaction(b *testing.B) {
	for _, walPages := range []int{1000, 4000, 8000, 16000} {
		b.Run(fmt.Sprintf("wal=%d", walPages), func(b *testing.B) {
			s, err := sqlite.Open(context.Background(), filepath.Join(b.TempDir(), "x.db"), sqlite.Options{WALPages: walPages})
			require.NoError(b, err)
			defer s.Close()
			floors := make([]*busyMultiSession, 500)
			for i := range floors {
				floors[i] = newBusyMultiSession(b, s, protocol.MultiSessionID(fmt.Sprintf("ms-%d", i)), 5)
				require.NoError(b, floors[i].commit(s, 5))
			}
			var m meter
			for turn := 0; b.Loop(); turn++ {
				batches := make([]*store.Batch, 20)
				for i := range batches {
					f := floors[(turn*20+i)%len(floors)]
					batches[i] = f.batch(1)
					f.head++
				}
				m.start()
				err := sqlite.CommitTogether(s, batches)
				m.stop()
				require.NoError(b, err)
			}
			m.report(b, b.N*20)
		})
	}
}

// BenchmarkSums is what the checksums of one mutation's rows take: its change,
// its outcome, its order and one line.
func BenchmarkSums(b *testing.B) {
	var scratch []byte
	at, change, result, order, line, hash := int64(1e12), changePad, string(resultPad), string(orderPad), string(linePad), make([]byte, 16)
	b.ReportAllocs()
	for b.Loop() {
		_, scratch = sqlite.RowSum(scratch, "changes", int64(1), int64(2), "[3]", change)
		_, scratch = sqlite.RowSum(scratch, "outcomes", int64(1), int64(2), hash, result)
		_, scratch = sqlite.RowSum(scratch, "orders", int64(1), int64(2), "018f3c1e-77aa-00000003", int64(1), int64(1), "open", int64(1), int64(1), int64(1), at, order)
		_, scratch = sqlite.RowSum(scratch, "lines", int64(1), "018f3c1e-00000003", int64(1), int64(1), line)
	}
}

// BenchmarkCommit is what callers see: each waits for its own commit, and
// those that wait together share a transaction. It includes making batches.
func BenchmarkCommit(b *testing.B) {
	for _, n := range []int{1, 20, 200} {
		b.Run(fmt.Sprintf("multi-sessions=%d", n), func(b *testing.B) {
			s := open(b, filepath.Join(b.TempDir(), "x.db"))
			floors := make([]*busyMultiSession, n)
			for i := range floors {
				floors[i] = newBusyMultiSession(b, s, protocol.MultiSessionID(fmt.Sprintf("ms-%d", i)), 5)
				require.NoError(b, floors[i].commit(s, 5))
			}
			began, at, before := usage(), time.Now(), written()
			b.ResetTimer()
			var all sync.WaitGroup
			for i, f := range floors {
				all.Go(func() {
					for turn := i; turn < b.N; turn += n {
						if err := f.commit(s, 1); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			all.Wait()
			require.NoError(b, s.Close())
			b.ReportMetric(float64(written()-before)/float64(b.N), "written-B/mutation")
			b.ReportMetric(float64((usage()-began).Microseconds())/float64(b.N), "cpu-µs/mutation")
			b.ReportMetric(float64(b.N)/time.Since(at).Seconds(), "mutations/s")
		})
	}
}

// BenchmarkLoad and BenchmarkOpen have 10,000 multi-sessions with 5 open
// orders each on disk; of those that are loaded, each order has 20 lines.
func BenchmarkLoad(b *testing.B) {
	s := open(b, crowd(b))
	for turn := 0; b.Loop(); turn++ {
		snap, err := s.Load(context.Background(), crowded(turn%100*100))
		if err != nil || len(snap.Open) != 5 || len(snap.Open[0].Lines) != 20 {
			b.Fatal(err, snap)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	path := crowd(b)
	for b.Loop() {
		s, err := sqlite.Open(context.Background(), path, sqlite.Options{})
		require.NoError(b, err)
		require.NoError(b, s.Close())
	}
}

func crowded(i int) protocol.MultiSessionID { return protocol.MultiSessionID(fmt.Sprintf("ms-%d", i)) }

// crowd makes the database once a benchmark.
func crowd(b *testing.B) string {
	path := filepath.Join(b.TempDir(), "crowd.db")
	s := open(b, path)
	var all sync.WaitGroup
	for part := range 100 {
		all.Go(func() {
			for i := part * 100; i < part*100+100; i++ {
				f := newBusyMultiSession(b, s, crowded(i), 5)
				n := 5
				if i%100 == 0 {
					n = 100
				}
				if err := f.commit(s, n); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	require.NoError(b, s.Close())
	info, err := os.Stat(path)
	require.NoError(b, err)
	b.Logf("%d MiB", info.Size()>>20)
	return path
}
