package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tidwall/gjson"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// Commit implements [store.Ledger]. If the connection breaks before the answer, it
// looks whether the batch was stored. If that can't be found out either, the error is
// ErrReadOnly: the batch may be stored, and then the next one is stale.
func (s *Store) Commit(ctx context.Context, b *store.Batch) error {
	if err := checkBatch(b); err != nil {
		return wrap(s.unlessStale(ctx, b, err), "commit to %s", b.MultiSession)
	}
	statements, err := statementsOf(b)
	if err != nil {
		return wrap(err, "commit to %s", b.MultiSession)
	}
	stored := false
	again := func(err error) bool {
		switch {
		case isContention(err), isLost(err) && pgconn.SafeToRetry(err):
			return true
		case !isLost(err):
			return false
		}
		// It can't be stored twice: a second one would be stale.
		is, unknown := s.stored(ctx, b)
		stored = is && unknown == nil
		return !stored && unknown == nil
	}
	err = s.call(ctx, again, func(ctx context.Context, c *pgxpool.Conn) error { return pipeline(ctx, c, statements) })
	if stored {
		return nil
	}
	return wrap(s.classify(err), "commit to %s", b.MultiSession)
}

// stored looks whether a batch was committed whose answer was lost. It waits for the
// lock of the multi-session, which that transaction may still hold.
func (s *Store) stored(ctx context.Context, b *store.Batch) (stored bool, err error) {
	if len(b.Changes) == 0 {
		return false, errors.New("a batch without changes can't be looked up")
	}
	last := b.Changes[len(b.Changes)-1]
	err = s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT FROM multi_sessions WHERE id = $1 FOR UPDATE", string(b.MultiSession)); err != nil {
			return err
		}
		return tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM changes WHERE ms = "+keyOf+" AND seq = $2 AND body = $3)",
			string(b.MultiSession), int64(last.Seq), last.Body).Scan(&stored)
	})
	return stored, err
}

func checkBatch(b *store.Batch) error {
	for i, c := range b.Changes {
		if want := b.Expect + protocol.Seq(i) + 1; c.Seq != want {
			return fmt.Errorf("change %d isn't numbered %d", c.Seq, want)
		}
	}
	for i := range b.Orders {
		if o := &b.Orders[i]; o.Seq <= b.Expect && !b.Copied || o.Seq > b.Expect+protocol.Seq(len(b.Changes)) {
			return fmt.Errorf("order %s is of change %d, which isn't in the batch", o.ID, o.Seq)
		}
	}
	return nil
}

// unlessStale is the error of a batch that can't be right: that it is stale, or else
// invalid.
func (s *Store) unlessStale(ctx context.Context, b *store.Batch, invalid error) error {
	ms, err := s.in(ctx, b.MultiSession)
	if err == nil && ms.head != b.Expect {
		err = fmt.Errorf("%w: at %d, not at %d", store.ErrStale, ms.head, b.Expect)
	}
	if err == nil {
		err = invalid
	}
	return err
}

// statementsOf is a batch as the statements of one transaction. What a row refers to
// is found by its statement; where it isn't there, a column that must not be null is.
func statementsOf(b *store.Batch) (all []statement, err error) {
	id := string(b.MultiSession)
	add := func(sql string, args ...any) { all = append(all, statement{sql: sql, args: args}) }
	if !b.Locked {
		add("SELECT pg_advisory_xact_lock_shared(hashtextextended($1, $2))", store.TurnLock(b.MultiSession), lockingKeys)
	}
	if b.Anew {
		addEmpty(add, b)
	}
	add("SELECT advance($1, $2, $3, $4)", id, int64(b.Expect), b.Turn, int64(len(b.Changes)))
	addOrders(add, id, b)
	if n := len(b.Changes); n > 0 {
		seqs, touched, bodies := make([]int64, n), make([][]byte, n), make([][]byte, n)
		for i, c := range b.Changes {
			seqs[i], bodies[i] = int64(c.Seq), c.Body
			if touched[i], err = json.Marshal(touchedBy(b, c)); err != nil {
				return nil, err
			}
		}
		add(`INSERT INTO changes (ms, seq, at, orders, body) SELECT `+keyOf+`, seq, $2, ARRAY(SELECT json_array_elements_text(convert_from(touched, 'UTF8')::json)), body
			FROM unnest($3::bigint[], $4::bytea[], $5::bytea[]) AS c (seq, touched, body)`, id, toTime(b.At), seqs, touched, bodies)
	}
	for _, c := range b.Clients {
		add("INSERT INTO clients (id, pos, ms) SELECT $2, $3, "+keyOf, id, string(c.ID), string(c.POS))
	}
	if n := len(b.Outcomes); n > 0 {
		clients, ids, hashes, results := make([]string, n), make([]int64, n), make([][]byte, n), make([][]byte, n)
		for i := range b.Outcomes {
			o := &b.Outcomes[i]
			clients[i], ids[i], hashes[i], results[i] = string(o.Client), int64(o.ID), o.Hash[:], o.Result
		}
		add(`INSERT INTO outcomes (client, id, hash, result) SELECT clients.key, o.id, o.hash, o.result
			FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bytea[]) AS o (client, id, hash, result) LEFT JOIN clients ON clients.id = o.client`,
			clients, ids, hashes, results)
	}
	err = addRest(add, id, b)
	addEffects(add, id, b)
	return all, err
}

// addEmpty deletes what [store.Batch.Anew] says. What follows fails if the turn isn't the
// expected one.
func addEmpty(add func(string, ...any), b *store.Batch) {
	id := string(b.MultiSession)
	add("UPDATE multi_sessions SET seq = $2, pruned = $2 WHERE id = $1", id, int64(b.Expect))
	const orders = "(SELECT key FROM orders WHERE ms = " + keyOf + ")"
	for _, step := range []string{
		"DELETE FROM lines WHERE order_key IN " + orders,
		"DELETE FROM payments WHERE order_key IN " + orders,
		"DELETE FROM effects WHERE order_key IN " + orders,
		"DELETE FROM orders WHERE ms = " + keyOf,
		"DELETE FROM changes WHERE ms = " + keyOf,
		"DELETE FROM kept_values WHERE ms = " + keyOf,
		"DELETE FROM rejections WHERE ms = $1",
	} {
		add(step, id)
	}
}

// touchedBy is which orders a change touched: those that its body names, and those
// whose last change in the batch it is.
func touchedBy(b *store.Batch, c store.Change) []protocol.OrderID {
	ids := []protocol.OrderID{}
	gjson.GetBytes(c.Body, "orders").ForEach(func(id, _ gjson.Result) bool {
		ids = append(ids, protocol.OrderID(id.String()))
		return true
	})
	for i := range b.Orders {
		if o := &b.Orders[i]; o.Seq == c.Seq && !slices.Contains(ids, o.ID) {
			ids = append(ids, o.ID)
		}
	}
	return ids
}

// columns are the rows of orders, lines or payments, column by column.
type columns struct {
	orders, ids   []string
	ns, seqs      []int64
	bodies        [][]byte
	runs, numbers []int64
	states        []string
	revs, created []int64
	ats           []time.Time
}

func (c *columns) part(order protocol.OrderID, id string, n int, seq protocol.Seq, body []byte) {
	c.orders, c.ids = append(c.orders, string(order)), append(c.ids, id)
	c.ns, c.seqs, c.bodies = append(c.ns, int64(n)), append(c.seqs, int64(seq)), append(c.bodies, body)
}

func addOrders(add func(string, ...any), ms string, b *store.Batch) {
	var orders, lines, payments columns
	for i := range b.Orders {
		o := &b.Orders[i]
		orders.ids, orders.seqs, orders.bodies = append(orders.ids, string(o.ID)), append(orders.seqs, int64(o.Seq)), append(orders.bodies, o.Body)
		orders.runs, orders.numbers, orders.states = append(orders.runs, int64(o.Run)), append(orders.numbers, int64(o.Number)), append(orders.states, string(o.State))
		orders.revs, orders.created, orders.ats = append(orders.revs, o.Rev), append(orders.created, int64(o.Created)), append(orders.ats, toTime(o.At))
		for _, line := range o.Lines {
			lines.part(o.ID, string(line.ID), line.N, line.Seq, line.Body)
		}
		for _, p := range o.Payments {
			payments.part(o.ID, string(p.ID), p.N, p.Seq, p.Body)
		}
	}
	if len(orders.ids) > 0 {
		add(`INSERT INTO orders (ms, id, run, number, state, rev, created, seq, at, body) SELECT `+keyOf+`, o.*
			FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::timestamptz[], $10::bytea[]) AS o
			ON CONFLICT (ms, id) DO UPDATE SET run = excluded.run, number = excluded.number, state = excluded.state, rev = excluded.rev,
				created = excluded.created, seq = excluded.seq, at = excluded.at, body = excluded.body`,
			ms, orders.ids, orders.runs, orders.numbers, orders.states, orders.revs, orders.created, orders.seqs, orders.ats, orders.bodies)
	}
	for table, p := range map[string]*columns{"lines": &lines, "payments": &payments} {
		if len(p.ids) > 0 {
			add(`INSERT INTO `+table+` (order_key, id, n, seq, body) SELECT orders.key, part.id, part.n, part.seq, part.body
				FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bytea[]) AS part (of, id, n, seq, body)
				LEFT JOIN orders ON orders.ms = `+keyOf+` AND orders.id = part.of
				ON CONFLICT (order_key, id) DO UPDATE SET n = excluded.n, seq = excluded.seq, body = excluded.body`,
				ms, p.orders, p.ids, p.ns, p.seqs, p.bodies)
		}
	}
}

// addEffects comes last. Its lock makes positions visible in their order: whoever reads
// on from one misses none below it.
func addEffects(add func(string, ...any), ms string, b *store.Batch) {
	effects := b.Asked()
	if len(effects) > 0 {
		add("SELECT pg_advisory_xact_lock($1)", addingEffects)
	}
	for i := range effects {
		e := &effects[i]
		add(`INSERT INTO effects (order_key, id, ms, order_id, extension, name, effect_key, hash, at, state, attempts, next, since, error, ends, result, data)
			SELECT (SELECT key FROM orders WHERE ms = `+keyOf+` AND id = $3), $2, $1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16`,
			ms, e.ID, string(e.Order), e.Extension, []byte(e.Name), []byte(e.Key), e.Hash[:], toTime(e.At), string(e.State), int64(e.Attempts),
			toTime(e.Next), toTime(e.Since), []byte(e.Error), string(e.Ends), e.Result, e.Data)
	}
}

// addRest adds rejections, values, ends of effects, runs and tills, which few batches
// have.
func addRest(add func(string, ...any), ms string, b *store.Batch) error {
	for i := range b.Rejections {
		r := &b.Rejections[i]
		author, err := json.Marshal(r.By)
		if err != nil {
			return err
		}
		var kept []byte
		if len(r.Kept) > 0 {
			if kept, err = json.Marshal(r.Kept); err != nil {
				return err
			}
		}
		add("INSERT INTO rejections (at, ms, client, pos, author, mutation, code, message, kept) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
			toTime(r.At), string(r.MultiSession), string(r.Client), string(r.By.POS.ID), author, r.Mutation, string(r.Code), []byte(r.Message), kept)
	}
	for _, v := range b.Values {
		if v.Value == nil {
			add("DELETE FROM kept_values WHERE ms = "+keyOf+" AND space = $2 AND key = $3", ms, []byte(v.Space), []byte(v.Key))
			continue
		}
		add("INSERT INTO kept_values (ms, space, key, value) SELECT "+keyOf+", $2, $3, $4 ON CONFLICT (ms, space, key) DO UPDATE SET value = excluded.value",
			ms, []byte(v.Space), []byte(v.Key), v.Value)
	}
	for _, end := range b.EffectsEnded {
		add("UPDATE effects SET state = $2, result = coalesce($3, result) WHERE id = $1 AND state = 'answered'", end.ID, string(end.State), end.Result)
	}
	if b.Run != nil {
		add("UPDATE multi_sessions SET run = $2, run_open = $3 WHERE id = $1", ms, int64(b.Run.Run), b.Run.Open)
	}
	for _, t := range b.Tills {
		user, name := userColumns(t.Till.User)
		add(`INSERT INTO pos (id, name, deleted, till_open, user_id, user_name, since)
			SELECT $1, (SELECT name FROM pos WHERE id = $1), false, $2, $3, $4, $5 ON CONFLICT (id) DO UPDATE
			SET till_open = excluded.till_open, user_id = excluded.user_id, user_name = excluded.user_name, since = excluded.since`,
			string(t.POS), t.Till.Open, user, name, toTime(t.Till.Since))
	}
	return nil
}

func userColumns(u *protocol.User) (id, name []byte) {
	if u == nil {
		return nil, nil
	}
	return []byte(u.ID), []byte(u.Name)
}
