package javascript

import "github.com/dop251/goja"

// fingerprint knows the built-ins as they were when the code was loaded. A
// call that changed one leaves a runtime that isn't used again: no call sees
// what another did to them.
type fingerprint struct{ of []prints }

type prints struct {
	object *goja.Object
	count  int
	keys   []string
	values []goja.Value
}

func newFingerprint(rt *goja.Runtime) *fingerprint {
	f := new(fingerprint)
	for _, class := range []string{"Object", "Array", "String", "Number"} {
		p := prints{object: prototypeOf(rt, class)}
		names := p.object.GetOwnPropertyNames()
		p.count = len(names)
		for _, key := range names {
			if class == "Object" && key == "__proto__" || key == "length" {
				continue
			}
			p.keys = append(p.keys, key)
			p.values = append(p.values, p.object.Get(key))
		}
		f.of = append(f.of, p)
	}
	return f
}

func (f *fingerprint) holds(*goja.Runtime) bool {
	for _, p := range f.of {
		if len(p.object.GetOwnPropertyNames()) != p.count {
			return false
		}
		for i, key := range p.keys {
			if value := p.object.Get(key); value == nil || !value.SameAs(p.values[i]) {
				return false
			}
		}
	}
	return true
}
