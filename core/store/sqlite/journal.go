package sqlite

import (
	"bytes"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/klauspost/compress/s2"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// The journal makes commits small. The rows of a group of batches are written
// together into the journal (pages.go), flushed, and acknowledged. Later they are moved
// into their tables: many groups in one transaction, in which ten versions of one
// row are one write, and which isn't flushed, since the groups are on disk. Moving
// empties the journal in the same transaction. So the file is whole at any moment:
// the rows of the tables and those of the journal together are what is stored.
//
// A group is compressed. It holds rows as they will be in their tables, with
// their checksums: the number of the table in journaled, the length of the
// values, the values as rowSum writes them, the checksum.

// journaled are the tables whose rows the journal may hold.
var journaled = []table{ordersTable, linesTable, paymentsTable, changesTable, outcomesTable}

// Limits of the rows that aren't moved yet. Readers wait while they are moved, and
// so do commits.
const (
	moveChanges = 2048
	moveBytes   = 4 << 20
	movePages   = 512
)

// backlog is the groups in the journal, and what the tables therefore lack.
type backlog struct {
	groups  [][]byte // as stored, oldest first
	last    int64    // the number of the newest one
	next    int64    // the page of the next one
	bytes   int
	changes int
	heads   map[int64]protocol.Seq        // of multi-sessions, by key
	lastIDs map[int64]protocol.MutationID // of clients, by key
}

func (b *backlog) empty() bool { return len(b.groups) == 0 }

// full reports whether it is time to move it.
func (b *backlog) full() bool {
	return b.changes >= moveChanges || b.bytes >= moveBytes || b.next > movePages
}

// group is the rows that the transaction under way writes into the journal.
type group struct {
	rows    []byte
	changes int
	heads   map[int64]protocol.Seq
	lastIDs map[int64]protocol.MutationID
}

// errNotJournaled: a batch needs to be written into the tables.
var errNotJournaled = errors.New("not for the journal")

// plain reports whether a batch only writes rows that the journal may hold, and
// that can't violate a constraint: changes of orders that exist.
func plain(b *store.Batch) bool {
	if len(b.Changes) == 0 || b.Anew || len(b.Clients)+len(b.Rejections)+len(b.Tills)+len(b.Values)+len(b.EffectsEnded) > 0 || b.Run != nil {
		return false
	}
	for i := range b.Orders {
		if o := &b.Orders[i]; o.Created > b.Expect || len(o.Effects) > 0 {
			return false
		}
	}
	return true
}

// journalable reports whether a group may go into the journal.
func journalable(jobs []*job) bool {
	bytes := 0
	for _, j := range jobs {
		if bytes += j.bytes; !j.plain || bytes > moveBytes {
			return false
		}
	}
	return true
}

// put writes a row, or adds it to the group for the journal.
func (w *writer) put(t table, query string, values ...driver.Value) error {
	if w.group == nil {
		for i, v := range values {
			if v, is := v.(text); is {
				values[i] = string(v)
			}
		}
		_, err := w.exec(query, w.c.summed(t, values...)...)
		return err
	}
	sum, text := rowSum(w.c.scratch, t.name, values)
	w.c.scratch = text
	g := w.group
	w.wrote = true
	g.rows = append(g.rows, byte(slices.Index(journaled, t)))
	g.rows = binary.AppendUvarint(g.rows, uint64(len(text)-len(t.name)))
	g.rows = append(g.rows, text[len(t.name):]...)
	g.rows = binary.LittleEndian.AppendUint32(g.rows, uint32(sum))
	return nil
}

// journal writes plain batches as one row and acknowledges nothing yet. ok is false
// if they have to be written into the tables, where each may fail alone.
func (w *writer) journal(jobs []*job) (errs []error, ok bool) {
	if w.begin() != nil {
		return nil, false
	}
	g := &group{rows: w.rows[:0], heads: map[int64]protocol.Seq{}, lastIDs: map[int64]protocol.MutationID{}}
	w.group = g
	errs, err := w.jobs(jobs)
	w.group, w.rows = nil, g.rows
	if err != nil || slices.ContainsFunc(errs, func(err error) bool { return errors.Is(err, errNotJournaled) }) {
		w.rollback()
		return nil, false
	}
	if g.changes == 0 {
		w.rollback()
		return errs, true
	}
	w.packed = s2.Encode(w.packed[:cap(w.packed)], g.rows)
	id, body := w.backlog.last+1, slices.Clone(w.packed)
	next, err := w.writeGroup(w.backlog.next, id, body)
	if err != nil {
		w.rollback()
		return nil, false
	}
	if err = w.commit(); err != nil {
		w.reconnect()
		stored := w.c != nil && w.backlog.last == id && bytes.Equal(w.backlog.groups[len(w.backlog.groups)-1], body)
		return errs, stored
	}
	w.backlog.add(id, body, g)
	w.backlog.next = next
	w.behind.Store(true)
	return errs, true
}

// add takes a group that is in the journal.
func (b *backlog) add(id int64, body []byte, g *group) {
	if b.heads == nil {
		b.heads, b.lastIDs = map[int64]protocol.Seq{}, map[int64]protocol.MutationID{}
	}
	b.groups = append(b.groups, body)
	b.last = id
	b.bytes += len(g.rows)
	b.changes += g.changes
	for ms, head := range g.heads {
		b.heads[ms] = head
	}
	for client, id := range g.lastIDs {
		b.lastIDs[client] = id
	}
}

// readBacklog reads the journal of a database that was just opened.
func readBacklog(c *conn) (*backlog, error) {
	b := &backlog{}
	last, next, err := readGroups(c, func(id int64, body []byte) error { return b.read(c, id, body) })
	b.last, b.next = last, next
	return b, err
}

// read adds a group as it is stored.
func (b *backlog) read(c *conn, id int64, body []byte) error {
	g, err := readGroup(body)
	if err != nil {
		return c.damaged("group %d of the journal, with what was stored last (%v)", id, err)
	}
	b.add(id, body, g)
	return nil
}

// readGroup reads a group as it is stored.
func readGroup(body []byte) (*group, error) {
	rows, err := s2.Decode(nil, body)
	if err != nil {
		return nil, err
	}
	g := &group{rows: rows, heads: map[int64]protocol.Seq{}, lastIDs: map[int64]protocol.MutationID{}}
	return g, eachRow(rows, func(t int, r journalRow) error {
		values, err := r.values()
		of := journaled[t].name
		if err != nil || of != changesTable.name && of != outcomesTable.name {
			return err
		}
		if len(values) < 3 {
			return errCut
		}
		key, isKey := values[0].(int64)
		number, isNumber := values[1].(int64)
		if !isKey || !isNumber {
			return fmt.Errorf("a row of %s has no numbers for its key", of)
		}
		if of == changesTable.name {
			g.changes++
			g.heads[key] = protocol.Seq(number)
		} else {
			g.lastIDs[key] = protocol.MutationID(number)
		}
		return nil
	})
}

// journalRow is a row as the journal has it.
type journalRow struct {
	text []byte // the values as rowSum writes them
	sum  uint32
}

// eachRow calls each for the rows of a group; t is a row's table in journaled.
func eachRow(b []byte, each func(t int, r journalRow) error) error {
	for len(b) > 0 {
		t := int(b[0])
		n, width := binary.Uvarint(b[1:])
		if t >= len(journaled) || width <= 0 || len(b)-1-width < 4 || uint64(len(b)-1-width-4) < n {
			return errCut
		}
		text := b[1+width:][:n]
		sum := binary.LittleEndian.Uint32(b[1+width+int(n):])
		b = b[1+width+int(n)+4:]
		if err := each(t, journalRow{text, sum}); err != nil {
			return err
		}
	}
	return nil
}

var errCut = errors.New("it is cut")

// values are the row's with its checksum. They share the row's memory.
func (r journalRow) values() (values []driver.Value, err error) {
	values = make([]driver.Value, 0, 12)
	for b := r.text; len(b) > 0; {
		var v driver.Value
		if v, b, err = nextValue(b); err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return append(values, int64(r.sum)), nil
}

// key is that of a row of orders, lines or payments.
func (r journalRow) key(t table) (k rowKey, err error) {
	v, rest, err := nextValue(r.text)
	k.key, _ = v.(int64)
	if err == nil && t.name != ordersTable.name {
		v, _, err = nextValue(rest)
		k.id, _ = v.(string)
	}
	return k, err
}

// nextValue reads a value that rowSum wrote.
func nextValue(b []byte) (v driver.Value, rest []byte, err error) {
	if len(b) > 0 && b[0] == 'n' {
		return nil, b[1:], nil
	}
	if len(b) < 9 {
		return nil, nil, errCut
	}
	kind, n, rest := b[0], binary.LittleEndian.Uint64(b[1:]), b[9:]
	switch {
	case kind == 'i':
		return int64(n), rest, nil
	case kind == 'f':
		return math.Float64frombits(n), rest, nil
	case n > uint64(len(rest)):
		return nil, nil, errCut
	case kind == 't':
		return string(rest[:n]), rest[n:], nil
	case kind == 'b':
		return rest[:n:n], rest[n:], nil
	}
	return nil, nil, fmt.Errorf("a value of the unknown type %q", kind)
}
