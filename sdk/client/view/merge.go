package view

import (
	"github.com/manytill/manytill/sdk"
)

// setFields merges a set into fields and reports whether anything changed. A
// field that the schema lacks is taken as `last`: it may be an extension's
// that this till doesn't know.
func (r *replay) setFields(specs map[sdk.Field]sdk.FieldSpec, fields, set sdk.Fields) (changed bool) {
	for f, v := range set {
		if f == sdk.FieldMSInfo {
			continue
		}
		was := fields[f]
		switch specs[f].Merge {
		case sdk.First:
			if !was.IsNull() {
				continue
			}
		case sdk.Union:
			v = was.Union(v)
		}
		if was == v || (was.IsNull() && v.IsNull()) {
			continue
		}
		put(fields, f, v)
		changed = true
	}
	return changed
}

func (r *replay) increment(fields sdk.Fields, f sdk.Field, by sdk.Value) bool {
	if spec, known := r.schema.Orderline[f]; known && spec.Merge != sdk.Counter {
		return false
	}
	delta, ok := by.Decimal()
	if !ok || delta.IsZero() {
		return false
	}
	was, _ := fields[f].Decimal()
	sum, err := was.Add(delta)
	if err != nil {
		return false
	}
	fields[f] = sdk.Num(sum)
	return true
}
