package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/postgres"
	"github.com/manytill/manytill/internal/brokennet"
	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/sdk/protocol"
)

// floors makes multi-sessions, each with a client, and gives a batch of a new order for
// each.
func floors(t *testing.T, s store.Store, n int) (batches []*store.Batch) {
	t.Helper()
	for i := range n {
		ms := protocol.MultiSessionID(fmt.Sprint("floor-", i))
		client := protocol.ClientID(fmt.Sprint("c", i))
		require.NoError(t, s.PutMultiSession(t.Context(), store.MultiSession{ID: ms, Active: true}, nil))
		require.NoError(t, s.Commit(t.Context(), &store.Batch{
			MultiSession: ms, At: noon, Run: &store.RunRow{Run: 1, Open: true}, Clients: []store.Client{{ID: client, POS: "bar", MultiSession: ms}},
		}))
		snap, err := s.Load(t.Context(), ms)
		require.NoError(t, err)
		b := tap(snap, "o1")
		b.MultiSession, b.Outcomes[0].Client = ms, client
		batches = append(batches, b)
	}
	return batches
}

// together commits batches so that all but the first few are in one group, and gives
// their errors.
func together(t *testing.T, s *postgres.Store, dsn string, batches []*store.Batch) []error {
	t.Helper()
	held := hold(t, dsn)
	errs := make([]error, len(batches))
	var committing sync.WaitGroup
	for i, b := range batches {
		committing.Go(func() { errs[i] = s.Commit(t.Context(), b) })
		if i < postgres.GroupsAtOnce {
			held.waitFor(i + 1)
		}
	}
	require.Eventually(t, func() bool { return s.Waiting() == len(batches)-postgres.GroupsAtOnce }, time.Minute, time.Millisecond)
	held.release()
	committing.Wait()
	return errs
}

// held is the table of changes, which nobody else can write to.
type held struct {
	t   *testing.T
	dsn string
	tx  pgx.Tx
}

func hold(t *testing.T, dsn string) *held {
	t.Helper()
	c, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	tx, err := c.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "LOCK TABLE manytill.changes IN EXCLUSIVE MODE")
	require.NoError(t, err)
	return &held{t, dsn, tx}
}

// waitFor waits until so many want to write.
func (h *held) waitFor(n int) {
	h.t.Helper()
	pgtest.Exec(h.t, h.dsn, fmt.Sprintf(`DO $$ BEGIN
		WHILE (SELECT count(*) FROM pg_locks WHERE locktype = 'relation' AND relation = 'manytill.changes'::regclass AND NOT granted) < %d LOOP
			PERFORM pg_sleep(0.01);
		END LOOP;
	END $$`, n))
}

func (h *held) release() {
	h.t.Helper()
	require.NoError(h.t, h.tx.Rollback(h.t.Context()))
}

// What waits at the same time is one transaction. In it are those that fit; others are
// told what is wrong with theirs.
func TestGroup(t *testing.T) {
	dsn := pgtest.Database(t)
	s := open(t, dsn)
	batches := floors(t, s, 24)
	stale, elsewhere, turned := batches[21], batches[22], batches[23]
	stale.Expect, stale.Changes[0].Seq, stale.Orders[0].Seq, stale.Orders[0].Created = 7, 8, 8, 8
	elsewhere.MultiSession = "nowhere"
	turned.Turn--
	errs := together(t, s, dsn, batches)
	for i, err := range errs[:21] {
		require.NoError(t, err, i)
	}
	require.ErrorIs(t, errs[21], store.ErrStale)
	require.ErrorContains(t, errs[21], "at 0, turn")
	require.ErrorIs(t, errs[22], store.ErrNotFound)
	require.ErrorIs(t, errs[23], store.ErrStale)
	for i, b := range batches[:21] {
		snap, err := s.Load(t.Context(), b.MultiSession)
		require.NoError(t, err)
		require.Equal(t, protocol.Seq(1), snap.Head, i)
		require.Equal(t, b.Changes[0].Body, snap.HeadChange)
		require.Len(t, snap.Open, 1)
		require.Equal(t, b.Orders[0].Lines, snap.Open[0].Lines)
		page, err := s.Touched(t.Context(), b.MultiSession, store.TouchedAfter{}, 10)
		require.NoError(t, err)
		require.Len(t, page.Orders, 1)
	}
	c, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	defer c.Close(context.Background())
	var changes, transactions int
	require.NoError(t, c.QueryRow(t.Context(), "SELECT count(*), count(DISTINCT xmin::text) FROM manytill.changes").Scan(&changes, &transactions))
	require.Equal(t, 21, changes)
	require.Equal(t, postgres.GroupsAtOnce+1, transactions)
}

// A batch that can't be right fails alone.
func TestBadBatchInAGroup(t *testing.T) {
	dsn := pgtest.Database(t)
	s := open(t, dsn)
	batches := floors(t, s, 10)
	batches[6].Outcomes[0].Client = "unknown"
	first := batches[8]
	require.NoError(t, s.Commit(t.Context(), first))
	again := *first
	again.Expect, again.Turn = 1, first.Turn+1
	again.Changes = []store.Change{{Seq: 2, Body: []byte(`{"seq":2}`)}}
	again.Orders = []store.OrderRows{{OrderRow: first.Orders[0].OrderRow}}
	again.Orders[0].ID, again.Orders[0].Seq, again.Orders[0].Created = "o2", 2, 2 // with the number of o1
	again.Outcomes = nil
	batches[8] = &again
	for i, err := range together(t, s, dsn, batches) {
		switch i {
		case 6:
			require.ErrorIs(t, err, store.ErrNotFound)
		case 8:
			require.ErrorIs(t, err, store.ErrExists)
		default:
			require.NoError(t, err, i)
		}
	}
}

// The answer to a group is lost: what became of each batch is looked up.
func TestAnswerToAGroupLost(t *testing.T) {
	database := pgtest.Database(t)
	proxy, dsn := brokennet.Through(t, database)
	s := open(t, dsn)
	batches := floors(t, s, 10)
	last := &batches[9].Changes[0]
	last.Body = []byte(`{"seq":1,"orders":{"o1":{"lost":1}}}`)
	batches[7].Turn-- // isn't in the group, though it is sent with it
	lost := proxy.LoseAnswer(`"lost":1`)
	errs := together(t, s, database, batches)
	<-lost
	for i, err := range errs {
		if i == 7 {
			require.ErrorIs(t, err, store.ErrStale)
			continue
		}
		require.NoError(t, err, i)
		snap, err := s.Load(t.Context(), batches[i].MultiSession)
		require.NoError(t, err)
		require.Equal(t, protocol.Seq(1), snap.Head, "once")
	}
}

// A group waits for nobody's commit: while another node has the lock of one
// multi-session, the others are committed.
func TestGroupLeavesOutWhoMustWait(t *testing.T) {
	dsn := pgtest.Database(t)
	s, other := open(t, dsn), open(t, dsn)
	batches := floors(t, s, postgres.GroupsAtOnce+4)
	locked := len(batches) - 1
	release, err := other.Lock(t.Context(), store.TurnLock(batches[locked].MultiSession))
	require.NoError(t, err)
	held := hold(t, dsn)
	errs := make(chan error, len(batches))
	waits := make(chan error, 1)
	for i, b := range batches {
		into := errs
		if i == locked {
			into = waits
		}
		go func() { into <- s.Commit(t.Context(), b) }()
		if i < postgres.GroupsAtOnce {
			held.waitFor(i + 1)
		}
	}
	require.Eventually(t, func() bool { return s.Waiting() == 4 }, time.Minute, time.Millisecond)
	held.release()
	for range locked {
		require.NoError(t, <-errs)
	}
	require.Empty(t, waits)
	release()
	require.NoError(t, <-waits)
}

// Who gives up while its batch waits has written nothing.
func TestWithdrawn(t *testing.T) {
	dsn := pgtest.Database(t)
	s := open(t, dsn)
	batches := floors(t, s, postgres.GroupsAtOnce+1)
	ctx, cancel := context.WithCancel(t.Context())
	held := hold(t, dsn)
	var committing sync.WaitGroup
	for i, b := range batches[1:] {
		committing.Go(func() {
			if err := s.Commit(t.Context(), b); err != nil {
				t.Error(err)
			}
		})
		held.waitFor(i + 1)
	}
	gaveUp := make(chan error, 1)
	go func() { gaveUp <- s.Commit(ctx, batches[0]) }()
	require.Eventually(t, func() bool { return s.Waiting() == 1 }, time.Minute, time.Millisecond)
	cancel()
	require.ErrorIs(t, <-gaveUp, context.Canceled)
	held.release()
	committing.Wait()
	snap, err := s.Load(t.Context(), batches[0].MultiSession)
	require.NoError(t, err)
	require.Zero(t, snap.Head)
}

// Groups of several nodes with the same multi-sessions, in any order, don't wait for each
// other: each commit has its place.
func TestGroupsOfNodesCommitTogether(t *testing.T) {
	const floor, nodes, each = 8, 3, 6
	dsn := pgtest.Database(t)
	first := open(t, dsn)
	all := floors(t, first, floor)
	var working sync.WaitGroup
	for node := range nodes {
		s := open(t, dsn)
		for i := range all {
			ms, client := all[i].MultiSession, all[i].Outcomes[0].Client
			working.Go(func() {
				for n := range each {
					if err := tapIn(t.Context(), s, ms, client, protocol.OrderID(fmt.Sprintf("n%d-%d", node, n))); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
	}
	working.Wait()
	for _, b := range all {
		snap, err := first.Load(t.Context(), b.MultiSession)
		require.NoError(t, err)
		require.Equal(t, protocol.Seq(nodes*each), snap.Head)
		require.Len(t, snap.Open, nodes*each)
	}
}

// An id of any characters finds its changes.
func TestOddOrderIDs(t *testing.T) {
	s := open(t, pgtest.Database(t))
	floor(t, s)
	for _, id := range []protocol.OrderID{`a"b\c,{d}`, "NULL", " é "} {
		require.NoError(t, tapUntilTaken(t.Context(), s, id))
		found, _, err := s.History(t.Context(), "main", id, 0)
		require.NoError(t, err)
		require.Len(t, found, 1, id)
		require.Len(t, load(t, s).Open[len(load(t, s).Open)-1].Lines, 1)
	}
}

// POS that are read at the same time are each told of its own.
func TestPOSReadTogether(t *testing.T) {
	s := open(t, pgtest.Database(t))
	for i := range 20 {
		require.NoError(t, s.PutPOS(t.Context(), store.POS{ID: protocol.POSID(fmt.Sprint("pos-", i)), Name: fmt.Sprint("Till ", i)}))
	}
	var reading sync.WaitGroup
	for i := range 200 {
		reading.Go(func() {
			pos, err := s.POS(t.Context(), protocol.POSID(fmt.Sprint("pos-", i%40)))
			switch {
			case i%40 >= 20 && !errors.Is(err, store.ErrNotFound):
				t.Errorf("POS %d, which isn't there: %v", i%40, err)
			case i%40 < 20 && (err != nil || pos.Name != fmt.Sprint("Till ", i%40)):
				t.Errorf("POS %d: %q %v", i%40, pos.Name, err)
			}
		})
	}
	reading.Wait()
}
