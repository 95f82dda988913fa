package multisession

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/sdk"
)

// Room is one multi-session at work: an engine and the goroutine that feeds
// it while there is work.
type Room struct {
	ID       sdk.MultiSessionID
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
const (
	inboxSize = 8192
	batchSize = 512
)

// Submit asks for a request to be decided. done is called once, from the
// room's goroutine, when the decision is on disk and in the feed; it must not
// block.
func (r *Room) Submit(request Request, done func(*Reply)) {
	r.mu.Lock()
	if len(r.inbox) >= inboxSize {
		r.mu.Unlock()
		done(&Reply{Err: sdk.Errorf(sdk.Overloaded, "too much is waiting; try again").With("retry_after_ms", 500)})
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
		return &Reply{Err: sdk.Errorf(sdk.Overloaded, "it took too long; ask again").
			With("retry_after_ms", 500).Because(ctx.Err())}
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
		for i := range batch {
			batch[i].done(&replies[i])
		}
		r.bell.Ring(r.ID)
	}
}

// next takes what waits, as far as it can be decided in one batch; nil ends
// the worker.
func (r *Room) next() []job {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, mutations := 0, 0
	for n < len(r.inbox) && mutations < batchSize {
		if alone(r.inbox[n].request) {
			n = max(n, 1)
			break
		}
		if push, ok := r.inbox[n].request.(*Push); ok {
			mutations += len(push.Mutations)
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
