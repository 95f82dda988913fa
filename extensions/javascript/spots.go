package javascript

import (
	"math"
	"strings"

	"github.com/dop251/goja"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/sdk/protocol"
)

// stackSeen is how far up the vendor's line is looked for.
const stackSeen = 16

// spots are where keys were written, by model and key.
type spots map[protocol.Model]map[string]*spot

type spot struct {
	stack []goja.StackFrame
	text  string
}

// note remembers where a key is written: where that was first, and again
// where the value is of a kind that may not be taken.
func (s spots) note(r *runtime, key string, value goja.Value) {
	if r.record == nil {
		return
	}
	known := s[r.model()]
	if known == nil {
		known = map[string]*spot{}
		s[r.model()] = known
	}
	if (known[key] != nil && !doubtful(value)) || len(known) >= maxKeys {
		return
	}
	known[key] = &spot{stack: r.CaptureCallStack(stackSeen, nil)}
}

// doubtful: an object may hold anything.
func doubtful(value goja.Value) bool {
	switch value := value.(type) {
	case nil, goja.String:
		return false
	case *goja.Object, *goja.Symbol:
		return true
	default:
		return math.IsNaN(value.ToFloat()) || math.IsInf(value.ToFloat(), 0)
	}
}

func (s spots) of(r *runtime, model protocol.Model, key string) string {
	spot := s[model][key]
	if spot == nil {
		return ""
	}
	if spot.stack != nil {
		spot.text, spot.stack = strings.TrimSuffix(r.where(spot.stack, true), ": "), nil
	}
	return spot.text
}

// here is the vendor's line that calls.
func (r *runtime) here() string {
	return strings.TrimSuffix(r.where(r.CaptureCallStack(stackSeen, nil), true), ": ")
}

// spotsOf are the places of exported keys that may not be taken.
func (r *runtime) spotsOf(export protocol.Fields, model protocol.Model, fields map[protocol.Field]extensions.FieldInfo) (at map[protocol.Field]string) {
	for key, value := range export {
		if info, own := fields[key]; own && info.Check(value) == nil {
			continue
		}
		if text := r.spots.of(r, model, string(key)); text != "" {
			if at == nil {
				at = map[protocol.Field]string{}
			}
			at[key] = text
		}
	}
	return at
}
