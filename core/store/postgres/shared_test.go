package postgres_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/brokennet"
	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/sdk/protocol"
)

// A ticket is good once, at any node, until its time.
func TestTickets(t *testing.T) {
	dsn := pgtest.Database(t)
	a, b := open(t, dsn), open(t, dsn)
	ctx := t.Context()
	require.NoError(t, a.PutTicket(ctx, [32]byte{1}, [32]byte{9}, noon.Add(time.Minute)))
	_, err := b.TakeTicket(ctx, [32]byte{2}, noon)
	require.ErrorIs(t, err, store.ErrNotFound)
	token, err := b.TakeTicket(ctx, [32]byte{1}, noon)
	require.NoError(t, err)
	require.Equal(t, [32]byte{9}, token)
	_, err = a.TakeTicket(ctx, [32]byte{1}, noon)
	require.ErrorIs(t, err, store.ErrNotFound, "once")
	require.NoError(t, a.PutTicket(ctx, [32]byte{3}, [32]byte{9}, noon))
	_, err = a.TakeTicket(ctx, [32]byte{3}, noon.Add(time.Second))
	require.ErrorIs(t, err, store.ErrNotFound, "too late")
}

// Locks are of all nodes: one works at a time, and a node that dies leaves none.
func TestLocks(t *testing.T) {
	dsn := pgtest.Database(t)
	proxy, through := brokennet.Through(t, dsn)
	a, b, dying := open(t, dsn), open(t, dsn), open(t, through)
	held, working := 0, sync.WaitGroup{}
	for _, s := range []store.Shared{a, b, a, b} {
		working.Go(func() {
			for range 10 {
				release, err := s.Lock(t.Context(), "pos bar", "pos till", "pos bar")
				if err != nil {
					t.Error(err)
					return
				}
				held++ // the race detector and the database's lock guard it
				if held != 1 {
					t.Error("two at once")
				}
				held--
				release()
			}
		})
	}
	working.Wait()
	left, err := dying.Lock(t.Context(), "pos bar")
	require.NoError(t, err)
	defer left()
	waiting, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = a.Lock(waiting, "pos bar")
	require.Error(t, err)
	proxy.Cut(true)
	release, err := a.Lock(t.Context(), "pos bar")
	require.NoError(t, err)
	release()
}

// Who has the lock of a multi-session commits to it; others wait, and are stale then.
func TestTurnLock(t *testing.T) {
	dsn := pgtest.Database(t)
	a, b := open(t, dsn), open(t, dsn)
	floor(t, a)
	release, err := a.Lock(t.Context(), store.TurnLock("main"))
	require.NoError(t, err)
	snap := load(t, a)
	other := make(chan error, 1)
	go func() { other <- b.Commit(t.Context(), tap(snap, "o1")) }()
	pgtest.Exec(t, dsn, `DO $$ BEGIN
		WHILE NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted) LOOP
			PERFORM pg_sleep(0.01);
		END LOOP;
	END $$`)
	mine := tap(snap, "o2")
	mine.Locked = true
	require.NoError(t, a.Commit(t.Context(), mine))
	release()
	require.ErrorIs(t, <-other, store.ErrStale)
}

func TestTurns(t *testing.T) {
	s := open(t, pgtest.Database(t))
	floor(t, s)
	require.NoError(t, tapUntilTaken(t.Context(), s, "o1"))
	turns, err := s.Turns(t.Context(), []protocol.MultiSessionID{"main", "nowhere"})
	require.NoError(t, err)
	require.Equal(t, map[protocol.MultiSessionID]int64{"main": load(t, s).Turn}, turns)
}

// What is new of multi-sessions is told to each who asks at the same time: changes, tills
// and clients, at one moment.
func TestSince(t *testing.T) {
	s := open(t, pgtest.Database(t))
	ctx := t.Context()
	batches := floors(t, s, 12)
	require.NoError(t, s.PutPOS(ctx, store.POS{ID: "bar", Name: "Bar"}))
	require.NoError(t, s.PutMultiSession(ctx, store.MultiSession{ID: "floor-3", Name: "Three", Active: true}, []protocol.POSID{"bar"}))
	snap, err := s.Load(ctx, "floor-3")
	require.NoError(t, err)
	till := store.Till{Open: true, User: &protocol.User{ID: "7", Name: "Ana"}, Since: noon}
	require.NoError(t, s.Commit(ctx, &store.Batch{MultiSession: "floor-3", Turn: snap.Turn, At: noon, Tills: []store.TillRow{{POS: "bar", Till: till}}}))
	batches[3].Turn = 0
	for _, b := range batches {
		require.NoError(t, s.Commit(ctx, b))
	}
	var asking sync.WaitGroup
	for i, b := range batches {
		asking.Go(func() {
			m, err := s.Since(ctx, store.Since{MultiSession: b.MultiSession, Clients: []protocol.ClientID{b.Outcomes[0].Client, "unknown", "c5"}})
			snap, _ := s.Load(ctx, b.MultiSession)
			if !assert.NoError(t, err) {
				return
			}
			ms := snap.MultiSession
			ms.POS = nil
			assert.Equal(t, ms, m.MultiSession)
			assert.Equal(t, snap.Head, m.Head)
			assert.Equal(t, snap.Turn, m.Turn)
			assert.Equal(t, snap.Tills, m.Tills)
			assert.Equal(t, b.Changes, m.Changes)
			mine := []store.Client{{ID: b.Outcomes[0].Client, POS: "bar", MultiSession: b.MultiSession, LastID: 1}}
			if i == 5 {
				mine = append(mine, mine[0]) // asked for twice
			}
			assert.Equal(t, mine, m.Clients)
			m, err = s.Since(ctx, store.Since{MultiSession: b.MultiSession, Seq: 1})
			assert.NoError(t, err)
			assert.Empty(t, m.Changes)
		})
	}
	_, err = s.Since(ctx, store.Since{MultiSession: "nowhere"})
	require.ErrorIs(t, err, store.ErrNotFound)
	asking.Wait()
}

// Of many changes, and of large ones, some are left out.
func TestSinceIsBounded(t *testing.T) {
	s := open(t, pgtest.Database(t))
	floor(t, s)
	const n = store.MovedMost + 6
	b := &store.Batch{MultiSession: "main", At: noon}
	for seq := protocol.Seq(1); seq <= n; seq++ {
		b.Changes = append(b.Changes, store.Change{Seq: seq, Body: []byte(`{}`)})
	}
	b.Changes[9].Body = bytes.Repeat([]byte("x"), store.MovedBytes+1)
	b.Changes[8].Body = bytes.Repeat([]byte("x"), store.MovedBytes)
	require.NoError(t, s.Commit(t.Context(), b))
	m, err := s.Since(t.Context(), store.Since{MultiSession: "main", Seq: 2})
	require.NoError(t, err)
	require.EqualValues(t, n, m.Head)
	require.Equal(t, slices.Concat(b.Changes[2:9], b.Changes[10:2+store.MovedMost]), m.Changes)
}

// Whoever reads effects on from a position misses none below it, though several nodes
// insert them.
func TestEffectsInTheOrderOfTheirCommits(t *testing.T) {
	const floors, each = 6, 30
	dsn := pgtest.Database(t)
	reader := open(t, dsn)
	var working sync.WaitGroup
	for f := range floors {
		id := protocol.MultiSessionID(fmt.Sprint("floor-", f))
		require.NoError(t, reader.PutMultiSession(t.Context(), store.MultiSession{ID: id, Active: true}, nil))
	}
	done := make(chan struct{})
	for f := range floors {
		s := open(t, dsn)
		working.Go(func() {
			for n := range each {
				if err := s.Commit(t.Context(), withEffect(f, protocol.Seq(n))); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	go func() {
		working.Wait()
		close(done)
	}()
	seen, after := 0, int64(0)
	for over := false; ; {
		page, _, err := reader.Effects(t.Context(), store.EffectFilter{After: after, Limit: 1000})
		require.NoError(t, err)
		for _, e := range page {
			seen, after = seen+1, e.Pos
		}
		if over && len(page) == 0 {
			break
		}
		select {
		case <-done:
			over = true
		default:
		}
	}
	require.Equal(t, floors*each, seen)
}

func withEffect(floor int, expect protocol.Seq) *store.Batch {
	ms, order := protocol.MultiSessionID(fmt.Sprint("floor-", floor)), protocol.OrderID(fmt.Sprint("o", expect))
	return &store.Batch{
		MultiSession: ms, Expect: expect, At: noon,
		Changes: []store.Change{{Seq: expect + 1, Body: []byte(`{}`)}},
		Orders: []store.OrderRows{{
			OrderRow: store.OrderRow{ID: order, Run: 1, Number: protocol.Number(expect + 1), State: protocol.Open, Created: expect + 1, Seq: expect + 1, At: noon, Body: []byte(`{}`)},
			Effects:  []store.EffectRow{{ID: fmt.Sprint(ms, order), Extension: "e", Name: "n", State: store.EffectWaiting, At: noon, Next: noon, Data: []byte(`{}`)}},
		}},
	}
}
