package faults_test

import (
	"flag"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store/postgres"
	"github.com/manytill/manytill/internal/brokennet"
	"github.com/manytill/manytill/internal/natstest"
	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/sdk/protocol"
)

var cutTaps = flag.Int64("cut-taps", 25, "how many taps TestCutNodesLoseNothing has at most between what breaks and heals; 100 is the long form")

// TestCutNodesLoseNothing has seven clients push to two nodes on one PostgreSQL, while the
// networks between the nodes and their database, and between them and what carries their
// notes, break or swallow everything, and heal. Meanwhile a node without its database says
// read_only. What was acknowledged is there, once, and once all is healed every client is
// told all of it, once and in order.
func TestCutNodesLoseNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts servers")
	}
	for _, notes := range []string{"NOTIFY", "NATS"} {
		t.Run(notes, func(t *testing.T) {
			t.Parallel()
			chosen, dice := moments(t)
			dsn := pgtest.Database(t)
			var nodes []*process
			var databases, networks []*brokennet.Proxy
			nats, more := "", ""
			if notes == "NATS" {
				nats = natstest.Start(t).URL
			}
			for range 2 {
				database, through := brokennet.Through(t, dsn)
				databases = append(databases, database)
				networks = append(networks, database)
				if nats != "" {
					carrier, through := brokennet.Through(t, nats)
					networks = append(networks, carrier)
					more = "wake: " + through + "\n"
				}
				p := nodeOn(t, through, more)
				p.start()
				nodes = append(nodes, p)
			}
			on := newHammering(t, "")
			multiSessions := []*multiSession{nodes[0].newMultiSession("floor", 4), nodes[1].newMultiSession("bar", 3)}
			var all []*hammer
			for _, f := range multiSessions {
				require.NoError(t, nodes[len(all)%2].share(f.tokens[0]))
				all = hammersOf(all, f, on, chosen)
			}
			for i, h := range all {
				h.addr = nodes[i%2].addr // and stays there
			}
			clients := startHammers(t, all)
			for range 4 {
				clients.more(1 + dice.Int64N(*cutTaps))
				broken := networks[dice.IntN(len(networks))]
				if dice.IntN(3) == 0 {
					broken.Freeze()
					clients.more(1 + dice.Int64N(*cutTaps)/2) // the other node goes on
					broken.Thaw()
					continue
				}
				broken.Cut(true)
				clients.more(1 + dice.Int64N(*cutTaps))
				broken.Cut(false)
			}
			clients.more(*cutTaps / 2)

			for _, database := range databases {
				database.Cut(true)
			}
			for _, p := range nodes {
				saysReadOnly(t, p, multiSessions[0].tokens[0])
			}
			heads := headsOf(t, dsn, multiSessions)
			for _, database := range databases {
				database.Cut(false)
			}
			began := time.Now()
			clients.await(func() bool { return toldAll(all, heads) })
			t.Logf("every client was told what there was within %s after the networks healed", time.Since(began))
			clients.more(*cutTaps / 2)
			clients.end()
			checkStopped(t, nodes, dsn, multiSessions, all)
		})
	}
}

// saysReadOnly has a node refuse a push, since it can't use its database.
func saysReadOnly(t *testing.T, p *process, token string) {
	t.Helper()
	err := p.call(http.MethodPost, "/v1/push", token, protocol.PushRequest{ClientID: "probe", Mutations: []protocol.Mutation{inc(1, sharedOrder)}}, nil)
	require.Equal(t, protocol.ReadOnly, protocol.CodeOf(err), "%v", err)
}

// headsOf reads where multi-sessions are, while nobody can commit to them.
func headsOf(t *testing.T, dsn string, multiSessions []*multiSession) map[protocol.POSID]protocol.Seq {
	t.Helper()
	db, err := postgres.Open(t.Context(), dsn, postgres.Options{})
	require.NoError(t, err)
	defer db.Close()
	heads := map[protocol.POSID]protocol.Seq{}
	for _, f := range multiSessions {
		snap, err := db.Load(t.Context(), f.id)
		require.NoError(t, err)
		for _, pos := range f.pos {
			heads[pos] = snap.Head
		}
	}
	return heads
}

// toldAll reports whether clients were told all up to these heads.
func toldAll(all []*hammer, heads map[protocol.POSID]protocol.Seq) bool {
	return !slices.ContainsFunc(all, func(h *hammer) bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		head, known := heads[protocol.POSID(strings.TrimSuffix(string(h.client), "-c"))]
		return !known || h.seq < head
	})
}
