package api

import (
	"context"
	"fmt"
	"time"
)

// Alive returns an error if this process would be better started again: its heartbeats
// stopped for longer than a limit, or a decision takes longer than that though the
// store can be written. A store that can't be written is no reason, since another process
// couldn't write it either. It may hang where a lock is held for ever.
func (a *API) Alive(ctx context.Context, limit time.Duration) error {
	if since := time.Since(*a.beaten.Load()); since > limit {
		return fmt.Errorf("the heartbeats stopped %s ago", since.Round(time.Second))
	}
	stuck := a.hub.Stuck(limit)
	if len(stuck) == 0 || a.storable(ctx) != nil {
		return nil
	}
	return fmt.Errorf("for more than %s there is no decision in %v, though the store can be written", limit, stuck)
}
