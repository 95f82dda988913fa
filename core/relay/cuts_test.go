package relay_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/brokennet"
	"github.com/manytill/manytill/sdk/protocol"
)

// tap pushes one mutation and pushes it again until it has an answer, as a client does
// that keeps its queue.
func (c *till) tap(ops ...protocol.Op) (result protocol.Result) {
	c.t.Helper()
	c.eventually("tap", func() error {
		answer, err := c.push(ops...)
		if protocol.ReasonOf(err) == protocol.CursorExpired {
			c.cursor = ""
		}
		if err == nil {
			result = answer.Results[0]
		}
		return err
	})
	return result
}

// sells pushes new orders, and more of the line that all share.
func (c *till) sells(n int, dice *rand.Rand) {
	for i := range n {
		switch id := protocol.OrderID(fmt.Sprintf("%s-%d", c.client, i)); dice.IntN(4) {
		case 0:
			c.sell(id)
		case 1:
			c.sell(id)
			c.tap(protocol.OrderPay{Order: id, Payment: protocol.NewPayment{ID: "p", Method: "cash", Amount: "2.5"}}, protocol.OrderClose{Order: id, State: protocol.Paid})
		case 2:
			r := c.tap(protocol.OrderCreate{Order: "shared"})
			require.Equal(c.t, protocol.Exists, r.Rejection.Code)
		default:
			c.tap(protocol.LineInc{Order: "shared", Line: "l1", Field: "qty", By: "1"})
		}
	}
}

// TestCutsAtAnyByte has tills of the shop and of the chain sell over a line that is cut
// after any number of bytes. Each tap is decided once, and the copy is as its home.
func TestCutsAtAnyByte(t *testing.T) {
	for _, name := range []string{"mem", "sqlite"} {
		for seed := range uint64(3) {
			t.Run(fmt.Sprint(name, seed), func(t *testing.T) {
				t.Parallel()
				dice := rand.New(rand.NewPCG(seed, 1))
				chain := newServer(t, stores[name](t)).start()
				shop := newServer(t, newMem("SHOP"))
				wire, wireURL := brokennet.Through(t, chain.url())
				shop.start()
				ms, tills := shop.newPOS("", "bar", "door")
				tills[0].sell("shared")
				shop.stop()
				shop.link(chain, "shop-1", wireURL).start()
				same(t, shop, chain, ms, "shop-1")
				_, office := chain.newPOS(copyOf("shop-1", ms), "office", "phone")
				wire.Limit(func() int { return 1 + dice.IntN(16_000) })

				var all sync.WaitGroup
				for i, c := range append(tills, office...) {
					own := rand.New(rand.NewPCG(seed, uint64(i+2)))
					all.Go(func() { c.sells(25, own) })
				}
				all.Wait()
				wire.Limit(nil)
				got := same(t, shop, chain, ms, "shop-1")
				onceEach(t, got)
			})
		}
	}
}

// onceEach: numbers are dense, and no mutation made two changes.
func onceEach(t *testing.T, got everything) {
	decided := map[string]bool{}
	for i, text := range got.Log {
		var c protocol.Change
		require.NoError(t, unmarshal(text, &c))
		require.EqualValues(t, int(got.Head)-len(got.Log)+i+1, c.Seq)
		if c.ClientID != "" {
			key := fmt.Sprint(c.ClientID, " ", c.ID)
			require.False(t, decided[key], key)
			decided[key] = true
		}
	}
	numbers := map[string]bool{}
	for _, text := range got.Orders {
		var o protocol.Order
		require.NoError(t, unmarshal(text, &o))
		numbers[fmt.Sprint(o.Run, " ", o.Number)] = true
		if o.Number > 1 {
			require.True(t, numbers[fmt.Sprint(o.Run, " ", o.Number-1)], "number %d of run %d is missing", o.Number-1, o.Run)
		}
	}
	require.Len(t, numbers, len(got.Orders))
}
