package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// Options tune a store. The zero value is right for a server.
type Options struct {
	// Password is used in place of the URL's, PGPASSWORD's or that of a file, unless it
	// is empty.
	Password string
	// Conns is how many connections a node opens at most; 0 is 20, unless the URL has
	// pool_max_conns.
	Conns int32
	// Warn, if set, is called with what is wrong with the settings of the database.
	Warn func(string)
	// Damaged, if set, is called once for each damaged place.
	Damaged func(store.Damage)
}

// Store implements [store.Store] in a PostgreSQL database.
type Store struct {
	pool     *pgxpool.Pool
	locks    *pgxpool.Pool // see Lock
	identity store.Identity
	found    findings
	groups   gather[*member]
	asked    gather[*question[protocol.POSID, store.POS]]
	since    gather[*question[store.Since, *store.Moved]]
}

var _ store.Store = (*Store)(nil)

// ErrNoBackup is the error of [Store.Backup].
var ErrNoBackup = errors.New("a PostgreSQL database is backed up by its own tools: pg_dump for a copy, pg_basebackup with archived WAL for every moment")

// Open connects to a database, by a URL or a string of the form key=value …, and
// makes or updates its schema. Several nodes may do so at the same time. It fails if
// the database can't be reached or written to, or if a newer version wrote it.
func Open(ctx context.Context, dsn string, o Options) (*Store, error) {
	c, err := poolConfig(dsn, o)
	if err != nil {
		return nil, err
	}
	s := &Store{found: findings{tell: o.Damaged}}
	s.groups = gather[*member]{atOnce: groupsAtOnce, fit: fitGroup, do: s.commitGroup}
	s.asked = together(1, s.readPOS)
	s.since = together(2, s.readSince)
	fail := func(err error) (*Store, error) {
		return nil, fmt.Errorf("open the database %s: %w", Name(dsn), explain(err))
	}
	if s.pool, err = pgxpool.NewWithConfig(ctx, c); err != nil {
		return fail(err)
	}
	if err = s.open(ctx, o); err != nil {
		s.pool.Close()
		return fail(err)
	}
	few := c.Copy()
	few.MaxConns = locksAtOnce
	if s.locks, err = pgxpool.NewWithConfig(ctx, few); err != nil {
		s.pool.Close()
		return fail(err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, o Options) error {
	ctx, cancel := context.WithTimeout(ctx, openWithin)
	defer cancel()
	c, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	var replica bool
	var lax string
	err = c.QueryRow(ctx, `SELECT pg_is_in_recovery(), coalesce((SELECT string_agg(name, ' and ' ORDER BY name) FROM pg_settings
		WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'), '')`).Scan(&replica, &lax)
	if err != nil {
		return err
	}
	if replica {
		return errReplica
	}
	if lax != "" && o.Warn != nil {
		o.Warn(lax + " is off in PostgreSQL: a power cut there may lose orders that were acknowledged, or the database")
	}
	if err = migrate(ctx, c.Conn()); err != nil {
		return err
	}
	var half bool
	if err = c.QueryRow(ctx, "SELECT to_regclass('migration') IS NOT NULL").Scan(&half); err != nil {
		return err
	}
	if half {
		return errors.New("a migration into it isn't finished: run manytill migrate again, as before, or drop its schema manytill")
	}
	return c.QueryRow(ctx, "SELECT server_id, epoch FROM identity").Scan(&s.identity.ServerID, &s.identity.Epoch)
}

// Connect makes a connection beside the store's own, for notes between nodes.
func (s *Store) Connect(ctx context.Context) (*pgx.Conn, error) {
	return pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
}

// Prepare connects to a database, for a migration into it, and makes its schema.
func Prepare(ctx context.Context, dsn string, o Options) (*pgx.Conn, error) {
	c, err := poolConfig(dsn, o)
	if err != nil {
		return nil, err
	}
	c.ConnConfig.RuntimeParams["statement_timeout"] = "0"
	conn, err := pgx.ConnectConfig(ctx, c.ConnConfig)
	if err == nil {
		if err = migrate(ctx, conn); err != nil {
			_ = conn.Close(ctx)
		}
	}
	return conn, wrap(explain(err), "open the database %s", Name(dsn))
}

// Missing reports whether a database has nothing of Manytill yet.
func Missing(ctx context.Context, dsn string, o Options) (missing bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	c, err := poolConfig(dsn, o)
	if err != nil {
		return false, err
	}
	conn, err := pgx.ConnectConfig(ctx, c.ConnConfig)
	if err == nil {
		err = conn.QueryRow(ctx, "SELECT to_regclass('manytill.schema_version') IS NULL").Scan(&missing)
		_ = conn.Close(ctx)
	}
	return missing, wrap(explain(err), "open the database %s", Name(dsn))
}

// openWithin bounds a start: the steps of the schema may take long, but then somebody
// should look.
const openWithin = 10 * time.Minute

// Name is the database of a URL or of a string of the form key=value, as it may be
// shown: without password.
func Name(dsn string) string {
	c, err := pgx.ParseConfig(dsn)
	if err != nil {
		return "postgres://…"
	}
	at := url.URL{Scheme: "postgres", User: url.User(c.User), Host: fmt.Sprintf("%s:%d", c.Host, c.Port), Path: c.Database}
	return at.String()
}

// Identity implements [store.Maintenance].
func (s *Store) Identity(ctx context.Context) (store.Identity, error) {
	return s.identity, ctx.Err()
}

// NewEpoch begins another period of numbering, after a backup was restored: tills send
// again what they have. Pending effects are held, since a copy of the database does
// nothing by itself. No node may work with the database meanwhile.
func (s *Store) NewEpoch(ctx context.Context) error {
	return s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		for _, step := range []string{"UPDATE effects SET state = 'held' WHERE " + isPending, "DELETE FROM effects_lease"} {
			if _, err := tx.Exec(ctx, step); err != nil {
				return err
			}
		}
		return tx.QueryRow(ctx, "UPDATE identity SET epoch = $1 RETURNING epoch", randomID()).Scan(&s.identity.Epoch)
	})
}

// KnownFields implements [store.Maintenance].
func (s *Store) KnownFields(ctx context.Context) (fields []byte, err error) {
	err = s.one(ctx, "SELECT known_fields FROM identity", nil, &fields)
	return fields, err
}

// PutKnownFields implements [store.Maintenance].
func (s *Store) PutKnownFields(ctx context.Context, fields []byte) error {
	_, err := s.exec(ctx, "UPDATE identity SET known_fields = $1", fields)
	return err
}

// Backup implements [store.Maintenance]: it refuses.
func (s *Store) Backup(context.Context, string, func(done, of int)) error { return ErrNoBackup }

// Damage implements [store.Maintenance].
func (s *Store) Damage() []store.Damage { return s.found.list() }

// Check implements [store.Maintenance].
func (s *Store) Check(ctx context.Context) error {
	_, err := s.exec(ctx, "UPDATE identity SET one = one")
	return err
}

// Close closes the connections. Later calls fail.
func (s *Store) Close() error {
	s.locks.Close()
	s.pool.Close()
	return nil
}
