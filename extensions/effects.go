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

// Effects does the effects of one extension, as its manifest describes them.
type Effects struct {
	Doer
	specs map[string]hooks.EffectSpec
}

// Spec describes an effect; false where the extension has none of that name.
func (e *Effects) Spec(name string) (hooks.EffectSpec, bool) {
	spec, known := e.specs[name]
	return spec, known
}

// EffectsOf is who does an extension's effects; nil where it isn't enabled, or has
// none.
func (e *Extensions) EffectsOf(extension string) *Effects {
	for _, l := range e.Chain().links {
		if l.Name == extension && l.doer != nil && len(l.Effects) > 0 {
			return &Effects{l.doer, l.Effects}
		}
	}
	return nil
}
