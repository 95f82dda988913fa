package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/klauspost/compress/s2"
	"github.com/manytill/manytill/core/store"
)

// latest are the rows of a backlog by table, of each only the newest version.
type latest [][][]driver.Value

func (l latest) of(t table) [][]driver.Value { return l[slices.Index(journaled, t)] }

// rowKey is of an order, a line or a payment: its key, or its order's key and its id.
type rowKey struct {
	key int64
	id  string
}

// latest decodes the newest versions alone. texts has b.bytes at least; the groups are
// unpacked into it, and what is decoded may share it.
func (b *backlog) latest(texts []byte) (latest, error) {
	newest, at := make([][]journalRow, len(journaled)), map[int]map[rowKey]int{}
	for t := range journaled {
		switch journaled[t].name {
		case changesTable.name, outcomesTable.name: // each is written once
			newest[t] = make([]journalRow, 0, b.changes)
		default:
			at[t] = map[rowKey]int{}
		}
	}
	for _, body := range b.groups {
		rows, err := s2.Decode(texts, body)
		if err != nil {
			return nil, err
		}
		texts = texts[len(rows):]
		err = eachRow(rows, func(t int, r journalRow) error {
			if at[t] != nil {
				key, err := r.key(journaled[t])
				if err != nil {
					return err
				}
				if i, known := at[t][key]; known {
					newest[t][i] = r
					return nil
				}
				at[t][key] = len(newest[t])
			}
			newest[t] = append(newest[t], r)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	l := make(latest, len(journaled))
	for t, rows := range newest {
		l[t] = make([][]driver.Value, len(rows))
		for i, r := range rows {
			var err error
			if l[t][i], err = r.values(); err != nil {
				return nil, err
			}
		}
	}
	return l, nil
}

// move writes the rows of the journal into their tables and empties it, as a part
// of the transaction under way.
func (w *writer) move() error {
	if w.backlog.empty() {
		return nil
	}
	err := w.moveRows()
	if err == nil {
		err = w.emptyJournal(w.backlog.last)
	}
	return err
}

func (w *writer) moveRows() error {
	if len(w.texts) < w.backlog.bytes {
		w.texts = make([]byte, w.backlog.bytes)
	}
	l, err := w.backlog.latest(w.texts)
	if err != nil {
		return err
	}
	if err = w.noteContents(l); err != nil {
		return err
	}
	for t, rows := range l {
		switch journaled[t].name {
		case ordersTable.name:
			err = w.moveOrders(rows)
		case linesTable.name:
			err = w.insert(insertLine, rows)
		case paymentsTable.name:
			err = w.insert(insertPayment, rows)
		case changesTable.name:
			if rows, err = chunks(rows, 3, changeChunk, w.chain); err == nil {
				err = w.insert(insertChange, rows)
			}
		case outcomesTable.name:
			if rows, err = chunks(rows, 3, outcomeChunk, w.c.sealed(outcomesTable)); err == nil {
				err = w.insert(insertOutcome, rows)
			}
		}
		if err != nil {
			return fmt.Errorf("move the journal's rows into %s: %w", journaled[t].name, err)
		}
	}
	return nil
}

// noteContents notes the lines and payments that are about to be written.
func (w *writer) noteContents(l latest) error {
	for _, t := range []table{linesTable, paymentsTable} {
		for _, r := range l.of(t) {
			id, _ := r[1].(string)
			if err := w.putContent(t, r[0].(int64), id, r[5].(int64)); err != nil {
				return err
			}
		}
	}
	return nil
}

// moved notes that a transaction with move is committed.
func (w *writer) moved() {
	w.backlog = &backlog{last: w.backlog.last, next: 1}
	w.behind.Store(false)
}

// moveAlone moves the journal's rows in a transaction of their own. It isn't
// flushed: what it writes is on disk in the journal.
func (w *writer) moveAlone() error {
	if w.c == nil {
		if err := w.reopen(); err != nil {
			return err
		}
	}
	if w.backlog.empty() {
		return nil
	}
	err := w.c.once(context.Background(), "PRAGMA synchronous = NORMAL")
	if err == nil {
		err = w.begin()
	}
	if err == nil {
		if err = w.move(); err != nil {
			w.rollback()
		} else if err = w.commit(); err != nil {
			w.reconnect()
		} else {
			w.moved()
		}
	}
	if w.c != nil && w.c.once(context.Background(), "PRAGMA synchronous = FULL") != nil {
		w.closeBroken() // the next connection is made with FULL
	}
	return err
}

// settle returns when all that was acknowledged is in the tables.
func (s *Store) settle(ctx context.Context) error {
	if !s.writer.behind.Load() {
		return nil
	}
	return s.writer.submit(ctx, &job{alone: (*writer).moveAlone})
}

// read reads tables that the journal has rows of.
func (s *Store) read(ctx context.Context, do func(*conn) error) error {
	err := s.settle(ctx)
	if errors.Is(err, store.ErrReadOnly) {
		return s.readAhead(ctx, do)
	}
	if err == nil {
		err = s.pool.read(ctx, do)
	}
	return err
}

// readAhead reads while nothing can be written: it moves the journal's rows in a
// transaction of a connection of its own, whose pages stay in memory, and rolls it
// back.
func (s *Store) readAhead(ctx context.Context, do func(*conn) error) error {
	return s.writer.submit(ctx, &job{alone: func(w *writer) error {
		c, err := w.dial()
		if err != nil {
			return err
		}
		one := &writer{c: c, keys: newKeys()}
		if one.backlog, err = readBacklog(c); err == nil {
			_, err = c.exec("BEGIN IMMEDIATE")
		}
		if err == nil {
			if err = one.move(); err == nil {
				err = do(c)
			}
			_, end := c.exec("ROLLBACK")
			err = errors.Join(err, end)
		}
		return errors.Join(err, c.close())
	}})
}

const updateOrder = "UPDATE orders SET run = ?, number = ?, state = ?, rev = ?, created = ?, seq = ?, at = ?, body = ?, sum = ?, whole = ? WHERE key = ?"

// moveOrders updates orders. Most changes are of no indexed column.
func (w *writer) moveOrders(rows [][]driver.Value) error {
	for _, r := range rows {
		whole, err := w.countOrder(r[1].(int64), r[0].(int64), r[11].(int64))
		n := int64(0)
		if err == nil {
			n, err = w.c.exec("UPDATE orders SET rev = ?, seq = ?, at = ?, body = ?, sum = ?, whole = ? WHERE key = ? AND run = ? AND number = ? AND state = ? AND created = ?",
				r[6], r[8], r[9], r[10], r[11], whole, r[0], r[3], r[4], r[5], r[7])
		}
		if err == nil && n == 0 {
			n, err = w.c.exec(updateOrder, append(slices.Clone(r[3:]), whole, r[0])...)
		}
		if err == nil && n == 0 {
			err = fmt.Errorf("order %v isn't there", r[2])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// together is how many rows are inserted by one statement.
const together = 16

// insertion is a statement that inserts one row, and the same of together rows.
type insertion struct{ one, many string }

// inserting makes an insertion; tail says what happens where a row is there. Its values are
// the table's summed columns, their checksum, and more.
func inserting(t table, more int, tail string) insertion {
	row := "(" + strings.Repeat("?, ", strings.Count(t.columns, ",")+1+more) + "?)"
	one := "INSERT INTO " + t.name + " VALUES " + row
	return insertion{one + tail, one + strings.Repeat(", "+row, together-1) + tail}
}

const newest = " ON CONFLICT (order_key, id) DO UPDATE SET n = excluded.n, seq = excluded.seq, body = excluded.body, sum = excluded.sum"

var (
	insertLine    = inserting(linesTable, 0, newest)
	insertPayment = inserting(paymentsTable, 0, newest)
	insertChange  = inserting(changesTable, 1, "")
	insertOutcome = inserting(outcomesTable, 0, "")
	insertHead    = inserting(headsTable, 0, ` ON CONFLICT (ms) DO UPDATE SET seq = excluded.seq, hash = excluded.hash,
		cut = excluded.cut, kept = excluded.kept, base = excluded.base, orders = excluded.orders, sum = excluded.sum`)
)

// insert runs a statement over rows, many at once.
func (w *writer) insert(s insertion, rows [][]driver.Value) error {
	for len(rows) > 0 {
		n, query := 1, s.one
		if len(rows) >= together {
			n, query = together, s.many
		}
		w.values = w.values[:0]
		for _, r := range rows[:n] {
			w.values = append(w.values, r...)
		}
		if _, err := w.c.exec(query, w.values...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}
