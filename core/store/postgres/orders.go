package postgres

import (
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// pageQuery selects whole orders. candidates is SQL for their keys and ranks, in which
// $3 and following are arguments of its own.
type pageQuery struct {
	candidates string
	// most ends a page with the order that reaches so many bytes.
	most int64
	// together keeps orders of one change on one page, and limits it, without them, to
	// the last of the arguments.
	together bool
	effects  bool
	pruned   bool // pruned orders are among them
}

// orderPage is what a pageQuery finds.
type orderPage struct {
	rows     []store.OrderRows
	lastRank int64
	more     bool
}

func (p *orderPage) bytes() (n int) {
	for i := range p.rows {
		n += p.rows[i].Size()
	}
	return n
}

// statement reads the orders with those lines and payments that changed after since.
// The sizes are summed first, so that bodies are read only of what fits on the page.
func (p *orderPage) statement(q pageQuery, since int64, args ...any) statement {
	all := append([]any{since, q.most}, args...)
	// A page ends before the first order that isn't on it any more.
	ends := "before >= $2"
	if q.together {
		ends = fmt.Sprintf("(before >= $2 OR rank > $%d) AND seq <> last", len(all))
	}
	effects := "NULL::text[], NULL::text[], NULL::bytea[], NULL::bytea[], NULL::bytea[]"
	if q.effects {
		effects = "e.ids, e.extensions, e.names, e.keys, e.hashes"
	}
	var b strings.Builder
	b.WriteString("WITH candidates AS (" + q.candidates + `), sized AS (
		SELECT c.key, c.rank, o.seq, coalesce(octet_length(o.body), 0)
			+ (SELECT coalesce(sum(octet_length(body)), 0) FROM lines WHERE order_key = c.key AND seq > $1)
			+ (SELECT coalesce(sum(octet_length(body)), 0) FROM payments WHERE order_key = c.key AND seq > $1) AS size
		FROM candidates AS c JOIN orders AS o ON o.key = c.key), summed AS (
		SELECT key, rank, seq, sum(size) OVER (ORDER BY rank) - size AS before, lag(seq) OVER (ORDER BY rank) AS last FROM sized), cut AS (
		SELECT min(rank) AS at FROM summed WHERE ` + ends + `)
		SELECT s.rank, cut.at IS NOT NULL, o.id, o.run, o.number, o.state, o.rev, o.created, o.seq, o.at, o.body,
			l.ids, l.ns, l.seqs, l.bodies, p.ids, p.ns, p.seqs, p.bodies, ` + effects + `
		FROM cut CROSS JOIN summed AS s JOIN orders AS o ON o.key = s.key`)
	for _, of := range []string{"lines AS l", "payments AS p"} {
		table, name, _ := strings.Cut(of, " AS ")
		fmt.Fprintf(&b, ` CROSS JOIN LATERAL (SELECT array_agg(id) AS ids, array_agg(n) AS ns, array_agg(seq) AS seqs, array_agg(body) AS bodies
			FROM (SELECT id, n, seq, body FROM %s WHERE order_key = o.key AND seq > $1 ORDER BY n, id) AS sorted) AS %s`, table, name)
	}
	if q.effects {
		b.WriteString(` CROSS JOIN LATERAL (SELECT array_agg(id) AS ids, array_agg(extension) AS extensions, array_agg(name) AS names,
			array_agg(effect_key) AS keys, array_agg(hash) AS hashes FROM (SELECT * FROM effects WHERE order_key = o.key ORDER BY key) AS sorted) AS e`)
	}
	b.WriteString(" WHERE (cut.at IS NULL OR s.rank < cut.at)")
	if !q.pruned {
		b.WriteString(" AND o.body IS NOT NULL")
	}
	b.WriteString(" ORDER BY s.rank")
	return statement{b.String(), all, p.scan}
}

// parts are the rows of an order's lines or payments, column by column.
type parts struct {
	ids    []string
	ns     []int64
	seqs   []int64
	bodies [][]byte
}

func (p *orderPage) scan(r pgx.Rows) error {
	var o store.OrderRows
	var at time.Time
	var lines, payments parts
	var effects, extensions []string
	var names, keys, hashes [][]byte
	err := r.Scan(&p.lastRank, &p.more, &o.ID, &o.Run, &o.Number, &o.State, &o.Rev, &o.Created, &o.Seq, &at, &o.Body,
		&lines.ids, &lines.ns, &lines.seqs, &lines.bodies, &payments.ids, &payments.ns, &payments.seqs, &payments.bodies,
		&effects, &extensions, &names, &keys, &hashes)
	o.At = at.UTC()
	for i, id := range lines.ids {
		o.Lines = append(o.Lines, store.LineRow{ID: protocol.LineID(id), N: int(lines.ns[i]), Seq: protocol.Seq(lines.seqs[i]), Body: lines.bodies[i]})
	}
	for i, id := range payments.ids {
		o.Payments = append(o.Payments, store.PaymentRow{ID: protocol.PaymentID(id), N: int(payments.ns[i]), Seq: protocol.Seq(payments.seqs[i]), Body: payments.bodies[i]})
	}
	for i, id := range effects {
		e := store.EffectRow{ID: id, Extension: extensions[i], Name: string(names[i]), Key: string(keys[i])}
		copy(e.Hash[:], hashes[i])
		o.Effects = append(o.Effects, e)
	}
	p.rows = append(p.rows, o)
	return err
}
