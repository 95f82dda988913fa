package bench

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/sdk/protocol"
)

// The database of a large operator.
const (
	startSessions = 10_000
	startOrders   = 5 // open, in each
	startLines    = 4
)

// measureStart fills a database, then measures the time from the start of a server
// to its first answered push, and the load of measureLoad.
func measureStart(ctx context.Context, o *Options) error {
	dir, err := os.MkdirTemp("", "manytill-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "bench.db")
	token, err := fill(ctx, path)
	if err != nil {
		return err
	}
	began := time.Now()
	s, err := startServer(ctx, o.Binary, dir, "sqlite:"+path)
	if err != nil {
		return err
	}
	defer s.stop()
	if err := firstPush(ctx, s, token); err != nil {
		return err
	}
	fmt.Fprintf(o.Out, "%-34s %s to the first answered push (%d multi-sessions, %d open orders)\n",
		"start", time.Since(began).Round(time.Millisecond), startSessions, startSessions*startOrders)
	r, err := load{multiSessions: 20, tills: 5, lines: 20, during: o.During}.run(ctx, s, "x")
	if err == nil {
		o.row("20 writers, 10,000 multi-sessions", r)
	}
	return err
}

func firstPush(ctx context.Context, s *server, token string) error {
	var pulled struct{ Cursor string }
	if err := s.call(ctx, "GET", "/v1/pull?client_id=first", token, nil, &pulled); err != nil {
		return err
	}
	return s.call(ctx, "POST", "/v1/push", token, map[string]any{
		"client_id": "first", "cursor": pulled.Cursor,
		"mutations": []any{map[string]any{"id": 1, "ops": []any{
			map[string]any{"op": "order.create", "order": "first", "set": map[string]any{}},
		}}},
	}, nil)
}

// fill makes that database and a token for the POS of one multi-session.
func fill(ctx context.Context, path string) (token string, err error) {
	st, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	identity, err := st.Identity(ctx)
	if err != nil {
		return "", err
	}
	hub := multisession.NewHub(multisession.Config{
		Ledger: st, Identity: identity, Bell: wake.NewLocal(), Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Rules: multisession.Rules{Limits: order.DefaultLimits},
	})
	const workers = 256
	var wg sync.WaitGroup
	errs := make([]error, workers)
	for w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := w; i < startSessions && errs[w] == nil; i += workers {
				errs[w] = fillSession(ctx, st, hub, i)
			}
		}()
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return "", err
	}
	token = "bench-pos"
	owner := store.Owner{POS: posOf(startSessions / 2)}
	if err := st.PutToken(ctx, owner, sha256.Sum256([]byte(token))); err != nil {
		return "", err
	}
	return token, st.PutToken(ctx, store.Owner{Admin: true}, sha256.Sum256([]byte(adminToken)))
}

func posOf(i int) protocol.POSID { return protocol.POSID(fmt.Sprintf("pos-%05d", i)) }

func fillSession(ctx context.Context, st store.Store, hub *multisession.Hub, i int) error {
	pos := protocol.POS{ID: posOf(i), Name: "Till"}
	ms := protocol.MultiSessionID(fmt.Sprintf("ms-%05d", i))
	if err := st.PutPOS(ctx, store.POS{ID: pos.ID, Name: pos.Name}); err != nil {
		return err
	}
	if err := st.PutMultiSession(ctx, store.MultiSession{ID: ms, Name: "Floor", Active: true}, []protocol.POSID{pos.ID}); err != nil {
		return err
	}
	session, leave, bad := hub.Enter(ctx, ms)
	if bad != nil {
		return bad
	}
	defer leave()
	if bad := session.Ask(ctx, &multisession.OpenTill{POS: pos}).Err; bad != nil {
		return bad
	}
	push := &multisession.Push{Client: protocol.ClientID(fmt.Sprintf("c-%05d", i)), POS: pos}
	for n := range startOrders {
		ops := fmt.Sprintf(`{"op":"order.create","order":"o%d","set":{}}`, n)
		for l := range startLines {
			ops += fmt.Sprintf(`,{"op":"line.add","order":"o%d","line":"l%d","set":{"product_id":%d,"qty":1}}`, n, l, l)
		}
		m, err := order.Decode([]byte(fmt.Sprintf(`{"id":%d,"ops":[%s]}`, n+1, ops)), order.DefaultLimits)
		if err != nil {
			return err
		}
		push.Mutations = append(push.Mutations, m)
	}
	if bad := session.Ask(ctx, push).Err; bad != nil {
		return bad
	}
	return nil
}
