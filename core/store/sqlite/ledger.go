package sqlite

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// Load implements [store.Ledger]. Its cost depends only on the multi-session's own
// open orders.
func (s *Store) Load(ctx context.Context, id protocol.MultiSessionID) (snap *store.Snapshot, err error) {
	err = s.read(ctx, func(c *conn) error {
		snap = &store.Snapshot{}
		ms, err := findMS(c, id)
		if err == nil {
			err = ms.readPOS(c)
		}
		if err != nil {
			return err
		}
		key := ms.key
		snap.MultiSession, snap.Pruned = ms.MultiSession, ms.pruned
		if snap.Head, snap.HeadChange, err = readHead(c, key, ms.pruned); err != nil {
			return err
		}
		_, err = c.one("SELECT max(number) FROM orders WHERE ms = ? AND run = ?",
			func(r row) { snap.LastNumber = protocol.Number(r.int(0)) }, key, int64(snap.MultiSession.Run))
		if err != nil {
			return err
		}
		err = c.query("SELECT "+posColumns+" WHERE pos.ms = ? ORDER BY pos.id", func(r row) error {
			var p store.POS
			if c.scanPOS(r, &p) == nil && p.Till.Open { // a damaged one can't push
				snap.Tills = append(snap.Tills, p)
			}
			return nil
		}, key)
		if err != nil {
			return err
		}
		err = c.query("SELECT pos, count(*) FROM clients WHERE ms = ? GROUP BY pos", func(r row) error {
			if snap.Clients == nil {
				snap.Clients = map[protocol.POSID]int{}
			}
			snap.Clients[protocol.POSID(r.text(0))] = int(r.int(1))
			return nil
		}, key)
		if err != nil {
			return err
		}
		open := found{c: c, in: id, effects: true}
		err = c.query("SELECT "+orderColumns+" FROM orders WHERE ms = ? AND state = 'open' ORDER BY run, number", open.scan, key)
		if err == nil {
			snap.Open, err = open.complete(-1)
		}
		if err == nil {
			snap.Values, err = readValues(c, id, key)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return snap, nil
}

// readHead is the highest seq of a multi-session, and its change unless that
// was pruned or is damaged.
func readHead(c *conn, ms int64, pruned protocol.Seq) (head protocol.Seq, body []byte, err error) {
	good := true
	_, err = c.one("SELECT ms, seq, newest, body, sum FROM changes WHERE ms = ? ORDER BY seq DESC LIMIT 1", func(r row) {
		head, good = protocol.Seq(r.int(1)), c.good(changesTable, r, 4)
		if texts := parts(r.bytes(3)); good {
			body = texts[len(texts)-1]
		}
	}, ms)
	if err == nil && !good {
		damage := c.damaged("change %d of multi-session %d", head, ms)
		var before, touched protocol.Seq
		_, err = c.one("SELECT seq FROM changes WHERE ms = ? AND seq < ? ORDER BY seq DESC LIMIT 1",
			func(r row) { before = protocol.Seq(r.int(0)) }, ms, int64(head))
		if err == nil {
			_, err = c.one("SELECT max(seq) FROM orders WHERE ms = ? AND NOT "+ordersTable.wrong(), func(r row) { touched = protocol.Seq(r.int(0)) }, ms)
		}
		if err == nil && max(before, pruned)+1 != head && touched != head { // its seq can't be trusted either
			err = damage
		}
	}
	if head < pruned {
		head, body = pruned, nil
	}
	if err == nil {
		err = c.checkHead(ms, head)
	}
	return head, body, err
}

func readValues(c *conn, ms protocol.MultiSessionID, key int64) (values []store.KeyValue, err error) {
	err = c.query("SELECT ms, space, key, value, sum FROM kept_values WHERE ms = ? ORDER BY space, key", func(r row) error {
		v := store.KeyValue{Space: r.text(1), Key: r.text(2), Value: r.bytes(3)}
		if !c.good(valuesTable, r, 4) {
			_ = c.damaged("value %s %s of %s", v.Space, v.Key, ms)
			v.Value, v.Damaged = nil, true
		}
		values = append(values, v)
		return nil
	}, key)
	return values, err
}

// inMultiSession reads what belongs to one; ErrNotFound if there is none.
func (s *Store) inMultiSession(ctx context.Context, id protocol.MultiSessionID, do func(c *conn, key int64, pruned protocol.Seq) error) error {
	return s.read(ctx, func(c *conn) error {
		key, pruned, err := msKey(c, id)
		if err != nil {
			return err
		}
		return do(c, key, pruned)
	})
}

// Orders implements [store.Ledger].
func (s *Store) Orders(ctx context.Context, ms protocol.MultiSessionID, ids []protocol.OrderID) (rows []store.OrderRows, read int, err error) {
	err = s.inMultiSession(ctx, ms, func(c *conn, key int64, _ protocol.Seq) error {
		for bytes := 0; read < len(ids) && bytes < store.PageBytes; read++ {
			one := found{c: c, in: ms, effects: true}
			if err := c.query("SELECT "+orderColumns+" FROM orders WHERE ms = ? AND id = ?", one.scan, key, string(ids[read])); err != nil {
				return err
			}
			whole, err := one.complete(-1)
			if err != nil {
				return err
			}
			for i := range whole {
				bytes += whole[i].Size()
			}
			rows = append(rows, whole...)
		}
		return nil
	})
	return rows, read, err
}

// List implements [store.Ledger].
func (s *Store) List(ctx context.Context, ms protocol.MultiSessionID, f store.ListFilter) (rows []store.OrderRows, err error) {
	afterRun, afterNumber, lastRun := int64(f.AfterRun), int64(f.AfterNo), int64(math.MaxInt64)
	if f.Run > 0 {
		lastRun = int64(f.Run)
		if f.AfterRun < f.Run {
			afterRun, afterNumber = lastRun, -1
		}
	}
	query := "SELECT " + orderColumns + ` FROM orders WHERE ms = ? AND (run, number) > (?, ?) AND run <= ? AND ? IN (0, number)
		AND (body IS NOT NULL OR ` + ordersTable.wrong() + ")"
	switch f.State {
	case "":
		query += " AND ? = ''"
	case protocol.Open: // written like this, so that the index of open orders is used
		query += " AND state = 'open' AND ? <> ''"
	default:
		query += " AND state = ?"
	}
	err = s.inMultiSession(ctx, ms, func(c *conn, key int64, _ protocol.Seq) error {
		page := found{c: c, in: ms, most: store.PageBytes}
		err := c.query(query+" ORDER BY run, number LIMIT ?", func(r row) error {
			if page.full() {
				return errStop
			}
			return page.scan(r)
		},
			key, afterRun, afterNumber, lastRun, int64(f.Number), string(f.State), int64(f.Limit))
		if err == nil {
			rows, err = page.complete(-1)
		}
		return err
	})
	return rows, err
}

// Touched implements [store.Ledger]. It reads the log and takes those changes
// that are still an order's last one. Orders of one change stay on one
// page, because the next page starts after its seq.
func (s *Store) Touched(ctx context.Context, ms protocol.MultiSessionID, after store.TouchedAfter, limit int) (page *store.TouchedPage, err error) {
	err = s.inMultiSession(ctx, ms, func(c *conn, key int64, pruned protocol.Seq) (err error) {
		page = &store.TouchedPage{}
		if page.Head, _, err = readHead(c, key, pruned); err != nil {
			return err
		}
		touched, apart := found{c: c, in: ms, most: store.PageBytes}, found{c: c, in: ms}
		from := int64(max(after.Since, after.Order))
		err = c.query("SELECT "+orderColumns+` FROM changes CROSS JOIN json_each(changes.newest) CROSS JOIN orders
			WHERE changes.ms = ? AND changes.seq > ? AND changes.newest IS NOT NULL AND orders.key = json_each.value
			AND (orders.seq > ? AND orders.seq BETWEEN `+firstSeq+" AND changes.seq AND orders.body IS NOT NULL OR "+ordersTable.wrong()+`)
			ORDER BY changes.seq, orders.seq, created, orders.id`, func(r row) error {
			if !c.good(ordersTable, r, 11) { // its last change is unknown
				if !slices.Contains(apart.keys, r.int(0)) {
					return apart.scan(r)
				}
				return nil
			}
			if n := len(touched.rows); (n >= limit || touched.full()) && touched.rows[n-1].Seq != protocol.Seq(r.int(8)) {
				page.More = true
				return errStop
			}
			return touched.scan(r)
		}, key, from, from)
		to := page.Head
		if page.More {
			to = touched.rows[len(touched.rows)-1].Seq
		}
		err = cmp.Or(checkChanges(c, key, ms, max(after.Since, after.Order), to), err)
		if err == nil {
			page.Orders, err = touched.complete(after.Since)
			page.More = page.More || touched.cut
			page.Orders = append(page.Orders, apart.rows...)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return page, nil
}

// Changes implements [store.Ledger].
func (s *Store) Changes(ctx context.Context, ms protocol.MultiSessionID, after protocol.Seq, limit int) (page []store.Change, err error) {
	err = s.inMultiSession(ctx, ms, func(c *conn, key int64, pruned protocol.Seq) error {
		if after < pruned {
			return store.ErrExpired
		}
		next, bytes := after+1, 0
		return c.query("SELECT "+changeColumns+" FROM changes WHERE ms = ? AND seq > ? ORDER BY seq", func(r row) error {
			all, err := c.changes(r, ms)
			if err != nil {
				return err
			}
			for _, change := range all {
				switch {
				case change.Seq < next: // before the page
					continue
				case change.Seq != next:
					return c.damaged("change %d of %s", next, ms)
				case len(page) >= limit || bytes >= store.PageBytes:
					return errStop
				}
				next++
				page, bytes = append(page, change), bytes+len(change.Body)
			}
			if len(page) >= limit {
				return errStop
			}
			return nil
		}, key, int64(after))
	})
	return page, err
}

// changeColumns are what changes reads.
const changeColumns = "ms, seq, newest, body, sum"

// changes are those of a row.
func (c *conn) changes(r row, ms protocol.MultiSessionID) ([]store.Change, error) {
	if !c.good(changesTable, r, 4) {
		return nil, c.damaged("change %d of %s", r.int(1), ms)
	}
	return changesOf(protocol.Seq(r.int(1)), r.bytes(3)), nil
}

// checkChanges checks a part of the log, for callers that read only the rows it
// refers to.
func checkChanges(c *conn, key int64, ms protocol.MultiSessionID, after, to protocol.Seq) error {
	return c.query(`SELECT seq FROM changes WHERE ms = ?1 AND seq > ?2 AND seq <= coalesce((SELECT min(seq) FROM changes WHERE ms = ?1 AND seq >= ?3), ?3)
		AND `+changesTable.wrong()+" LIMIT 1",
		func(r row) error { return c.damaged("change %d of %s", r.int(0), ms) }, key, int64(after), int64(to))
}

// Client implements [store.Ledger].
func (s *Store) Client(ctx context.Context, id protocol.ClientID) (client store.Client, err error) {
	err = s.read(ctx, func(c *conn) error {
		known := false
		err := c.query("SELECT clients.key, clients.id, pos, ms, clients.sum, "+joinedID+`, (SELECT max(id) FROM outcomes WHERE client = clients.key)
			FROM clients LEFT JOIN multi_sessions ON multi_sessions.key = ms WHERE clients.id = ?`, func(r row) error {
			known = true
			client = store.Client{
				ID: id, POS: protocol.POSID(r.text(2)), MultiSession: protocol.MultiSessionID(r.text(5)), LastID: protocol.MutationID(r.int(6)),
			}
			if !c.good(clientsTable, r, 4) || r.orphan(3, 5) {
				client = store.Client{ID: id, Damaged: true}
				_ = c.damaged("client %s", id)
			}
			return nil
		}, string(id))
		if err == nil && !known {
			err = store.ErrNotFound
		}
		return err
	})
	return client, err
}

// Outcomes implements [store.Ledger]. Of a damaged row all are damaged that it may
// have held: those between the rows beside it.
func (s *Store) Outcomes(ctx context.Context, client protocol.ClientID, from, to protocol.MutationID) (list []store.Outcome, err error) {
	next := from
	err = s.read(ctx, func(c *conn) error {
		return c.query(`SELECT client, outcomes.id, hash, result, outcomes.sum FROM clients JOIN outcomes ON client = key
			WHERE clients.id = ? AND outcomes.id >= ? ORDER BY outcomes.id`, func(r row) error {
			if next > to {
				return errStop
			}
			last := protocol.MutationID(r.int(1))
			all, err := outcomesOf(client, last, r.bytes(2), r.bytes(3))
			if !c.good(outcomesTable, r, 4) || err != nil {
				_ = c.damaged("outcome %d of client %s", last, client)
				all = nil
				for id := next; id <= min(last, to); id++ {
					all = append(all, store.Outcome{Client: client, ID: id, Damaged: true})
				}
			}
			for _, o := range all {
				if o.ID >= next && o.ID <= to {
					list, next = append(list, o), o.ID+1
				}
			}
			return nil
		}, string(client), int64(from))
	})
	return list, err
}
