package storetest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/sdk/protocol"
)

// likeMem makes the same random writes to the store under test and to mem, and
// compares every read.
func likeMem(k *kit) {
	model := &kit{Assertions: k.Assertions, Harness: Harness{Store: mem.New()}, t: k.t, ctx: k.ctx}
	f := k.newMultiSession("main")
	model.newMultiSession("main")
	rng := rand.New(rand.NewPCG(1, 2))
	var rows []store.OrderRows
	for step := range 120 {
		f.now = noon.Add(time.Duration(step) * time.Minute)
		b, next := randomBatch(f, rng, rows)
		k.NoError(model.Store.Commit(k.ctx, b))
		f.commit(b)
		rows = next
		if step%40 == 39 {
			before := noon.Add(time.Duration(step-15) * time.Minute)
			want, err := model.Store.Prune(k.ctx, before, false)
			k.NoError(err)
			got, err := k.Store.Prune(k.ctx, before, false)
			k.NoError(err)
			k.Equal(want, got)
		}
		if step%10 == 9 {
			sameReads(f, model.Store, rng, rows)
		}
	}
}

// randomBatch is one to three changes, each of one to three orders.
func randomBatch(f *multiSession, rng *rand.Rand, rows []store.OrderRows) (*store.Batch, []store.OrderRows) {
	var whole *store.Batch
	head, last := f.head, f.last
	for range 1 + rng.IntN(3) {
		var touched []store.OrderRows
		if len(rows) < 3 || rng.IntN(4) == 0 {
			touched = append(touched, newOrder(protocol.Number(len(rows)+1)))
			rows = append(rows, touched[0])
		}
		for _, i := range rng.Perm(len(rows))[:rng.IntN(3)] {
			if o := rows[i]; o.State == protocol.Open && (len(touched) == 0 || touched[0].ID != o.ID) {
				touched = append(touched, randomNext(rng, o))
			}
		}
		b := f.batch(touched...)
		for _, o := range b.Orders {
			rows[o.Number-1] = store.OrderRows{OrderRow: o.OrderRow}
		}
		f.head++
		f.last++
		whole = merge(whole, b)
	}
	f.head, f.last = head, last
	return whole, rows
}

func randomNext(rng *rand.Rand, o store.OrderRows) store.OrderRows {
	next := later(o)
	if rng.IntN(5) == 0 {
		next = closed(o)
		next.Payments = []store.PaymentRow{newPayment(1, `{"amount":1}`)}
	}
	if rng.IntN(4) == 0 {
		next.Effects = []store.EffectRow{newEffect(o.ID, "loyalty", fmt.Sprint("rev", next.Rev))}
		if rng.IntN(2) == 0 {
			next.Effects[0].State = store.EffectDone
		}
	}
	for _, n := range rng.Perm(6)[:rng.IntN(4)] {
		next.Lines = append(next.Lines, newLine(n+1, fmt.Sprintf(`{"rev":%d}`, next.Rev)))
	}
	return next
}

// merge joins two changes of one batch: of each order the last row, and of
// its lines and payments the last ones.
func merge(a, b *store.Batch) *store.Batch {
	if a == nil {
		return b
	}
	a.Changes = append(a.Changes, b.Changes...)
	a.Outcomes = append(a.Outcomes, b.Outcomes...)
	for _, o := range b.Orders {
		known := false
		for i := range a.Orders {
			if was := &a.Orders[i]; was.ID == o.ID {
				known = true
				was.OrderRow = o.OrderRow
				was.Payments = append(was.Payments, o.Payments...)
				was.Effects = append(was.Effects, o.Effects...)
				for _, line := range o.Lines {
					was.Lines = mergeLine(was.Lines, line)
				}
			}
		}
		if !known {
			a.Orders = append(a.Orders, o)
		}
	}
	return a
}

func mergeLine(lines []store.LineRow, line store.LineRow) []store.LineRow {
	for i := range lines {
		if lines[i].ID == line.ID {
			lines[i] = line
			return lines
		}
	}
	return append(lines, line)
}

// sameReads compares every way of reading.
func sameReads(f *multiSession, model store.Store, rng *rand.Rand, rows []store.OrderRows) {
	some := ids(rows)[:1+rng.IntN(len(rows))]
	since, order := protocol.Seq(rng.IntN(int(f.head)+1)), protocol.Seq(rng.IntN(int(f.head)+1))
	limit := 1 + rng.IntN(20)
	reads := map[string]func(store.Store) (any, error){
		"load": func(s store.Store) (any, error) {
			snap, err := s.Load(f.ctx, "main")
			if err == nil {
				snap.Turn = 0 // the store's own
			}
			return snap, err
		},
		"orders":  func(s store.Store) (any, error) { return byID(s.Orders(f.ctx, "main", some)) },
		"list":    func(s store.Store) (any, error) { return s.List(f.ctx, "main", store.ListFilter{Limit: limit}) },
		"history": func(s store.Store) (any, error) { return first(s.History(f.ctx, "main", some[len(some)-1], 0)) },
		"client":  func(s store.Store) (any, error) { return s.Client(f.ctx, f.client) },
		"touched": func(s store.Store) (any, error) {
			return s.Touched(f.ctx, "main", store.TouchedAfter{Since: since, Order: order}, limit)
		},
		"changes": func(s store.Store) (any, error) { return s.Changes(f.ctx, "main", since, limit) },
		"effects": func(s store.Store) (any, error) {
			return first(s.Effects(f.ctx, store.EffectFilter{After: int64(since), Limit: limit}))
		},
		"outcomes": func(s store.Store) (any, error) {
			return s.Outcomes(f.ctx, f.client, protocol.MutationID(since), protocol.MutationID(order))
		},
	}
	for name, read := range reads {
		want, wantErr := read(model)
		got, err := read(f.Store)
		f.Equal(wantErr == nil, err == nil, "%s: %v, mem says %v", name, err, wantErr)
		f.Equal(want, got, name)
	}
}

func first[T any](page T, _ bool, err error) (T, error) { return page, err }

func byID(rows []store.OrderRows, _ int, err error) (map[protocol.OrderID]store.OrderRows, error) {
	found := map[protocol.OrderID]store.OrderRows{}
	for _, o := range rows {
		found[o.ID] = o
	}
	return found, err
}
