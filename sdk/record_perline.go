package sdk

import "sync/atomic"

// PerLine works out something for each of an order's lines, such as what it is
// worth, and remembers it: where one line of 500 changed, one is worked out.
// Make one for the whole program, not one for each run:
//
//	var worth = sdk.NewPerLine(func(l sdk.OrderLine) (w sdk.Decimal, err error) { … })
//
//	for _, line := range o.Lines() {
//		w, err := worth.Of(line)
//		…
//
// Safe for concurrent use.
type PerLine[T any] struct {
	work func(OrderLine) (T, error)
}

// NewPerLine is of a function that looks at nothing but the line and the
// extension's settings, since it isn't called again while they stay the same.
// What it gives is shared by many runs and must not be changed.
func NewPerLine[T any](work func(OrderLine) (T, error)) *PerLine[T] {
	return &PerLine[T]{work}
}

// Of is what the function gives for a line. An error isn't remembered.
func (p *PerLine[T]) Of(l OrderLine) (T, error) {
	if l.r == nil || l.r.worked == nil {
		return p.work(l)
	}
	for i := range l.r.worked {
		slot := l.r.worked[i].Load()
		if slot == nil {
			break
		}
		if found, ok := (*slot).(*worked[T]); ok && found.by == p {
			return found.out, nil
		}
	}
	out, err := p.work(l)
	if err == nil {
		l.r.worked.remember(&worked[T]{p, out})
	}
	return out, err
}

// worked is what a PerLine gave.
type worked[T any] struct {
	by  *PerLine[T]
	out T
}

// memory is what was worked out for a line, by as many as there is room for;
// others work anew each time.
type memory [4]atomic.Pointer[any]

func (m *memory) remember(w any) {
	for i := range m {
		if m[i].CompareAndSwap(nil, &w) {
			return
		}
	}
}
