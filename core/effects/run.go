package effects

import (
	"context"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/hooks"
)

// run is the state of [Worker.Run], of its goroutine alone.
type run struct {
	*Worker
	schedule *schedule
	results  chan result
	// What is to be read: all, or what is new of some extensions. More are those of
	// which the schedule had no room for all.
	all         bool
	fresh, more map[string]bool
	// Until when this node has the lease; lose cancels the effects that are being
	// done under it.
	until   time.Time
	leased  context.Context //nolint:containedctx // of all that is done under one lease, not of a call
	lose    context.CancelFunc
	waiting bool // another node has the lease, which was logged
}

// result is what became of an item. One that is gone isn't pending any more, or
// can't be read.
type result struct {
	item  *item
	state store.EffectState
	next  time.Time
	gone  bool
}

// Run does effects until ctx ends. Then it cancels those that are being done, waits
// for them and gives the lease back.
func (w *Worker) Run(ctx context.Context) {
	r := &run{
		Worker: w, schedule: newSchedule(), results: make(chan result),
		fresh: map[string]bool{}, more: map[string]bool{}, lose: func() {},
	}
	for ctx.Err() == nil {
		timer := time.NewTimer(r.step(ctx))
		select {
		case <-ctx.Done():
		case <-w.woken:
		case <-timer.C:
		case done := <-r.results:
			r.took(done)
		}
		timer.Stop()
	}
	r.lose()
	for r.schedule.running() {
		r.took(<-r.results)
	}
	if now := w.config.Now(); now.Before(r.until) {
		_, _ = w.config.Outbox.Lease(context.WithoutCancel(ctx), w.config.Node, now, now) // it ends by itself, too
	}
}

// step reads what is new, starts what is due, and says when to look again.
func (r *run) step(ctx context.Context) time.Duration {
	if err := r.read(ctx); err != nil {
		if ctx.Err() == nil {
			r.config.Log.Error("effects can't be read from the database; they are read again", "error", err, "after", leaseLook)
		}
		return leaseLook
	}
	now, doers := r.config.Now(), r.doers()
	start, next := r.schedule.due(now, func(extension, name string) (spec hooks.EffectSpec, known bool) {
		if d := doers[extension]; d != nil {
			return d.Spec(name)
		}
		return spec, false
	})
	wait := lookAgain
	if !next.IsZero() {
		wait = min(wait, next.Sub(now))
	}
	if !r.schedule.running() {
		return wait
	}
	if !r.keepLease(ctx, now) {
		for _, it := range start {
			r.schedule.ended(it, it.state, it.next)
		}
		return min(wait, leaseLook)
	}
	for _, it := range start {
		go r.work(r.leased, it, doers[it.extension])
	}
	return min(wait, max(storePause, r.until.Sub(now)-leaseLife/2))
}

// doers are those of the extensions with pending effects, as they run now.
func (r *run) doers() map[string]Doer {
	doers := map[string]Doer{}
	for extension := range r.schedule.known {
		if d := r.config.Doer(extension); d != nil {
			doers[extension] = d
		}
	}
	return doers
}

// read brings the schedule up to date. After an error the next one reads the same.
func (r *run) read(ctx context.Context) error {
	fresh, all := r.takeWoken()
	for extension := range fresh {
		r.fresh[extension] = true
	}
	for extension := range r.more {
		if r.schedule.room(extension) > kept/2 {
			r.fresh[extension] = true
		}
	}
	if r.all = r.all || all; r.all {
		counts, err := r.config.Outbox.CountEffects(ctx)
		if err != nil {
			return err
		}
		r.schedule.forget()
		for _, c := range counts {
			r.fresh[c.Extension] = true
		}
		r.all = false
	}
	for extension := range r.fresh {
		if err := r.readOf(ctx, extension); err != nil {
			return err
		}
		delete(r.fresh, extension)
	}
	return nil
}

// readAtOnce is how many rows are read at a time.
const readAtOnce = 500

func (r *run) readOf(ctx context.Context, extension string) error {
	delete(r.more, extension)
	for {
		room := r.schedule.room(extension)
		if room <= 0 {
			r.more[extension] = true
			return nil
		}
		page, more, err := r.config.Outbox.Effects(ctx, store.EffectFilter{
			States: pending, Extension: extension, After: r.schedule.read[extension], Limit: min(room, readAtOnce), Bodiless: true,
		})
		if err != nil {
			return err
		}
		if r.schedule.add(page); !more {
			return nil
		}
	}
}

var pending = []store.EffectState{store.EffectWaiting, store.EffectHeld, store.EffectAnswered}

// keepLease takes or prolongs the lease if need be, and reports whether this node
// has it. Without it nothing may be done.
func (r *run) keepLease(ctx context.Context, now time.Time) bool {
	if r.until.Sub(now) > leaseLife/2 {
		return true
	}
	mine, err := r.config.Outbox.Lease(ctx, r.config.Node, now, now.Add(leaseLife))
	switch {
	case mine:
		if r.leased == nil || r.leased.Err() != nil {
			r.leased, r.lose = context.WithCancel(ctx)
		}
		r.until, r.waiting = now.Add(leaseLife), false
		return true
	case err != nil && now.Before(r.until):
		return true
	case err != nil && ctx.Err() == nil:
		r.config.Log.Error("effects wait, as the database can't be written", "error", err)
	case err == nil && !r.waiting:
		r.waiting = true
		r.config.Log.Info("another node does the effects")
	}
	r.until = time.Time{}
	r.lose()
	return false
}

func (r *run) took(done result) {
	if done.gone {
		done.state = ""
	}
	r.schedule.ended(done.item, done.state, done.next)
}
