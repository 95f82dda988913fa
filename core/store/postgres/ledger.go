package postgres

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// msRow is a multi-session with what only a store knows of it.
type msRow struct {
	store.MultiSession
	head, pruned protocol.Seq
	turn         int64
	found        bool
}

// keyOf is the key of a multi-session whose id is the first argument of a statement.
const keyOf = "(SELECT key FROM multi_sessions WHERE id = $1)"

// wantedIDs are the ids of a list that is the first argument of a statement. Behind a
// SELECT, PostgreSQL doesn't look how long it is, and plans the statement only once.
const wantedIDs = "unnest((SELECT $1::text[])) AS wanted (id)"

// of reads the row of a multi-session, without its POS.
func (ms *msRow) of(id protocol.MultiSessionID) statement {
	return statement{"SELECT id, name, active, deleted, run, run_open, seq, turn, pruned FROM multi_sessions WHERE id = $1", []any{string(id)}, func(r pgx.Rows) error { return ms.scan(r) }}
}

// scan reads that, behind what is before it.
func (ms *msRow) scan(r pgx.Rows, before ...any) error {
	var name []byte
	err := r.Scan(append(before, &ms.ID, &name, &ms.Active, &ms.Deleted, &ms.Run, &ms.RunOpen, &ms.head, &ms.turn, &ms.pruned)...)
	ms.Name, ms.found = string(name), true
	return err
}

// in reads what belongs to a multi-session, with its row; ErrNotFound if there is none.
func (s *Store) in(ctx context.Context, id protocol.MultiSessionID, statements ...statement) (ms msRow, err error) {
	err = s.read(ctx, append([]statement{ms.of(id)}, statements...)...)
	if err == nil && !ms.found {
		err = store.ErrNotFound
	}
	return ms, err
}

// Load implements [store.Ledger].
func (s *Store) Load(ctx context.Context, id protocol.MultiSessionID) (*store.Snapshot, error) {
	snap, args := &store.Snapshot{}, []any{string(id)}
	var open orderPage
	var pos []store.POS
	ms, err := s.in(ctx, id,
		statement{
			"SELECT body FROM changes WHERE ms = " + keyOf + " AND seq = (SELECT seq FROM multi_sessions WHERE id = $1)", args,
			func(r pgx.Rows) error { return r.Scan(&snap.HeadChange) },
		},
		statement{
			"SELECT coalesce(max(number), 0) FROM orders WHERE ms = " + keyOf + " AND run = (SELECT run FROM multi_sessions WHERE id = $1)", args,
			func(r pgx.Rows) error { return r.Scan(&snap.LastNumber) },
		},
		statement{posSelect + " WHERE multi_sessions.id = $1 ORDER BY pos.id", args, scanPOS(&pos)},
		statement{"SELECT pos, count(*) FROM clients WHERE ms = " + keyOf + " GROUP BY pos", args, func(r pgx.Rows) error {
			var pos protocol.POSID
			var n int
			err := r.Scan(&pos, &n)
			if snap.Clients == nil {
				snap.Clients = map[protocol.POSID]int{}
			}
			snap.Clients[pos] = n
			return err
		}},
		open.statement(pageQuery{
			candidates: "SELECT key, row_number() OVER (ORDER BY run, number) AS rank FROM orders WHERE ms = (SELECT key FROM multi_sessions WHERE id = $3) AND state = 'open'",
			most:       math.MaxInt64, effects: true,
		}, -1, string(id)),
		statement{"SELECT space, key, value FROM kept_values WHERE ms = " + keyOf + " ORDER BY space, key", args, func(r pgx.Rows) error {
			var space, key []byte
			v := store.KeyValue{}
			err := r.Scan(&space, &key, &v.Value)
			v.Space, v.Key = string(space), string(key)
			snap.Values = append(snap.Values, v)
			return err
		}},
	)
	if err != nil {
		return nil, err
	}
	snap.MultiSession, snap.Head, snap.Pruned, snap.Turn, snap.Open = ms.MultiSession, ms.head, ms.pruned, ms.turn, open.rows
	for _, p := range pos {
		snap.MultiSession.POS = append(snap.MultiSession.POS, p.ID)
		if p.Till.Open {
			snap.Tills = append(snap.Tills, p)
		}
	}
	return snap, nil
}

// Orders implements [store.Ledger].
func (s *Store) Orders(ctx context.Context, ms protocol.MultiSessionID, ids []protocol.OrderID) (rows []store.OrderRows, read int, err error) {
	var page orderPage
	_, err = s.in(ctx, ms, page.statement(pageQuery{
		candidates: "SELECT key, rank FROM unnest($4::text[]) WITH ORDINALITY AS wanted (id, rank) JOIN orders USING (id) WHERE ms = (SELECT key FROM multi_sessions WHERE id = $3)",
		most:       store.PageBytes, effects: true, pruned: true,
	}, -1, string(ms), texts(ids)))
	if err != nil {
		return nil, 0, err
	}
	if page.bytes() >= store.PageBytes {
		return page.rows, int(page.lastRank), nil
	}
	return page.rows, len(ids), nil
}

// List implements [store.Ledger].
func (s *Store) List(ctx context.Context, ms protocol.MultiSessionID, f store.ListFilter) ([]store.OrderRows, error) {
	var page orderPage
	_, err := s.in(ctx, ms, page.statement(pageQuery{
		candidates: `SELECT key, row_number() OVER (ORDER BY run, number) AS rank FROM orders WHERE ms = (SELECT key FROM multi_sessions WHERE id = $3)
			AND (run, number) > ($4, $5) AND run BETWEEN $6 AND $7 AND $8::bigint IN (0::bigint, number) AND $9 IN ('', state) AND body IS NOT NULL
			ORDER BY run, number LIMIT $10`,
		most: store.PageBytes,
	}, -1, string(ms), int64(f.AfterRun), int64(f.AfterNo), int64(f.Run), int64(cmp.Or(f.Run, math.MaxInt64)), int64(f.Number), string(f.State), f.Limit))
	return page.rows, err
}

// Touched implements [store.Ledger]. It reads the log and takes those changes that
// are still an order's last one. Orders of one change stay on one page, because the
// next page starts after its seq.
func (s *Store) Touched(ctx context.Context, id protocol.MultiSessionID, after store.TouchedAfter, limit int) (*store.TouchedPage, error) {
	const newest = `SELECT o.key, o.seq, o.created, o.id FROM changes AS c CROSS JOIN LATERAL unnest(c.orders) AS touched (id) JOIN orders AS o ON o.ms = c.ms AND o.id = touched.id
		WHERE c.ms = (SELECT key FROM multi_sessions WHERE id = $3) AND o.seq = c.seq AND o.body IS NOT NULL AND c.seq > `
	var page orderPage
	ms, err := s.in(ctx, id, page.statement(pageQuery{
		candidates: `WITH fitting AS (` + newest + `$4 ORDER BY c.seq FETCH FIRST $5 ROWS WITH TIES),
			following AS (` + newest + `(SELECT max(seq) FROM fitting) ORDER BY c.seq LIMIT 1)
			SELECT key, row_number() OVER (ORDER BY seq, created, id) AS rank FROM (SELECT * FROM fitting UNION ALL SELECT * FROM following) AS newest`,
		most: store.PageBytes, together: true,
	}, int64(after.Since), string(id), int64(max(after.Since, after.Order)), limit))
	if err != nil {
		return nil, err
	}
	return &store.TouchedPage{Orders: page.rows, Head: ms.head, More: page.more}, nil
}

// Changes implements [store.Ledger].
func (s *Store) Changes(ctx context.Context, id protocol.MultiSessionID, after protocol.Seq, limit int) (page []store.Change, err error) {
	ms, err := s.in(ctx, id, statement{
		`SELECT seq, body FROM (SELECT seq, body, sum(octet_length(body)) OVER (ORDER BY seq) - octet_length(body) AS before
			FROM changes WHERE ms = ` + keyOf + " AND seq > $2 ORDER BY seq LIMIT $3) AS page WHERE before < $4 ORDER BY seq",
		[]any{string(id), int64(after), limit, store.PageBytes},
		scanChanges(&page),
	})
	if err == nil && after < ms.pruned {
		return nil, store.ErrExpired
	}
	for i := range page {
		if want := after + protocol.Seq(i) + 1; err == nil && page[i].Seq != want {
			return nil, s.found.note(store.Damage{Place: fmt.Sprintf("change %d of %s", want, id)})
		}
	}
	return page, err
}

func scanChanges(into *[]store.Change) func(pgx.Rows) error {
	return func(r pgx.Rows) error {
		var c store.Change
		err := r.Scan(&c.Seq, &c.Body)
		*into = append(*into, c)
		return err
	}
}

// Client implements [store.Ledger].
func (s *Store) Client(ctx context.Context, id protocol.ClientID) (c store.Client, err error) {
	c.ID = id
	err = s.one(ctx, `SELECT c.pos, m.id, coalesce((SELECT max(id) FROM outcomes WHERE client = c.key), 0)
		FROM clients AS c JOIN multi_sessions AS m ON m.key = c.ms WHERE c.id = $1`, []any{string(id)}, &c.POS, &c.MultiSession, &c.LastID)
	if err != nil {
		return store.Client{}, err
	}
	return c, nil
}

// Outcomes implements [store.Ledger].
func (s *Store) Outcomes(ctx context.Context, client protocol.ClientID, from, to protocol.MutationID) (list []store.Outcome, err error) {
	err = s.read(ctx, statement{
		"SELECT id, hash, result FROM outcomes WHERE client = (SELECT key FROM clients WHERE id = $1) AND id BETWEEN $2 AND $3 ORDER BY id",
		[]any{string(client), int64(from), int64(to)},
		func(r pgx.Rows) error {
			o := store.Outcome{Client: client}
			var hash []byte
			err := r.Scan(&o.ID, &hash, &o.Result)
			copy(o.Hash[:], hash)
			list = append(list, o)
			return err
		},
	})
	return list, err
}
