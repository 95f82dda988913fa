package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

var (
	errNotFound = store.ErrNotFound
	errReplica  = errors.New("it is a replica, which can only be read: name the primary, or both with target_session_attrs=read-write, as in postgres://USER@HOST1:5432,HOST2:5432/DATABASE?target_session_attrs=read-write")
)

// classify maps an error of PostgreSQL to one of package store: ErrReadOnly if the
// database can't be reached or written to now. Others stay.
func (s *Store) classify(err error) error {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		if isLost(err) {
			return away("the database can't be reached", err)
		}
		return err
	}
	switch code := e.Code; {
	case code == "MT404", code == "23502": // not null: what a row refers to wasn't found
		return fmt.Errorf("%w: %s", store.ErrNotFound, e.Message)
	case code == "22021": // no id has such characters
		return fmt.Errorf("%w: %s", store.ErrNotFound, e.Message)
	case code == "MT409":
		return fmt.Errorf("%w: %s", store.ErrStale, e.Message)
	case code == "23505":
		return fmt.Errorf("%w: %s (%s)", store.ErrExists, e.Message, e.Detail)
	case strings.HasPrefix(code, "XX00") && code != "XX000":
		return s.found.note(store.Damage{Place: fmt.Sprintf("table %s (%s)", e.TableName, e.Message)})
	case code == "53100":
		return away("the disk of the database is full", err)
	case code == "25006", code == "57014", code == "55P03", isLost(err), isContention(err),
		strings.HasPrefix(code, "53"), strings.HasPrefix(code, "58"), strings.HasPrefix(code, "28"), code == "3D000":
		return away("the database can't be written to", err)
	}
	return err
}

// away is the error while the database can't be used: ErrReadOnly, as callers are told
// of it. It may end at any moment.
func away(what string, err error) error {
	return protocol.Errorf(protocol.ReadOnly, "the server can't use its database now; what you have is safe, try again").
		With(protocol.Pause{RetryAfterMS: 2000}).Because(fmt.Errorf("%w: %s: %w", store.ErrReadOnly, what, err))
}

// explain says what to do about an error at the start. Errors of pgx don't have the
// password in them.
func explain(err error) error {
	advice := ""
	var connect *pgconn.ConnectError
	switch code := sqlState(err); {
	case code == "28P01":
		advice = "the password is wrong, or there is none: set store_password_file, or PGPASSWORD in the server's environment"
	case strings.HasPrefix(code, "28"):
		advice = "PostgreSQL doesn't let this user in: check the user's name, and pg_hba.conf on the database's server"
	case code == "3D000":
		advice = "there is no such database: make it with createdb, owned by the user that Manytill connects as"
	case code == "42501":
		advice = "this user may not make or change Manytill's tables: make it the owner of the database"
	case code == "53300":
		advice = "the database has no free connection: raise its max_connections, or lower pool_max_conns in the URL"
	case code == "57P03":
		advice = "the database is starting or stopping: try again in a moment"
	case errors.As(err, &connect):
		advice = "the database can't be reached: check that it runs, its host and port, and that a firewall lets this machine through"
	case errors.Is(err, context.DeadlineExceeded):
		advice = "the database doesn't answer: check that it runs, its host and port, and that nobody holds its tables locked"
	default:
		return err
	}
	return fmt.Errorf("%s (%w)", advice, err)
}

// findings are the damaged places that were found.
type findings struct {
	tell func(store.Damage)
	mu   sync.Mutex
	all  []store.Damage
}

// note keeps a damaged place, once, and returns its error.
func (f *findings) note(d store.Damage) error {
	f.mu.Lock()
	known := false
	for _, was := range f.all {
		known = known || was == d
	}
	if !known {
		f.all = append(f.all, d)
	}
	f.mu.Unlock()
	if !known && f.tell != nil {
		f.tell(d)
	}
	return d.Err()
}

func (f *findings) list() []store.Damage {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]store.Damage(nil), f.all...)
}
