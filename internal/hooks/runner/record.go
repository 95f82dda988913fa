package runner

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// record is the sdk.Record that a hook is handed.
type record struct {
	run      *run // that is told of what isn't taken; nil outside of a run
	fields   protocol.Fields
	shape    shape
	readable map[protocol.Field]bool // nil: all
	note     func(protocol.Field)    // is told what was read; nil: nobody asks
	writable bool
}

// shape gives the keys that are no fields, and the fields that look
// different there.
type shape interface {
	value(key protocol.Field) (v protocol.Value, known bool, err error)
	model() protocol.Model
}

// NewRecord is a record to read these fields from, outside of hooks.
func NewRecord(fields protocol.Fields) sdk.Record { return &record{fields: fields} }

func (r *record) Get(key protocol.Field, into any) error {
	v, err := r.value(key)
	if err != nil {
		return err
	}
	return decode(key, v, into)
}

func (r *record) Has(key protocol.Field) bool {
	v, err := r.value(key)
	return err == nil && !v.IsNull()
}

func (r *record) Set(key protocol.Field, value any) error { return r.set(key, value, "") }

// set is Set; at is where the value comes from, "" for the caller's place.
func (r *record) set(key protocol.Field, value any, at string) error {
	if !r.writable {
		r.run.drop(r.shape, hooks.Dropped{Code: "set-on-input", Field: key, Why: "is set on a record that can only be read: set it on the one that ExportAsJSON is handed", At: at})
		return fmt.Errorf("%s: only the record that ExportAsJSON is handed can be written", key)
	}
	v, err := protocol.ValueOf(value)
	if err != nil {
		delete(r.fields, key)
		r.run.drop(r.shape, hooks.Dropped{Code: "not-json", Field: key, Why: "is exported as what JSON hasn't: what was there stands", Detail: err.Error(), At: at})
		return nil
	}
	r.run.exports(key, v, at)
	r.fields[key] = v
	return nil
}

func (r *record) Fields() protocol.Fields {
	if r.note != nil {
		for _, key := range protocol.SortedKeys(r.fields) {
			r.note(key)
		}
	}
	if r.fields == nil {
		return protocol.Fields{}
	}
	return maps.Clone(r.fields)
}

func (r *record) value(key protocol.Field) (protocol.Value, error) {
	if r.note != nil {
		r.note(key)
	}
	if r.shape != nil {
		if v, known, err := r.shape.value(key); known || err != nil {
			return v, err
		}
	}
	if r.readable != nil && !r.readable[key] {
		return "", notHandedOver(key)
	}
	return r.fields[key], nil
}

func notHandedOver(key protocol.Field) error {
	return fmt.Errorf("%s isn't handed over: name it under reads in extension.yaml", key)
}

// decode reads a value into what into points to.
func decode(key protocol.Field, v protocol.Value, into any) error {
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
