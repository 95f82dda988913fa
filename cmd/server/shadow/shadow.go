package shadow

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks/runs"
	"github.com/manytill/manytill/sdk/protocol"
)

// Source is a shop's history.
type Source interface {
	// Name says where it comes from.
	Name() string
	// Changes visits the changes of a history, several times alike. Those of one
	// multi-session come in their order, or (only isn't "") those of one order.
	Changes(ctx context.Context, visit func(session protocol.MultiSessionID, only protocol.OrderID, c *protocol.Change) error) error
}

// Options say what to run over what.
type Options struct {
	Source Source
	// Trials are the new version, several times, so that all processors work.
	Trials []*extensions.Trial
	// Budget is the time that a call has in a server.
	Budget time.Duration
	// Last is how many records are run, the newest; 0 is all.
	Last int
	// Show is how many of those that differ are reported one by one.
	Show int
}

// hungMost: when so many records ran out of time, the rest isn't tried.
const hungMost = 20

var errStop = errors.New("stopped")

// Run runs the new version over the history and reports. An error is of the
// history.
func Run(ctx context.Context, o Options) (*Report, error) {
	d := o.Trials[0].Describe()
	skip, err := toSkip(ctx, &o, d)
	if err != nil {
		return nil, err
	}
	r := &Report{
		Extension: d.Name, Version: d.Version, Against: o.Source.Name(), Fields: map[string]int{}, Found: []Found{}, Notes: notes(&d),
		BudgetMS: float64(o.Budget.Microseconds()) / 1000,
	}
	began := time.Now()
	running, stop := context.WithCancel(ctx)
	defer stop()
	batches := make(chan []numbered, 2*len(o.Trials))
	var workers sync.WaitGroup
	var mu sync.Mutex
	for i := range max(2*len(o.Trials), runtime.GOMAXPROCS(0)) {
		trial := o.Trials[i%len(o.Trials)]
		workers.Go(func() {
			for batch := range batches {
				if running.Err() != nil {
					continue
				}
				tried := try(running, trial, batch, o.Budget)
				mu.Lock()
				for i := range batch {
					r.take(batch[i].at, batch[i].record, &tried[i], &d, o.Budget, o.Show)
				}
				if r.hung >= hungMost && r.Stopped == "" {
					r.Stopped = fmt.Sprintf("%d records ran out of time", r.hung)
					stop()
				}
				mu.Unlock()
			}
		})
	}
	err = feed(running, &o, d, skip, r, &mu, batches)
	close(batches)
	workers.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil && r.Stopped == "" {
		return nil, err
	}
	if r.Records > 0 {
		r.MeanMS = float64((r.took / time.Duration(r.Records)).Microseconds()) / 1000
		r.PerSecond = float64(r.Records) / time.Since(began).Seconds()
	}
	return r, nil
}

// notes are what a history can't tell.
func notes(d *extensions.Description) []string {
	notes := []string{"Math.random is of the order's mutation in a server, and another here; what hooks made of a till's value stands in its place, as the log has no other"}
	if d.StorageKeys > 0 {
		notes = append(notes, "storage isn't in the log: hooks find nothing stored, and fields that depend on it differ")
	}
	if len(d.Effects) > 0 {
		notes = append(notes, "effects aren't compared, and none is done")
	}
	return notes
}

// numbered is a record with its place among all.
type numbered struct {
	record *Record
	at     int
}

// slowAgain is how often a record is run again that took longer than it may: the
// machine was busy, perhaps.
const slowAgain = 3

// try runs a batch.
func try(ctx context.Context, t *extensions.Trial, batch []numbered, budget time.Duration) []extensions.Tried {
	of := make([]*runs.Run, len(batch))
	for i := range batch {
		of[i] = &batch[i].record.Run
	}
	tried := t.Run(ctx, of)
	for i := range tried {
		for range slowAgain {
			if ctx.Err() != nil || tried[i].Took <= budget || tried[i].End == runs.Failed {
				break
			}
			if again := t.Run(ctx, of[i:i+1])[0]; again.Took < tried[i].Took {
				tried[i] = again
			}
		}
		if r := batch[i].record; tried[i].Migrated {
			var err error
			if r.After, err = t.Raise(ctx, r.Seen, r.After); err != nil {
				tried[i].End, tried[i].Hook, tried[i].Message = runs.Failed, protocol.HookMigrate, err.Error()
			}
		}
	}
	return tried
}

// toSkip is how many records come before the last ones that are asked for.
func toSkip(ctx context.Context, o *Options, d extensions.Description) (int, error) {
	if o.Last == 0 {
		return 0, nil
	}
	all := 0
	builds := builds{d: d}
	err := o.Source.Changes(ctx, func(session protocol.MultiSessionID, only protocol.OrderID, c *protocol.Change) error {
		all += len(builds.of(session).Change(c, only))
		return ctx.Err()
	})
	return max(0, all-o.Last), err
}

// builds are the multi-sessions of a history.
type builds struct {
	d   extensions.Description
	all map[protocol.MultiSessionID]*Rebuild
}

func (b *builds) of(session protocol.MultiSessionID) *Rebuild {
	if b.all == nil {
		b.all = map[protocol.MultiSessionID]*Rebuild{}
	}
	if b.all[session] == nil {
		b.all[session] = NewRebuild(b.d, session)
	}
	return b.all[session]
}

// feed hands the records out in batches.
func feed(ctx context.Context, o *Options, d extensions.Description, skip int, r *Report, mu *sync.Mutex, batches chan<- []numbered) error {
	builds := builds{d: d}
	bins := &bins{to: batches}
	at := 0
	err := o.Source.Changes(ctx, func(session protocol.MultiSessionID, only protocol.OrderID, c *protocol.Change) error {
		var due []numbered
		for _, record := range builds.of(session).Change(c, only) {
			if at++; at > skip {
				due = append(due, numbered{record, at})
			}
		}
		if len(due) > 0 {
			bins.add(ctx, due)
		}
		if ctx.Err() != nil {
			return errStop
		}
		return nil
	})
	bins.flush(ctx)
	mu.Lock()
	defer mu.Unlock()
	for _, b := range builds.all {
		r.Orders += b.Begun
		r.LeftOut += b.LeftOut
	}
	return err
}

// A batch is one call of the extension, and as in a server no order is in it twice:
// so changes of one order go into bins one after the other.
const (
	binRecords = 128
	binsMost   = 128
)

// bins gather records for batches.
type bins struct {
	to   chan<- []numbered
	open []*bin
}

type bin struct {
	records []numbered
	orders  map[protocol.OrderID]bool
}

// add puts the records of one change into the first bin that has none of their
// orders.
func (b *bins) add(ctx context.Context, due []numbered) {
	var into *bin
	for _, bin := range b.open {
		if !bin.hasAny(due) {
			into = bin
			break
		}
	}
	if into == nil {
		if len(b.open) == binsMost {
			b.send(ctx, 0)
		}
		into = &bin{orders: map[protocol.OrderID]bool{}}
		b.open = append(b.open, into)
	}
	into.records = append(into.records, due...)
	for _, d := range due {
		into.orders[d.record.Seen.Order] = true
	}
	if len(into.records) >= binRecords {
		for i := range b.open {
			if b.open[i] == into {
				b.send(ctx, i)
				break
			}
		}
	}
}

func (b *bin) hasAny(due []numbered) bool {
	for _, d := range due {
		if b.orders[d.record.Seen.Order] {
			return true
		}
	}
	return false
}

func (b *bins) send(ctx context.Context, i int) {
	records := b.open[i].records
	b.open = append(b.open[:i], b.open[i+1:]...)
	select {
	case b.to <- records:
	case <-ctx.Done():
	}
}

func (b *bins) flush(ctx context.Context) {
	for len(b.open) > 0 {
		b.send(ctx, 0)
	}
}
