package sdk

import (
	"strings"

	"github.com/manytill/manytill/sdk/protocol"
)

// Dropped is a value that a hook handed over and that isn't taken.
type Dropped struct {
	Model protocol.Model // "" is the record's that the hook ran on
	Field protocol.Field
	Hook  string
	// Why goes on after the field's name, and is the same for all values of
	// that kind; Detail is of this one.
	Why, Detail string
	// At is where in the vendor's file, where that is known.
	At string
}

func (r Record) drop(d Dropped) {
	h := r.run
	if h == nil {
		return
	}
	d.Hook = h.hook
	switch r.r.shape.(type) {
	case lineShape, *lineShape:
		d.Model = protocol.ModelOrderline
	case orderShape:
		d.Model = protocol.ModelOrder
	}
	if d.At == "" {
		d.At = strings.TrimSuffix(placeOf(""), ": ")
	}
	h.dropped = append(h.dropped, d)
}

// exports notes where a key is set that isn't the extension's, or doesn't hold
// such a value: it won't be taken.
func (h *hookRun) exports(key protocol.Field, v protocol.Value, at string) {
	if h == nil {
		return
	}
	fields, known := h.set.Own[h.record.Model]
	if kind, own := fields[key]; !known || (own && (&protocol.FieldSpec{Type: kind}).Check(v) == nil) {
		return
	}
	if at == "" {
		at = strings.TrimSuffix(placeOf(""), ": ")
	}
	if h.at == nil {
		h.at = map[protocol.Field]string{}
	}
	h.at[key] = at
}
