package client

import "sync"

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

// take empties the mailbox.
func (b *mailbox[T]) take() []T {
	b.mu.Lock()
	defer b.mu.Unlock()
	items := b.items
	b.items = nil
	return items
}
