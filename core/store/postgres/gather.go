package postgres

import (
	"context"
	"slices"
	"sync"
)

// gather has what comes at the same time done together: while atOnce calls of do are
// under way, what comes waits for the next. The busier, the larger they are; nothing
// waits for one to grow. Its lock is held for no call.
type gather[T comparable] struct {
	atOnce int
	// fit is how many of those that wait, of the first, may be done together.
	fit func([]T) int
	// do does them, and tells who waits for each.
	do func([]T)

	mu       sync.Mutex
	waiting  []T
	underWay int
}

// add has an item done soon.
func (g *gather[T]) add(item T) {
	g.mu.Lock()
	g.waiting = append(g.waiting, item)
	start := g.underWay < g.atOnce
	if start {
		g.underWay++
	}
	g.mu.Unlock()
	if start {
		go g.run()
	}
}

// withdraw reports whether an item still waited; it doesn't any more.
func (g *gather[T]) withdraw(item T) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	at := slices.Index(g.waiting, item)
	if at >= 0 {
		g.waiting = slices.Delete(g.waiting, at, at+1)
	}
	return at >= 0
}

// run works until nothing waits.
func (g *gather[T]) run() {
	for {
		items := g.next()
		if len(items) == 0 {
			return
		}
		g.do(items)
	}
}

func (g *gather[T]) next() []T {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.underWay--
		return nil
	}
	n := g.fit(g.waiting)
	items := slices.Clone(g.waiting[:n])
	g.waiting = slices.Delete(g.waiting, 0, n)
	return items
}

// question is one of those that are asked at the same time, and answered together.
type question[Q, A any] struct {
	of     Q
	answer chan answer[A] // takes one
}

type answer[A any] struct {
	is  A
	err error
}

// ask waits for the answer to a question.
func ask[Q, A any](ctx context.Context, g *gather[*question[Q, A]], of Q) (is A, err error) {
	q := &question[Q, A]{of, make(chan answer[A], 1)}
	g.add(q)
	select {
	case a := <-q.answer:
		return a.is, a.err
	case <-ctx.Done():
		return is, ctx.Err()
	}
}

// together has questions answered together by do.
func together[Q, A any](atOnce int, do func([]*question[Q, A])) gather[*question[Q, A]] {
	const most = 128
	return gather[*question[Q, A]]{atOnce: atOnce, fit: func(waiting []*question[Q, A]) int { return min(len(waiting), most) }, do: do}
}
