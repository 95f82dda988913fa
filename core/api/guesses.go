package api

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
	"golang.org/x/time/rate"
)

// Wrong tokens, by address: after a burst their answers are delayed, and when
// too many wait they are refused. A good token is never slowed, whatever else
// its address sends: it is looked up first.
const (
	guessBurst   = 200
	guessEach    = 100 * time.Millisecond
	guessWait    = 2 * time.Second
	guessWaiters = 500 // of all addresses
	guessersKept = 10_000
)

// guesses is safe for concurrent use.
type guesses struct {
	mu      sync.Mutex
	by      map[netip.Prefix]*rate.Limiter
	waiting int
}

// wrong waits before a wrong token is answered; an error is the answer itself.
func (g *guesses) wrong(ctx context.Context, from netip.Prefix) error {
	pause, err := g.take(from, time.Now())
	if err != nil || pause == 0 {
		return err
	}
	defer g.leave()
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return nil
}

// take is how long the answer must wait; its caller leaves afterwards.
func (g *guesses) take(from netip.Prefix, now time.Time) (time.Duration, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	limit := g.of(from, now)
	one := limit.ReserveN(now, 1)
	pause := one.DelayFrom(now)
	if pause == 0 {
		return 0, nil
	}
	if pause > guessWait || g.waiting >= guessWaiters {
		one.CancelAt(now)
		return 0, protocol.Errorf(protocol.RateLimited, "too many wrong tokens came from this address; wait, and check the token").
			With(protocol.Pause{RetryAfterMS: int64(max(pause, time.Second) / time.Millisecond)})
	}
	g.waiting++
	return pause, nil
}

func (g *guesses) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting--
}

// of is an address's limiter. One that nobody used for a while is as good as
// none; where all are in use, any goes: memory is bounded.
func (g *guesses) of(from netip.Prefix, now time.Time) *rate.Limiter {
	if limit := g.by[from]; limit != nil {
		return limit
	}
	if len(g.by) >= guessersKept {
		for address, limit := range g.by {
			if limit.TokensAt(now) >= guessBurst {
				delete(g.by, address)
			}
		}
	}
	for address := range g.by {
		if len(g.by) < guessersKept {
			break
		}
		delete(g.by, address)
	}
	if g.by == nil {
		g.by = map[netip.Prefix]*rate.Limiter{}
	}
	g.by[from] = rate.NewLimiter(rate.Every(guessEach), guessBurst)
	return g.by[from]
}
