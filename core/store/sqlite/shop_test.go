package sqlite_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/sdk/protocol"
)

// shop makes a closed database with something in every table.
func shop(t *testing.T, path string, mutations int) {
	s := open(t, path)
	ctx := t.Context()
	require.NoError(t, s.PutKnownFields(ctx, []byte(`{"order":{"note":{}}}`)))
	for _, id := range []protocol.MultiSessionID{"main", "garden"} {
		pos := protocol.POSID(id + "-bar")
		require.NoError(t, s.PutPOS(ctx, store.POS{ID: pos, Name: "The bar of " + string(id)}))
		require.NoError(t, s.PutToken(ctx, store.Owner{POS: pos}, tokenOf(pos)))
		f := newBusyMultiSession(t, s, id, 20)
		require.NoError(t, s.PutMultiSession(ctx, store.MultiSession{ID: id, Name: "Floor", Active: true}, []protocol.POSID{pos}))
		for f.head < protocol.Seq(mutations) {
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

// everything reads all there is, item by item. What an error or a mark says is
// damaged has no item; told reports whether there was any such.
func everything(t *testing.T, s *sqlite.Store, mutations int) (items map[string]string, told bool) {
	items, ctx := map[string]string{}, context.Background()
	put := func(key string, v any, err error) {
		if err != nil {
			if !errors.Is(err, store.ErrNotFound) {
				told = told || errors.Is(err, store.ErrDamaged)
				require.ErrorIs(t, err, store.ErrDamaged, key)
			}
			return
		}
		text, err := json.Marshal(v)
		require.NoError(t, err)
		items[key] = string(text)
	}
	orders := func(key string, rows []store.OrderRows, err error) {
		for i := range rows {
			if rows[i].Damaged {
				told = true
				continue
			}
			put(fmt.Sprint(key, " ", rows[i].ID), rows[i], err)
		}
		put(key, nil, err)
	}
	id, err := s.Identity(ctx)
	put("identity", id, err)
	fields, err := s.KnownFields(ctx)
	put("known fields", fields, err)
	// Lists leave out what is damaged; then it was noted. A list whose page can't
	// be read at all is an error that says so.
	list := func(key string, err error) {
		if err != nil {
			put(key, nil, err)
			require.NotEmpty(t, s.Damage(), key)
		}
	}
	all, err := s.MultiSessions(ctx)
	list("multi-sessions", err)
	for _, ms := range all {
		for _, pos := range ms.POS {
			put(fmt.Sprint("POS ", pos, " of ", ms.ID), nil, nil)
		}
		ms.POS = nil
		put("multi-session "+string(ms.ID), ms, nil)
	}
	pos, err := s.AllPOS(ctx)
	list("all POS", err)
	for _, p := range pos {
		put("listed POS "+string(p.ID), p, nil)
	}
	inbox, _, err := s.ListRejections(ctx, store.RejectionFilter{Limit: 100})
	list("rejections", err)
	for _, r := range inbox {
		put(fmt.Sprint("rejection ", r.ID), r, nil)
	}
	effects, _, err := s.Effects(ctx, store.EffectFilter{Limit: 100})
	list("effects", err)
	for _, e := range effects {
		put("effect "+e.ID, e, nil)
	}
	left := len(s.Damage())
	told = told || left > 0 && !strings.Contains(s.Damage()[0].Place, "rebuilt")
	owner, err := s.TokenOwner(ctx, tokenOf(""))
	put("admin", owner, err)
	for _, ms := range []protocol.MultiSessionID{"main", "garden"} {
		key := string(ms) + " "
		bar, err := s.POS(ctx, protocol.POSID(ms+"-bar"))
		put(key+"POS", bar, err)
		owner, err := s.TokenOwner(ctx, tokenOf(protocol.POSID(ms+"-bar")))
		put(key+"token", owner, err)
		snap, err := s.Load(ctx, ms)
		if err == nil {
			orders(key+"open", snap.Open, nil)
			if snap.HeadChange == nil {
				told, snap.HeadChange = true, []byte("damaged")
			}
			snap.Open = nil
			for _, till := range snap.Tills {
				put(key+"till "+string(till.ID), till, nil)
			}
			for _, pos := range snap.MultiSession.POS {
				put(key+"has "+string(pos), nil, nil)
			}
			snap.Tills, snap.MultiSession.POS = nil, nil
			if string(snap.HeadChange) != "damaged" {
				put(key+"snapshot", snap, nil)
			}
		} else {
			put(key+"snapshot", nil, err)
		}
		list, err := s.List(ctx, ms, store.ListFilter{Limit: 1000})
		orders(key+"list", list, err)
		touched, err := s.Touched(ctx, ms, store.TouchedAfter{}, 1000)
		if err == nil {
			orders(key+"touched", touched.Orders, nil)
			put(key+"touched head", touched.Head, nil)
		} else {
			put(key+"touched", nil, err)
		}
		for after := protocol.Seq(0); after < protocol.Seq(mutations)+20; after += 30 {
			page, err := s.Changes(ctx, ms, after, 30)
			put(fmt.Sprint(key, "changes after ", after), page, err)
		}
		for i := range 20 {
			order := protocol.OrderID(fmt.Sprintf("018f3c1e-77aa-%08d", i))
			rows, _, err := s.Orders(ctx, ms, []protocol.OrderID{order})
			orders(key+"order "+string(order), rows, err)
			if i%10 == 0 {
				changes, _, err := s.History(ctx, ms, order, 0)
				put(key+"history of "+string(order), changes, err)
			}
		}
		client := protocol.ClientID("018f3c1e-77aa-" + string(ms))
		c, err := s.Client(ctx, client)
		if c.Damaged {
			told = true
		} else {
			put(key+"client", c, err)
		}
		outcomes, err := s.Outcomes(ctx, client, 1, 1<<40)
		require.NoError(t, err)
		for _, o := range outcomes {
			if o.Damaged {
				told = true
				continue
			}
			put(fmt.Sprint(key, "outcome ", o.ID), o, nil)
		}
		put(key+"outcomes", len(outcomes), nil)
	}
	return items, told
}
