package goplugin_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/goplugin"
	"github.com/manytill/manytill/sdk"
	"github.com/stretchr/testify/require"
)

// BenchmarkRun is the way there and back of one call: one record, and a wave
// of 16; with few lines and with many.
func BenchmarkRun(b *testing.B) {
	k := start(b, loyaltyOptions(b))
	for _, c := range []struct{ records, lines int }{{1, 20}, {16, 20}, {1, 500}, {16, 500}} {
		b.Run(fmt.Sprintf("records=%d/lines=%d", c.records, c.lines), func(b *testing.B) {
			batch := &extensions.Batch{MultiSession: "m"}
			for i := range c.records {
				batch.Records = append(batch.Records, order(sdk.OrderID(fmt.Sprint("o", i)), c.lines, sdk.Fields{}))
			}
			ctx := context.Background()
			b.ReportAllocs()
			for b.Loop() {
				_, err := k.host.Run(ctx, batch)
				require.NoError(b, err)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*c.records)/1000, "µs/record")
		})
	}
}

// BenchmarkCallers is 16 calls under way at once, of one record each.
func BenchmarkCallers(b *testing.B) {
	k := start(b, loyaltyOptions(b))
	batch := &extensions.Batch{Records: []*extensions.Record{order("o", 3, sdk.Fields{})}}
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := k.host.Run(context.Background(), batch); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// BenchmarkRestart is from the death of a plugin in a call to the next answer.
func BenchmarkRestart(b *testing.B) {
	o := options(b, misbehave)
	o.Restart = goplugin.Restart{Allowed: 1 << 20, Pause: time.Nanosecond, Longest: time.Nanosecond}
	k := start(b, o)
	for b.Loop() {
		_, err := k.run(5*time.Second, "exit")
		require.Error(b, err)
		k.works()
	}
}
