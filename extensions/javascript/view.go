package javascript

import (
	"slices"

	"github.com/dop251/goja"
)

// view is the object that a base class exports: its keys are worked out when
// they are looked at; what a vendor writes on it is kept apart.
type view struct {
	r       *runtime
	keys    []string
	read    goja.Callable
	seen    map[string]goja.Value
	written map[string]goja.Value // nil: deleted
	order   []string              // of written keys
}

// view is env.view of sdk/js/models.
func (r *runtime) view(call goja.FunctionCall) goja.Value {
	v := &view{r: r, keys: r.keysOf(call.Argument(0))}
	v.read, _ = goja.AssertFunction(call.Argument(1))
	return r.NewDynamicObject(v)
}

// keysOf remembers the lists, of which there are few.
func (r *runtime) keysOf(list goja.Value) []string {
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
