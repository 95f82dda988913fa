package sdk

import (
	"fmt"
	"reflect"
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
// Both have keys that say how the order will be, of a line its order, and which
// change it is: mt_state (open, paid, cancelled, abandoned), mt_number (0 in the
// change that creates the order), mt_run, mt_payments (a list of [Payment]),
// mt_tapped_at (RFC 3339, by the till's clock) and mt_mutation ("client_id/id",
// missing in the server's own changes). They are always handed over, can't be
// set, and aren't among Fields.
//
// A Record is for one goroutine and good until the hook returns. Tests of a
// vendor's own functions make one by sdktest.Record.
type Record interface {
	// Get reads a key into what into points to, as encoding/json does;
	// [Decimal] and [Value] are taken too. A missing or cleared key makes it
	// the zero value, which is no error.
	Get(key Field, into any) error
	// Has reports whether a key is there and not cleared.
	Has(key Field) bool
	// Set writes a key into what ExportAsJSON gives: anything that encoding/json
	// can write; nil clears the field. Only the extension's own fields are taken.
	// A value that JSON hasn't (NaN, a func, a circle) is no error: what was
	// there stands, and the operator is told, with the place in your file.
	Set(key Field, value any) error
	// Fields is a copy of the fields, without those that aren't handed over.
	Fields() Fields
}

// none is the record of a base that belongs to no run: it is empty.
type none struct{}

func (none) Get(key Field, into any) error {
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return fmt.Errorf("%s: Get needs a pointer to read into, such as &o.Points; this is a %T", key, into)
	}
	target.Elem().SetZero()
	return nil
}

func (none) Has(Field) bool { return false }

func (none) Set(key Field, _ any) error {
	return fmt.Errorf("%s: only the record that ExportAsJSON is handed can be written", key)
}

func (none) Fields() Fields { return Fields{} }
