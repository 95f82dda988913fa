package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// Commit implements [store.Ledger].
func (s *Store) Commit(ctx context.Context, b *store.Batch) error {
	j := batchJob(b)
	if n := len(b.Changes); n > 0 {
		j.stored = func(c *conn) (bool, error) { return changeStored(c, b.MultiSession, b.Changes[n-1]) }
	}
	if err := s.writer.submit(ctx, j); err != nil {
		s.found.noteCorrupt(err)
		return fmt.Errorf("commit to %s: %w", b.MultiSession, err)
	}
	return nil
}

func batchJob(b *store.Batch) *job {
	return &job{do: func(w *writer) error { return w.batch(b) }, bytes: b.Size(), plain: plain(b)}
}

func changeStored(c *conn, ms protocol.MultiSessionID, change store.Change) (stored bool, err error) {
	_, err = c.one("SELECT body = ? FROM changes JOIN multi_sessions ON ms = key WHERE id = ? AND seq = ?",
		func(r row) { stored = r.int(0) == 1 }, string(change.Body), string(ms), int64(change.Seq))
	return stored, err
}

// batch writes one batch. It checks what is cheap to check before it writes; the
// rest is left to the database's constraints.
func (w *writer) batch(b *store.Batch) error {
	ms, err := w.multiSession(b.MultiSession)
	if err != nil {
		return err
	}
	if b.Anew {
		if ms, err = w.empty(b.MultiSession, b.Expect); err != nil {
			return err
		}
	}
	if err := checkBatch(b, ms.head); err != nil {
		return err
	}
	newest, err := w.orders(ms.key, b)
	if err != nil {
		return err
	}
	for i, c := range b.Changes {
		var touched any
		if newest[i] != nil {
			touched = string(append(newest[i], ']'))
		}
		if err := w.change(ms.key, int64(c.Seq), touched, text(c.Body)); err != nil {
			return fmt.Errorf("change %d: %w", c.Seq, err)
		}
	}
	ms.head += protocol.Seq(len(b.Changes))
	if w.group != nil {
		w.group.changes += len(b.Changes)
		w.group.heads[ms.key] = ms.head
	}
	if err := w.outcomes(ms.key, b); err != nil {
		return err
	}
	return w.rest(ms.key, b)
}

func checkBatch(b *store.Batch, head protocol.Seq) error {
	if b.Expect != head {
		return fmt.Errorf("%w: at %d, not at %d", store.ErrStale, head, b.Expect)
	}
	for i, c := range b.Changes {
		if want := head + protocol.Seq(i) + 1; c.Seq != want {
			return fmt.Errorf("change %d isn't numbered %d", c.Seq, want)
		}
	}
	for i := range b.Orders {
		if o := &b.Orders[i]; o.Seq <= head && !b.Copied || o.Seq > head+protocol.Seq(len(b.Changes)) {
			return fmt.Errorf("order %s is of change %d, which isn't in the batch", o.ID, o.Seq)
		}
	}
	return nil
}

// orders writes the rows of orders. For each change it returns the beginning
// of the JSON list of the keys of those whose last one it is.
func (w *writer) orders(ms int64, b *store.Batch) (newest [][]byte, err error) {
	newest = make([][]byte, len(b.Changes))
	askers := map[protocol.OrderID]int64{}
	for i := range b.Orders {
		o := &b.Orders[i]
		was, found, err := w.orderAt(ms, &o.OrderRow, b.Expect)
		if err != nil {
			return nil, fmt.Errorf("order %s: %w", o.ID, err)
		}
		key := was.key
		if o.Seq > b.Expect {
			at := &newest[o.Seq-b.Expect-1]
			if *at == nil {
				*at = append(*at, '[')
			} else {
				*at = append(*at, ',')
			}
			*at = strconv.AppendInt(*at, key, 10)
		}
		for _, line := range o.Lines {
			err := w.content(linesTable, insertLine.one, key, string(line.ID), int64(line.N), int64(line.Seq), text(line.Body))
			if err != nil {
				return nil, fmt.Errorf("line %s of %s: %w", line.ID, o.ID, err)
			}
		}
		for _, p := range o.Payments {
			err := w.content(paymentsTable, insertPayment.one, key, string(p.ID), int64(p.N), int64(p.Seq), text(p.Body))
			if err != nil {
				return nil, fmt.Errorf("payment %s of %s: %w", p.ID, o.ID, err)
			}
		}
		if err := w.order(ms, &o.OrderRow, was, found); err != nil {
			return nil, fmt.Errorf("order %s: %w", o.ID, err)
		}
		if len(o.Effects) > 0 {
			askers[o.ID] = key
		}
	}
	asked := b.Asked()
	for i := range asked {
		if err := w.addEffect(askers[asked[i].Order], &asked[i]); err != nil {
			return nil, err
		}
	}
	return newest, nil
}

// change writes one change.
func (w *writer) change(ms, seq int64, newest any, body text) error {
	if w.group != nil {
		return w.put(changesTable, "", ms, seq, newest, body)
	}
	row, err := w.chain([]driver.Value{ms, seq, newest, string(body)})
	if err == nil {
		_, err = w.exec(insertChange.one, row...)
	}
	return err
}

// content writes a line or a payment of an order.
func (w *writer) content(t table, query string, key int64, id string, values ...driver.Value) error {
	row := append([]driver.Value{key, id}, values...)
	if w.group == nil {
		var sum int64
		sum, w.c.scratch = rowSum(w.c.scratch, t.name, row)
		if err := w.putContent(t, key, id, sum); err != nil {
			return err
		}
	}
	return w.put(t, query, row...)
}

// orderAt finds an order's key, or gives a new one.
func (w *writer) orderAt(ms int64, o *store.OrderRow, expect protocol.Seq) (was orderKey, found bool, err error) {
	at := orderID{ms, o.ID}
	was, found = w.keys.orders[at]
	if !found && o.Created <= expect { // else it is new
		was, found, err = w.findOrder(at)
	}
	switch {
	case err != nil || found:
	case w.group != nil:
		err = errNotJournaled
	default:
		w.keys.lastOrder++
		was = orderKey{key: w.keys.lastOrder}
	}
	return was, found, err
}

// order writes one order's row, after its lines and payments. Most updates change no
// indexed column.
func (w *writer) order(ms int64, o *store.OrderRow, was orderKey, found bool) error {
	at := orderID{ms, o.ID}
	is := orderKey{was.key, o.Run, o.Number, o.State, o.Created}
	values := []driver.Value{
		is.key, ms, string(o.ID), int64(o.Run), int64(o.Number), string(o.State),
		o.Rev, int64(o.Created), int64(o.Seq), o.At.UnixMilli(), string(o.Body),
	}
	if w.group != nil {
		if was.run != o.Run || was.number != o.Number {
			return errNotJournaled
		}
		w.keys.putOrder(at, is)
		return w.put(ordersTable, "", values...)
	}
	row := w.c.summed(ordersTable, values...)
	whole, err := w.countOrder(ms, is.key, row[11].(int64))
	if err != nil {
		return err
	}
	row = append(row, whole)
	switch {
	case !found:
		_, err = w.exec("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row...)
	case is == was:
		_, err = w.exec("UPDATE orders SET rev = ?, seq = ?, at = ?, body = ?, sum = ?, whole = ? WHERE key = ?", row[6], row[8], row[9], row[10], row[11], row[12], row[0])
	default:
		_, err = w.exec(updateOrder, append(row[3:], row[0])...)
	}
	if err == nil {
		w.keys.putOrder(at, is)
	}
	return err
}

func (w *writer) outcomes(ms int64, b *store.Batch) error {
	for _, c := range b.Clients {
		w.keys.lastClient++
		if _, err := w.exec("INSERT INTO clients VALUES (?, ?, ?, ?, ?)",
			w.c.summed(clientsTable, w.keys.lastClient, string(c.ID), string(c.POS), ms)...); err != nil {
			return fmt.Errorf("client %s: %w", c.ID, err)
		}
		w.keys.putClient(c.ID, &clientKey{key: w.keys.lastClient})
	}
	for i := range b.Outcomes {
		o := &b.Outcomes[i]
		client, err := w.client(o.Client)
		if err == nil && w.group != nil {
			if o.ID <= client.last {
				return errNotJournaled
			}
			w.group.lastIDs[client.key] = o.ID
		}
		if err == nil {
			client.last = max(client.last, o.ID)
			err = w.put(outcomesTable, insertOutcome.one, client.key, int64(o.ID), o.Hash[:], text(o.Result))
		}
		if err != nil {
			return fmt.Errorf("outcome %d of client %s: %w", o.ID, o.Client, err)
		}
	}
	return nil
}

// rest writes rejections, values, ends of effects, runs and tills, which few batches have.
func (w *writer) rest(ms int64, b *store.Batch) error {
	for i := range b.Rejections {
		if err := w.rejection(&b.Rejections[i]); err != nil {
			return err
		}
	}
	for _, v := range b.Values {
		var err error
		if v.Value == nil {
			_, err = w.exec("DELETE FROM kept_values WHERE ms = ? AND space = ? AND key = ?", ms, v.Space, v.Key)
		} else {
			_, err = w.exec("INSERT OR REPLACE INTO kept_values VALUES (?, ?, ?, ?, ?)",
				w.c.summed(valuesTable, ms, v.Space, v.Key, string(v.Value))...)
		}
		if err != nil {
			return fmt.Errorf("value %s %s: %w", v.Space, v.Key, err)
		}
	}
	for _, end := range b.EffectsEnded {
		if err := w.endEffect(end); err != nil {
			return err
		}
	}
	if b.Run != nil {
		if _, err := w.exec("UPDATE multi_sessions SET run = ?, run_open = ? WHERE key = ?", int64(b.Run.Run), flag(b.Run.Open), ms); err != nil {
			return err
		}
	}
	for _, t := range b.Tills {
		user, name := userColumns(t.Till.User)
		n, err := w.exec("UPDATE pos SET till_open = ?, user_id = ?, user_name = ?, since = ? WHERE id = ?",
			flag(t.Till.Open), user, name, t.Till.Since.UnixMilli(), string(t.POS))
		if err == nil && n == 0 {
			err = store.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("till of POS %s: %w", t.POS, err)
		}
	}
	return nil
}

func (w *writer) rejection(r *store.Rejection) error {
	author, err := json.Marshal(r.By)
	if err != nil {
		return err
	}
	var kept any
	if len(r.Kept) > 0 {
		list, err := json.Marshal(r.Kept)
		if err != nil {
			return err
		}
		kept = string(list)
	}
	_, err = w.exec(`INSERT INTO rejections (at, ms, client, author, mutation, code, message, kept) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		r.At.UnixMilli(), string(r.MultiSession), string(r.Client), string(author), string(r.Mutation), string(r.Code), r.Message, kept)
	return err
}

func flag(on bool) int64 {
	if on {
		return 1
	}
	return 0
}
