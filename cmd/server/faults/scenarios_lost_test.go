package faults_test

import (
	"fmt"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// Nothing is lost.
var lostScenarios = []scenario{
	{"01 two tills click one product 30 times at once", func(s *threeTills) {
		var both sync.WaitGroup
		for i, d := range []*device{s.a, s.b} {
			order := protocol.OrderID(fmt.Sprintf("o%d", i))
			both.Go(func() {
				d.begin(order)
				for range 29 {
					d.more(order, "1")
				}
			})
		}
		both.Wait()
		require.EqualValues(s, "30", qtyOf(s.order("o0"), "l1"))
		require.EqualValues(s, "30", qtyOf(s.order("o1"), "l1"))
		_, warned := heard[client.Rejected](s.a)
		require.False(s, warned)
	}},
	{"02 two tills add different lines to one order at once", func(s *threeTills) {
		s.a.begin("o1")
		s.agree()
		for i, delay := range []time.Duration{0, 50 * time.Millisecond, 500 * time.Millisecond} {
			net := s.netOf(s.b)
			net.set(func() { net.delay = delay })
			s.a.tap(addLine("o1", protocol.LineID(fmt.Sprintf("a%d", i))))
			s.b.tap(addLine("o1", protocol.LineID(fmt.Sprintf("b%d", i))))
		}
		require.Len(s, s.order("o1").Lines, 7)
	}},
	{"03 two tills increment the same line", func(s *threeTills) {
		s.a.begin("o1")
		s.agree()
		s.a.more("o1", "1")
		s.b.more("o1", "2")
		require.EqualValues(s, "4", qtyOf(s.order("o1"), "l1"))
	}},
	{"04 an order made offline and one made online", func(s *threeTills) {
		s.out(s.a)
		s.a.begin("o1")
		s.b.begin("o2")
		s.b.has("o2", "1")
		require.Zero(s, s.a.Order("o1").Number, "it is New")
		s.in(s.a)
		require.NotEqual(s, s.order("o1").Number, s.order("o2").Number)
	}},
	{"05 a new order after a reconnect", func(s *threeTills) {
		s.out(s.a)
		first, second := client.NewID[protocol.OrderID](), client.NewID[protocol.OrderID]()
		s.a.begin(first)
		s.a.restart(s.a.url)
		s.in(s.a)
		s.a.begin(second)
		require.NotEqual(s, s.order(first).Number, s.order(second).Number)
		require.Len(s, s.agree(), 2)
	}},
	{"06 lines added offline to a shared order", func(s *threeTills) {
		s.a.begin("o1")
		s.agree()
		s.out(s.b)
		s.b.tap(addLine("o1", "l2"))
		s.b.restart(s.b.url)
		s.a.more("o1", "1")
		s.in(s.b)
		require.Len(s, s.order("o1").Lines, 2)
	}},
	{"07 a shared draft is paid offline", func(s *threeTills) {
		s.a.begin("o1")
		s.agree()
		s.out(s.a)
		s.a.settle("o1", "p1")
		s.b.begin("o2")
		s.a.restart(s.a.url)
		require.Equal(s, protocol.Paid, s.a.Order("o1").State)
		s.in(s.a)
		o := s.order("o1")
		require.Equal(s, protocol.Paid, o.State)
		require.Len(s, o.Payments, 1)
	}},
	{"08 one pays offline while another adds lines", func(s *threeTills) {
		s.a.begin("o1")
		s.agree()
		s.out(s.b)
		s.b.settle("o1", "p1")
		s.a.tap(addLine("o1", "l2"))
		s.a.has("o1", "1")
		s.in(s.b)
		orders := s.agree()
		paid := find(s, orders, "o1")
		require.Equal(s, protocol.Paid, paid.State)
		require.Len(s, paid.Lines, 1, "what the payer had seen")
		rest := orders[len(orders)-1]
		require.Equal(s, protocol.Value(`"o1"`), rest.Fields["follows"])
		require.EqualValues(s, "1", qtyOf(rest, "l2"))
		require.Equal(s, protocol.Open, rest.State)
	}},
	{"09 an order that was closed elsewhere", func(s *threeTills) {
		s.a.begin("o1")
		s.agree()
		s.b.settle("o1", "p1")
		s.a.sees("o1", "paid", func(o protocol.Order) bool { return o.State == protocol.Paid })
		_, err := s.a.Do(addLine("o1", "l2"))
		require.ErrorContains(s, err, "new order")
	}},
	{"10 the last till closes with open orders", func(s *threeTills) {
		s.a.begin("o1")
		s.agree()
		var last client.Closing
		for _, d := range []*device{s.c, s.b, s.a} {
			closing, err := d.CloseTill(s.Context())
			require.NoError(s, err)
			last = closing
		}
		require.True(s, last.RunEnded)
		require.Len(s, last.OpenOrders, 1)
		for _, d := range []*device{s.a, s.b, s.c} {
			require.NoError(s, d.OpenTill(s.Context(), nil))
		}
		s.b.begin("o2")
		require.EqualValues(s, 1, s.order("o1").Run)
		o2 := s.order("o2")
		require.EqualValues(s, []int64{2, 1}, []int64{int64(o2.Run), int64(o2.Number)}, "a new run starts at 1")
	}},
	{"11 a third multi-session starts beside two at work", func(s *threeTills) {
		other := s.p.newMultiSession("beside11", 1)
		d := newDevice(s, s.p.url(), other.tokens[0], false)
		s.a.begin("o1")
		d.begin("o1")
		before := s.agree()
		third := s.p.newMultiSession("third11", 1)
		e := newDevice(s, s.p.url(), third.tokens[0], false)
		e.begin("o1")
		s.p.agree(third.id, e)
		require.Equal(s, before, s.agree())
		require.Len(s, s.p.agree(other.id, d), 1)
	}},
	{"12 unsent lines while a peer syncs", func(s *threeTills) {
		s.a.begin("o1")
		s.agree()
		s.out(s.a)
		s.a.tap(addLine("o1", "l2"))
		s.b.tap(addLine("o1", "l3"))
		s.b.tap(client.SetLine("o1", "l1", protocol.Fields{"description": `"hot"`}))
		s.in(s.a)
		require.Len(s, s.order("o1").Lines, 3)
	}},
	{"13 committed but the answer was lost", func(s *threeTills) {
		s.a.begin("o1")
		s.agree()
		s.netOf(s.a).freeze()
		s.a.settle("o1", "p1")
		s.netOf(s.a).thaw() // the push goes through, its answer meets a cut
		s.netOf(s.a).cut()
		s.p.kill()
		s.a.restart(s.a.url)
		s.p.start()
		o := s.order("o1")
		require.Equal(s, protocol.Paid, o.State)
		require.Len(s, o.Payments, 1)
	}},
	{"14 one invalid mutation in a queue", func(s *threeTills) {
		s.out(s.a)
		s.a.begin("o1")
		s.a.tap(client.Inc("o1", "l1", "product_id", decimal.Decimal{}))
		s.a.more("o1", "1")
		s.in(s.a)
		require.EqualValues(s, "2", qtyOf(s.order("o1"), "l1"))
		require.Equal(s, protocol.Invalid, await[client.Rejected](s.a, "it is told").Result.Code)
		var inbox struct {
			Rejections []struct{ Code protocol.Code }
		}
		require.NoError(s, s.p.call("GET", "/v1/admin/rejections?multi_session="+string(s.f.id), adminToken, nil, &inbox))
		require.Len(s, inbox.Rejections, 1)
	}},
	{"15 online is said before the network works", func(s *threeTills) {
		s.out(s.a)
		s.a.begin("o1")
		s.a.Retry()
		s.a.Retry()
		net := s.netOf(s.a)
		net.set(func() { net.down = false }) // nobody says so
		require.Len(s, s.order("o1").Lines, 1)
	}},
	{"16 an edit after payment", func(s *threeTills) {
		s.a.begin("o1")
		s.agree()
		s.out(s.b)
		s.b.tap(addLine("o1", "l2"))
		s.a.settle("o1", "p1")
		s.a.sees("o1", "paid", func(o protocol.Order) bool { return o.State == protocol.Paid })
		s.in(s.b)
		r := await[client.Rejected](s.b, "it is refused in words")
		require.Equal(s, protocol.OrderClosed, r.Result.Code)
		_, err := s.b.PutBack(r)
		require.NoError(s, err)
		rest := s.order(r.NewOrder)
		require.EqualValues(s, "1", qtyOf(rest, "l2"), "with the lines")
		require.Len(s, s.order("o1").Lines, 1)
	}},
	{"17 cancelled while another adds lines offline", func(s *threeTills) {
		s.a.begin("o1")
		s.agree()
		s.out(s.b)
		s.b.tap(addLine("o1", "l2"))
		s.a.tap(client.Close("o1", protocol.Cancelled))
		s.a.sent()
		s.in(s.b)
		r := await[client.Rejected](s.b, "the lines come back")
		require.NotEmpty(s, r.Again)
		require.Equal(s, protocol.Cancelled, s.order("o1").State)
	}},
	{"18 a full sync asked for one order", func(s *threeTills) {
		s.a.begin("o1")
		s.agree()
		s.a.tap(client.NewOrder("empty", nil)) // it stays on this till
		s.out(s.a)
		s.a.begin("mine")
		s.b.more("o1", "1")
		s.b.sent()
		var whole protocol.Order
		require.NoError(s, s.p.call("GET", "/v1/orders/o1", s.f.tokens[0], nil, &whole))
		require.EqualValues(s, "2", qtyOf(whole, "l1"))
		require.NotNil(s, s.a.Order("mine"))
		s.in(s.a)
		s.a.has("o1", "2")
		require.NotNil(s, s.a.Order("empty"), "other local orders are left alone")
		require.Len(s, s.order("mine").Lines, 1)
	}},
}
