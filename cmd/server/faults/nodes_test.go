package faults_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store/postgres"
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
	nodes := []*process{nodeOn(t, dsn), nodeOn(t, dsn)}
	for _, p := range nodes {
		p.start()
	}
	front := balance(t, nodes[0].addr, nodes[1].addr)
	multiSessions := []*multiSession{nodes[0].newMultiSession("floor", 4), nodes[1].newMultiSession("bar", 3)}
	var heard atomic.Int64
	told := make(chan struct{}, 1)
	var all []*hammer
	for _, f := range multiSessions {
		require.NoError(t, nodes[len(all)%2].share(f.tokens[0]))
		all = hammersOf(all, f, hammering{t: t, addr: front, heard: &heard, told: told}, chosen)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Second)
	defer cancel()
	var running sync.WaitGroup
	for _, h := range all {
		running.Go(func() { h.run(ctx) })
	}
	for round := range 8 {
		for until := heard.Load() + 1 + dice.Int64N(150); heard.Load() < until; {
			select {
			case <-told:
			case <-ctx.Done():
				t.Fatal("the clients come no further")
			}
		}
		if round%4 == 3 {
			require.NoError(t, database.Stop("immediate"))
			require.NoError(t, database.Start())
			continue
		}
		p := nodes[dice.IntN(2)]
		p.kill()
		p.start()
	}
	for _, h := range all {
		h.mu.Lock()
		h.draining = true
		h.mu.Unlock()
	}
	running.Wait()
	require.NoError(t, ctx.Err(), "the clients don't come to an end")
	t.Logf("%d results", heard.Load())
	for _, p := range nodes {
		p.stop()
	}
	db, err := postgres.Open(t.Context(), dsn, postgres.Options{})
	require.NoError(t, err)
	defer db.Close()
	checkStore(t, db, multiSessions, all)
}

// nodeOn is a server on a database, which isn't started yet.
func nodeOn(t *testing.T, dsn string) *process {
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	u.User = url.User(u.User.Username())
	password := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(password, []byte(pgtest.Password), 0o600))
	return newProcessOn(t, u.String(), "store_password_file: "+password+"\n")
}

// balance hands each connection to the other node than the one before, or to the one
// that is there.
func balance(t *testing.T, nodes ...string) (front string) {
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
