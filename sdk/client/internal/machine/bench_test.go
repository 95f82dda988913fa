package machine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client/internal/machine"
	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/protocol"
)

// BenchmarkStep is a step in which nothing happens, with nothing and with a
// day's taps in the queue: offline, and after all of them were acknowledged.
func BenchmarkStep(b *testing.B) {
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	for _, queued := range []int{0, 2000} {
		for _, settled := range []bool{false, true} {
			b.Run(fmt.Sprintf("queued=%d/acknowledged=%v", queued, settled), func(b *testing.B) {
				m := machine.New(machine.Config{
					State: filled(queued, settled, now), Token: "secret",
					Random: func() float64 { return 0.5 }, NewID: func() string { return "id" },
				})
				m.Step(now, machine.Tick{})
				m.Step(now, machine.LinkUp{Conn: 1})
				if settled {
					m.Step(now, machine.Received{Conn: 1, Frame: welcome("s1", "m1")})
					require.Equal(b, machine.WebSocket, m.Status().Transport)
				} else {
					require.Equal(b, queued, m.Status().Unsent)
				}
				b.ReportAllocs()
				for b.Loop() {
					m.Step(now, machine.Tick{})
				}
			})
		}
	}
}

// BenchmarkChange is another till's change of one order, with nothing and with
// many unsent taps on another.
func BenchmarkChange(b *testing.B) {
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	for _, queued := range []int{0, 2000} {
		b.Run(fmt.Sprintf("queued=%d", queued), func(b *testing.B) {
			m := machine.New(machine.Config{
				State: filled(queued, false, now), Token: "secret",
				Random: func() float64 { return 0.5 }, NewID: func() string { return "id" },
			})
			m.Step(now, machine.Tick{})
			m.Step(now, machine.LinkUp{Conn: 1})
			m.Step(now, machine.Received{Conn: 1, Frame: welcome("s1", "m1")})
			seq := protocol.Seq(9000)
			b.ReportAllocs()
			for b.Loop() {
				seq++
				m.Step(now, machine.Received{Conn: 1, Frame: protocol.Changes{
					Changes: []protocol.Change{{Seq: seq, Orders: map[protocol.OrderID]protocol.OrderChange{
						"o2": {Rev: int64(seq), Number: 2, State: protocol.Open, Lines: map[protocol.LineID]protocol.LineChange{"l": {N: 1, Set: protocol.Fields{"qty": "2"}}}},
					}}},
					Cursor: protocol.Cursor(fmt.Sprint("e1.", seq)), Seq: seq,
				}})
			}
			require.Equal(b, queued, m.Status().Unsent)
			require.NotNil(b, m.Order("o2"))
		})
	}
}

// filled is a state that knows the server, with so many taps on one order.
func filled(queued int, settled bool, now time.Time) *queue.State {
	s := queue.NewState()
	s.Apply(queue.Record{Client: "c1"}, queue.Record{At: &queue.Position{Cursor: "e1.9000", Seq: 9000}})
	for i := range queued {
		id := protocol.MutationID(i + 1)
		e := &queue.Entry{Mutation: protocol.Mutation{ID: id, Ops: protocol.Ops{protocol.LineAdd{
			Order: "o1", Line: protocol.LineID(fmt.Sprint("l", i)), Set: protocol.Fields{"qty": "1"},
		}}}}
		if settled {
			e.Result, e.Settled = &protocol.Result{ID: id, Status: protocol.Applied, Seq: protocol.Seq(id)}, now
		}
		s.Apply(queue.Record{Entry: e})
	}
	return s
}
