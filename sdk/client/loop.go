package client

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/manytill/manytill/sdk/client/internal/machine"
)

// run is the loop that owns machine and store. What gathers while it waits for
// the disk is one step, and so one fsync.
func (c *Client) run(ctx context.Context) {
	defer c.ended.Done()
	defer c.abandonTaps()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.inbox.full:
		case <-timer.C:
		}
		var inputs []machine.Input
		for _, item := range c.inbox.drain() {
			switch item := item.(type) {
			case machine.Input:
				inputs = append(inputs, item)
			case func():
				c.steps(inputs)
				inputs = nil
				item()
			}
		}
		c.steps(inputs)
		timer.Reset(max(time.Until(c.wake), time.Millisecond))
	}
}

// steps steps until the disk has nothing more to say.
func (c *Client) steps(inputs []machine.Input) {
	for {
		effects := c.machine.Step(time.Now(), inputs...)
		inputs = c.save(effects)
		for _, e := range effects {
			c.carryOut(e)
		}
		if inputs == nil {
			break
		}
	}
	if c.store.Grown() {
		if err := c.store.Rewrite(c.machine.State()); err != nil {
			c.log.Error("the queue's file can't be made smaller", "err", err)
		}
	}
}

// save stores what a step wants stored, with one fsync for all of it.
func (c *Client) save(effects []machine.Effect) []machine.Input {
	var stores []machine.Store
	synced := -1 // the last that asks for it
	for _, e := range effects {
		if s, ok := e.(machine.Store); ok {
			if s.Sync || s.Whole {
				synced = len(stores)
			}
			stores = append(stores, s)
		}
	}
	if len(stores) == 0 {
		return nil
	}
	for i, s := range stores {
		var err error
		if s.Whole {
			err = c.store.Rewrite(c.machine.State())
		} else {
			err = c.store.Append(s.Records, i == synced)
		}
		if err != nil {
			c.log.Error("the queue can't be written", "err", err)
			return []machine.Input{machine.StoreFailed{Batch: stores[0].Batch, Err: err}}
		}
	}
	return []machine.Input{machine.Stored{Batch: stores[len(stores)-1].Batch}}
}

func (c *Client) carryOut(e machine.Effect) {
	switch e := e.(type) {
	case machine.Done:
		c.mu.Lock()
		done := c.taps[e.Tap]
		delete(c.taps, e.Tap)
		c.mu.Unlock()
		if done != nil {
			done <- e
		}
	case machine.Dial:
		c.net.dial(e.Conn)
	case machine.Hangup:
		c.net.hangUp(e.Conn)
		c.net.http.CloseIdleConnections()
	case machine.Send:
		c.net.send(e.Conn, e.Frame)
	case machine.Request:
		c.net.request(e.ID, e.Call)
	case machine.GiveUp:
		c.net.giveUp(e.ID)
	case machine.Timer:
		c.wake = e.At
	case machine.Notify:
		c.notify(e.Event)
	}
}

// notify keeps what other goroutines read, and passes an event on.
func (c *Client) notify(e machine.Event) {
	switch e := e.(type) {
	case machine.OrdersChanged:
		c.mu.Lock()
		for _, o := range e.Orders {
			if o.Order == nil {
				delete(c.shown, o.ID)
			} else {
				c.shown[o.ID] = o.Order
			}
		}
		c.mu.Unlock()
	case machine.StatusChanged:
		c.mu.Lock()
		came := c.status.Transport == machine.Offline && e.Status.Transport != machine.Offline
		other := c.status.ExtensionsETag != e.Status.ExtensionsETag
		c.status = e.Status
		c.mu.Unlock()
		if came || other {
			c.net.fetchSchema()
		}
	case machine.Unreadable:
		c.log.Warn("the server sent something that this till can't read", "what", e.What, "err", e.Message)
	}
	if c.cfg.OnEvent != nil {
		c.events.put(e)
	}
}

// tell hands events to the program, however long it takes.
func (c *Client) tell(ctx context.Context) {
	defer c.ended.Done()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.events.full:
		}
		for _, e := range c.events.drain() {
			c.cfg.OnEvent(e)
		}
	}
}

// abandonTaps ends calls of Do that the loop will not answer.
func (c *Client) abandonTaps() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, done := range maps.All(c.taps) {
		close(done)
	}
	clear(c.taps)
}

// mailbox hands things from many goroutines to one. Putting never waits.
type mailbox[T any] struct {
	mu    sync.Mutex
	items []T
	// full has one entry while there may be items.
	full chan struct{}
}

func newMailbox[T any]() *mailbox[T] { return &mailbox[T]{full: make(chan struct{}, 1)} }

func (b *mailbox[T]) put(items ...T) {
	b.mu.Lock()
	b.items = append(b.items, items...)
	b.mu.Unlock()
	select {
	case b.full <- struct{}{}:
	default:
	}
}

// drain empties the mailbox.
func (b *mailbox[T]) drain() []T {
	b.mu.Lock()
	defer b.mu.Unlock()
	items := b.items
	b.items = nil
	return items
}
