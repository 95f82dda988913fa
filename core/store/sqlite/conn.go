package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
	sqlite3 "modernc.org/sqlite"
)

// conn is one connection with its prepared statements, used by one goroutine
// at a time. It doesn't use database/sql, which hides on which connection a
// statement runs.
type conn struct {
	c     driver.Conn
	stmts map[string]driver.Stmt
	found *findings // to which damage is reported; may be nil
	// These are used again: scratch and row for checksums, args for statements.
	scratch []byte
	row     []driver.Value
	args    []driver.NamedValue
}

// row is a row of a result, valid until the next one is read.
type row []driver.Value

func (r row) int(i int) int64 {
	n, _ := r[i].(int64)
	return n
}

func (r row) text(i int) string {
	s, _ := r[i].(string)
	return s
}

// bytes is a copy of a text or blob; nil for NULL.
func (r row) bytes(i int) []byte {
	switch v := r[i].(type) {
	case string:
		return []byte(v)
	case []byte:
		return append([]byte{}, v...)
	}
	return nil
}

// uri is a file's name for SQLite, whatever characters its path has.
func uri(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("open %s: %w", path, err)
	}
	name := url.URL{Scheme: "file", Path: filepath.ToSlash(abs)}
	return name.String(), nil
}

// connect opens a file, which needn't exist, and runs pragmas.
func connect(path string, pragmas ...string) (*conn, error) {
	name, err := uri(path)
	if err != nil {
		return nil, err
	}
	return dial(name, pragmas...)
}

// dial is connect with a URI.
func dial(path string, pragmas ...string) (*conn, error) {
	raw, err := library.Open(path)
	if err != nil {
		if many := tooManyFiles(path); many != nil {
			return nil, many
		}
		return nil, fmt.Errorf("open %s: %w (check that its folder exists and that this user may write to it)", path, classify(err))
	}
	c := &conn{c: raw, stmts: map[string]driver.Stmt{}}
	for _, pragma := range append([]string{"busy_timeout = 10000"}, pragmas...) {
		if err := c.once(context.Background(), "PRAGMA "+pragma); err != nil {
			if many := tooManyFiles(path); many != nil {
				return nil, errors.Join(many, c.close())
			}
			if errors.Is(err, errNotADatabase) {
				return nil, errors.Join(err, c.close())
			}
			return nil, errors.Join(fmt.Errorf("open %s: PRAGMA %s: %w", path, pragma, err), c.close())
		}
	}
	return c, nil
}

// tooManyFiles reports whether too many open files are the reason why a file
// can't be opened. SQLite doesn't say so.
func tooManyFiles(path string) error {
	f, err := os.Open(os.DevNull)
	if err == nil {
		return f.Close()
	}
	if !errors.Is(err, syscall.EMFILE) && !errors.Is(err, syscall.ENFILE) {
		return nil
	}
	return protocol.Errorf(protocol.Overloaded, "the server has too many open files and can't go on until some are closed; raise its limit (LimitNOFILE= of systemd, ulimit -n)").
		With(protocol.Pause{RetryAfterMS: 2000}).Because(fmt.Errorf("open %s: %w", path, err))
}

func (c *conn) prepare(query string) (driver.Stmt, error) {
	if s := c.stmts[query]; s != nil {
		return s, nil
	}
	s, err := c.c.Prepare(query)
	if err != nil {
		return nil, classify(err)
	}
	c.stmts[query] = s
	return s, nil
}

// exec runs a statement that is kept prepared, and counts the rows that it
// changed. Arguments are int64, string, []byte or nil.
func (c *conn) exec(query string, args ...driver.Value) (int64, error) {
	s, err := c.prepare(query)
	if err != nil {
		return 0, err
	}
	c.args = c.args[:0]
	for i, arg := range args {
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: arg})
	}
	result, err := s.(driver.StmtExecContext).ExecContext(context.Background(), c.args)
	if err != nil {
		return 0, classify(err)
	}
	return result.RowsAffected()
}

// errStop ends a query early.
var errStop = errors.New("stop")

// query calls each for every row, until it returns an error.
func (c *conn) query(query string, each func(row) error, args ...driver.Value) error {
	s, err := c.prepare(query)
	if err != nil {
		return err
	}
	//lint:ignore SA1019 QueryContext would cost a copy of the arguments for a context that no read has.
	rows, err := s.Query(args)
	if err != nil {
		return classify(err)
	}
	defer rows.Close()
	return read(rows, each)
}

func read(rows driver.Rows, each func(row) error) error {
	dest := make([]driver.Value, len(rows.Columns()))
	for {
		err := rows.Next(dest)
		if err == nil {
			err = each(dest)
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF), errors.Is(err, errStop):
			return nil
		default:
			return classify(err)
		}
	}
}

// one reads a single row; false if there is none.
func (c *conn) one(query string, into func(row), args ...driver.Value) (found bool, err error) {
	err = c.query(query, func(r row) error {
		found = true
		into(r)
		return errStop
	}, args...)
	return found, err
}

// once runs a statement, or a whole script, that isn't kept prepared.
func (c *conn) once(ctx context.Context, script string, args ...driver.NamedValue) error {
	_, err := c.c.(driver.ExecerContext).ExecContext(ctx, script, args)
	return classify(err)
}

func (c *conn) close() error {
	var errs []error
	for _, s := range c.stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, c.c.Close())...)
}

// pool holds connections that can only read. A nil one is opened at its first
// use.
type pool struct {
	path   string
	found  *findings
	free   chan *conn
	closed chan struct{}
	once   sync.Once
}

// readerCache limits the page cache of a reader, in MiB. Each page takes pageTakes
// times its size: SQLite allocates a little more than 4 KiB, which is rounded up to
// a power of two.
const (
	readerCache = 8
	pageTakes   = 2
)

func newPool(path string, size int, found *findings) *pool {
	p := &pool{path: path, found: found, free: make(chan *conn, size), closed: make(chan struct{})}
	for range size {
		p.free <- nil
	}
	return p
}

// read runs do in a transaction that sees one state of the database. A read isn't
// interrupted when ctx ends, since all are short; it only doesn't begin.
func (p *pool) read(ctx context.Context, do func(*conn) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	var c *conn
	select {
	case <-p.closed:
		return store.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	case c = <-p.free:
	}
	defer func() { p.free <- c }()
	if c == nil {
		if c, err = connect(p.path, "query_only = ON", "cell_size_check = ON", fmt.Sprintf("cache_size = -%d", readerCache<<10/pageTakes)); err != nil {
			return err
		}
		c.found = p.found
	}
	if _, err = c.exec("BEGIN"); err == nil {
		err = do(c)
		_, end := c.exec("ROLLBACK")
		err = errors.Join(err, end)
	}
	p.found.noteCorrupt(err)
	if errors.Is(err, store.ErrReadOnly) {
		// A read can't be refused as read-only: the connection or the disk failed.
		err = fmt.Errorf("reading failed: %s", err)
		_ = c.close()
		c = nil
	}
	return err
}

// close waits for the readers.
func (p *pool) close() (err error) {
	p.once.Do(func() {
		close(p.closed)
		for range cap(p.free) {
			if c := <-p.free; c != nil {
				err = errors.Join(err, c.close())
			}
		}
	})
	return err
}

// Primary result codes of SQLite (https://www.sqlite.org/rescode.html).
const (
	codePerm         = 3
	codeBusy         = 5
	codeNoMem        = 7
	codeReadOnly     = 8
	codeIOErr        = 10
	codeCorrupt      = 11
	codeFull         = 13
	codeCantOpen     = 14
	codeProtocol     = 15
	codeConstraint   = 19
	codeNotADatabase = 26
	codeTrigger      = codeConstraint | 7<<8
)

const errNotADatabase = damagedError("it is not a database: it is another kind of file, or its beginning was overwritten; restore a backup that manytill verify finds good")

// classify maps an error of SQLite to one of package store: ErrReadOnly if
// nothing can be made durable, ErrExists if a key is taken. Others stay.
func classify(err error) error {
	var s *sqlite3.Error
	if !errors.As(err, &s) || errors.Is(err, store.ErrReadOnly) || errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrDamaged) {
		return err
	}
	if s.Code() == codeTrigger { // migrations/0004_checksums.sql
		return fmt.Errorf("%w: %w", store.ErrDamaged, err)
	}
	if s.Code()&0xff == codeFull {
		return fmt.Errorf("%w: the disk is full (%d)", store.ErrReadOnly, s.Code())
	}
	if strings.Contains(s.Error(), "not an error") { // the text belongs to another call
		err = fmt.Errorf("%s (%d)", sqlite3.ErrorCodeString[s.Code()&0xff], s.Code())
	}
	switch s.Code() & 0xff {
	case codeNotADatabase:
		return errNotADatabase
	case codeCorrupt:
		return protocol.Errorf(protocol.Internal, "a page of the database is damaged; tell the operator to check it with manytill verify, and to restore a backup").
			Because(fmt.Errorf("%w: %w", store.ErrDamaged, err))
	case codeIOErr, codeReadOnly, codeCantOpen, codePerm, codeNoMem, codeBusy, codeProtocol:
		return fmt.Errorf("%w: %w", store.ErrReadOnly, err)
	case codeConstraint:
		return fmt.Errorf("%w: %w", store.ErrExists, err)
	}
	return err
}
