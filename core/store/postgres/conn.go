package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// What a session of the database is set to, unless the URL says otherwise.
var settings = map[string]string{
	"application_name":                    "manytill",
	"search_path":                         "manytill",
	"statement_timeout":                   "15s",
	"lock_timeout":                        "10s",
	"idle_in_transaction_session_timeout": "60s",
	"jit":                                 "off", // the statements are short
}

const (
	// callWithin bounds a call to the database, connecting and waiting for a free
	// connection included: a broken network mustn't hold whoever waits.
	callWithin    = 20 * time.Second
	connectWithin = 5 * time.Second
	conns         = 20
)

func poolConfig(dsn string, o Options) (*pgxpool.Config, error) {
	c, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("the database isn't named as postgres://USER@HOST:PORT/DATABASE (the text itself isn't shown, since it may have a password)")
	}
	if o.Password != "" {
		c.ConnConfig.Password = o.Password
	}
	switch {
	case o.Conns > 0:
		c.MaxConns = o.Conns
	case !strings.Contains(dsn, "pool_max_conns"):
		c.MaxConns = conns
	}
	for name, value := range settings {
		if _, given := c.ConnConfig.RuntimeParams[name]; !given {
			c.ConnConfig.RuntimeParams[name] = value
		}
	}
	c.ConnConfig.ConnectTimeout = min(cmp.Or(c.ConnConfig.ConnectTimeout, connectWithin), callWithin)
	// With synchronous_commit off PostgreSQL answers before a commit is on disk.
	c.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'")
		return err
	}
	return c, nil
}

// statement is one of a pipeline. each is called for every row of its result, unless
// it is nil.
type statement struct {
	sql  string
	args []any
	each func(pgx.Rows) error
}

// tries is how often a call is tried that failed for a reason that passes.
const tries = 4

// call runs do with a connection, and again with another while again says so. Once it
// has begun it isn't interrupted when ctx ends, since that would end the connection.
func (s *Store) call(ctx context.Context, again func(error) bool, do func(context.Context, *pgxpool.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), callWithin)
	defer cancel()
	var err error
	for range tries {
		if err = s.withConn(within, do); err == nil || within.Err() != nil || !again(err) {
			break
		}
	}
	return err
}

func (s *Store) withConn(ctx context.Context, do func(context.Context, *pgxpool.Conn) error) error {
	c, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	if err = do(ctx, c); isMoved(err) || isLost(err) {
		s.pool.Reset() // the others are broken too; new ones find the server that can be written to
	}
	return err
}

// pipeline sends statements in one round trip. Without a BEGIN they are one
// transaction.
func pipeline(ctx context.Context, c *pgxpool.Conn, statements []statement) (err error) {
	b := &pgx.Batch{}
	for _, st := range statements {
		b.Queue(st.sql, st.args...)
	}
	results := c.SendBatch(ctx, b)
	defer func() { err = cmp.Or(err, results.Close()) }()
	for _, st := range statements {
		rows, err := results.Query()
		if err != nil {
			return err
		}
		for rows.Next() && err == nil && st.each != nil {
			err = st.each(rows)
		}
		rows.Close()
		if err = cmp.Or(rows.Err(), err); err != nil {
			return err
		}
	}
	return nil
}

// read runs statements that see one state of the database.
func (s *Store) read(ctx context.Context, statements ...statement) error {
	if len(statements) > 1 {
		whole := append([]statement{{sql: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}}, statements...)
		statements = append(whole, statement{sql: "COMMIT"})
	}
	return s.classify(s.call(ctx, isLost, func(ctx context.Context, c *pgxpool.Conn) error { return pipeline(ctx, c, statements) }))
}

// write runs statements in one transaction. One that lost against others, or whose
// connection was found broken, is tried again.
func (s *Store) write(ctx context.Context, do func(context.Context, pgx.Tx) error) error {
	return s.classify(s.call(ctx, mayRepeat, func(ctx context.Context, c *pgxpool.Conn) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error { return do(ctx, tx) })
	}))
}

// exec runs one statement and counts the rows that it changed.
func (s *Store) exec(ctx context.Context, sql string, args ...any) (n int64, err error) {
	err = s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, sql, args...)
		n = tag.RowsAffected()
		return err
	})
	return n, err
}

// one reads one row; pgx.ErrNoRows becomes store.ErrNotFound.
func (s *Store) one(ctx context.Context, sql string, args []any, into ...any) error {
	found := false
	err := s.read(ctx, statement{sql, args, func(r pgx.Rows) error {
		found = true
		return r.Scan(into...)
	}})
	if err == nil && !found {
		err = errNotFound
	}
	return err
}

// sqlState is the code of an error of PostgreSQL
// (https://www.postgresql.org/docs/current/errcodes-appendix.html); "" for others.
func sqlState(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// isContention: the transaction lost against another, and may be tried again.
func isContention(err error) bool {
	code := sqlState(err)
	return code == "40001" || code == "40P01"
}

// mayRepeat: the transaction wasn't committed, and may work if it is tried again.
func mayRepeat(err error) bool { return isContention(err) || isLost(err) && pgconn.SafeToRetry(err) }

// isMoved: this server is stopping, or isn't the one to be written to any more.
func isMoved(err error) bool {
	code := sqlState(err)
	return code == "25006" || strings.HasPrefix(code, "57P0")
}

// isLost: the connection broke, so that what was sent may have been done or not.
func isLost(err error) bool {
	if code := sqlState(err); code != "" {
		return strings.HasPrefix(code, "57P0") || strings.HasPrefix(code, "08")
	}
	var network net.Error
	var connecting *pgconn.ConnectError
	return errors.As(err, &network) || errors.As(err, &connecting) || pgconn.SafeToRetry(err) || errors.Is(err, pgconn.ErrConnClosed) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, context.DeadlineExceeded)
}

// texts are ids for PostgreSQL. One that it can't take is "", which nothing has.
func texts[T ~string](values []T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		if text := string(v); utf8.ValidString(text) && !strings.ContainsRune(text, 0) {
			list[i] = text
		}
	}
	return list
}

// toTime keeps what a store keeps of a time: milliseconds.
func toTime(t time.Time) time.Time { return time.UnixMilli(t.UnixMilli()).UTC() }

func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
