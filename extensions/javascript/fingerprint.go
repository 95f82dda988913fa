package javascript

import "github.com/dop251/goja"

// fingerprint knows the built-ins as they were when the code was loaded. A
// call that changed one leaves a runtime that isn't used again, and nothing
// can be added to them: no call sees what another did.
type fingerprint struct{ of []print }

type print struct {
	object *goja.Object
	key    string
	value  goja.Value
}

func newFingerprint(rt *goja.Runtime) (*fingerprint, error) {
	f := new(fingerprint)
	closed, _ := goja.AssertFunction(rt.Get("Object").ToObject(rt).Get("preventExtensions"))
	for _, class := range []string{"Object", "Array", "String", "Number"} {
		object := prototypeOf(rt, class)
		for _, key := range object.GetOwnPropertyNames() {
			if key != "__proto__" && key != "length" {
				f.of = append(f.of, print{object, key, object.Get(key)})
			}
		}
		if _, err := closed(goja.Undefined(), object); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *fingerprint) holds() bool {
	for _, p := range f.of {
		if value := p.object.Get(p.key); value == nil || !value.SameAs(p.value) {
			return false
		}
	}
	return true
}

// holds reports whether the built-ins are as they were. To look at one may run
// a getter of the vendor's.
func (r *runtime) holds() (intact bool) {
	return r.guard(func() error {
		intact = r.intact.holds()
		return nil
	}) == nil && intact
}
