package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/manytill/manytill/core/store"
)

var errClosed = errors.New("the store is closed")

// pool holds connections that can only read. A nil one is opened when its
// turn comes.
type pool struct {
	path   string
	found  *findings
	free   chan *conn
	closed chan struct{}
	once   sync.Once
}

func newPool(path string, size int, found *findings) *pool {
	p := &pool{path: path, found: found, free: make(chan *conn, size), closed: make(chan struct{})}
	for range size {
		p.free <- nil
	}
	return p
}

// read runs do in a transaction that sees one moment. A read isn't stopped
// when ctx ends, it only doesn't begin: all are short.
func (p *pool) read(ctx context.Context, do func(*conn) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	var c *conn
	select {
	case <-p.closed:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	case c = <-p.free:
	}
	defer func() { p.free <- c }()
	if c == nil {
		if c, err = connect(p.path, "query_only = ON", "cell_size_check = ON", "cache_size = -8192"); err != nil {
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
		// Nothing was to be written, so it is the connection or the disk.
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
