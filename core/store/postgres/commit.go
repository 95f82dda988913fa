package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// Commit implements [store.Ledger]: with what else waits, if it may be, else alone. If
// the connection breaks before the answer, it looks whether the batch was stored. If that
// can't be found out either, the error is ErrReadOnly: the batch may be stored, and then
// the next one is stale.
func (s *Store) Commit(ctx context.Context, b *store.Batch) error {
	if err := checkBatch(b); err != nil {
		return wrap(s.unlessStale(ctx, b, err), "commit to %s", b.MultiSession)
	}
	if groupable(b) {
		if done, err := s.commitGrouped(ctx, b); done || err != nil {
			return wrap(err, "commit to %s", b.MultiSession)
		}
	}
	return wrap(s.commitAlone(ctx, b), "commit to %s", b.MultiSession)
}

// commitAlone commits a batch in a transaction of its own, which waits for those of its
// multi-session that are under way.
func (s *Store) commitAlone(ctx context.Context, b *store.Batch) error {
	statements, err := statementsOf(b)
	if err != nil {
		return err
	}
	stored := false
	again := func(err error) bool {
		switch {
		case mayRepeat(err):
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
	return s.classify(err)
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

// statementsOf is a batch as the statements of one transaction.
func statementsOf(b *store.Batch) (all []statement, err error) {
	id := string(b.MultiSession)
	add := func(sql string, args ...any) { all = append(all, statement{sql: sql, args: args}) }
	if !b.Locked {
		add("SELECT pg_advisory_xact_lock(hashtextextended($1, $2))", store.TurnLock(b.MultiSession), lockingKeys)
	}
	if b.Anew {
		addEmpty(add, b)
	}
	add("SELECT advance($1, $2, $3, $4)", id, int64(b.Expect), b.Turn, int64(len(b.Changes)))
	for _, c := range b.Clients {
		add("INSERT INTO clients (id, pos, ms) SELECT $2, $3, "+keyOf, id, string(c.ID), string(c.POS))
	}
	var r rows
	r.add(b)
	all = append(all, r.write(ofAdvanced, nil))
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
