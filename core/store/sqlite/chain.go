package sqlite

import (
	"bytes"
	"crypto/sha256"
	"database/sql/driver"
	"errors"
	"slices"

	"github.com/manytill/manytill/sdk/protocol"
)

// A row's checksum shows that the row is as it was written. That none is missing, is of
// another time or of another database is shown by what other rows say of it: each row
// of changes has the hash of the one before it in its multi-session, and the row of heads
// has the hash of the last one. So each hash depends on the whole history before it.
//
// Prune deletes rows in the middle. So the rows up to the last one that it touched aren't
// chained: heads has their digest, in which order doesn't matter. It has a digest of the
// orders' rows as well, and each of these has one of its lines and payments (whole.go).

// rowHash is the hash of a row of changes: of its values as rowSum writes them, and of the
// hash of the row before it. The returned buffer is for the next call.
func rowHash(text, prior []byte) (hash, _ []byte) {
	text = append(text, prior...)
	sum := sha256.Sum256(text)
	return slices.Clone(sum[:16]), text
}

// digest is the sum of what share makes of checksums: rows can be added to it and taken
// from it in any order.
type digest uint64

// share is the part of a digest that a row with this checksum is. It is the last step of
// SplitMix64: checksums that differ in one bit have shares that differ in half of theirs.
func share(sum int64) digest {
	x := uint64(sum) + 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return digest(x ^ x>>31)
}

// head is a row of heads.
type head struct {
	seq  int64  // of the newest row of changes
	hash []byte // of that row
	// The rows up to cut aren't chained; kept is their digest. base is prior of the first
	// one behind them.
	cut    int64
	kept   digest
	base   []byte
	orders digest
	dirty  bool // the table has an older one
}

const headColumns = "ms, seq, hash, cut, kept, base, orders, sum"

// scanHead reads a row of headColumns; false if its checksum is wrong.
func (c *conn) scanHead(r row) (*head, bool) {
	return &head{
		seq: r.int(1), hash: r.bytes(2), cut: r.int(3), kept: digest(r.int(4)), base: r.bytes(5), orders: digest(r.int(6)),
	}, c.good(headsTable, r, 7)
}

func (h *head) row(c *conn, ms int64) []driver.Value {
	return slices.Clone(c.summed(headsTable, ms, h.seq, h.hash, h.cut, int64(h.kept), h.base, int64(h.orders)))
}

// headOf reads a multi-session's row of heads. One that is missing or damaged is made
// anew of what the tables have; that is noted unless the multi-session is empty.
func (c *conn) headOf(ms int64) (*head, error) {
	var h *head
	good := false
	found, err := c.one("SELECT "+headColumns+" FROM heads WHERE ms = ?", func(r row) { h, good = c.scanHead(r) }, ms)
	if err != nil || good {
		return h, err
	}
	if h, err = c.countHead(ms); err == nil && (found || h.seq > 0 || h.orders != 0) {
		_ = c.damaged("the head of the history of multi-session %d", ms)
	}
	return h, err
}

// countHead is the head of a history whose rows aren't chained.
func (c *conn) countHead(ms int64) (*head, error) {
	h := &head{hash: []byte{}, base: []byte{}}
	err := c.query("SELECT seq, sum FROM changes WHERE ms = ?", func(r row) error {
		h.seq = max(h.seq, r.int(0))
		h.kept += share(r.int(1))
		return nil
	}, ms)
	if err == nil {
		err = c.query("SELECT sum, whole FROM orders WHERE ms = ?", func(r row) error {
			h.orders += orderShare(r.int(0), digest(r.int(1)))
			return nil
		}, ms)
	}
	h.cut = h.seq
	return h, err
}

// changeHead finds a multi-session's head, which is about to change.
func (w *writer) changeHead(ms int64) (*head, error) {
	k := w.keys
	h := k.heads[ms]
	if h == nil {
		var err error
		if h, err = w.c.headOf(ms); err != nil {
			return nil, err
		}
		k.heads[ms] = h
	}
	if !h.dirty {
		h.dirty = true
		k.dirty = append(k.dirty, ms)
	}
	return h, nil
}

// chain is the row of changes with its checksum and the hash of the row before it, which
// it is put behind.
func (w *writer) chain(values []driver.Value) ([]driver.Value, error) {
	h, err := w.changeHead(values[0].(int64))
	if err != nil {
		return nil, err
	}
	sum, text := rowSum(w.c.scratch, changesTable.name, values)
	prior := h.hash
	h.seq = values[1].(int64)
	h.hash, w.c.scratch = rowHash(text, prior)
	return append(values, sum, prior), nil
}

// writeHeads writes those that the transaction under way changed.
func (w *writer) writeHeads() error {
	k := w.keys
	if k.contentRows >= contentsKept {
		k.forgetContents()
	}
	if len(k.dirty) == 0 {
		return nil
	}
	slices.Sort(k.dirty)
	rows := make([][]driver.Value, len(k.dirty))
	for i, ms := range k.dirty {
		h := k.heads[ms]
		rows[i], h.dirty = h.row(w.c, ms), false
	}
	k.dirty = k.dirty[:0]
	if len(k.heads) >= known {
		clear(k.heads)
	}
	return w.insert(insertHead, rows)
}

// release takes a history's rows up to a seq out of the chain, for Prune.
func (w *writer) release(ms, to int64) (*head, error) {
	h, err := w.changeHead(ms)
	if err != nil || to <= h.cut {
		return h, err
	}
	kept, hash := h.kept, h.base
	err = w.c.query("SELECT ms, seq, newest, body, sum, prior FROM changes WHERE ms = ? AND seq > ? AND seq <= ? ORDER BY seq", func(r row) error {
		if !w.c.good(changesTable, r, 4) || !bytes.Equal(hash, r.bytes(5)) {
			return w.c.damaged("change %d of multi-session %d, or the one before it", r.int(1), ms)
		}
		hash, w.c.scratch = rowHash(w.c.scratch, hash)
		kept += share(r.int(4))
		return nil
	}, ms, h.cut, to)
	if err == nil {
		h.cut, h.kept, h.base = to, kept, hash
	}
	return h, err
}

// checkHead refuses a history that ends before the change that its head names: numbers
// that were given would be given again. head is its newest change in the tables.
func (c *conn) checkHead(ms int64, head protocol.Seq) error {
	var err error
	_, failed := c.one("SELECT "+headColumns+" FROM heads WHERE ms = ?", func(r row) {
		if is, good := c.scanHead(r); good && is.seq > int64(head) {
			err = c.damaged("the changes after change %d up to change %d of multi-session %d, which are missing,", head, is.seq, ms)
		}
	}, ms)
	return errors.Join(failed, err)
}
