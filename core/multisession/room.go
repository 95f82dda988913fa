package multisession

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
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
	loaded  atomic.Bool
	marked  atomic.Bool // there is something to run again
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
		replies := r.decide(requests)
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

// decide runs one batch from the store to the store. What fails fails for the
// whole batch and changes nothing; the engine is then read anew.
func (r *Room) decide(requests []Request) (replies []Reply) {
	defer func() {
		if p := recover(); p != nil {
			r.engine = nil
			r.log.Error("a batch failed", "multi_session", r.ID, "panic", p, "stack", string(debug.Stack()))
			replies = failed(len(requests), sdk.AsError(fmt.Errorf("panic: %v", p)))
		}
	}()
	ctx := context.Background()
	const tries = 3 // another node, or another room that bound the same client, may be faster
	var err error
	for range tries {
		if replies, err = r.attempt(ctx, requests); !errors.Is(err, store.ErrStale) && !errors.Is(err, store.ErrExists) {
			break
		}
		r.engine = nil
	}
	if err != nil {
		return failed(len(requests), r.failure(err))
	}
	return replies
}

func (r *Room) attempt(ctx context.Context, requests []Request) ([]Reply, error) {
	if r.engine == nil {
		if err := r.load(ctx); err != nil {
			return nil, err
		}
	}
	if err := r.engine.Meet(ctx, r.ledger, requests); err != nil {
		return nil, err
	}
	began := r.now()
	d := r.engine.Decide(requests, began)
	if d.Batch != nil {
		if err := r.ledger.Commit(ctx, d.Batch); err != nil {
			return nil, err
		}
		r.committed(d.Batch, r.now().Sub(began))
	}
	r.engine.Accept(d)
	r.marked.Store(r.engine.Marked() > 0)
	r.publish(requests, d)
	return d.Replies, nil
}

func (r *Room) load(ctx context.Context) error {
	snapshot, err := r.ledger.Load(ctx, r.ID)
	if err != nil {
		return err
	}
	r.engine = NewEngine(r.ID, r.rules, snapshot)
	if r.Feed == nil || r.Feed.Head().Seq != snapshot.Head {
		head := Position{Seq: snapshot.Head, Tag: TagOf(snapshot.HeadChange)}
		feed := newFeed(r.cursors, head, r.engine.State())
		if r.Feed == nil {
			r.Feed = feed
		} else {
			r.Feed.become(feed)
		}
	}
	r.marked.Store(r.engine.Marked() > 0)
	r.loaded.Store(true)
	return nil
}

func (r *Room) publish(requests []Request, d *Decision) {
	for i, request := range requests {
		switch request := request.(type) {
		case *Seen:
			if c, known := r.engine.Client(request.Client); known {
				r.Feed.learn(c)
			}
		case *Pin:
			d.Replies[i].Snapshot.Position = r.Feed.Head()
		}
	}
	var state *State
	if d.moved {
		now := r.engine.State()
		state = &now
	}
	r.Feed.publish(d.Entries, d.clients, state)
}

// failure is what callers are told of an error of the store.
func (r *Room) failure(err error) *sdk.Error {
	switch {
	case errors.Is(err, store.ErrReadOnly):
		return sdk.Errorf(sdk.ReadOnly, "the server can't store anything now (is its disk full?); what you have is safe, push again").
			With("retry_after_ms", 2000).Because(err)
	case errors.Is(err, store.ErrNotFound):
		return sdk.Errorf(sdk.NotFound, "there is no multi-session %s", r.ID).Because(err)
	}
	r.engine = nil
	return sdk.AsError(err)
}

func failed(n int, err *sdk.Error) []Reply {
	replies := make([]Reply, n)
	for i := range replies {
		replies[i].Err = err
	}
	return replies
}
