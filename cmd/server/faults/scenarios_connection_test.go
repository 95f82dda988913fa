package faults_test

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/protocol"
)

// A server that is hard to reach, and people who change tills.
var connectionScenarios = []scenario{
	{"30 the server can't be reached at the start", func(s *threeTills) {
		s.out(s.a)
		s.a.restart(s.a.url)
		began := time.Now()
		s.a.begin("o1")
		require.Less(s, time.Since(began), 2*time.Second, "it never hangs")
		s.in(s.a)
		require.Len(s, s.order("o1").Lines, 1)
	}},
	{"31 a very bad network", func(s *threeTills) {
		s.a.begin("o1")
		net := s.netOf(s.a)
		net.set(func() { net.delay = 30 * time.Millisecond })
		for range 5 {
			net.cut()
			s.a.more("o1", "1")
		}
		require.EqualValues(s, "6", qtyOf(s.order("o1"), "l1"))
		require.Empty(s, s.a.Status().Problem)
	}},
	{"33 a POS is moved to another multi-session", func(s *threeTills) { movedPOS(s.T) }},
	{"34 one order id in two multi-sessions", func(s *threeTills) {
		other := s.p.newMultiSession("beside34", 1)
		d := newDevice(s, s.p.url(), other.tokens[0], false)
		s.a.begin("o1")
		d.begin("o1")
		d.more("o1", "1")
		require.EqualValues(s, "1", qtyOf(s.order("o1"), "l1"))
		require.EqualValues(s, "2", qtyOf(find(s, s.p.agree(other.id, d), "o1"), "l1"))
	}},
	{"35 a revoked token, also in the middle of a stream", func(s *threeTills) {
		var made struct{ Token string }
		require.NoError(s, s.p.call("POST", "/v1/admin/pos/"+string(s.f.pos[0])+"/token", adminToken, nil, &made))
		s.a.until("it is told", func() bool { return s.a.Status().Problem == protocol.Unauthorized })
		s.a.begin("o1")
		require.ErrorContains(s, s.p.call("GET", "/v1/admin/pos", s.f.tokens[1], nil, nil), "forbidden")
		require.ErrorContains(s, s.p.call("GET", "/v1/pull", "", nil, nil), "unauthorized")
		s.a.SetToken(made.Token)
		require.Len(s, s.order("o1").Lines, 1, "the queue was kept")
	}},
	{"36 another database on the same address", func(s *threeTills) { otherDatabase(s.T) }},
	{"38 who did the edit after a change of cashier", func(s *threeTills) {
		s.a.begin("o1")
		s.a.SetUser(&protocol.User{ID: "8", Name: "Ben"})
		s.a.tap(client.SetLine("o1", "l1", protocol.Fields{"discount": "5"}))
		info := s.order("o1").Lines[0].Fields.MSInfo()
		require.Equal(s, "Ana", info.Created.User.Name)
		require.Equal(s, "Ben", info.Changed.User.Name)
	}},
	{"39 a customer and a product that a peer doesn't know", func(s *threeTills) {
		s.a.tap(client.NewOrder("o1", protocol.Fields{"partner_id": `"nobody"`}),
			client.AddLine("o1", "l1", protocol.Fields{"product_id": "999999", "qty": "1", "description": `"special"`}))
		s.b.sees("o1", "it shows", func(o protocol.Order) bool {
			return o.Fields["partner_id"] == `"nobody"` && len(o.Lines) == 1 && o.Lines[0].Fields["product_id"] == "999999"
		})
		_, refused := heard[client.Rejected](s.a)
		require.False(s, refused)
	}},
	{"40 a restored backup with tills ahead of it", func(s *threeTills) { restoredBackup(s.T) }},
}
