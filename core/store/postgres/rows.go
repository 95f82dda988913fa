package postgres

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/tidwall/gjson"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// rows are what batches write of orders, changes and outcomes, column by column: one
// statement writes those of all of them. of says whose a row is, counted from 1.
type rows struct {
	ids, locks             []string
	expects, turns, counts []int64
	ats                    []time.Time

	orders          columns
	runs, numbers   []int64
	states          []string
	revs, created   []int64
	changed         []time.Time
	lines, payments columns
	changes         columns // ids are the orders that a change touched, as an array of PostgreSQL
	outcomes        columns // of clients; bodies are results
	hashes          [][]byte
}

// columns are rows of one table. in is what a row is part of: an order, or a client.
type columns struct {
	of     []int64
	in     []string
	ids    []string
	ns     []int64
	seqs   []int64
	bodies [][]byte
}

func (p *columns) add(of int64, in, id string, n int64, seq protocol.Seq, body []byte) {
	p.of, p.in, p.ids = append(p.of, of), append(p.in, in), append(p.ids, id)
	p.ns, p.seqs, p.bodies = append(p.ns, n), append(p.seqs, int64(seq)), append(p.bodies, body)
}

func (r *rows) add(b *store.Batch) {
	r.ids, r.locks = append(r.ids, string(b.MultiSession)), append(r.locks, store.TurnLock(b.MultiSession))
	r.expects, r.turns = append(r.expects, int64(b.Expect)), append(r.turns, b.Turn)
	r.counts, r.ats = append(r.counts, int64(len(b.Changes))), append(r.ats, toTime(b.At))
	of := int64(len(r.ids))
	for i := range b.Orders {
		o := &b.Orders[i]
		r.orders.add(of, "", string(o.ID), 0, o.Seq, o.Body)
		r.runs, r.numbers, r.states = append(r.runs, int64(o.Run)), append(r.numbers, int64(o.Number)), append(r.states, string(o.State))
		r.revs, r.created, r.changed = append(r.revs, o.Rev), append(r.created, int64(o.Created)), append(r.changed, toTime(o.At))
		for _, line := range o.Lines {
			r.lines.add(of, string(o.ID), string(line.ID), int64(line.N), line.Seq, line.Body)
		}
		for _, p := range o.Payments {
			r.payments.add(of, string(o.ID), string(p.ID), int64(p.N), p.Seq, p.Body)
		}
	}
	for _, c := range b.Changes {
		r.changes.add(of, "", touchedBy(b, c), 0, c.Seq, c.Body)
	}
	for i := range b.Outcomes {
		o := &b.Outcomes[i]
		r.outcomes.add(of, string(o.Client), "", int64(o.ID), 0, o.Result)
		r.hashes = append(r.hashes, o.Hash[:])
	}
}

// write is the statement that writes all rows of the batches that which begins with. each,
// unless it is nil, is called for every batch whose rows were written.
func (r *rows) write(which string, each func(of int64)) statement {
	o, l, p, c, out := &r.orders, &r.lines, &r.payments, &r.changes, &r.outcomes
	st := statement{sql: which + rowsOf, args: []any{
		r.ids, r.locks, r.expects, r.turns, r.counts, r.ats,
		o.of, o.ids, r.runs, r.numbers, r.states, r.revs, r.created, o.seqs, r.changed, o.bodies,
		l.of, l.in, l.ids, l.ns, l.seqs, l.bodies,
		p.of, p.in, p.ids, p.ns, p.seqs, p.bodies,
		c.of, c.seqs, c.ids, c.bodies,
		out.in, out.of, out.ns, r.hashes, out.bodies,
	}}
	if each != nil {
		st.each = func(found pgx.Rows) error {
			var of int64
			err := found.Scan(&of)
			each(of)
			return err
		}
	}
	return st
}

// touchedBy is which orders a change touched, as PostgreSQL writes an array: those that
// its body names, and those whose last change in the batch it is.
func touchedBy(b *store.Batch, c store.Change) string {
	var ids []string
	gjson.GetBytes(c.Body, "orders").ForEach(func(id, _ gjson.Result) bool {
		ids = append(ids, id.String())
		return true
	})
	for i := range b.Orders {
		if o := &b.Orders[i]; o.Seq == c.Seq && !slices.Contains(ids, string(o.ID)) {
			ids = append(ids, string(o.ID))
		}
	}
	var text strings.Builder
	text.WriteByte('{')
	for i, id := range ids {
		if i > 0 {
			text.WriteByte(',')
		}
		text.WriteByte('"')
		_, _ = escapeItem.WriteString(&text, id) // a Builder never fails
		text.WriteByte('"')
	}
	text.WriteByte('}')
	return text.String()
}

var escapeItem = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// A statement that writes rows begins with the batches that it is about: their keys. One
// list of each table is behind a SELECT, as in [wantedIDs].
const batches = `WITH wanted AS (SELECT * FROM unnest((SELECT $1::text[]), $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[])
	WITH ORDINALITY AS w (id, lock, expect, turn, n, at, of)), `

// ofAdvanced is about those that have been advanced before.
const ofAdvanced = batches + "advanced AS (SELECT m.key, wanted.of, wanted.at FROM wanted JOIN multi_sessions AS m USING (id)), "

// ofFitting advances those that fit and whose multi-session nobody else commits to now:
// it waits for no other commit, so that no two of them can wait for each other.
var ofFitting = batches + `free AS MATERIALIZED (SELECT * FROM wanted WHERE pg_try_advisory_xact_lock(hashtextextended(lock, ` + strconv.Itoa(lockingKeys) + `))),
	advanced AS (UPDATE multi_sessions AS m SET seq = m.seq + free.n, turn = m.turn + 1 FROM free
		WHERE m.id = free.id AND m.seq = free.expect AND free.turn IN (0, m.turn) RETURNING m.key, free.of, free.at), `

// rowsOf writes. What a row refers to is found here; where it isn't there, a column that
// must not be null is. An order's key is looked up in a JSON object: PostgreSQL expects
// few orders, and would compare each line with each of them.
const rowsOf = `put AS (
		INSERT INTO orders (ms, id, run, number, state, rev, created, seq, at, body)
		SELECT a.key, o.id, run, number, state, rev, created, seq, o.at, body
		FROM unnest((SELECT $7::bigint[]), $8::text[], $9::bigint[], $10::bigint[], $11::text[], $12::bigint[], $13::bigint[], $14::bigint[], $15::timestamptz[], $16::bytea[])
			AS o (of, id, run, number, state, rev, created, seq, at, body) JOIN advanced AS a USING (of)
		ON CONFLICT (ms, id) DO UPDATE SET run = excluded.run, number = excluded.number, state = excluded.state, rev = excluded.rev,
			created = excluded.created, seq = excluded.seq, at = excluded.at, body = excluded.body
		RETURNING key, ms, id),
	put_keys AS (SELECT jsonb_object_agg(ms || ' ' || id, key) AS keys FROM put),
	put_lines AS (
		INSERT INTO lines (order_key, id, n, seq, body) SELECT ((SELECT keys FROM put_keys) ->> (a.key || ' ' || in_order))::bigint, part.id, n, seq, body
		FROM unnest((SELECT $17::bigint[]), $18::text[], $19::text[], $20::bigint[], $21::bigint[], $22::bytea[]) AS part (of, in_order, id, n, seq, body)
			JOIN advanced AS a USING (of)
		ON CONFLICT (order_key, id) DO UPDATE SET n = excluded.n, seq = excluded.seq, body = excluded.body),
	put_payments AS (
		INSERT INTO payments (order_key, id, n, seq, body) SELECT ((SELECT keys FROM put_keys) ->> (a.key || ' ' || in_order))::bigint, part.id, n, seq, body
		FROM unnest((SELECT $23::bigint[]), $24::text[], $25::text[], $26::bigint[], $27::bigint[], $28::bytea[]) AS part (of, in_order, id, n, seq, body)
			JOIN advanced AS a USING (of)
		ON CONFLICT (order_key, id) DO UPDATE SET n = excluded.n, seq = excluded.seq, body = excluded.body),
	put_changes AS (
		INSERT INTO changes (ms, seq, at, orders, body) SELECT a.key, seq, a.at, touched::text[], body
		FROM unnest((SELECT $29::bigint[]), $30::bigint[], $31::text[], $32::bytea[]) AS c (of, seq, touched, body) JOIN advanced AS a USING (of)),
	put_outcomes AS (
		INSERT INTO outcomes (client, id, hash, result) SELECT (SELECT key FROM clients WHERE clients.id = client), o.id, hash, result
		FROM unnest((SELECT $33::text[]), $34::bigint[], $35::bigint[], $36::bytea[], $37::bytea[]) AS o (client, of, id, hash, result) JOIN advanced USING (of))
	SELECT of FROM advanced`
