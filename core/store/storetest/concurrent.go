package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// concurrentCommits commits many batches at once, of which one is stale and one
// invalid, several times.
func concurrentCommits(k *kit) {
	const floors, rounds = 12, 8
	all := make([]*multiSession, floors)
	for i := range all {
		all[i] = k.newMultiSession(protocol.MultiSessionID(fmt.Sprintf("ms%d", i)))
	}
	all[1].tap(newOrder(1))
	for round := range rounds {
		var start, done sync.WaitGroup
		errs := make([]error, floors)
		start.Add(1)
		for i, f := range all {
			b := f.batch(newOrder(protocol.Number(round + 2)))
			switch i {
			case 0:
				b.Expect = 1000
			case 1:
				b.Orders[0].Number = 1
			}
			done.Go(func() {
				start.Wait()
				errs[i] = k.Store.Commit(k.ctx, b)
			})
		}
		start.Done()
		done.Wait()
		k.ErrorIs(errs[0], store.ErrStale)
		k.ErrorIs(errs[1], store.ErrExists)
		for i, f := range all[2:] {
			k.NoError(errs[i+2])
			f.head++
			f.last++
			k.Len(f.load().Open, round+1)
		}
		k.Empty(all[0].load().Open)
		k.Len(all[1].load().Open, 1)
	}
}

// wholeBatches reads while one writes batches of two orders in which every
// row carries the same number.
func wholeBatches(k *kit) {
	f := k.newMultiSession("main")
	const rounds = 60
	write := func(n int) *store.Batch {
		one := newOrder(1, newLine(1, fmt.Sprint(n)))
		two := newOrder(2, newLine(1, fmt.Sprint(n)))
		one.Body, two.Body = fmt.Append(nil, n), fmt.Append(nil, n)
		one.Created, two.Created = 1, 1
		return f.batch(one, two)
	}
	f.commit(write(0))
	var done atomic.Bool
	var readers sync.WaitGroup
	errs := make(chan error, 3)
	for range cap(errs) {
		readers.Go(func() {
			for !done.Load() {
				if err := readTorn(k, f.id); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	for n := 1; n <= rounds; n++ {
		f.commit(write(n))
	}
	done.Store(true)
	readers.Wait()
	close(errs)
	for err := range errs {
		k.NoError(err)
	}
}

func readTorn(k *kit, id protocol.MultiSessionID) error {
	snap, err := k.Store.Load(k.ctx, id)
	if err != nil {
		return err
	}
	want := fmt.Sprint(snap.Head - 1)
	for _, o := range snap.Open {
		if string(o.Body) != want || string(o.Lines[0].Body) != want {
			return fmt.Errorf("at %d: %s says %s, its line %s", snap.Head, o.ID, o.Body, o.Lines[0].Body)
		}
	}
	page, err := k.Store.Touched(k.ctx, id, store.TouchedAfter{Since: snap.Head - 1}, 10)
	if err != nil {
		return err
	}
	if len(page.Orders) != 2 || page.Orders[0].Seq != page.Head || page.Orders[1].Seq != page.Head {
		return errors.New("touched rows of another moment than their head")
	}
	return nil
}
