package sqlite

import (
	"bytes"
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// chainedSince is the version of the schema in which histories got heads.
const chainedSince = 12

// checkHistories reports what the rows' own checksums don't show: rows that are missing,
// of another time, or of another database. It doesn't report again what each already
// has: rows with a wrong checksum, and gaps.
func (c *conn) checkHistories(ctx context.Context, each func(store.Damage)) error {
	orders, err := c.checkOrders(ctx, each)
	if err != nil {
		return err
	}
	next, err := c.journaledNext()
	if err != nil {
		return err
	}
	var all []msRow
	err = c.query("SELECT "+msColumns+" ORDER BY key", func(r row) error {
		all = append(all, msRow{key: r.int(0), pruned: protocol.Seq(r.int(7)), MultiSession: store.MultiSession{ID: protocol.MultiSessionID(r.text(1))}})
		return nil
	})
	for _, ms := range all {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			h := history{c: c, ms: ms, each: each}
			err = h.check(orders[ms.key], next[ms.key])
		}
	}
	return err
}

// history is one that is being checked.
type history struct {
	c    *conn
	ms   msRow
	each func(store.Damage)
	head *head

	kept       digest
	last       int64  // the seq of the row before, and its hash
	hash       []byte // nil if it is unknown, since that row is damaged
	count      int    // of rows
	unknown    bool   // kept can't be compared
	outOfChain bool   // a row doesn't follow
}

func (h *history) report(format string, args ...any) {
	h.each(store.Damage{Place: fmt.Sprintf(format, args...) + " of " + string(h.ms.ID)})
}

// check compares the rows with the head. next is the first change in the journal; 0: none.
func (h *history) check(orders ordersDigest, next int64) error {
	good := false
	found, err := h.c.one("SELECT "+headColumns+" FROM heads WHERE ms = ?", func(r row) { h.head, good = h.c.scanHead(r) }, h.ms.key)
	if err != nil || found && !good { // which was reported
		return err
	}
	if !found {
		h.head = &head{}
	}
	h.hash = h.head.base
	err = h.c.query("SELECT ms, seq, newest, body, sum, prior, "+firstSeq+" FROM changes WHERE ms = ? ORDER BY seq", h.row, h.ms.key)
	if err != nil {
		return err
	}
	h.end(found, next)
	if orders.digest == h.head.orders || orders.damaged || !found {
		return nil
	}
	named, err := h.orders()
	if err == nil && !named {
		h.report("the orders' rows, of which one is missing, or of another time or database, each")
	}
	return err
}

// row checks one against those before it.
func (h *history) row(r row) error {
	seq, first, bad := r.int(1), r.int(6), !h.c.good(changesTable, r, 4)
	text := h.c.scratch
	gap := h.count > 0 && first != h.last+1 && first > int64(h.ms.pruned)+1 // which was reported
	h.count++
	switch {
	case seq <= h.head.cut:
		h.kept += share(r.int(4))
		h.unknown = h.unknown || bad || gap
	case h.hash != nil && !gap && !bytes.Equal(h.hash, r.bytes(5)):
		h.report("change %d, which doesn't follow the one before it,", seq)
		h.outOfChain = true
	}
	h.last = seq
	switch {
	case bad:
		h.hash = nil
	case seq > h.head.cut:
		h.hash, h.c.scratch = rowHash(text, r.bytes(5))
	}
	return nil
}

func (h *history) end(found bool, next int64) {
	last := max(h.last, int64(h.ms.pruned))
	switch is := h.head; {
	case !found && h.count > 0:
		h.report("the head of the history, which is missing,")
	case is.seq > last:
		h.report("the changes after change %d up to change %d, which are missing,", last, is.seq)
	case is.seq < h.last:
		h.report("the head of the history, which is older than change %d", h.last)
	case h.hash != nil && !bytes.Equal(h.hash, is.hash):
		h.report("change %d, which isn't the one that was written last,", h.last)
	case is.kept != h.kept && !h.unknown:
		h.report("a change up to change %d, which is missing, or of another time or database,", is.cut)
	case next > 0 && next != is.seq+1:
		h.report("the changes after change %d up to change %d, the first one in the journal, which are missing,", is.seq, next)
	}
}

// orders reports the orders that are missing or older than the history says.
func (h *history) orders() (named bool, err error) {
	err = h.c.query(`SELECT orders.id, one.value, max(changes.seq) AS seq FROM changes
		CROSS JOIN json_each(iif(json_valid(newest), newest, '[]')) AS one
		LEFT JOIN orders ON orders.key = one.value AND orders.ms = changes.ms
		WHERE changes.ms = ? AND (orders.key IS NULL OR orders.seq < `+firstSeq+` AND changes.seq > ?)
		GROUP BY one.value ORDER BY seq`, func(r row) error {
		if named = true; r[0] == nil {
			h.report("the order with the key %d, which change %d changed and which is missing,", r.int(1), r.int(2))
		} else {
			h.report("order %s, which is older than change %d,", r.text(0), r.int(2))
		}
		return nil
	}, h.ms.key, h.head.cut)
	return named, err
}

// ordersDigest is that of a multi-session's orders. Damaged: one of them was reported.
type ordersDigest struct {
	digest  digest
	damaged bool
}

// checkOrders reports the orders that lack a line or payment, or have one too many.
func (c *conn) checkOrders(ctx context.Context, each func(store.Damage)) (map[int64]ordersDigest, error) {
	wholes, err := c.wholes()
	if err != nil {
		return nil, err
	}
	all := map[int64]ordersDigest{}
	var odd []int64
	err = c.query("SELECT ms, key, sum, whole FROM orders", func(r row) error {
		of := all[r.int(0)]
		of.digest += orderShare(r.int(2), digest(r.int(3)))
		if wholes[r.int(1)] != digest(r.int(3)) {
			of.damaged = true
			odd = append(odd, r.int(1))
		}
		all[r.int(0)] = of
		delete(wholes, r.int(1))
		return nil
	})
	for _, key := range odd {
		if err == nil {
			err = c.places(ctx, `SELECT '`+notWhole+` of order ' || id || ' of ' || `+msName+` FROM orders WHERE key = ? AND NOT `+ordersTable.wrong()+`
				AND NOT EXISTS (SELECT 1 FROM lines WHERE order_key = orders.key AND `+linesTable.wrong()+`)
				AND NOT EXISTS (SELECT 1 FROM payments WHERE order_key = orders.key AND `+paymentsTable.wrong()+")", each, driver.NamedValue{Ordinal: 1, Value: key})
		}
	}
	if err == nil {
		err = c.query("SELECT DISTINCT ms FROM orders WHERE "+ordersTable.wrong(), func(r row) error {
			of := all[r.int(0)]
			of.damaged = true
			all[r.int(0)] = of
			return nil
		})
	}
	for key := range wholes {
		each(store.Damage{Place: fmt.Sprintf("the order with the key %d, which is missing and has lines or payments,", key)})
		break
	}
	return all, err
}

// journaledNext is the seq of the first change of each multi-session in the journal.
func (c *conn) journaledNext() (map[int64]int64, error) {
	first := map[int64]int64{}
	b := &backlog{}
	_, _, err := readGroups(c, func(id int64, body []byte) error { return b.read(c, id, body) })
	if err != nil || b.empty() {
		return nil, err
	}
	l, err := b.latest(make([]byte, b.bytes))
	if err != nil {
		return nil, err
	}
	for _, r := range l.of(changesTable) {
		ms, seq := r[0].(int64), r[1].(int64)
		if is, known := first[ms]; !known || seq < is {
			first[ms] = seq
		}
	}
	return first, nil
}
