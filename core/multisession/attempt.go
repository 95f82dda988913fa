package multisession

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// What a room's goroutine does with a batch: decide, commit, tell.

// decide runs one batch from the store to the store. What fails fails for the
// whole batch and changes nothing; the engine is then read anew.
func (r *Room) decide(requests []Request) (replies []Reply) {
	defer func() {
		if p := recover(); p != nil {
			r.engine = nil
			r.log.Error("a batch failed", "multi_session", r.ID, "panic", p, "stack", string(debug.Stack()))
			replies = failed(len(requests), protocol.AsError(fmt.Errorf("panic: %v", p)))
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
	if errors.Is(err, errTooMuch) {
		return r.decideParts(requests)
	}
	if err != nil {
		return failed(len(requests), r.failure(err))
	}
	return replies
}

// decideParts decides a batch as two.
func (r *Room) decideParts(requests []Request) []Reply {
	if half := len(requests) / 2; half > 0 {
		return append(r.decide(requests[:half:half]), r.decide(requests[half:])...)
	}
	whole := *requests[0].(*Push)
	first, second := whole, whole
	half := len(whole.Mutations) / 2
	first.Mutations, second.Mutations = whole.Mutations[:half], whole.Mutations[half:]
	replies := r.decide([]Request{&first})
	if replies[0].Err != nil {
		return replies
	}
	results := replies[0].Results
	if replies = r.decide([]Request{&second}); replies[0].Err == nil {
		replies[0].Results = append(results, replies[0].Results...)
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
	if d.givenUp {
		return nil, protocol.Errorf(protocol.Overloaded, "the server is stopping; push again").With(protocol.Pause{RetryAfterMS: 500})
	}
	if d.Batch != nil {
		if err := r.ledger.Commit(ctx, d.Batch); err != nil {
			return nil, err
		}
		if r.stuck {
			r.stuck = false
			r.log.Info("orders are stored again", "multi_session", r.ID)
		}
		r.committed(d.Batch, r.now().Sub(began))
	}
	for _, f := range d.Faults {
		r.log.Error("internal error", "ref", f.Ref, "multi_session", r.ID, "client_id", f.Client, "mutation", f.ID, "order", f.Order, "error", f.What)
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
func (r *Room) failure(err error) error {
	switch {
	case errors.Is(err, store.ErrReadOnly):
		if !r.stuck {
			r.stuck = true
			r.log.Warn("nothing can be stored: free some space on the disk; tills keep what they hold and push again", "multi_session", r.ID, "error", err)
		}
		return protocol.Errorf(protocol.ReadOnly, "the server can't store anything now (is its disk full?); what you have is safe, push again").
			With(protocol.Pause{RetryAfterMS: 2000}).Because(err)
	case errors.Is(err, store.ErrNotFound):
		return protocol.Errorf(protocol.NotFound, "there is no multi-session %s", r.ID).Because(err)
	}
	r.engine = nil
	return protocol.AsError(err)
}

func failed(n int, err error) []Reply {
	replies := make([]Reply, n)
	for i := range replies {
		replies[i].Err = err
	}
	return replies
}
