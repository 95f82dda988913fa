package faults_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store/postgres"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/sdk/protocol"
)

// TestKilledRelaysLoseNothing has tills of a shop and of its chain push, while the one
// server or the other is killed and the line is cut. What was acknowledged at either end
// is at the shop, once, and then at the chain.
func TestKilledRelaysLoseNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts servers many times")
	}
	chosen, dice := moments(t)
	chain := newProcess(t)
	line := newProxy(t, chain.addr)
	shop := relayOf(t, line, chain)
	floor, copied := linked(t, shop, chain)

	on := newHammering(t, shop.addr)
	all := hammersOf(nil, floor, on, chosen)
	on.addr = chain.addr
	all = hammersOf(all, copied, on, chosen)
	clients := startHammers(t, all)
	for range 6 {
		clients.more(1 + dice.Int64N(80))
		switch dice.IntN(3) {
		case 0:
			chain.kill()
			chain.start()
		case 1:
			shop.kill()
			shop.start()
		default:
			line.cut()
		}
	}
	clients.end()
	checkRelay(t, shop, floor, all, chain)
	db, err := sqlite.Open(t.Context(), chain.database(), sqlite.Options{})
	require.NoError(t, err)
	defer db.Close()
	checkLog(t, db, copied.id, map[outcomeKey]protocol.Seq{})
	checkDense(t, db, copied.id)
}

// TestRelayOfAChainOfTwoNodes does so with a chain of two nodes on PostgreSQL, behind a
// proxy that gives each connection of a till and of the shop to the other node than the
// one before. Nodes are killed and drained, the line is cut; and what was rejected is in
// both inboxes, once.
func TestRelayOfAChainOfTwoNodes(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts servers many times")
	}
	chosen, dice := moments(t)
	dsn := pgtest.Database(t)
	nodes := twoNodes(t, dsn)
	front := balance(t, nodes[0].addr, nodes[1].addr)
	line := newProxy(t, front)
	shop := relayOf(t, line, nodes[0])
	floor, copied := linked(t, shop, nodes...)

	on := newHammering(t, shop.addr)
	all := hammersOf(nil, floor, on, chosen)
	on.addr = front
	all = hammersOf(all, copied, on, chosen)
	fixed := hammersOf(nil, &multiSession{pos: copied.pos[2:], tokens: copied.tokens[2:]}, on, chosen)
	for i, h := range fixed { // one at each node, the one with the link and the other
		h.addr = nodes[i].addr
		all[len(all)-len(fixed)+i] = h
	}
	clients := startHammers(t, all)
	for round := range *relayRounds {
		clients.more(1 + dice.Int64N(60))
		p := nodes[dice.IntN(len(nodes))]
		switch round % 4 {
		case 0:
			p.kill()
			p.start()
		case 1:
			p.stop()
			clients.more(1 + dice.Int64N(20)) // the other node goes on
			p.start()
		case 2:
			line.cut()
		default:
			shop.kill()
			shop.start()
		}
	}
	clients.end()
	for i, p := range append([]*process{shop}, nodes...) {
		token := append(floor.tokens[:1:1], copied.tokens[2:]...)[i]
		p.isRejected(token, protocol.ClientID(fmt.Sprint("again-", i)))
	}
	for _, p := range append(nodes, shop) {
		require.Eventually(t, func() bool { return len(p.inbox()) >= 3 }, 20*time.Second, 10*time.Millisecond)
		require.Equal(t, []protocol.ClientID{"again-0", "again-1", "again-2"}, p.inbox(), "each is there once")
	}
	checkRelay(t, shop, floor, all, nodes...)
	db, err := postgres.Open(t.Context(), dsn, postgres.Options{})
	require.NoError(t, err)
	defer db.Close()
	checkLog(t, db, copied.id, map[outcomeKey]protocol.Seq{})
	checkDense(t, db, copied.id)
}

var relayRounds = flag.Int("relay-rounds", 4, "how often something breaks in TestRelayOfAChainOfTwoNodes")

// relayOf is a shop's server, linked with a chain through a line. It isn't started yet.
func relayOf(t *testing.T, line *proxy, chain *process) *process {
	token := filepath.Join(t.TempDir(), "relay.token")
	var made protocol.RelayTokenResponse
	require.NoError(t, chain.call("POST", "/v1/admin/relays", adminToken, map[string]string{"id": "shop-1"}, &made))
	require.NoError(t, os.WriteFile(token, []byte(made.Token+"\n"), 0o600))
	return newConfiguredProcess(t, "upstream: {url: "+line.url()+", token_file: "+token+"}\n")
}

// linked starts a shop with three tills, and puts tills of the chain into its copy: two,
// and two more for each further node.
func linked(t *testing.T, shop *process, chain ...*process) (floor, copied *multiSession) {
	shop.start()
	floor = shop.newMultiSession("floor", 3)
	require.NoError(t, shop.share(floor.tokens[0]))
	copied = &multiSession{id: multisession.CopyID("shop-1", floor.id)}
	caughtUp(t, shop, floor, chain)
	chain[0].grow(copied, "office", 2*len(chain))
	return floor, copied
}

func caughtUp(t *testing.T, shop *process, floor *multiSession, chain []*process) {
	require.Eventually(t, func() bool {
		return slices.ContainsFunc(chain, func(p *process) bool { return sameHead(p, shop, floor.id) })
	}, 20*time.Second, 10*time.Millisecond, "the copy catches up")
}

// checkRelay holds a shop, and its copy at the nodes of its chain, against what clients
// were told, and stops them.
func checkRelay(t *testing.T, shop *process, floor *multiSession, all []*hammer, chain ...*process) {
	caughtUp(t, shop, floor, chain)
	for _, p := range chain {
		require.Equal(t, shop.orders(floor.id), p.orders(multisession.CopyID("shop-1", floor.id)))
	}
	for _, p := range chain {
		p.stop()
	}
	shop.stop()
	checkDatabase(t, shop, []*multiSession{floor}, all)
}

// isRejected pushes an order that is there until it has an answer, and again.
func (p *process) isRejected(token string, client protocol.ClientID) {
	var at struct{ Cursor protocol.Cursor }
	require.NoError(p.t, p.call("GET", "/v1/pull?client_id="+string(client), token, nil, &at))
	for _, status := range []protocol.Status{protocol.Rejected, protocol.Duplicate} {
		var answer protocol.PushResponse
		require.Eventually(p.t, func() bool {
			return p.call("POST", "/v1/push", token, protocol.PushRequest{ClientID: client, Cursor: at.Cursor, Mutations: []protocol.Mutation{
				{ID: 1, Ops: protocol.Ops{protocol.OrderCreate{Order: sharedOrder, Set: protocol.Fields{}}}},
			}}, &answer) == nil
		}, 20*time.Second, 10*time.Millisecond)
		require.Equal(p.t, status, answer.Results[0].Status)
		require.Equal(p.t, protocol.Exists, answer.Results[0].Rejection.Code)
	}
}

// inbox is whose mutations wait in the inbox, sorted.
func (p *process) inbox() (clients []protocol.ClientID) {
	var list protocol.RejectionsResponse
	require.NoError(p.t, p.call("GET", "/v1/admin/rejections", adminToken, nil, &list))
	for _, r := range list.Rejections {
		clients = append(clients, r.ClientID)
	}
	slices.Sort(clients)
	return clients
}

// sameHead reports whether the copy of a shop's multi-session has all of its changes.
func sameHead(chain, shop *process, ms protocol.MultiSessionID) bool {
	var relays protocol.RelaysResponse
	var up protocol.UpstreamResponse
	if chain.call("GET", "/v1/admin/relays", adminToken, nil, &relays) != nil || shop.call("GET", "/v1/admin/upstream", adminToken, nil, &up) != nil {
		return false
	}
	for _, c := range relays.Relays[0].MultiSessions {
		for _, own := range up.MultiSessions {
			if own.ID == ms && c.ID == multisession.CopyID("shop-1", ms) {
				return c.Behind != nil && *c.Behind == 0 && c.Whole && *own.Behind == 0 && own.BehindMS == 0 && c.Seq == own.Seq
			}
		}
	}
	return false
}
