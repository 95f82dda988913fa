package goplugin_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/goplugin"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// BenchmarkRun is the way there and back of one call: one record, and a wave
// of 16; with few lines and with many, of which as many changed since the call
// before.
func BenchmarkRun(b *testing.B) {
	k := start(b, loyaltyOptions(b))
	for _, c := range []struct{ records, lines, changed int }{
		{1, 20, 1}, {16, 20, 1}, {1, 500, 0}, {16, 500, 0}, {1, 500, 1}, {16, 500, 1}, {1, 500, 500}, {16, 500, 500},
	} {
		b.Run(fmt.Sprintf("records=%d/lines=%d/changed=%d", c.records, c.lines, c.changed), func(b *testing.B) {
			batch := &extensions.Batch{MultiSession: "m"}
			var orders []*hooks.Snapshot
			for i := range c.records {
				orders = append(orders, order(protocol.OrderID(fmt.Sprint("o", i)), c.lines, protocol.Fields{}))
				batch.Records = append(batch.Records, orders[i])
			}
			ctx, calls := context.Background(), 0
			b.ReportAllocs()
			for b.Loop() {
				calls++
				qty := protocol.Int(1 + calls%9)
				for _, r := range orders {
					for i := range c.changed {
						r.Lines()[(calls+i)%c.lines].Fields["qty"] = qty
					}
				}
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
	batch := &extensions.Batch{Records: []hooks.Record{order("o", 3, protocol.Fields{})}}
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
