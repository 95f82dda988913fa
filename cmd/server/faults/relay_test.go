package faults_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store/sqlite"
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
	token := filepath.Join(t.TempDir(), "relay.token")
	var made protocol.RelayTokenResponse
	require.NoError(t, chain.call("POST", "/v1/admin/relays", adminToken, map[string]string{"id": "shop-1"}, &made))
	require.NoError(t, os.WriteFile(token, []byte(made.Token+"\n"), 0o600))
	shop := newConfiguredProcess(t, "upstream: {url: "+line.url()+", token_file: "+token+"}\n")
	shop.start()

	floor := shop.newMultiSession("floor", 3)
	require.NoError(t, shop.share(floor.tokens[0]))
	copied := &multiSession{id: multisession.CopyID("shop-1", floor.id)}
	require.Eventually(t, func() bool { return sameHead(chain, shop, floor.id) }, 20*time.Second, 10*time.Millisecond, "the copy is there")
	chain.grow(copied, "office", 2)

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
	require.Eventually(t, func() bool { return sameHead(chain, shop, floor.id) }, 20*time.Second, 10*time.Millisecond, "the copy catches up")
	require.Equal(t, shop.orders(floor.id), chain.orders(copied.id))
	chain.stop()
	shop.stop()
	checkDatabase(t, shop, []*multiSession{floor}, all)
	db, err := sqlite.Open(t.Context(), chain.database(), sqlite.Options{})
	require.NoError(t, err)
	defer db.Close()
	checkLog(t, db, copied.id, map[outcomeKey]protocol.Seq{})
	checkDense(t, db, copied.id)
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
