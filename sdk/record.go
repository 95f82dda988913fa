package sdk

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"

	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// Record is the JSON of an order or an orderline, as a vendor's hook is
// handed it: the core's fields and the extensions', flat, and beside them
// what an Odoo POS writes there:
//
//   - an orderline: id (its place n), uid (its id), ms_info; tax_ids is
//     [[6,false,ids]];
//   - an order: uid (its id), name, sequence_number, ms_info; lines and
//     statement_ids (the payments) are lists of [0,0,{…}].
//
// The zero Record is empty. A Record is for one goroutine and good until the
// hook returns.
type Record struct {
	r   *record
	run *hookRun // that is told of what isn't taken
}

type record struct {
	worked   *memory // of an order's line
	fields   protocol.Fields
	shape    shape
	access   *access
	writable bool
}

// shape gives the keys that are no fields, and the fields that look
// different there.
type shape interface {
	value(key protocol.Field) (v protocol.Value, known bool, err error)
}

// access knows what may be read and notes what was.
type access struct {
	readable  map[protocol.Field]bool // nil: all
	read      map[protocol.Field]bool
	unwatched bool
}

func (a *access) note(key protocol.Field) {
	if a == nil || a.unwatched {
		return
	}
	if a.read == nil {
		a.read = map[protocol.Field]bool{}
	}
	a.read[key] = true
}

// NewRecord is a Record to read these fields from, for tests of vendors' own
// functions.
func NewRecord(fields protocol.Fields) Record { return Record{r: &record{fields: fields}} }

// Get reads a key into what into points to, as encoding/json does; [Decimal]
// and [Value] are taken too. A missing or cleared key makes it the zero value,
// which is no error.
func (r Record) Get(key protocol.Field, into any) error {
	v, err := r.value(key)
	if err != nil {
		return err
	}
	if plain(v, into) {
		return nil
	}
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return fmt.Errorf("%s: Get needs a pointer to read into, such as &o.Points; this is a %T", key, into)
	}
	target.Elem().SetZero()
	if v.IsNull() {
		return nil
	}
	if err := json.Unmarshal([]byte(v), into); err != nil {
		return fmt.Errorf("%s: it holds %.60s, which doesn't fit into a %s", key, string(v), target.Elem().Type())
	}
	return nil
}

// plain reads what hooks read most, without the way through encoding/json.
func plain(v protocol.Value, into any) (done bool) {
	switch into := into.(type) {
	case *protocol.Value:
		if !v.IsNull() && into != nil {
			*into = v
			return true
		}
	case *decimal.Decimal:
		if d, ok := v.Decimal(); ok && into != nil {
			*into = d
			return true
		}
	case *string:
		if v.Kind() == protocol.KindString && into != nil {
			*into = v.String()
			return true
		}
	}
	return false
}

// Has reports whether a key is there and not cleared.
func (r Record) Has(key protocol.Field) bool {
	v, err := r.value(key)
	return err == nil && !v.IsNull()
}

// Set writes a key into what ExportAsJSON gives: anything that encoding/json
// can write; nil clears the field. Only the extension's own fields are taken. A
// value that JSON hasn't (NaN, a func, a circle) is no error: what was there
// stands, and the operator is told, with the place in your file.
func (r Record) Set(key protocol.Field, value any) error { return r.set(key, value, "") }

// set is Set; at is where the value comes from, "" for the caller's place.
func (r Record) set(key protocol.Field, value any, at string) error {
	if r.r == nil || !r.r.writable {
		r.drop(Dropped{Field: key, Why: "is set on a record that can only be read: set it on the one that ExportAsJSON is handed", At: at})
		return fmt.Errorf("%s: only the record that ExportAsJSON is handed can be written", key)
	}
	v, err := protocol.ValueOf(value)
	if err != nil {
		delete(r.r.fields, key)
		r.drop(Dropped{Field: key, Why: "is exported as what JSON hasn't: what was there stands", Detail: err.Error(), At: at})
		return nil
	}
	r.run.exports(key, v, at)
	r.r.fields[key] = v
	return nil
}

// Fields is a copy of the fields, without those that aren't handed over.
func (r Record) Fields() protocol.Fields {
	if r.r == nil {
		return protocol.Fields{}
	}
	for key := range r.r.fields {
		r.r.access.note(key)
	}
	return maps.Clone(r.r.fields)
}

func (r Record) value(key protocol.Field) (protocol.Value, error) {
	if r.r == nil {
		return "", nil
	}
	r.r.access.note(key)
	if r.r.shape != nil {
		if v, known, err := r.r.shape.value(key); known || err != nil {
			return v, err
		}
	}
	if a := r.r.access; a != nil && a.readable != nil && !a.readable[key] {
		return "", fmt.Errorf("%s isn't handed over: name it under reads in extension.yaml", key)
	}
	return r.r.fields[key], nil
}
