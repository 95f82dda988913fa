package sdk

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
	kept, keeps := l.Record.(memory)
	if !keeps {
		return p.work(l)
	}
	if found, ok := kept.Recall(p); ok {
		out, _ := found.(T) // not so only where T is an interface, and it is nil
		return out, nil
	}
	out, err := p.work(l)
	if err == nil {
		kept.Remember(p, out)
	}
	return out, err
}

// memory is of a line that the server keeps from one run to the next: it
// remembers what was worked out for it, and by whom.
type memory interface {
	Recall(by any) (out any, ok bool)
	Remember(by, out any)
}
