package postgres

import (
	"context"
	"reflect"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/manytill/manytill/core/store"
)

// Batches that wait at the same time share a statement, a transaction and a flush. Such a
// group waits for nobody's commit. A batch that doesn't fit, or whose multi-session
// another node commits to, is left out of it, and is committed alone.
const (
	groupsAtOnce = 3
	groupSize    = 128
	groupBytes   = 1 << 20
	// aloneBytes is from where on a batch is committed alone, so that small ones don't wait
	// for it.
	aloneBytes = 128 << 10
)

// member is a batch that waits to be committed in a group.
type member struct {
	batch *store.Batch
	bytes int
	over  chan outcome // takes one
}

// outcome is what became of it: it was committed, it is to be committed alone, or (lost)
// nobody knows, since the connection broke before the answer.
type outcome struct{ committed, lost bool }

// groupable reports whether a batch may be one of a group: it has nothing but orders,
// changes and outcomes.
func groupable(b *store.Batch) bool {
	if len(b.Changes) == 0 || b.Size() >= aloneBytes || len(b.Asked()) > 0 {
		return false
	}
	rest := *b
	rest.MultiSession, rest.Expect, rest.Turn, rest.At = "", 0, 0, time.Time{}
	rest.Changes, rest.Orders, rest.Outcomes = nil, nil, nil
	return reflect.ValueOf(rest).IsZero()
}

// commitGrouped commits a batch in a group; without an error, done is false if it must be
// committed alone.
func (s *Store) commitGrouped(ctx context.Context, b *store.Batch) (done bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err // a group that begins at once could be over before the end is seen
	}
	m := &member{batch: b, bytes: b.Size(), over: make(chan outcome, 1)}
	s.groups.add(m)
	var is outcome
	select {
	case is = <-m.over:
	case <-ctx.Done():
		if s.groups.withdraw(m) {
			return false, ctx.Err()
		}
		is = <-m.over
	}
	if !is.lost {
		return is.committed, nil
	}
	done, err = s.stored(ctx, b)
	return done, s.classify(err)
}

// fitGroup is how many of those that came first are one group.
func fitGroup(waiting []*member) (n int) {
	bytes := 0
	for n < len(waiting) && n < groupSize && (n == 0 || bytes+waiting[n].bytes <= groupBytes) {
		bytes += waiting[n].bytes
		n++
	}
	return n
}

// commitGroup commits a group, and tells each what became of it.
func (s *Store) commitGroup(group []*member) {
	var r rows
	for _, m := range group {
		r.add(m.batch)
	}
	is := make([]outcome, len(group))
	err := s.call(context.Background(), mayRepeat, func(ctx context.Context, c *pgxpool.Conn) error {
		clear(is)
		return pipeline(ctx, c, []statement{r.write(ofFitting, func(of int64) { is[of-1].committed = true })})
	})
	for i, m := range group {
		if err != nil {
			is[i] = outcome{lost: isLost(err)}
		}
		m.over <- is[i]
	}
}
