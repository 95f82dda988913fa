package effects

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// storePause is between tries to store what became of an effect.
const storePause = time.Second

// errUntaken is of a [Taker] that left the effect as it was.
var errUntaken = errors.New("its outcome was not taken")

// work does one effect, or only has its outcome taken, and tells the schedule.
func (r *run) work(ctx context.Context, it *item, d Doer) {
	e, err := r.config.Outbox.Effect(ctx, it.id)
	if err == nil && e.State == store.EffectWaiting {
		e, err = r.do(ctx, e, d)
	}
	if err == nil && e.State == store.EffectAnswered && !e.Next.After(r.config.Now()) {
		e, err = r.take(ctx, e)
	}
	done := result{item: it, state: e.State, next: e.Next}
	switch {
	case errors.Is(err, store.ErrNotFound):
		done.gone = true
	case errors.Is(err, store.ErrDamaged):
		done.gone = true
		r.config.Log.Error("an effect is damaged in the database and isn't done; restore a backup", "effect", it.id, "extension", it.extension, "order", it.order)
	case err != nil: // another time, as if nothing had been done
		done.state, done.next = it.state, r.config.Now().Add(leaseLook)
	}
	r.results <- done
}

// do does an effect and stores what came of it.
func (r *run) do(ctx context.Context, e store.EffectRow, d Doer) (store.EffectRow, error) {
	spec, known := d.Spec(e.Name)
	if !known {
		return e, fmt.Errorf("extension %s has no effect %s any more", e.Extension, e.Name)
	}
	limited, cancel := context.WithTimeout(ctx, spec.Timeout)
	defer cancel()
	out, err := doSafely(limited, d, &e)
	if err != nil && ctx.Err() != nil {
		return e, ctx.Err() // cancelled by us: no try that failed
	}
	was := e
	e = tried(e, r.config.Now(), out, err)
	switch {
	case e.Ends == store.EffectGivenUp:
		r.config.Log.Warn("an effect is given up", "effect", e.ID, "extension", e.Extension, "name", e.Name, "key", e.Key, "order", e.Order, "error", err)
	case err != nil && e.Attempts == 1:
		r.config.Log.Warn("an effect failed and is tried again", "effect", e.ID, "extension", e.Extension, "name", e.Name, "key", e.Key, "order", e.Order, "error", err)
	}
	return r.store(ctx, e, was.State)
}

// doSafely has an effect done. A panic is an error: it must not end the server.
func doSafely(ctx context.Context, d Doer, e *store.EffectRow) (out protocol.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	out, err = d.Do(ctx, e.ID, addressOf(e), protocol.Value(e.Data))
	if err == nil && !json.Valid([]byte(out)) {
		err = errors.New("its result isn't JSON")
	}
	return out, err
}

// take has an outcome taken.
func (r *run) take(ctx context.Context, e store.EffectRow) (store.EffectRow, error) {
	err := r.config.Taker.Take(ctx, e, protocol.Value(e.Result))
	if err != nil && ctx.Err() != nil {
		return e, ctx.Err()
	}
	if err == nil {
		now, readErr := r.config.Outbox.Effect(context.WithoutCancel(ctx), e.ID)
		if readErr != nil || now.State != store.EffectAnswered {
			if readErr == nil {
				r.config.Ended(e.Extension, now.State)
			}
			return now, readErr
		}
		err = errUntaken
	}
	if e = failed(e, r.config.Now(), err); e.Attempts == 1 {
		r.config.Log.Warn("an effect's outcome could not be taken by its order and is taken later; the effect isn't done again",
			"effect", e.ID, "extension", e.Extension, "name", e.Name, "key", e.Key, "order", e.Order, "error", err)
	}
	return r.store(ctx, e, store.EffectAnswered)
}

// store stores a row if it is still in the state was, and returns what is stored.
// As long as ctx lives it tries until it can: an effect that was done isn't done
// again for a full disk.
func (r *run) store(ctx context.Context, e store.EffectRow, was store.EffectState) (store.EffectRow, error) {
	for {
		set, err := r.config.Outbox.SetEffect(context.WithoutCancel(ctx), e, was)
		switch {
		case set:
			return e, nil
		case err == nil: // somebody else was faster
			return r.config.Outbox.Effect(context.WithoutCancel(ctx), e.ID)
		case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrDamaged):
			return e, err
		}
		select {
		case <-ctx.Done():
			return e, err
		case <-time.After(storePause):
		}
	}
}
