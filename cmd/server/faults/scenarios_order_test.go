package faults_test

import (
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/protocol"
)

// Order, echo, loops; numbers.
var orderScenarios = []scenario{
	{"19 two quick updates, an update and a removal, a request twice", func(s *threeTills) {
		net := s.netOf(s.a)
		net.set(func() { net.double = true })
		net.cut()
		s.a.begin("o1")
		s.a.tap(addLine("o1", "l2"))
		s.a.tap(client.SetLine("o1", "l1", protocol.Fields{"discount": "5"}))
		s.a.tap(client.SetLine("o1", "l1", protocol.Fields{"discount": "10"}))
		s.a.tap(client.SetLine("o1", "l2", protocol.Fields{"discount": "5"}))
		s.a.tap(client.Remove("o1", "l2"))
		s.a.more("o1", "1")
		o := s.order("o1")
		require.Len(s, o.Lines, 1)
		require.EqualValues(s, []protocol.Value{"2", "10"}, []protocol.Value{o.Lines[0].Fields["qty"], o.Lines[0].Fields["discount"]})
		_, refused := heard[client.Rejected](s.a)
		require.False(s, refused)
	}},
	{"20 a hole in what a client received", simulations(func(w *faultPlan) { w.lossy, w.disaster = true, "" })},
	{"21 the own echo, on two devices of one POS", func(s *threeTills) {
		twin := newDevice(s, s.p.url(), s.f.tokens[0], false)
		s.a.begin("o1")
		twin.has("o1", "1")
		s.a.more("o1", "1")
		twin.more("o1", "1")
		s.p.agree(s.f.id, s.a, twin)
		require.EqualValues(s, "3", qtyOf(s.order("o1"), "l1"))
	}},
	{"22 two tabs on one queue", simulations(func(w *faultPlan) { w.disaster = "clone" })},
	{"23 offline for long", func(s *threeTills) {
		s.a.begin("o1")
		s.agree()
		s.out(s.b)
		s.b.more("o1", "1")
		for range 300 {
			s.a.more("o1", "1")
		}
		s.in(s.b)
		require.EqualValues(s, "302", qtyOf(s.order("o1"), "l1"))
	}},
	{"24 reordered and doubled delivery", simulations(func(w *faultPlan) { w.lossy, w.polls = true, []bool{true, true, true} })},
	{"25 two changes to two lines were missed", func(s *threeTills) {
		s.a.begin("o1")
		s.a.tap(addLine("o1", "l2"))
		s.agree()
		s.out(s.b)
		s.a.tap(client.SetLine("o1", "l1", protocol.Fields{"discount": "5"}))
		s.a.tap(client.SetLine("o1", "l2", protocol.Fields{"discount": "7"}))
		s.a.sent()
		s.in(s.b)
		s.b.sees("o1", "both", func(o protocol.Order) bool {
			return len(o.Lines) == 2 && o.Lines[0].Fields["discount"] == "5" && o.Lines[1].Fields["discount"] == "7"
		})
	}},
	{"27 an empty order takes no number", func(s *threeTills) {
		s.a.tap(client.NewOrder("empty", nil))
		s.b.begin("o1")
		require.EqualValues(s, 1, s.order("o1").Number)
		require.Zero(s, s.a.Order("empty").Number)
		s.a.tap(addLine("empty", "l1"))
		require.EqualValues(s, 2, s.order("empty").Number)
	}},
	{"28 the number replaces New after a reconnect", func(s *threeTills) {
		s.out(s.a)
		s.a.begin("o1")
		require.Zero(s, s.a.Order("o1").Number)
		s.in(s.a)
		s.a.sees("o1", "a number", func(o protocol.Order) bool { return o.Number == 1 })
		s.c.sees("o1", "a number", func(o protocol.Order) bool { return o.Number == 1 })
	}},
	{"29 orders paid offline count", func(s *threeTills) {
		s.out(s.a)
		s.a.begin("o1")
		s.a.settle("o1", "p1")
		s.b.begin("o2")
		s.b.has("o2", "1")
		s.in(s.a)
		o := s.order("o1")
		require.EqualValues(s, 2, o.Number)
		require.Equal(s, protocol.Paid, o.State)
		require.Equal(s, protocol.Paid, s.a.Order("o1").State)
	}},
}

// simulations lives some seeded simulations in which that happens.
func simulations(change func(*faultPlan)) func(*threeTills) {
	return func(s *threeTills) {
		for n := range 15 {
			w := &simulation{}
			newSimulation(s, seeded(uint64(n+1)), w, change)
			w.play()
		}
	}
}
