package multisession

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Session is one multi-session at work: an engine and the goroutine that feeds
// it while there is work.
type Session struct {
	ID       protocol.MultiSessionID
	Feed     *Feed // set when Hub.Enter has returned
	Presence *Presence
	Pins     *Pins

	ledger   store.Ledger
	run      func(func()) // work in a goroutine
	shared   store.Shared // nil where this process alone uses the store
	bell     wake.Bell
	homes    Homes
	identity store.Identity
	rules    Rules
	cursors  Cursors
	now      func() time.Time
	foldFrom int
	// committed is told of every batch that is on disk, and what it took.
	committed func(*store.Batch, time.Duration)
	log       *slog.Logger

	mu      sync.Mutex
	inbox   []*job
	waiting load // of what isn't decided yet
	working bool
	engine  *Engine                    // the worker's alone
	foreign map[protocol.ClientID]bool // the worker's alone: clients of a copy's home
	stuck   bool                       // the worker's alone: nothing can be stored, and it was told
	loaded  atomic.Bool
	turn    atomic.Int64 // of what the engine knows
	missed  atomic.Bool  // there is something to run again
	// Of a copy: partial says that orders are being copied, replaced that the copy is
	// another one now. Then this session is over.
	partial, replaced atomic.Bool
	// migrated is the engine's.
	migrated atomic.Pointer[hooks.Schemas]
	// deciding is when the batch under way was begun, nil while there is none.
	deciding atomic.Pointer[time.Time]
}

type job struct {
	request Request
	done    func(*Reply)
	// Of a push: what it takes while it waits, how many of its mutations were
	// taken into a batch, and the results of those that are decided.
	bytes   int
	taken   int
	results Results
}

// inboxSize is how many requests may wait before callers are told to come
// back; batchSize how many mutations are decided and written at once.
// What waits is bounded by its bytes too, in all and by POS, so that one till
// leaves room to the others; a push alone always may wait. batchBytes ends a
// batch, within a push too: whoever comes after it waits for all of it, in
// this multi-session, and in others for the store.
const (
	inboxSize  = 8192
	inboxBytes = 64 << 20
	posBytes   = 16 << 20
	batchSize  = 512
	batchBytes = 512 << 10
)

// load is what pushes take that wait to be decided.
type load struct {
	bytes int
	of    map[protocol.POSID]int
}

// add reports whether there was room.
func (l *load) add(pos protocol.POSID, n int) bool {
	if l.of[pos] > 0 && l.of[pos]+n > posBytes || l.bytes > 0 && l.of[pos] > 0 && l.bytes+n > inboxBytes {
		return false
	}
	if l.of == nil {
		l.of = map[protocol.POSID]int{}
	}
	l.bytes += n
	l.of[pos] += n
	return true
}

func (l *load) remove(pos protocol.POSID, n int) {
	l.bytes -= n
	if l.of[pos] -= n; l.of[pos] == 0 {
		delete(l.of, pos)
	}
}

// Submit asks for a request to be decided. done is called once, from the
// session's goroutine, when the decision is on disk and in the feed; it must not
// block.
func (s *Session) Submit(request Request, done func(*Reply)) {
	j := &job{request: request, done: done}
	push, _ := request.(*Push)
	if push != nil {
		j.bytes = push.bytes()
	}
	s.mu.Lock()
	if len(s.inbox) >= inboxSize || push != nil && !s.waiting.add(push.POS.ID, j.bytes) {
		s.mu.Unlock()
		done(&Reply{Err: protocol.Errorf(protocol.Overloaded, "too much is waiting; try again").With(protocol.Pause{RetryAfterMS: 500})})
		return
	}
	s.inbox = append(s.inbox, j)
	start := !s.working
	s.working = true
	s.mu.Unlock()
	if start {
		s.run(s.work)
	}
}

// Ask submits a request and waits for its reply. With a context that is over, nothing
// is submitted.
func (s *Session) Ask(ctx context.Context, request Request) *Reply {
	late := func() *Reply {
		return &Reply{Err: protocol.Errorf(protocol.Overloaded, "it took too long; ask again").
			With(protocol.Pause{RetryAfterMS: 500}).Because(ctx.Err())}
	}
	if ctx.Err() != nil {
		return late()
	}
	replies := make(chan *Reply, 1)
	s.Submit(request, func(reply *Reply) { replies <- reply })
	select {
	case reply := <-replies:
		return reply
	case <-ctx.Done():
		return late()
	}
}

// Missed reports whether extensions missed something that is still to be made up for
// (Rerun).
func (s *Session) Missed() bool {
	return s.missed.Load() || !s.isCopy() && s.loaded.Load() && s.migrated.Load() != s.rules.chain().Schemas()
}

// DecideNow decides one batch in the caller's goroutine, so that a session can be
// run under a seed. Nobody may Submit or Ask meanwhile, or have anything under
// way; a request that [Session.Submit] would give a batch of its own needs one
// here too. It rings no bell.
func (s *Session) DecideNow(batch ...Request) []Reply { return s.decide(batch) }

func (s *Session) work() {
	for {
		batch, requests := s.next()
		if batch == nil {
			return
		}
		began := time.Now()
		s.deciding.Store(&began)
		replies := s.decide(requests)
		s.deciding.Store(nil)
		for i, j := range batch {
			if !s.answered(j, &replies[i]) {
				continue
			}
			if push, is := j.request.(*Push); is && s.isCopy() && replies[i].Err == nil {
				s.homes.Push(s.ID, push, j.done)
				continue
			}
			j.done(&replies[i])
		}
		s.bell.Ring(s.ID)
	}
}

// answered reports whether all of a request was decided, or will never be.
func (s *Session) answered(j *job, reply *Reply) bool {
	push, ok := j.request.(*Push)
	if !ok {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	over := reply.Err != nil || j.taken == len(push.Mutations)
	if reply.Err != nil {
		s.inbox = slices.DeleteFunc(s.inbox, func(waiting *job) bool { return waiting == j })
	} else if !over || j.results != nil {
		j.results = append(j.results, reply.Results...)
		reply.Results = j.results
	}
	if over {
		s.waiting.remove(push.POS.ID, j.bytes)
	}
	return over
}

// next takes what is decided in one batch; nil ends the worker. The POS that
// wait share a batch: of each what came first, and of a large push as much as
// fits. What is left of a push waits behind the other POS.
func (s *Session) next() (batch []*job, requests []Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.inbox) == 0 {
		s.working = false
		s.inbox = nil
		return nil, nil
	}
	if first := s.inbox[0]; alone(first.request) {
		s.inbox = s.inbox[1:]
		return []*job{first}, []Request{first.request}
	}
	until := slices.IndexFunc(s.inbox, func(j *job) bool { return alone(j.request) })
	if until < 0 {
		until = len(s.inbox)
	}
	if first := s.inbox[0]; len(s.inbox) == 1 && first.small() { // as it is most of the time
		push, _ := first.request.(*Push)
		first.taken = len(push.Mutations)
		s.inbox = s.inbox[:0]
		return []*job{first}, []Request{push}
	}
	shares := sharesOf(s.inbox[:until])
	left, rest := make([]*job, 0, len(s.inbox)), []*job(nil)
	for _, j := range s.inbox[:until] {
		request, over := shares.take(j)
		if request != nil {
			batch, requests = append(batch, j), append(requests, request)
		}
		switch {
		case !over && request != nil:
			rest = append(rest, j)
		case !over:
			left = append(left, j)
		}
	}
	left = behind(left, rest)
	s.inbox = append(left, s.inbox[until:]...)
	return batch, requests
}

// small reports whether a request is a push that fits into one batch.
func (j *job) small() bool {
	push, ok := j.request.(*Push)
	return ok && j.taken == 0 && len(push.Mutations) <= batchSize && j.bytes <= batchBytes
}

// behind puts what is left of pushes behind the other POS, but before what the
// same POS sent later.
func behind(waiting, rest []*job) []*job {
	for _, j := range rest {
		at := slices.IndexFunc(waiting, func(other *job) bool { return posOf(other.request) == posOf(j.request) })
		if at < 0 {
			at = len(waiting)
		}
		waiting = slices.Insert(waiting, at, j)
	}
	return waiting
}

func posOf(request Request) protocol.POSID {
	switch request := request.(type) {
	case *Push:
		return request.POS.ID
	case *Seen:
		return request.POS
	}
	return ""
}

// shares are how much of a batch each POS may still take.
type shares struct {
	mutations, bytes int // of each
	used             map[protocol.POSID]*share
}

type share struct {
	mutations, bytes int
	over             bool // nothing more of it is taken: what it sent stays in order
}

func sharesOf(waiting []*job) *shares {
	s := &shares{used: map[protocol.POSID]*share{}}
	for _, j := range waiting {
		if s.used[posOf(j.request)] == nil {
			s.used[posOf(j.request)] = &share{}
		}
	}
	s.mutations, s.bytes = max(1, batchSize/len(s.used)), max(1, batchBytes/len(s.used))
	return s
}

// take is the part of a request that goes into the batch, nil if none does, and
// whether that is all of it.
func (s *shares) take(j *job) (part Request, all bool) {
	used := s.used[posOf(j.request)]
	if used.over {
		return nil, false
	}
	push, ok := j.request.(*Push)
	if !ok || len(push.Mutations) == 0 {
		return j.request, true
	}
	from := j.taken
	for _, m := range push.Mutations[from:] {
		if used.mutations >= s.mutations || used.bytes >= s.bytes {
			used.over = true
			break
		}
		used.mutations++
		used.bytes += bytesOf(m)
		j.taken++
	}
	if j.taken == from {
		return nil, false
	}
	piece := *push
	piece.Mutations = push.Mutations[from:j.taken]
	return &piece, j.taken == len(push.Mutations)
}

// failure is what callers are told of an error of the store.
func (s *Session) failure(err error) error {
	switch {
	case errors.Is(err, store.ErrReadOnly):
		if !s.stuck {
			s.stuck = true
			s.log.Warn("nothing can be stored: free some space on the disk, or see that the database runs; tills keep what they hold and push again", "multi_session", s.ID, "error", err)
		}
		return protocol.Errorf(protocol.ReadOnly, "the server can't store anything now (is its disk full, or its database away?); what you have is safe, push again").
			With(protocol.Pause{RetryAfterMS: 2000}).Because(err)
	case errors.Is(err, store.ErrNotFound):
		return protocol.Errorf(protocol.NotFound, "there is no multi-session %s", s.ID).Because(err)
	case errors.Is(err, store.ErrStale):
		return protocol.Errorf(protocol.Overloaded, "other servers were faster each time; push again").With(protocol.Pause{RetryAfterMS: 500}).Because(err)
	}
	s.engine = nil
	return protocol.AsError(err)
}

func failed(n int, err error) []Reply {
	replies := make([]Reply, n)
	for i := range replies {
		replies[i].Err = err
	}
	return replies
}
