package relay_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/core/store/postgres"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/sdk/protocol"
)

func newMem(id string) *mem.Store { return mem.NewAs(store.Identity{ServerID: id, Epoch: "E-" + id}) }

// stores are those that a chain may have.
var stores = map[string]func(*testing.T) store.Store{
	"mem": func(*testing.T) store.Store { return newMem("CHAIN") },
	"sqlite": func(t *testing.T) store.Store {
		s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), sqlite.Options{})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, s.Close()) })
		return s
	},
	"postgres": func(t *testing.T) store.Store {
		s, err := postgres.Open(t.Context(), pgtest.Database(t), postgres.Options{})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, s.Close()) })
		return s
	},
}

// What a shop has before it links, and what it gets later, is at the chain; what a till of
// the chain pushes is decided at the shop.
func TestAShopAndItsChain(t *testing.T) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			chain := newServer(t, open(t)).start()
			shop := newServer(t, newMem("SHOP"))
			shop.link(chain, "shop-1", chain.url()).start()
			ms, tills := shop.newPOS("", "bar", "door")
			for _, id := range []protocol.OrderID{"o1", "o2", "o3"} {
				tills[0].sell(id)
			}
			_, err := tills[1].push(protocol.OrderPay{Order: "o2", Payment: protocol.NewPayment{ID: "p1", Method: "cash", Amount: "2.5"}}, protocol.OrderClose{Order: "o2", State: protocol.Paid})
			require.NoError(t, err)
			got := same(t, shop, chain, ms, "shop-1")
			require.Len(t, got.Orders, 3)

			copied, office := chain.newPOS(copyOf("shop-1", ms), "office")
			require.Equal(t, copyOf("shop-1", ms), copied)
			require.EqualValues(t, 4, office[0].sell("x1"), "the shop numbers it")
			same(t, shop, chain, ms, "shop-1")
			open, last, err := office[0].snapshot()
			require.NoError(t, err)
			require.Len(t, open, 3)
			require.EqualValues(t, 1, last)
			x1 := open[2]
			require.EqualValues(t, "x1", x1.ID)
			require.Contains(t, string(x1.Fields["ms_info"]), `"pos":{"id":"office","name":"POS office"}`)
			require.Contains(t, string(x1.Fields["ms_info"]), `"name":"Ana"`)

			answer, err := office[0].push(protocol.OrderCreate{Order: "x1"})
			require.NoError(t, err)
			require.Equal(t, protocol.Exists, answer.Results[0].Rejection.Code, "the shop's rejection is the till's")
			for _, s := range []*server{shop, chain} {
				s.eventually("the rejection is in the inbox", func() error {
					list, _, err := s.store.ListRejections(t.Context(), store.RejectionFilter{Limit: 9})
					if err == nil && len(list) == 0 {
						err = store.ErrNotFound
					}
					if err == nil {
						require.Len(t, list, 1)
						require.Equal(t, protocol.Exists, list[0].Code)
						require.EqualValues(t, "office", list[0].By.POS.ID)
					}
					return err
				})
			}

			closed, err := office[0].close()
			require.NoError(t, err)
			require.Len(t, closed.OpenOrders, 3)
			for _, till := range tills {
				_, err := till.close()
				require.NoError(t, err)
			}
			shop.eventually("the run ends", func() error {
				if e, err := shop.everything(ms); err != nil || e.Open {
					return store.ErrNotFound
				}
				return nil
			})
			require.NoError(t, office[0].open())
			require.EqualValues(t, 1, office[0].sell("x2"), "a new run")
			require.EqualValues(t, 2, same(t, shop, chain, ms, "shop-1").Run)
		})
	}
}

// A client's first pushes may all be in one batch of the copy: it is bound once.
func TestTheFirstPushesOfAClientInOneBatch(t *testing.T) {
	chain := newServer(t, newMem("CHAIN")).start()
	shop := newServer(t, newMem("SHOP")).start()
	ms, _ := shop.newPOS("", "bar")
	shop.stop()
	shop.link(chain, "shop-1", chain.url()).start()
	same(t, shop, chain, ms, "shop-1")
	copied, office := chain.newPOS(copyOf("shop-1", ms), "office")
	office[0].sell("x1") // the shop knows the till

	session, leave, err := chain.hub.Enter(t.Context(), copied)
	require.NoError(t, err)
	defer leave()
	push := func(id string) *multisession.Push {
		m, err := order.Decode([]byte(`{"id":`+id+`,"ops":[{"op":"order.create","order":"y`+id+`"}]}`), order.DefaultLimits)
		require.NoError(t, err)
		return &multisession.Push{Client: "fresh", POS: protocol.POS{ID: "office", Name: "Office"}, Mutations: []*order.Mutation{m}}
	}
	for _, reply := range session.DecideNow(push("1"), push("2")) {
		require.NoError(t, reply.Err)
	}
	for _, id := range []string{"1", "2"} {
		require.NoError(t, session.Ask(t.Context(), push(id)).Err)
	}
	require.Len(t, same(t, shop, chain, ms, "shop-1").Orders, 3)
}
