package sqlite

import (
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk"
)

// msKey finds the key of a multi-session, and up to where it was pruned.
func msKey(c *conn, id sdk.MultiSessionID) (key int64, pruned sdk.Seq, err error) {
	found, err := c.one("SELECT key, pruned FROM multi_sessions WHERE id = ?",
		func(r row) { key, pruned = r.int(0), sdk.Seq(r.int(1)) }, string(id))
	if err == nil && !found {
		err = store.ErrNotFound
	}
	return key, pruned, err
}

// readHead is the highest seq of a multi-session, and its change unless that
// was pruned.
func readHead(c *conn, ms int64, pruned sdk.Seq) (head sdk.Seq, body []byte, err error) {
	_, err = c.one("SELECT seq, body FROM changes WHERE ms = ? ORDER BY seq DESC LIMIT 1",
		func(r row) { head, body = sdk.Seq(r.int(0)), r.bytes(1) }, ms)
	if head < pruned {
		head, body = pruned, nil
	}
	return head, body, err
}

// orderColumns are what scanOrder reads.
const orderColumns = "orders.key, orders.id, run, number, state, rev, created, orders.seq, at, orders.body"

// found are orders whose lines and payments are still to be read.
type found struct {
	keys []int64
	rows []store.OrderRows
}

func (f *found) scan(r row) error {
	f.keys = append(f.keys, r.int(0))
	f.rows = append(f.rows, store.OrderRows{OrderRow: store.OrderRow{
		ID: sdk.OrderID(r.text(1)), Run: sdk.Run(r.int(2)), Number: sdk.Number(r.int(3)), State: sdk.State(r.text(4)),
		Rev: r.int(5), Created: sdk.Seq(r.int(6)), Seq: sdk.Seq(r.int(7)), At: toTime(r.int(8)), Body: r.bytes(9),
	}})
	return nil
}

// complete reads the lines and payments that changed after a seq.
func (f *found) complete(c *conn, since sdk.Seq) ([]store.OrderRows, error) {
	for i, key := range f.keys {
		o := &f.rows[i]
		err := c.query("SELECT id, n, seq, body FROM lines WHERE order_key = ? AND seq > ? ORDER BY n, id", func(r row) error {
			o.Lines = append(o.Lines, store.LineRow{
				ID: sdk.LineID(r.text(0)), N: int(r.int(1)), Seq: sdk.Seq(r.int(2)), Body: r.bytes(3),
			})
			return nil
		}, key, int64(since))
		if err != nil {
			return nil, err
		}
		err = c.query("SELECT id, n, seq, body FROM payments WHERE order_key = ? AND seq > ? ORDER BY n, id", func(r row) error {
			o.Payments = append(o.Payments, store.PaymentRow{
				ID: sdk.PaymentID(r.text(0)), N: int(r.int(1)), Seq: sdk.Seq(r.int(2)), Body: r.bytes(3),
			})
			return nil
		}, key, int64(since))
		if err != nil {
			return nil, err
		}
	}
	return f.rows, nil
}

func toTime(milliseconds int64) time.Time { return time.UnixMilli(milliseconds).UTC() }

func userColumns(u *sdk.User) (id, name any) {
	if u == nil {
		return nil, nil
	}
	return u.ID, u.Name
}

// posColumns are what scanPOS reads.
const (
	posColumns = `pos.id, pos.name, pos.deleted, coalesce(multi_sessions.id, ''), till_open, user_id, user_name, since
		FROM pos LEFT JOIN multi_sessions ON multi_sessions.key = pos.ms`
	msColumns = "id, name, active, deleted, run, run_open, key FROM multi_sessions"
)

func scanPOS(r row) store.POS {
	p := store.POS{
		ID: sdk.POSID(r.text(0)), Name: r.text(1), Deleted: r.int(2) == 1, MultiSession: sdk.MultiSessionID(r.text(3)),
		Till: store.Till{Open: r.int(4) == 1, Since: toTime(r.int(7))},
	}
	if r[5] != nil {
		p.Till.User = &sdk.User{ID: r.text(5), Name: r.text(6)}
	}
	return p
}

// scanMultiSession reads all but the POS; the key stands in column 6.
func scanMultiSession(r row) store.MultiSession {
	return store.MultiSession{
		ID: sdk.MultiSessionID(r.text(0)), Name: r.text(1), Active: r.int(2) == 1, Deleted: r.int(3) == 1,
		Run: sdk.Run(r.int(4)), RunOpen: r.int(5) == 1,
	}
}
