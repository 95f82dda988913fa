package api

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/manytill/manytill/core/effects"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// effectCalls show what extensions want done after commits, and let the operator
// retry, drop and release it.
type effectCalls struct {
	outbox  store.Outbox
	changed func() // wakes who does effects
	now     func() time.Time
}

// How many effects a page has, unless the call says so, and at most.
const (
	effectsPage     = 100
	effectsPageMost = 1000
)

func (e *effectCalls) list(c *call) error {
	query := c.r.URL.Query()
	f := store.EffectFilter{
		MultiSession: protocol.MultiSessionID(query.Get("multi_session")), Extension: query.Get("extension"),
		Order: protocol.OrderID(query.Get("order")), Limit: effectsPage,
	}
	for _, text := range query["state"] {
		if state := protocol.EffectState(text); slices.Contains(protocol.EffectStates, state) {
			f.States = append(f.States, store.EffectState(state))
		} else if text != "" {
			return badAt("state", "must be waiting, held, answered, done, given_up or dropped")
		}
	}
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > effectsPageMost {
			return badAt("limit", "must be a number from 1 to 1000")
		}
		f.Limit = n
	}
	if text := query.Get("after"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return badAt("after", "must be one that this call gave")
		}
		f.After = n
	}
	rows, more, err := e.outbox.Effects(c.r.Context(), f)
	if err != nil {
		return err
	}
	page := protocol.EffectsResponse{Effects: make([]protocol.AdminEffect, len(rows))}
	for i := range rows {
		page.Effects[i] = showEffect(&rows[i])
	}
	if more {
		last := strconv.FormatInt(rows[len(rows)-1].Pos, 10)
		page.After = &last
	}
	return c.answer(page)
}

func showEffect(e *store.EffectRow) protocol.AdminEffect {
	shown := protocol.AdminEffect{
		ID: e.ID, MultiSession: e.MultiSession, Extension: e.Extension, Order: e.Order, Name: e.Name, Key: e.Key,
		State: protocol.EffectState(e.State), Tries: e.Attempts, LastError: e.Error, At: protocol.FormatTime(e.At),
		Data: protocol.Value(e.Data), Result: protocol.Value(e.Result),
	}
	if e.Result == nil {
		shown.Result = protocol.Null
	}
	if e.State.Pending() && e.State != store.EffectHeld && !e.Next.IsZero() {
		next := protocol.FormatTime(e.Next)
		shown.Next = &next
	}
	return shown
}

func (e *effectCalls) retry(c *call) error {
	return e.change(c, func(row store.EffectRow) (store.EffectRow, error) { return effects.Retried(row, e.now()), nil })
}

func (e *effectCalls) drop(c *call) error {
	return e.change(c, func(row store.EffectRow) (store.EffectRow, error) {
		dropped, pending := effects.Dropped(row, e.now())
		if !pending {
			return row, protocol.Errorf(protocol.Conflict, "effect %s is %s, so there is nothing to drop", row.ID, row.State)
		}
		return dropped, nil
	})
}

// change changes one effect, again if it was done meanwhile.
func (e *effectCalls) change(c *call, to func(store.EffectRow) (store.EffectRow, error)) error {
	id := chi.URLParam(c.r, "id")
	for {
		row, err := e.outbox.Effect(c.r.Context(), id)
		if err != nil {
			return notFoundOr(err, "there is no effect %.64q, or its order was pruned", id)
		}
		changed, err := to(row)
		if err != nil {
			return err
		}
		set, err := e.outbox.SetEffect(c.r.Context(), changed, row.State)
		if err != nil {
			return notFoundOr(err, "there is no effect %.64q, or its order was pruned", id)
		}
		if set {
			e.changed()
			return c.answer(showEffect(&changed))
		}
	}
}

func (e *effectCalls) release(c *call) error {
	n, err := e.outbox.ReleaseEffects(c.r.Context(), e.now())
	if n > 0 {
		e.changed()
	}
	if err != nil {
		return err
	}
	return c.answer(protocol.ReleasedResponse{Released: n})
}

// gauges are the pending effects, for metrics: how many of each extension and
// state, and how old the oldest is.
func (e *effectCalls) gauges(ctx context.Context, each func(extension, state string, n int, age time.Duration)) {
	counts, err := e.outbox.CountEffects(ctx)
	if err != nil {
		return
	}
	for _, c := range counts {
		each(c.Extension, string(c.State), c.Count, max(0, e.now().Sub(c.Oldest)))
	}
}
