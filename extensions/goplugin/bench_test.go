package goplugin_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/sdk"
	"github.com/stretchr/testify/require"
)

// BenchmarkRun is the way there and back of one call: one record, and a wave
// of 16; with few lines and with many.
func BenchmarkRun(b *testing.B) {
	k := start(b, loyaltyOptions(b))
	for _, c := range []struct{ records, lines int }{{1, 3}, {16, 3}, {1, 50}, {16, 50}} {
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
