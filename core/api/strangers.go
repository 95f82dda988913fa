package api

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
	"golang.org/x/time/rate"
)

// The connections on which nobody has shown a good token yet, by address: some
// that send nothing, or half a head, or no hello. Where there are too many, the
// oldest is dropped for the newest, so that an honest till that comes from the
// same address as a flood still gets in: it shows its token at once.
const (
	strangersOfAddress = 1000 // 140 devices that reconnect at once, with 7 connections each
	strangersInAll     = 4000
	strangerIdle       = 30 * time.Second // between two requests
)

// addressOf is whom a limit by address counts: an IPv4 address, or the /64 of
// an IPv6 one, which is what one customer of a provider has.
func addressOf(remote string) netip.Prefix {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Prefix{}
	}
	ip, bits := at.Addr().Unmap().WithZone(""), 32
	if ip.Is6() {
		bits = 64
	}
	prefix, _ := ip.Prefix(bits)
	return prefix
}

// strangers holds them. Safe for concurrent use.
type strangers struct {
	dropped func(net.Conn)

	mu  sync.Mutex
	all map[net.Conn]*stranger
	by  map[netip.Prefix]*list.List // oldest first
	old list.List                   // oldest first
}

type stranger struct {
	conn    net.Conn
	address netip.Prefix
	idle    time.Time // since when it waits for a request; zero while it doesn't
	place   *list.Element
	among   *list.Element // in its address's list
}

type strangerKey struct{}

func newStrangers(dropped func(net.Conn)) *strangers {
	return &strangers{dropped: dropped, all: map[net.Conn]*stranger{}, by: map[netip.Prefix]*list.List{}}
}

// came takes a new connection in, and drops an old one if there are too many.
func (s *strangers) came(conn net.Conn) *stranger {
	one := &stranger{conn: conn, address: addressOf(conn.RemoteAddr().String())}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[conn] = one
	one.place = s.old.PushBack(one)
	same := s.by[one.address]
	if same == nil {
		same = list.New()
		s.by[one.address] = same
	}
	one.among = same.PushBack(one)
	switch {
	case same.Len() > strangersOfAddress:
		s.drop(same.Front().Value.(*stranger))
	case s.old.Len() > strangersInAll:
		s.drop(s.old.Front().Value.(*stranger))
	}
	return one
}

// drop closes a connection; its goroutine then ends.
func (s *strangers) drop(one *stranger) {
	s.forget(one)
	go func() {
		s.dropped(one.conn)
		_ = one.conn.Close()
	}()
}

func (s *strangers) forget(one *stranger) {
	if s.all[one.conn] != one {
		return
	}
	delete(s.all, one.conn)
	s.old.Remove(one.place)
	same := s.by[one.address]
	if same.Remove(one.among); same.Len() == 0 {
		delete(s.by, one.address)
	}
}

// known: it showed a good token, or it is closed.
func (s *strangers) known(one *stranger) {
	if one == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(one)
}

func (s *strangers) state(conn net.Conn, now http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.all[conn]
	if one == nil {
		return
	}
	switch now {
	case http.StateIdle:
		one.idle = time.Now()
	case http.StateClosed:
		s.forget(one)
	default:
		one.idle = time.Time{}
	}
}

// beat drops those that have been idle for too long.
func (s *strangers) beat() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.all {
		if !one.idle.IsZero() && time.Since(one.idle) > strangerIdle {
			s.forget(one)
			go func() { _ = one.conn.Close() }()
		}
	}
}

// strangerOf is nil of a connection that isn't counted.
func strangerOf(r *http.Request) *stranger {
	one, _ := r.Context().Value(strangerKey{}).(*stranger)
	return one
}

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
