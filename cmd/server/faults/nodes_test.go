package faults_test

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/postgres"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/internal/pgtest"
)

// TestKilledNodesLoseNothing has ten clients push to two nodes on one PostgreSQL, while
// nodes are killed, and the database stops as in a crash. What was acknowledged is
// there, once, and every client was told each change, once and in order.
func TestKilledNodesLoseNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts servers many times")
	}
	chosen, dice := moments(t)
	database := pgtest.Start(t)
	dsn := database.Database(t)
	nodes := twoNodes(t, dsn)
	on := newHammering(t, balance(t, nodes[0].addr, nodes[1].addr))
	multiSessions := []*multiSession{nodes[0].newMultiSession("floor", 4), nodes[1].newMultiSession("bar", 3)}
	var all []*hammer
	for _, f := range multiSessions {
		require.NoError(t, nodes[len(all)%2].share(f.tokens[0]))
		all = hammersOf(all, f, on, chosen)
	}
	clients := startHammers(t, all)
	for round := range 8 {
		clients.more(1 + dice.Int64N(150))
		if round%4 == 3 {
			require.NoError(t, database.Stop("immediate"))
			require.NoError(t, database.Start())
			continue
		}
		p := nodes[dice.IntN(2)]
		p.kill()
		p.start()
	}
	clients.end()
	checkStopped(t, nodes, dsn, multiSessions, all)
}

// TestFailoverLosesNothing has the database die under two nodes, and its standby become
// the primary. What was acknowledged is there, and nodes and clients go on by themselves.
func TestFailoverLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts servers")
	}
	chosen, dice := moments(t)
	primary := pgtest.Start(t)
	database := primary.Database(t)
	standby := primary.Standby(t)
	dsn := strings.Replace(database, primary.Address(), primary.Address()+","+standby.Address(), 1) + "&target_session_attrs=read-write"
	nodes := twoNodes(t, dsn)
	floor := nodes[0].newMultiSession("floor", 4)
	require.NoError(t, nodes[0].share(floor.tokens[0]))
	all := hammersOf(nil, floor, newHammering(t, balance(t, nodes[0].addr, nodes[1].addr)), chosen)
	clients := startHammers(t, all)
	clients.more(100 + dice.Int64N(200))
	require.NoError(t, primary.Stop("immediate"))
	require.NoError(t, standby.Promote())
	clients.more(200)
	clients.end()
	checkStopped(t, nodes, strings.Replace(database, primary.Address(), standby.Address(), 1), []*multiSession{floor}, all)
}

// twoNodes starts two servers on a database.
func twoNodes(t testing.TB, dsn string) []*process {
	nodes := []*process{nodeOn(t, dsn, ""), nodeOn(t, dsn, "")}
	for _, p := range nodes {
		p.start()
	}
	return nodes
}

// checkStopped stops nodes, and holds what their database has against what their
// clients were told.
func checkStopped(t *testing.T, nodes []*process, dsn string, multiSessions []*multiSession, all []*hammer) {
	for _, p := range nodes {
		p.stop()
	}
	db, err := postgres.Open(t.Context(), dsn, postgres.Options{})
	require.NoError(t, err)
	defer db.Close()
	checkStore(t, db, multiSessions, all)
}

// nodeOn is a server on a database, with more lines of configuration. It isn't started yet.
func nodeOn(t testing.TB, dsn, more string) *process {
	password := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(password, []byte(pgtest.Password), 0o600))
	p := newProcessOn(t, strings.Replace(dsn, ":"+pgtest.Password+"@", "@", 1), "store_password_file: "+password+"\n"+more)
	p.dsn = dsn
	return p
}

// open opens the store of a server that doesn't run.
func (p *process) open() (interface {
	Prune(ctx context.Context, before time.Time, dry bool) (store.Pruned, error)
	Close() error
}, error,
) {
	if p.dsn != "" {
		return postgres.Open(p.t.Context(), p.dsn, postgres.Options{})
	}
	return sqlite.Open(p.t.Context(), p.database(), sqlite.Options{})
}

// balance hands each connection to the other node than the one before, or to the one
// that is there.
func balance(t testing.TB, nodes ...string) (front string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for next := 0; ; next++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for i := range nodes {
					to, err := net.Dial("tcp", nodes[(next+i)%len(nodes)])
					if err != nil {
						continue
					}
					defer to.Close()
					go func() {
						_, _ = io.Copy(to, c)
						_ = to.Close()
					}()
					_, _ = io.Copy(c, to)
					return
				}
			}()
		}
	}()
	return l.Addr().String()
}
