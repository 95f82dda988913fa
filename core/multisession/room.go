package multisession

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/sdk/protocol"
)

// Room is one multi-session at work: an engine and the goroutine that feeds
// it while there is work.
type Room struct {
	ID       protocol.MultiSessionID
	Feed     *Feed // set when Rooms.Enter has returned
	Presence *Presence
	Pins     *Pins

	ledger   store.Ledger
	bell     wake.Bell
	rules    Rules
	cursors  Cursors
	now      func() time.Time
	foldFrom int
	// committed is told of every batch that is on disk, and what it took.
	committed func(*store.Batch, time.Duration)
	log       *slog.Logger

	mu      sync.Mutex
	inbox   []job
	waiting load // of what isn't decided yet
	working bool
	engine  *Engine // the worker's alone
	stuck   bool    // the worker's alone: nothing can be stored, and it was told
	loaded  atomic.Bool
	marked  atomic.Bool // there is something to run again
	// deciding is when the batch under way was begun, nil while there is none.
	deciding atomic.Pointer[time.Time]
}

type job struct {
	request Request
	done    func(*Reply)
}

// inboxSize is how many requests may wait before callers are told to come
// back; batchSize how many mutations are decided and written at once.
// What waits is bounded by its bytes too, in all and by POS, so that one till
// leaves room to the others; a push alone always may wait. batchBytes ends a
// batch, since whoever comes after it waits for all of it.
const (
	inboxSize  = 8192
	inboxBytes = 64 << 20
	posBytes   = 16 << 20
	batchSize  = 512
	batchBytes = 2 << 20
)

// load is what pushes take that wait to be decided.
type load struct {
	bytes int
	of    map[protocol.POSID]int
}

// add reports whether there was room.
func (l *load) add(p *Push) bool {
	n := p.bytes()
	if l.of[p.POS.ID] > 0 && l.of[p.POS.ID]+n > posBytes || l.bytes > 0 && l.of[p.POS.ID] > 0 && l.bytes+n > inboxBytes {
		return false
	}
	if l.of == nil {
		l.of = map[protocol.POSID]int{}
	}
	l.bytes += n
	l.of[p.POS.ID] += n
	return true
}

func (l *load) remove(p *Push) {
	n := p.bytes()
	l.bytes -= n
	if l.of[p.POS.ID] -= n; l.of[p.POS.ID] == 0 {
		delete(l.of, p.POS.ID)
	}
}

// Submit asks for a request to be decided. done is called once, from the
// room's goroutine, when the decision is on disk and in the feed; it must not
// block.
func (r *Room) Submit(request Request, done func(*Reply)) {
	r.mu.Lock()
	push, _ := request.(*Push)
	if len(r.inbox) >= inboxSize || push != nil && !r.waiting.add(push) {
		r.mu.Unlock()
		done(&Reply{Err: protocol.Errorf(protocol.Overloaded, "too much is waiting; try again").With(protocol.Pause{RetryAfterMS: 500})})
		return
	}
	r.inbox = append(r.inbox, job{request, done})
	start := !r.working
	r.working = true
	r.mu.Unlock()
	if start {
		go r.work()
	}
}

// Ask submits a request and waits for its reply.
func (r *Room) Ask(ctx context.Context, request Request) *Reply {
	replies := make(chan *Reply, 1)
	r.Submit(request, func(reply *Reply) { replies <- reply })
	select {
	case reply := <-replies:
		return reply
	case <-ctx.Done():
		return &Reply{Err: protocol.Errorf(protocol.Overloaded, "it took too long; ask again").
			With(protocol.Pause{RetryAfterMS: 500}).Because(ctx.Err())}
	}
}

// DecideNow decides one batch in the caller's goroutine, so that a room can be
// run under a seed. Nobody may Submit or Ask meanwhile, or have anything under
// way; a request that [Room.Submit] would give a batch of its own needs one
// here too. It rings no bell.
func (r *Room) DecideNow(batch ...Request) []Reply { return r.decide(batch) }

func (r *Room) work() {
	for {
		batch := r.next()
		if batch == nil {
			return
		}
		requests := make([]Request, len(batch))
		for i := range batch {
			requests[i] = batch[i].request
		}
		began := time.Now()
		r.deciding.Store(&began)
		replies := r.decide(requests)
		r.deciding.Store(nil)
		r.decided(requests)
		for i := range batch {
			batch[i].done(&replies[i])
		}
		r.bell.Ring(r.ID)
	}
}

func (r *Room) decided(requests []Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, request := range requests {
		if push, ok := request.(*Push); ok {
			r.waiting.remove(push)
		}
	}
}

// next takes what waits, as far as it can be decided in one batch; nil ends
// the worker.
func (r *Room) next() []job {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, mutations, bytes := 0, 0, 0
	for n < len(r.inbox) && mutations < batchSize && bytes < batchBytes {
		if alone(r.inbox[n].request) {
			n = max(n, 1)
			break
		}
		if push, ok := r.inbox[n].request.(*Push); ok {
			mutations += len(push.Mutations)
			bytes += push.bytes()
		}
		n++
	}
	if n == 0 {
		r.working = false
		r.inbox = nil
		return nil
	}
	batch := r.inbox[:n:n]
	r.inbox = r.inbox[n:]
	return batch
}
