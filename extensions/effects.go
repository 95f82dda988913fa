package extensions

import (
	"fmt"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// effects are what an order's hook wants done after the commit, checked.
func (w *run) effects(l *link, d due, result *hooks.Result) ([]hooks.Effect, error) {
	if d.head().Model != protocol.ModelOrder {
		return nil, nil
	}
	for _, e := range result.Effects {
		err := e.Check()
		if !l.does(e.Name) {
			err = fmt.Errorf("effect %.80q: its manifest describes no effect of that name", e.Name)
		}
		if err != nil {
			return nil, &hooks.HookError{Hook: "effect", Err: err}
		}
	}
	return result.Effects, nil
}

func (l *link) does(name string) bool {
	_, known := l.Effects[name]
	return known
}
