package multisession

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/internal/workers"
	"github.com/manytill/manytill/sdk/protocol"
)

// Config is what a Hub works with.
type Config struct {
	Ledger   store.Ledger
	Identity store.Identity
	Bell     wake.Bell
	Rules    Rules
	Now      func() time.Time
	Log      *slog.Logger
	// Committed, if set, is told of every batch that is on disk.
	Committed func(*store.Batch, time.Duration)
	// Woken, if set, is told of every multi-session that somebody entered first; Present
	// of every connection here that looks at another order, or (nil) at none any more.
	Woken   func(protocol.MultiSessionID)
	Present func(protocol.MultiSessionID, protocol.Presence)
	// Homes are those of copies; nil is none.
	Homes Homes
	// FoldFrom is [FoldFrom] if 0.
	FoldFrom int
	// Go runs short work in a goroutine; nil is [workers.Go].
	Go func(func())
}

// Hub holds the multi-sessions at work. Each starts when somebody enters
// and goes when it was left alone for a while. Safe for concurrent use.
type Hub struct {
	config Config
	shared store.Shared // nil where this process alone uses the store

	mu       sync.Mutex
	sessions map[protocol.MultiSessionID]*entered
}

type entered struct {
	session *Session
	users   int
	left    time.Time
}

// idleLife is how long a session stays that nobody is in.
const idleLife = 2 * time.Minute

// NewHub is empty.
func NewHub(c Config) *Hub {
	c.Rules.ServerID = c.Identity.ServerID
	if c.FoldFrom == 0 {
		c.FoldFrom = FoldFrom
	}
	if c.Go == nil {
		c.Go = workers.Go
	}
	if c.Committed == nil {
		c.Committed = func(*store.Batch, time.Duration) {}
	}
	if c.Woken == nil {
		c.Woken = func(protocol.MultiSessionID) {}
	}
	if c.Present == nil {
		c.Present = func(protocol.MultiSessionID, protocol.Presence) {}
	}
	if c.Homes == nil {
		c.Homes = noHomes{}
	}
	shared, _ := c.Ledger.(store.Shared)
	return &Hub{config: c, shared: shared, sessions: map[protocol.MultiSessionID]*entered{}}
}

// Enter finds or starts a session. It stays at least until leave is called.
//
// Errors: not_found where there is no such multi-session, overloaded, read_only,
// internal.
func (h *Hub) Enter(ctx context.Context, ms protocol.MultiSessionID) (session *Session, leave func(), err error) {
	h.mu.Lock()
	r := h.sessions[ms]
	if r == nil || r.session.replaced.Load() {
		r = &entered{session: h.newSession(ms)}
		h.sessions[ms] = r
	}
	r.users++
	h.mu.Unlock()
	leave = sync.OnceFunc(func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		r.users--
		r.left = h.config.Now()
	})
	if !r.session.loaded.Load() {
		if reply := r.session.Ask(ctx, &Seen{}); reply.Err != nil {
			leave()
			h.drop(ms, r)
			return nil, nil, reply.Err
		}
		h.config.Woken(ms)
	} else if err := r.session.catchUp(ctx); err != nil {
		leave()
		return nil, nil, err
	}
	return r.session, leave, nil
}

func (h *Hub) newSession(ms protocol.MultiSessionID) *Session {
	c := &h.config
	return &Session{
		ID: ms, Presence: newPresence(func(p protocol.Presence) { c.Present(ms, p) }), shared: h.shared, Pins: newPins(c.Now),
		ledger: c.Ledger, bell: c.Bell, rules: c.Rules, cursors: NewCursors(c.Identity, ms), identity: c.Identity, homes: c.Homes,
		now: c.Now, foldFrom: c.FoldFrom, run: c.Go, committed: c.Committed, log: c.Log,
	}
}

// drop forgets a session that could not be loaded, if nobody else is in it.
func (h *Hub) drop(ms protocol.MultiSessionID, r *entered) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r.users == 0 && h.sessions[ms] == r {
		delete(h.sessions, ms)
	}
}

// Sweep lets sessions go that were left alone for a while, and runs hooks again
// that failed.
func (h *Hub) Sweep() {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.config.Now()
	for ms, r := range h.sessions {
		if r.session.Missed() {
			r.session.Submit(&Rerun{}, func(*Reply) {})
		}
		if r.users == 0 && now.Sub(r.left) > idleLife && !r.session.Pins.busy() {
			delete(h.sessions, ms)
		}
	}
}

// Sessions are those at work.
func (h *Hub) Sessions() []*Session {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]*Session, 0, len(h.sessions))
	for _, r := range h.sessions {
		if r.session.loaded.Load() {
			all = append(all, r.session)
		}
	}
	return all
}

// Session is one at work; nil if it isn't.
func (h *Hub) Session(ms protocol.MultiSessionID) *Session {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r := h.sessions[ms]; r != nil && r.session.loaded.Load() {
		return r.session
	}
	return nil
}

// Awake is how many sessions there are.
func (h *Hub) Awake() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.sessions)
}

// Stuck lists those whose decision takes longer than a limit, by id: a hook
// that doesn't come back, or a disk.
func (h *Hub) Stuck(limit time.Duration) []protocol.MultiSessionID {
	h.mu.Lock()
	defer h.mu.Unlock()
	stuck := []protocol.MultiSessionID{}
	for id, r := range h.sessions {
		if began := r.session.deciding.Load(); began != nil && time.Since(*began) > limit {
			stuck = append(stuck, id)
		}
	}
	slices.Sort(stuck)
	return stuck
}

// Bell is rung for every multi-session that moved on.
func (h *Hub) Bell() wake.Bell { return h.config.Bell }
