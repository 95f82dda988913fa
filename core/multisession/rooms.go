package multisession

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/sdk/protocol"
)

// Config is what Rooms work with.
type Config struct {
	Ledger   store.Ledger
	Identity store.Identity
	Bell     wake.Bell
	Rules    Rules
	Now      func() time.Time
	Log      *slog.Logger
	// Committed, if set, is told of every batch that is on disk.
	Committed func(*store.Batch, time.Duration)
	// FoldFrom is [FoldFrom] if 0.
	FoldFrom int
}

// Rooms holds the multi-sessions at work. Each starts when somebody enters
// and goes when it was left alone for a while. Safe for concurrent use.
type Rooms struct {
	config Config

	mu    sync.Mutex
	rooms map[protocol.MultiSessionID]*resident
}

type resident struct {
	room   *Room
	guests int
	left   time.Time
}

// idleLife is how long a room stays that nobody is in.
const idleLife = 2 * time.Minute

// NewRooms is empty.
func NewRooms(c Config) *Rooms {
	if c.FoldFrom == 0 {
		c.FoldFrom = FoldFrom
	}
	if c.Committed == nil {
		c.Committed = func(*store.Batch, time.Duration) {}
	}
	return &Rooms{config: c, rooms: map[protocol.MultiSessionID]*resident{}}
}

// Enter finds or starts a room. It stays at least until leave is called.
//
// Errors: not_found where there is no such multi-session, overloaded, read_only,
// internal.
func (rs *Rooms) Enter(ctx context.Context, ms protocol.MultiSessionID) (room *Room, leave func(), err error) {
	rs.mu.Lock()
	r := rs.rooms[ms]
	if r == nil {
		r = &resident{room: rs.newRoom(ms)}
		rs.rooms[ms] = r
	}
	r.guests++
	rs.mu.Unlock()
	leave = sync.OnceFunc(func() {
		rs.mu.Lock()
		defer rs.mu.Unlock()
		r.guests--
		r.left = rs.config.Now()
	})
	if !r.room.loaded.Load() {
		if reply := r.room.Ask(ctx, &Seen{}); reply.Err != nil {
			leave()
			rs.drop(ms, r)
			return nil, nil, reply.Err
		}
	}
	return r.room, leave, nil
}

func (rs *Rooms) newRoom(ms protocol.MultiSessionID) *Room {
	c := &rs.config
	return &Room{
		ID: ms, Presence: newPresence(), Pins: newPins(c.Now),
		ledger: c.Ledger, bell: c.Bell, rules: c.Rules, cursors: NewCursors(c.Identity, ms),
		now: c.Now, foldFrom: c.FoldFrom, committed: c.Committed, log: c.Log,
	}
}

// drop forgets a room that could not be loaded, if nobody else is in it.
func (rs *Rooms) drop(ms protocol.MultiSessionID, r *resident) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if r.guests == 0 && rs.rooms[ms] == r {
		delete(rs.rooms, ms)
	}
}

// Sweep lets rooms go that were left alone for a while, and runs hooks again
// that failed.
func (rs *Rooms) Sweep() {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	now := rs.config.Now()
	for ms, r := range rs.rooms {
		if r.room.marked.Load() && rs.config.Rules.chain().Ready() {
			r.room.Submit(&Rerun{}, func(*Reply) {})
		}
		if r.guests == 0 && now.Sub(r.left) > idleLife && !r.room.Pins.busy() {
			delete(rs.rooms, ms)
		}
	}
}

// Awake is how many rooms there are.
func (rs *Rooms) Awake() int {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	return len(rs.rooms)
}

// Stuck lists those whose decision takes longer than a limit, by id: a hook
// that doesn't come back, or a disk.
func (rs *Rooms) Stuck(limit time.Duration) []protocol.MultiSessionID {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	stuck := []protocol.MultiSessionID{}
	for id, r := range rs.rooms {
		if began := r.room.deciding.Load(); began != nil && time.Since(*began) > limit {
			stuck = append(stuck, id)
		}
	}
	slices.Sort(stuck)
	return stuck
}

// Bell is rung for every multi-session that moved on.
func (rs *Rooms) Bell() wake.Bell { return rs.config.Bell }
