package relay_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// A shop whose database was restored from a backup is copied anew, and the chain's tills
// come back as after a backup: with a new client_id, and what they hold.
func TestARestoredShopIsCopiedAnew(t *testing.T) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			chain := newServer(t, open(t)).start()
			home := newMem("SHOP")
			shop := newServer(t, home).start()
			ms, tills := shop.newPOS("", "bar")
			tills[0].sell("o1")
			shop.stop()
			shop.link(chain, "shop-1", chain.url()).start()
			same(t, shop, chain, ms, "shop-1")
			_, office := chain.newPOS(copyOf("shop-1", ms), "office")
			office[0].sell("x1")
			backup := home.Clone()
			office[0].sell("x2")
			tills[0].sell("o2")
			same(t, shop, chain, ms, "shop-1")

			shop.stop()
			restored := backup.Restored("E-RESTORED")
			shop.store = restored
			shop.start()
			got := same(t, shop, chain, ms, "shop-1")
			require.Len(t, got.Orders, 2)
			_, err := office[0].push(protocol.OrderCreate{Order: "x3"})
			require.Equal(t, protocol.EpochChanged, protocol.ReasonOf(err))
			office[0].client, office[0].last, office[0].cursor = "c-office-again", 0, ""
			require.EqualValues(t, 3, office[0].sell("x2"), "pushed again, it gets the next number")
			onceEach(t, same(t, shop, chain, ms, "shop-1"))

			// The same database with another history, as a file that was copied back.
			shop.stop()
			shop.store = backup.Clone()
			shop.start()
			_, err = shop.store.Identity(t.Context())
			require.NoError(t, err)
			require.Len(t, same(t, shop, chain, ms, "shop-1").Orders, 2)
		})
	}
}

// A shop with a long history of which the beginning was pruned is copied with all orders
// that it still has. So is one that was pruned while the line was down.
func TestAPrunedShopIsCopied(t *testing.T) {
	chain := newServer(t, newMem("CHAIN")).start()
	home := newMem("SHOP")
	shop := newServer(t, home).start()
	ms, tills := shop.newPOS("", "bar")
	sellAndClose := func(from, to int) {
		for i := from; i < to; i++ {
			id := protocol.OrderID(fmt.Sprint("o", i))
			tills[0].sell(id)
			if i%10 != 0 {
				tills[0].tap(protocol.OrderPay{Order: id, Payment: protocol.NewPayment{ID: "p", Method: "cash", Amount: "2.5"}}, protocol.OrderClose{Order: id, State: protocol.Paid})
			}
		}
	}
	prune := func() store.Pruned {
		shop.clock.advance(24 * time.Hour)
		n, err := home.Prune(t.Context(), shop.clock.now().Add(-time.Hour), false)
		require.NoError(t, err)
		return n
	}
	sellAndClose(0, 250)
	require.NotZero(t, prune().Changes)
	sellAndClose(250, 300)
	shop.stop()
	shop.link(chain, "shop-1", chain.url()).start()
	got := same(t, shop, chain, ms, "shop-1")
	require.Len(t, got.Orders, 75, "25 of the first are open")

	shop.stop()
	above := shop.above
	shop.above = nil
	shop.start()
	sellAndClose(300, 400)
	require.NotZero(t, prune().Orders)
	sellAndClose(400, 410)
	shop.stop()
	shop.above = above
	shop.start()
	require.Len(t, same(t, shop, chain, ms, "shop-1").Orders, 50)
}
