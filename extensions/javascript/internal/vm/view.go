package vm

import (
	"math"
	"slices"

	"github.com/dop251/goja"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/sdk/protocol"
)

// view is the object that a base class exports: its keys are worked out when
// they are looked at; what a vendor writes on it is kept apart.
type view struct {
	r       *Runtime
	keys    []string
	read    goja.Callable
	seen    map[string]goja.Value
	written map[string]goja.Value // nil: deleted
	order   []string              // of written keys
}

// view is env.view of sdk/js/models.
func (r *Runtime) view(call goja.FunctionCall) goja.Value {
	v := &view{r: r, keys: r.keysOf(call.Argument(0))}
	v.read, _ = goja.AssertFunction(call.Argument(1))
	return r.NewDynamicObject(v)
}

// keysOf remembers the lists, of which there are few.
func (r *Runtime) keysOf(list goja.Value) []string {
	object := list.ToObject(r.Runtime)
	if keys, ok := r.lists[object]; ok {
		return keys
	}
	var keys []string
	r.must(r.ExportTo(list, &keys))
	r.lists[object] = keys
	return keys
}

func (v *view) Get(key string) goja.Value {
	if value, ok := v.written[key]; ok {
		return value
	}
	if value, ok := v.seen[key]; ok {
		return value
	}
	if !slices.Contains(v.keys, key) {
		return nil
	}
	value, err := v.read(goja.Undefined(), v.r.ToValue(key))
	if err != nil {
		panic(err) // thrown on in the vendor's code
	}
	if v.seen == nil {
		v.seen = map[string]goja.Value{}
	}
	v.seen[key] = value
	return value
}

func (v *view) Set(key string, value goja.Value) bool {
	if v.written == nil {
		v.written = map[string]goja.Value{}
	}
	if _, again := v.written[key]; !again {
		v.order = append(v.order, key)
	}
	v.written[key] = value
	v.r.spots.note(v.r, key, value)
	return true
}

func (v *view) Has(key string) bool {
	if value, ok := v.written[key]; ok {
		return value != nil
	}
	return slices.Contains(v.keys, key)
}

func (v *view) Delete(key string) bool {
	v.Set(key, nil)
	return true
}

func (v *view) Keys() []string {
	keys := make([]string, 0, len(v.keys)+len(v.order))
	for _, key := range v.keys {
		if v.Has(key) {
			keys = append(keys, key)
		}
	}
	for _, key := range v.order {
		if v.written[key] != nil && !slices.Contains(v.keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// MaxKeys an extension may have to do with, on a model.
const MaxKeys = 1000

// stackSeen is how far up the vendor's line is looked for.
const stackSeen = 16

// spots are where keys were written, by model and key.
type spots map[protocol.Model]map[string]*spot

type spot struct {
	stack []goja.StackFrame
	place notes.Place
}

// note remembers where a key is written: where that was first, and again
// where the value is of a kind that may not be taken.
func (s spots) note(r *Runtime, key string, value goja.Value) {
	if r.pass.record == nil {
		return
	}
	known := s[r.pass.head.Model]
	if known == nil {
		known = map[string]*spot{}
		s[r.pass.head.Model] = known
	}
	if (known[key] != nil && !doubtful(value)) || len(known) >= MaxKeys {
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

func (s spots) of(r *Runtime, model protocol.Model, key string) notes.Place {
	spot := s[model][key]
	if spot == nil {
		return notes.Place{}
	}
	if spot.stack != nil {
		spot.place, spot.stack = r.faults.where(spot.stack), nil
	}
	return spot.place
}

// Places are the places of exported keys that may not be taken.
func (r *Runtime) Places(export protocol.Fields, model protocol.Model, fields map[protocol.Field]extensions.FieldInfo) (at map[protocol.Field]string) {
	for key, value := range export {
		if info, own := fields[key]; own && info.Check(value) == nil {
			continue
		}
		if text := r.spots.of(r, model, string(key)).String(); text != "" {
			if at == nil {
				at = map[protocol.Field]string{}
			}
			at[key] = text
		}
	}
	return at
}
