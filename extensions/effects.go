package extensions

import (
	"fmt"
	"unicode/utf8"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// effects are what an order's hook wants done after the commit, checked.
func (w *run) effects(l *link, d due, result *hooks.Result) ([]hooks.Effect, error) {
	if d.head().Model != protocol.ModelOrder {
		return nil, nil
	}
	for _, e := range result.Effects {
		var problem string
		switch n := utf8.RuneCountInString(e.Key); {
		case !l.does(e.Name):
			problem = fmt.Sprintf("its manifest describes no effect %.80q", e.Name)
		case n == 0 || n > hooks.EffectKeyMost:
			problem = fmt.Sprintf("a key has 1 to %d characters, this one %d", hooks.EffectKeyMost, n)
		case len(e.Data) > hooks.EffectBytes:
			problem = fmt.Sprintf("its data has %d bytes, and may have %d", len(e.Data), hooks.EffectBytes)
		}
		if problem != "" {
			return nil, &hooks.HookError{Hook: "effect", Err: fmt.Errorf("effect %.80q: %s", e.Name, problem)}
		}
	}
	return result.Effects, nil
}

func (l *link) does(name string) bool {
	_, known := l.Effects[name]
	return known
}
