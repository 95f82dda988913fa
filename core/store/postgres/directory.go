package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

const posSelect = `SELECT pos.id, pos.name, pos.deleted, coalesce(multi_sessions.id, ''), till_open, user_id, user_name, since
	FROM pos LEFT JOIN multi_sessions ON multi_sessions.key = pos.ms`

func scanPOS(into *[]store.POS) func(pgx.Rows) error {
	return func(r pgx.Rows) error {
		var p store.POS
		var name, user, userName []byte
		var since time.Time
		err := r.Scan(&p.ID, &name, &p.Deleted, &p.MultiSession, &p.Till.Open, &user, &userName, &since)
		p.Name, p.Till.Since = string(name), since.UTC()
		if user != nil {
			p.Till.User = &protocol.User{ID: string(user), Name: string(userName)}
		}
		*into = append(*into, p)
		return err
	}
}

// MultiSessions implements [store.Directory].
func (s *Store) MultiSessions(ctx context.Context) (list []store.MultiSession, err error) {
	at := map[protocol.MultiSessionID]int{}
	var pos []store.POS
	err = s.read(ctx,
		statement{sql: "SELECT id, name, active, deleted, run, run_open, seq, turn, pruned FROM multi_sessions ORDER BY id", each: func(r pgx.Rows) error {
			var ms msRow
			err := ms.scan(r)
			at[ms.ID] = len(list)
			list = append(list, ms.MultiSession)
			return err
		}},
		statement{sql: posSelect + " WHERE pos.ms IS NOT NULL ORDER BY pos.id", each: scanPOS(&pos)},
	)
	for _, p := range pos {
		list[at[p.MultiSession]].POS = append(list[at[p.MultiSession]].POS, p.ID)
	}
	return list, err
}

// MultiSession implements [store.Directory].
func (s *Store) MultiSession(ctx context.Context, id protocol.MultiSessionID) (store.MultiSession, error) {
	var pos []store.POS
	ms, err := s.in(ctx, id, statement{posSelect + " WHERE multi_sessions.id = $1 ORDER BY pos.id", []any{string(id)}, scanPOS(&pos)})
	if err != nil {
		return store.MultiSession{}, err
	}
	for _, p := range pos {
		ms.POS = append(ms.POS, p.ID)
	}
	return ms.MultiSession, nil
}

// PutMultiSession implements [store.Directory]. It counts as a turn: what other nodes
// know of the multi-session is out of date.
func (s *Store) PutMultiSession(ctx context.Context, ms store.MultiSession, pos []protocol.POSID) error {
	return s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var key int64
		err := tx.QueryRow(ctx, `INSERT INTO multi_sessions (id, name, active, deleted) VALUES ($1, $2, $3, $4)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, active = excluded.active, deleted = excluded.deleted, turn = multi_sessions.turn + 1
			RETURNING key`, string(ms.ID), []byte(ms.Name), ms.Active, ms.Deleted).Scan(&key)
		if err != nil || pos == nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE multi_sessions SET turn = turn + 1 WHERE key <> $1 AND key IN (SELECT ms FROM pos WHERE id = ANY ($2))", key, texts(pos)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE pos SET ms = NULL WHERE ms = $1 AND NOT id = ANY ($2)", key, texts(pos)); err != nil {
			return err
		}
		for _, id := range pos {
			tag, err := tx.Exec(ctx, "UPDATE pos SET ms = $1 WHERE id = $2 AND NOT deleted", key, string(id))
			if err == nil && tag.RowsAffected() == 0 {
				err = fmt.Errorf("POS %s: %w", id, store.ErrNotFound)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// AllPOS implements [store.Directory].
func (s *Store) AllPOS(ctx context.Context) (list []store.POS, err error) {
	err = s.read(ctx, statement{sql: posSelect + " WHERE NOT pos.deleted ORDER BY pos.id", each: scanPOS(&list)})
	return list, err
}

// POS implements [store.Directory]. It is read for every push, so that those that come at
// the same time are read together.
func (s *Store) POS(ctx context.Context, id protocol.POSID) (store.POS, error) {
	return ask(ctx, &s.asked, id)
}

func (s *Store) readPOS(all []*question[protocol.POSID, store.POS]) {
	ids := make([]protocol.POSID, len(all))
	for i, q := range all {
		ids[i] = q.of
	}
	var rows []store.POS
	err := s.read(context.Background(), statement{posSelect + " JOIN " + wantedIDs + " ON wanted.id = pos.id", []any{texts(ids)}, scanPOS(&rows)})
	found := make(map[protocol.POSID]store.POS, len(rows))
	for _, p := range rows {
		found[p.ID] = p
	}
	for _, q := range all {
		pos, known := found[q.of]
		is := answer[store.POS]{pos, err}
		if err == nil && !known {
			is.err = store.ErrNotFound
		}
		q.answer <- is
	}
}

// PutPOS implements [store.Directory].
func (s *Store) PutPOS(ctx context.Context, p store.POS) error {
	return s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		user, name := userColumns(p.Till.User)
		_, err := tx.Exec(ctx, `INSERT INTO pos (id, name, deleted, till_open, user_id, user_name, since) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, deleted = excluded.deleted,
				till_open = excluded.till_open, user_id = excluded.user_id, user_name = excluded.user_name, since = excluded.since,
				ms = CASE WHEN excluded.deleted THEN NULL ELSE pos.ms END`,
			string(p.ID), []byte(p.Name), p.Deleted, p.Till.Open, user, name, toTime(p.Till.Since))
		if err == nil && p.Deleted {
			if _, err = tx.Exec(ctx, "DELETE FROM tokens WHERE owner = $1", string(p.ID)); err == nil {
				_, err = tx.Exec(ctx, "DELETE FROM pos_values WHERE pos = $1", string(p.ID))
			}
		}
		return err
	})
}

// PutToken implements [store.Tokens].
func (s *Store) PutToken(ctx context.Context, owner store.Owner, hash [32]byte) error {
	n, err := s.exec(ctx, `INSERT INTO tokens (owner, hash) SELECT $1, $2
		WHERE $1 = '' OR EXISTS (SELECT FROM pos WHERE id = $3) OR EXISTS (SELECT FROM relays WHERE id = $4)
		ON CONFLICT (owner) DO UPDATE SET hash = excluded.hash`, owner.Name(), hash[:], string(owner.POS), string(owner.Relay))
	if err == nil && n == 0 {
		err = fmt.Errorf("POS or relay %s: %w", owner.Name(), store.ErrNotFound)
	}
	return err
}

// TokenOwner implements [store.Tokens].
func (s *Store) TokenOwner(ctx context.Context, hash [32]byte) (owner store.Owner, err error) {
	var name string
	if err = s.one(ctx, "SELECT owner FROM tokens WHERE hash = $1", []any{hash[:]}, &name); err == nil {
		owner = store.OwnerNamed(name)
	}
	return owner, err
}

// HasAdmin implements [store.Tokens].
func (s *Store) HasAdmin(ctx context.Context) (has bool, err error) {
	err = s.one(ctx, "SELECT EXISTS (SELECT FROM tokens WHERE owner = '')", nil, &has)
	return has, err
}
