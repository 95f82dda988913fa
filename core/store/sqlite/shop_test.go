package sqlite_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// size is how much a shop has.
type size struct {
	ids               []protocol.MultiSessionID
	orders, mutations int // of each
}

// usual is the size of most shops.
func usual(mutations int) size {
	return size{ids: []protocol.MultiSessionID{"main", "garden"}, orders: 20, mutations: mutations}
}

// shop makes a closed database with something in every table.
func shop(t *testing.T, path string, mutations int) { usual(mutations).shop(t, path) }

func (z size) shop(t *testing.T, path string) {
	s := open(t, path)
	ctx := t.Context()
	require.NoError(t, s.PutKnownFields(ctx, []byte(`{"order":{"note":{}}}`)))
	for _, id := range z.ids {
		pos := protocol.POSID(id + "-bar")
		require.NoError(t, s.PutPOS(ctx, store.POS{ID: pos, Name: "The bar of " + string(id)}))
		require.NoError(t, s.PutToken(ctx, store.Owner{POS: pos}, tokenOf(pos)))
		f := newBusyMultiSession(t, s, id, z.orders)
		require.NoError(t, s.PutMultiSession(ctx, store.MultiSession{ID: id, Name: "Floor", Active: true}, []protocol.POSID{pos}))
		for f.head < protocol.Seq(z.mutations) {
			require.NoError(t, f.commit(s, 20))
		}
		last := f.batch(20)
		last.Tills = []store.TillRow{{POS: pos, Till: store.Till{Open: true, User: &protocol.User{ID: "7", Name: "Ana"}, Since: time.Unix(1e9, 0)}}}
		last.Rejections = []store.Rejection{{MultiSession: id, Client: f.client, Mutation: []byte(`{"id":1,"ops":[]}`), Code: protocol.Gone, Message: "it is gone"}}
		for i := range last.Orders {
			if i%2 == 0 {
				last.Orders[i].State = protocol.Paid
			}
			last.Orders[i].Payments = []store.PaymentRow{{ID: protocol.PaymentID(fmt.Sprint("p", i)), N: 1, Seq: last.Orders[i].Seq, Body: []byte(`{"amount":12.5,"method":"cash"}`)}}
		}
		for i := range 3 {
			last.Orders[i].Effects = []store.EffectRow{{
				ID: fmt.Sprint(id, " effect ", i), Extension: "loyalty", Name: "book", Key: fmt.Sprint("p", i), Hash: [8]byte{1}, At: time.Unix(1e9, 0),
				Data: []byte(`{"points":12}`), State: store.EffectWaiting, Next: time.Unix(1e9, 0),
			}}
		}
		require.NoError(t, s.Commit(ctx, last))
	}
	require.NoError(t, s.PutToken(ctx, store.Owner{Admin: true}, tokenOf("")))
	require.NoError(t, s.Close())
}

func tokenOf(pos protocol.POSID) (hash [32]byte) {
	copy(hash[:], "token of "+pos)
	return hash
}
