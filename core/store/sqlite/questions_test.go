package sqlite_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/sdk/protocol"
)

// everything reads all there is, item by item. What an error or a mark says is
// damaged has no item; told reports whether there was any such.
func everything(t *testing.T, s *sqlite.Store, mutations int) (items map[string]string, told bool) {
	a := answers{t: t, items: map[string]string{}}
	for _, q := range usual(mutations).questions() {
		q.ask(s, &a)
	}
	return a.items, a.told
}

// answers are what a store says to questions.
type answers struct {
	t     testing.TB
	items map[string]string
	told  bool
}

// question reads a part of what there is.
type question struct {
	ask ask
	of  int // a multi-session, from 1; 0 for all
}

type ask func(*sqlite.Store, *answers)

func (a *answers) put(key string, v any, err error) {
	if err != nil {
		if !errors.Is(err, store.ErrNotFound) {
			a.told = a.told || errors.Is(err, store.ErrDamaged)
			require.ErrorIs(a.t, err, store.ErrDamaged, key)
		}
		return
	}
	text, err := json.Marshal(v)
	require.NoError(a.t, err)
	a.items[key] = string(text)
}

func (a *answers) orders(key string, rows []store.OrderRows, err error) {
	for i := range rows {
		if rows[i].Damaged {
			a.told = true
			continue
		}
		a.put(fmt.Sprint(key, " ", rows[i].ID), rows[i], err)
	}
	a.put(key, nil, err)
}

// list takes a list, which leaves out what is damaged; then that was noted. A list whose
// page can't be read at all is an error that says so.
func (a *answers) list(s *sqlite.Store, key string, err error) {
	if err != nil {
		a.put(key, nil, err)
		require.NotEmpty(a.t, s.Damage(), key)
	}
	noted := s.Damage()
	a.told = a.told || len(noted) > 0 && !strings.Contains(noted[0].Place, "rebuilt")
}

// questions are what to ask to hear everything, each by itself.
func (z size) questions() (all []question) {
	ctx := context.Background()
	for _, ask := range []ask{
		func(s *sqlite.Store, a *answers) {
			id, err := s.Identity(ctx)
			a.put("identity", id, err)
		},
		func(s *sqlite.Store, a *answers) {
			fields, err := s.KnownFields(ctx)
			a.put("known fields", fields, err)
		},
		func(s *sqlite.Store, a *answers) {
			all, err := s.MultiSessions(ctx)
			for _, ms := range all {
				for _, pos := range ms.POS {
					a.put(fmt.Sprint("POS ", pos, " of ", ms.ID), nil, nil)
				}
				ms.POS = nil
				a.put("multi-session "+string(ms.ID), ms, nil)
			}
			a.list(s, "multi-sessions", err)
		},
		func(s *sqlite.Store, a *answers) {
			pos, err := s.AllPOS(ctx)
			for _, p := range pos {
				a.put("listed POS "+string(p.ID), p, nil)
			}
			a.list(s, "all POS", err)
		},
		func(s *sqlite.Store, a *answers) {
			inbox, _, err := s.ListRejections(ctx, store.RejectionFilter{Limit: 1000})
			for _, r := range inbox {
				a.put(fmt.Sprint("rejection ", r.ID), r, nil)
			}
			a.list(s, "rejections", err)
		},
		func(s *sqlite.Store, a *answers) {
			effects, _, err := s.Effects(ctx, store.EffectFilter{Limit: 1000})
			for _, e := range effects {
				a.put("effect "+e.ID, e, nil)
			}
			a.list(s, "effects", err)
		},
		func(s *sqlite.Store, a *answers) {
			owner, err := s.TokenOwner(ctx, tokenOf(""))
			a.put("admin", owner, err)
		},
	} {
		all = append(all, question{ask: ask})
	}
	for i, ms := range z.ids {
		for _, ask := range z.ofMultiSession(ms) {
			all = append(all, question{ask: ask, of: i + 1})
		}
	}
	return all
}

// ofMultiSession are the questions about one.
func (z size) ofMultiSession(ms protocol.MultiSessionID) []ask {
	ctx, key := context.Background(), string(ms)+" "
	all := []ask{
		func(s *sqlite.Store, a *answers) {
			bar, err := s.POS(ctx, protocol.POSID(ms+"-bar"))
			a.put(key+"POS", bar, err)
		},
		func(s *sqlite.Store, a *answers) {
			owner, err := s.TokenOwner(ctx, tokenOf(protocol.POSID(ms+"-bar")))
			a.put(key+"token", owner, err)
		},
		func(s *sqlite.Store, a *answers) {
			snap, err := s.Load(ctx, ms)
			a.snapshot(key, snap, err)
		},
		func(s *sqlite.Store, a *answers) {
			list, err := s.List(ctx, ms, store.ListFilter{Limit: 1000})
			a.orders(key+"list", list, err)
		},
		func(s *sqlite.Store, a *answers) {
			touched, err := s.Touched(ctx, ms, store.TouchedAfter{}, 1000)
			if err == nil {
				a.orders(key+"touched", touched.Orders, nil)
				a.put(key+"touched head", touched.Head, nil)
			} else {
				a.put(key+"touched", nil, err)
			}
		},
		func(s *sqlite.Store, a *answers) {
			client := protocol.ClientID("018f3c1e-77aa-" + string(ms))
			c, err := s.Client(ctx, client)
			if c.Damaged {
				a.told = true
			} else {
				a.put(key+"client", c, err)
			}
			outcomes, err := s.Outcomes(ctx, client, 1, 1<<40)
			if err != nil {
				a.put(key+"outcomes", nil, err)
				return
			}
			for _, o := range outcomes {
				if o.Damaged {
					a.told = true
					continue
				}
				a.put(fmt.Sprint(key, "outcome ", o.ID), o, nil)
			}
			a.put(key+"outcomes", len(outcomes), nil)
		},
	}
	for after := protocol.Seq(0); after < protocol.Seq(z.mutations)+20; after += 30 {
		all = append(all, func(s *sqlite.Store, a *answers) {
			page, err := s.Changes(ctx, ms, after, 30)
			a.put(fmt.Sprint(key, "changes after ", after), page, err)
		})
	}
	for i := range z.orders {
		order := protocol.OrderID(fmt.Sprintf("018f3c1e-77aa-%08d", i))
		all = append(all, func(s *sqlite.Store, a *answers) {
			rows, _, err := s.Orders(ctx, ms, []protocol.OrderID{order})
			a.orders(key+"order "+string(order), rows, err)
		})
		if i%10 == 0 {
			all = append(all, func(s *sqlite.Store, a *answers) {
				changes, _, err := s.History(ctx, ms, order, 0)
				a.put(key+"history of "+string(order), changes, err)
			})
		}
	}
	return all
}

func (a *answers) snapshot(key string, snap *store.Snapshot, err error) {
	if err != nil {
		a.put(key+"snapshot", nil, err)
		return
	}
	a.orders(key+"open", snap.Open, nil)
	damaged := snap.HeadChange == nil
	a.told = a.told || damaged
	snap.Open = nil
	for _, till := range snap.Tills {
		a.put(key+"till "+string(till.ID), till, nil)
	}
	for _, pos := range snap.MultiSession.POS {
		a.put(key+"has "+string(pos), nil, nil)
	}
	snap.Tills, snap.MultiSession.POS = nil, nil
	if !damaged {
		a.put(key+"snapshot", snap, nil)
	}
}
