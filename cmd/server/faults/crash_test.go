package faults_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/sdk/protocol"
)

const (
	kills   = 40
	hammers = 10
)

// TestKilledServerLosesNothing kills the real server at moments of chance,
// while ten clients push. What it said was applied is on disk, once.
func TestKilledServerLosesNothing(t *testing.T) {
	killed(t, kills, newProcess, nil)
}

// TestKilledServerWithExtensionsLosesNothing does it again with the three
// examples enabled: put in another order, taken out and swapped in while tills
// work, and their plugin killed. In the end the derived field says of every
// order what its lines say.
func TestKilledServerWithExtensionsLosesNothing(t *testing.T) {
	killed(t, 20, newProcessWithExamples, func(p *process, dice *rand.Rand) {
		if dice.IntN(2) == 0 {
			p.swapExamples(dice)
		}
		if dice.IntN(3) == 0 {
			p.killPlugin()
		}
	})
}

// killed starts a server, and lets clients push while it is killed so often;
// trouble, if any, is made before each kill.
func killed(t *testing.T, kills int, newProcess func(testing.TB) *process, trouble func(*process, *rand.Rand)) {
	if testing.Short() {
		t.Skip("it starts a server many times")
	}
	chosen, dice := moments(t)
	p := newProcess(t)
	multiSessions := []*multiSession{p.newMultiSession("floor", 4), p.newMultiSession("terrace", 3), p.newMultiSession("bar", 3)}
	on := newHammering(t, p.addr)
	var all []*hammer
	for _, f := range multiSessions {
		require.NoError(t, p.share(f.tokens[0]))
		all = hammersOf(all, f, on, chosen)
	}
	require.Len(t, all, hammers)
	clients := startHammers(t, all)
	for range kills {
		if trouble != nil {
			trouble(p, dice)
		}
		clients.more(1 + dice.Int64N(400))
		p.kill()
		p.start()
	}
	clients.end()
	if trouble != nil {
		p.pointsAreRight(multiSessions)
	}
	p.stop()
	checkDatabase(t, p, multiSessions, all)
}

// checkDatabase holds what is on disk against what the clients wrote down.
func checkDatabase(t *testing.T, p *process, multiSessions []*multiSession, all []*hammer) {
	ctx := context.Background()
	require.NoError(t, sqlite.Restore(ctx, p.database(), filepath.Join(p.dir, "copy.db"), false), "integrity")
	db, err := sqlite.Open(ctx, p.database(), sqlite.Options{})
	require.NoError(t, err)
	defer db.Close()
	checkStore(t, db, multiSessions, all)
}

// checkStore does so with what a store has.
func checkStore(t *testing.T, db store.Store, multiSessions []*multiSession, all []*hammer) {
	ctx := context.Background()
	at := map[outcomeKey]protocol.Seq{}
	for _, f := range multiSessions {
		checkLog(t, db, f.id, at)
		checkDense(t, db, f.id)
	}
	applied := map[protocol.MultiSessionID]map[protocol.OrderID]int{}
	for _, h := range all {
		client, err := db.Client(ctx, h.client)
		require.NoError(t, err)
		require.EqualValues(t, len(h.wishes), client.LastID)
		outcomes, err := db.Outcomes(ctx, h.client, 1, client.LastID)
		require.NoError(t, err)
		require.Len(t, outcomes, len(h.wishes), "each id one outcome")
		sums := applied[client.MultiSession]
		if sums == nil {
			sums = map[protocol.OrderID]int{}
			applied[client.MultiSession] = sums
		}
		for _, m := range h.wishes {
			require.Equal(t, h.journal[m.ID].Seq, at[outcomeKey{h.client, m.ID}], "%s %d is where it was acknowledged", h.client, m.ID)
			order := m.Ops[0].On()
			if sums[order] += 0; m.Ops[0].Kind() == protocol.KindLineInc {
				sums[order]++
			}
		}
	}
	for _, f := range multiSessions {
		for order, want := range applied[f.id] {
			rows, _, err := db.Orders(ctx, f.id, []protocol.OrderID{order})
			require.NoError(t, err)
			require.Len(t, rows, 1, "order %s was acknowledged", order)
			require.Equal(t, fmt.Sprint(want), lastQty(t, db, f.id, order), "increments of %s add up", order)
		}
	}
}

// checkLog: seq without holes, each mutation at most once.
func checkLog(t *testing.T, db store.Store, ms protocol.MultiSessionID, at map[outcomeKey]protocol.Seq) {
	require.NoError(t, readLog(db, ms, at))
}

// readLog adds where each mutation stands in a log. An error says what is wrong with that.
func readLog(db store.Store, ms protocol.MultiSessionID, at map[outcomeKey]protocol.Seq) error {
	changes, err := db.Changes(context.Background(), ms, 0, 1<<20)
	if err != nil {
		return err
	}
	for i, row := range changes {
		var c protocol.Change
		if err := json.Unmarshal(row.Body, &c); err != nil {
			return err
		}
		if int(c.Seq) != i+1 {
			return fmt.Errorf("change %d of %s stands in place %d of the log", c.Seq, ms, i+1)
		}
		if c.ClientID == "" {
			continue // by an extension that works again
		}
		key := outcomeKey{c.ClientID, c.ID}
		if at[key] != 0 {
			return fmt.Errorf("%s %d stands twice in the log of %s", c.ClientID, c.ID, ms)
		}
		at[key] = c.Seq
	}
	return nil
}

func checkDense(t *testing.T, db store.Store, ms protocol.MultiSessionID) {
	rows, err := db.List(context.Background(), ms, store.ListFilter{Limit: 1 << 20})
	require.NoError(t, err)
	for i, row := range rows {
		require.EqualValues(t, 1, row.Run)
		require.EqualValues(t, i+1, row.Number, "numbers are dense")
	}
}

// lastQty is the qty of the one line of an order, as its history tells.
func lastQty(t *testing.T, db store.Store, ms protocol.MultiSessionID, order protocol.OrderID) (qty string) {
	changes, _, err := db.History(context.Background(), ms, order, 0)
	require.NoError(t, err)
	for _, row := range changes {
		var c protocol.Change
		require.NoError(t, json.Unmarshal(row.Body, &c))
		if v, ok := c.Orders[order].Lines["l1"].Set["qty"]; ok {
			qty = string(v)
		}
	}
	return qty
}
