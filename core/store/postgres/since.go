package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// Since implements [store.Shared]. What is asked at the same time is read together.
func (s *Store) Since(ctx context.Context, since store.Since) (*store.Moved, error) {
	return ask(ctx, &s.since, since)
}

// readSince reads what is new of several multi-sessions, each named by its place.
func (s *Store) readSince(all []*question[store.Since, *store.Moved]) {
	moved := make([]*store.Moved, len(all))
	var ids []protocol.MultiSessionID
	var seqs, places []int64
	var clients []protocol.ClientID
	for i, q := range all {
		ids, seqs = append(ids, q.of.MultiSession), append(seqs, int64(q.of.Seq))
		clients = append(clients, q.of.Clients...)
		for range q.of.Clients {
			places = append(places, int64(i+1))
		}
	}
	var tills []store.POS
	err := s.read(context.Background(),
		statement{
			"SELECT at, m.id, name, active, deleted, run, run_open, seq, turn, pruned FROM unnest((SELECT $1::text[])) WITH ORDINALITY AS wanted (id, at) JOIN multi_sessions AS m USING (id)",
			[]any{texts(ids)},
			func(r pgx.Rows) error {
				var at int64
				var ms msRow
				err := ms.scan(r, &at)
				moved[at-1] = &store.Moved{MultiSession: ms.MultiSession, Head: ms.head, Turn: ms.turn}
				return err
			},
		},
		statement{
			`SELECT at, c.seq, CASE WHEN octet_length(c.body) <= $4 THEN c.body END FROM unnest((SELECT $1::text[]), $2::bigint[]) WITH ORDINALITY AS wanted (id, since, at) JOIN multi_sessions AS m USING (id)
			CROSS JOIN LATERAL (SELECT seq, body FROM changes WHERE ms = m.key AND seq > since ORDER BY seq LIMIT $3) AS c ORDER BY c.seq`,
			[]any{texts(ids), seqs, store.MovedMost, store.MovedBytes},
			func(r pgx.Rows) error {
				var at int64
				var c store.Change
				err := r.Scan(&at, &c.Seq, &c.Body)
				if c.Body != nil {
					moved[at-1].Changes = append(moved[at-1].Changes, c)
				}
				return err
			},
		},
		statement{posSelect + " JOIN " + wantedIDs + " ON wanted.id = multi_sessions.id WHERE till_open ORDER BY pos.id", []any{texts(ids)}, scanPOS(&tills)},
		statement{
			`SELECT at, c.id, c.pos, m.id, coalesce((SELECT max(id) FROM outcomes WHERE client = c.key), 0)
			FROM unnest((SELECT $1::text[]), $2::bigint[]) AS asked (id, at) JOIN clients AS c USING (id) JOIN multi_sessions AS m ON m.key = c.ms`,
			[]any{texts(clients), places},
			func(r pgx.Rows) error {
				var at int64
				var c store.Client
				err := r.Scan(&at, &c.ID, &c.POS, &c.MultiSession, &c.LastID)
				if c.MultiSession == all[at-1].of.MultiSession && moved[at-1] != nil {
					moved[at-1].Clients = append(moved[at-1].Clients, c)
				}
				return err
			},
		},
	)
	at := map[protocol.MultiSessionID]*store.Moved{}
	for _, m := range moved {
		if m != nil {
			at[m.MultiSession.ID] = m
		}
	}
	for _, pos := range tills {
		if m := at[pos.MultiSession]; m != nil {
			m.Tills = append(m.Tills, pos)
		}
	}
	for i, q := range all {
		is := answer[*store.Moved]{moved[i], err}
		if err == nil && moved[i] == nil {
			is.err = store.ErrNotFound
		}
		q.answer <- is
	}
}
