package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"
)

// Several servers on one database in PostgreSQL, beside one, beside SQLite, and beside
// what the database does by itself.

const (
	nodesWriters = 200
	// bareClients is how many connections update rows, as pgbench does; one server has
	// as many.
	bareClients = 16
)

// measureNodes needs a database whose user may make others; its password comes from
// PGPASSWORD. What it makes there it deletes.
func measureNodes(ctx context.Context, o *Options) error {
	if !strings.HasPrefix(o.Store, "postgres") {
		return errors.New("name a database of PostgreSQL whose user may make others: --store postgres://USER@HOST:PORT/postgres; its password comes from PGPASSWORD")
	}
	writers := load{multiSessions: nodesWriters, tills: 5, lines: 20, during: o.During}
	one := load{multiSessions: 1, tills: 5, lines: 20, during: o.During, apart: true}
	apart := writers
	apart.apart = true
	all := []struct {
		name  string
		nodes int // 0: SQLite
		load  load
		took  []*result
	}{
		{name: "200 writers, SQLite", load: writers},
		{name: "… one node on PostgreSQL", nodes: 1, load: writers},
		{name: "… two nodes", nodes: 2, load: writers},
		{name: "… two, readers at the other", nodes: 2, load: apart},
		{name: "1 writer, SQLite", load: one},
		{name: "… one node on PostgreSQL", nodes: 1, load: one},
		{name: "… two, readers at the other", nodes: 2, load: one},
	}
	var bare []*result
	for range rounds {
		r, err := bareUpdates(ctx, o)
		if err != nil {
			return err
		}
		bare = append(bare, r)
		for i := range all {
			r, err := onNodes(ctx, o, all[i].load, all[i].nodes)
			if err != nil {
				return fmt.Errorf("%s: %w", all[i].name, err)
			}
			all[i].took = append(all[i].took, r)
		}
	}
	updates := middle(bare)
	database := updates.rate(updates.mutations)
	fmt.Fprintf(o.Out, "%-34s %7.0f updates/s, %d connections, a row each\n", "PostgreSQL by itself", database, bareClients)
	for i := range all {
		r := middle(all[i].took)
		o.row(all[i].name, r)
		if all[i].load.multiSessions == nodesWriters {
			first := middle(all[0].took)
			fmt.Fprintf(o.Out, "%-34s %.2f of the updates' rate, %.2f of SQLite's\n", "", r.rate(r.mutations)/database, r.rate(r.mutations)/first.rate(max(1, first.mutations)))
		}
	}
	return nil
}

// onNodes runs a load on so many servers of a database of their own.
func onNodes(ctx context.Context, o *Options, l load, nodes int) (*result, error) {
	store := "sqlite:bench.db"
	if nodes > 0 {
		made, drop, err := makeDatabase(ctx, o)
		if err != nil {
			return nil, err
		}
		defer drop()
		store = made
	}
	var first *server
	for range max(1, nodes) {
		dir, err := os.MkdirTemp("", "manytill-bench-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		s, err := startServer(ctx, o.Binary, dir, store)
		if err != nil {
			return nil, err
		}
		defer s.stop()
		if first == nil {
			first = s
			continue
		}
		first.others = append(first.others, s)
	}
	return l.run(ctx, first, "m")
}

var databases atomic.Int64

// makeDatabase makes a database and gives its URL.
func makeDatabase(ctx context.Context, o *Options) (made string, drop func(), err error) {
	c, err := pgx.Connect(ctx, o.Store)
	if err != nil {
		return "", nil, err
	}
	defer c.Close(ctx)
	name := fmt.Sprintf("manytill_bench_%d_%d", os.Getpid(), databases.Add(1))
	u, err := url.Parse(o.Store)
	if err == nil {
		_, err = c.Exec(ctx, "CREATE DATABASE "+name)
	}
	if err != nil {
		return "", nil, err
	}
	u.Path = "/" + name
	return u.String(), func() {
		if c, err := pgx.Connect(context.WithoutCancel(ctx), o.Store); err == nil {
			_, _ = c.Exec(context.WithoutCancel(ctx), "DROP DATABASE "+name+" WITH (FORCE)")
			_ = c.Close(context.WithoutCancel(ctx))
		}
	}, nil
}

// bareUpdates counts the updates of one row, each a transaction, that the database makes
// by itself.
func bareUpdates(ctx context.Context, o *Options) (*result, error) {
	made, drop, err := makeDatabase(ctx, o)
	if err != nil {
		return nil, err
	}
	defer drop()
	config, err := pgxpool.ParseConfig(made)
	if err != nil {
		return nil, err
	}
	config.MaxConns = bareClients
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	if _, err := pool.Exec(ctx, "CREATE TABLE bare (id int PRIMARY KEY, n bigint NOT NULL)"); err != nil {
		return nil, err
	}
	if _, err := pool.Exec(ctx, "INSERT INTO bare SELECT n, 0 FROM generate_series(1, $1) AS n", nodesWriters); err != nil {
		return nil, err
	}
	var done atomic.Int64
	var working errgroup.Group
	end := time.Now().Add(o.During)
	for id := range bareClients {
		working.Go(func() error {
			for n := id; time.Now().Before(end); n += bareClients {
				if _, err := pool.Exec(ctx, "UPDATE bare SET n = n + 1 WHERE id = $1", 1+n%nodesWriters); err != nil {
					return err
				}
				done.Add(1)
			}
			return nil
		})
	}
	err = working.Wait()
	return &result{mutations: done.Load(), took: o.During}, err
}
