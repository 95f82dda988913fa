package migrate

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/manytill/manytill/core/store/sqlite"
)

// Progress is how far a migration is with one table.
type Progress struct {
	Table    string
	Done, Of int64 // rows
	// Verifying: the rows are copied, and compared now.
	Verifying bool
}

// piece is how many rows are copied in one transaction, pieceBytes how large they may
// be.
const (
	piece      = 5000
	pieceBytes = 8 << 20
)

// run is a migration under way.
type run struct {
	from *sqlite.Store
	to   *pgx.Conn // with a schema; see postgres.Prepare
	tell func(Progress)
}

// Run copies everything, verifies it, and gives the new database the identity of the
// old one. Of an interrupted migration it copies the rest.
func Run(ctx context.Context, from *sqlite.Store, to *pgx.Conn, tell func(Progress)) error {
	r := &run{from, to, tell}
	if err := r.begin(ctx); err != nil {
		return err
	}
	for _, t := range tables {
		if err := r.copy(ctx, t); err != nil {
			return fmt.Errorf("copy %s: %w", t.name, err)
		}
	}
	for _, t := range tables {
		if err := r.verify(ctx, t); err != nil {
			return fmt.Errorf("compare %s: %w", t.name, err)
		}
	}
	return r.finish(ctx)
}

// begin notes in an empty database what is migrated into it, or finds that noted.
func (r *run) begin(ctx context.Context) error {
	id, err := r.from.Identity(ctx)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, r.to, func(tx pgx.Tx) error {
		var begun, used bool
		err := tx.QueryRow(ctx, "SELECT to_regclass('migration') IS NOT NULL, EXISTS (SELECT FROM multi_sessions) OR EXISTS (SELECT FROM pos) OR EXISTS (SELECT FROM tokens)").Scan(&begun, &used)
		switch {
		case err != nil:
			return err
		case begun:
			var source string
			if err := tx.QueryRow(ctx, "SELECT source FROM migration LIMIT 1").Scan(&source); err != nil {
				return err
			}
			if source != id.ServerID+" "+id.Epoch {
				return errors.New("the database has an unfinished migration of another shop: use an empty one")
			}
			return nil
		case used:
			return errors.New("the database has a shop already: use an empty one")
		}
		if _, err := tx.Exec(ctx, "CREATE TABLE migration (source text NOT NULL, name text PRIMARY KEY, last bigint NOT NULL DEFAULT 0, done bigint NOT NULL DEFAULT 0)"); err != nil {
			return err
		}
		for _, t := range tables {
			if _, err := tx.Exec(ctx, "INSERT INTO migration (source, name) VALUES ($1, $2)", id.ServerID+" "+id.Epoch, t.name); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *run) copy(ctx context.Context, t table) error {
	of, err := r.count(ctx, t)
	if err != nil {
		return err
	}
	var last, done int64
	if err := r.to.QueryRow(ctx, "SELECT last, done FROM migration WHERE name = $1", t.name).Scan(&last, &done); err != nil {
		return err
	}
	for {
		rows, key, err := r.read(ctx, t, last)
		if err != nil || len(rows) == 0 {
			return err
		}
		err = pgx.BeginFunc(ctx, r.to, func(tx pgx.Tx) error {
			if _, err := tx.CopyFrom(ctx, pgx.Identifier{t.name}, t.names(), pgx.CopyFromRows(rows)); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "UPDATE migration SET last = $2, done = done + $3 WHERE name = $1", t.name, key, len(rows))
			return err
		})
		if err != nil {
			return err
		}
		last, done = key, done+int64(len(rows))
		r.tell(Progress{Table: t.name, Done: done, Of: of})
	}
}

func (r *run) count(ctx context.Context, t table) (n int64, err error) {
	err = r.from.Export(ctx, "SELECT count(*) FROM "+t.name, func(row []driver.Value) error {
		n = row[0].(int64)
		return nil
	})
	return n, err
}

func (t table) names() (names []string) {
	for _, c := range t.columns {
		names = append(names, c.name)
	}
	return names
}

// errFull ends a piece.
var errFull = errors.New("enough")

// read reads the next rows of a table, as PostgreSQL takes them, and the last key.
func (r *run) read(ctx context.Context, t table, after int64) (rows [][]any, last int64, err error) {
	size := 0
	err = r.from.Export(ctx, t.from+" WHERE "+t.key+" > ? ORDER BY "+t.key+" LIMIT ?", func(values []driver.Value) error {
		row, err := t.row(values[1:])
		if err != nil {
			return err
		}
		rows, last = append(rows, row), values[0].(int64)
		for _, v := range row {
			if b, is := v.([]byte); is {
				size += len(b)
			}
		}
		if size >= pieceBytes {
			return errFull
		}
		return nil
	}, after, int64(piece))
	if errors.Is(err, errFull) {
		err = nil
	}
	return rows, last, err
}

func (t table) row(values []driver.Value) (row []any, err error) {
	for i, v := range values {
		one, err := t.columns[i].kind.of(v)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", t.columns[i].name, err)
		}
		row = append(row, one)
	}
	if t.derive != nil {
		more, err := t.derive(row)
		if err != nil {
			return nil, err
		}
		row = append(row, more...)
	}
	return row, nil
}

// verify compares a table with what was to be copied, row by row, by a hash of all.
func (r *run) verify(ctx context.Context, t table) error {
	want, got := sha256.New(), sha256.New()
	var n, of int64
	of, err := r.count(ctx, t)
	if err != nil {
		return err
	}
	err = r.from.Export(ctx, t.from+" ORDER BY "+t.order, func(values []driver.Value) error {
		row, err := t.row(values[1:])
		if err == nil {
			err = note(want, row)
		}
		return err
	})
	if err != nil {
		return err
	}
	rows, err := r.to.Query(ctx, "SELECT "+strings.Join(t.names(), ", ")+" FROM "+t.name+" ORDER BY "+t.order)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		row, err := rows.Values()
		if err == nil {
			err = note(got, row)
		}
		if err != nil {
			return err
		}
		if n++; n%piece == 0 {
			r.tell(Progress{Table: t.name, Done: n, Of: of, Verifying: true})
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if n != of || !slices.Equal(want.Sum(nil), got.Sum(nil)) {
		return fmt.Errorf("the copy isn't the same (%d rows of %d): drop the schema manytill of the new database, and migrate again", n, of)
	}
	r.tell(Progress{Table: t.name, Done: n, Of: of, Verifying: true})
	return nil
}

// note adds a row to a hash.
func note(h hash.Hash, row []any) error {
	for i, v := range row {
		if at, is := v.(time.Time); is {
			row[i] = at.UnixMilli()
		}
	}
	text, err := json.Marshal(row)
	if err == nil {
		_, err = h.Write(text)
	}
	return err
}

// finish makes the new database the shop.
func (r *run) finish(ctx context.Context) error {
	id, err := r.from.Identity(ctx)
	if err != nil {
		return err
	}
	fields, err := r.from.KnownFields(ctx)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, r.to, func(tx pgx.Tx) error {
		for _, t := range tables {
			if !t.counted {
				continue
			}
			key := t.columns[0].name
			_, err := tx.Exec(ctx, fmt.Sprintf("SELECT setval(pg_get_serial_sequence('%s', '%s'), greatest((SELECT max(%s) FROM %s), 1), (SELECT count(*) > 0 FROM %s))", t.name, key, key, t.name, t.name))
			if err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, "UPDATE identity SET server_id = $1, epoch = $2, known_fields = $3", id.ServerID, id.Epoch, fields); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "DROP TABLE migration")
		return err
	})
}
