package order

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// Schemas are the schemas under which extensions' fields of a record were written,
// sorted by extension; one that isn't there is 1. A list is never changed: records
// and layers share it.
type Schemas []Written

// Written is the schema of one extension's fields.
type Written struct {
	Extension string
	Schema    int
}

// Versions says which schema an extension has now (0: it isn't enabled), and of
// which a field is.
type Versions interface {
	Now(extension string) int
	Of(protocol.Model, protocol.Field) int
}

func (s Schemas) find(extension string) (int, bool) {
	return slices.BinarySearchFunc(s, extension, func(w Written, name string) int { return cmp.Compare(w.Extension, name) })
}

// With is s with another schema of an extension.
func (s Schemas) With(extension string, schema int) Schemas {
	i, has := s.find(extension)
	switch {
	case has && s[i].Schema == schema, !has && schema <= 1:
		return s
	case has && schema <= 1:
		return slices.Delete(slices.Clone(s), i, i+1)
	case has:
		s = slices.Clone(s)
		s[i].Schema = schema
		return s
	}
	return slices.Insert(slices.Clone(s), i, Written{extension, schema})
}

// Under is the schema of an extension's fields among these; 0 where it has none.
func (s Schemas) Under(extension string, fields Cells, specs map[protocol.Field]protocol.FieldSpec) int {
	if !slices.ContainsFunc(fields, func(c Cell) bool { return c.Value != protocol.Null && specs[c.Field].Owner == extension }) {
		return 0
	}
	if i, has := s.find(extension); has {
		return s[i].Schema
	}
	return 1
}

// wrote are the schemas once a till has given a field a value. Its name tells the
// schema that the till has: so a record to which a till that is behind gives a value
// is of that schema again, until it is migrated. What a newer version wrote is
// nobody's to change who has an older one.
func (s Schemas) wrote(v Versions, set *setting, f protocol.Field) (Schemas, error) {
	extension := set.specs[f].Owner
	if v == nil || extension == protocol.OwnerCore {
		return s, nil
	}
	now, of, was := v.Now(extension), v.Of(set.model, f), s.Under(extension, set.fields, set.specs)
	switch {
	case was == 0:
		return s.With(extension, of), nil
	case now == 0 || was <= now:
		return s.With(extension, min(was, of)), nil
	case of <= now:
		return s, fmt.Errorf("belongs to data of a newer version of the extension %s (schema %d, the one that runs has %d): it stays as it is until that version is back", extension, was, now)
	}
	return s, nil
}

// LinesUnder are the least and the greatest schema of an extension's fields on the
// lines that are there; 0 where none has any.
func (o *Order) LinesUnder(extension string, specs map[protocol.Field]protocol.FieldSpec) (least, most int) {
	for layer := o; layer != nil; layer = layer.below {
		for id, line := range layer.lines {
			if line.Gone != nil || layer != o && o.Line(id) != line {
				continue
			}
			if n := line.Schemas.Under(extension, line.Fields, specs); n > 0 {
				least, most = min(cmp.Or(least, n), n), max(most, n)
			}
		}
	}
	return least, most
}

// StoredUnder is the schema of an extension's fields before a draft, of the order
// or of one of its lines.
func (o *Order) StoredUnder(extension string, id protocol.LineID, schema *protocol.Schema) int {
	if id == "" {
		return o.below.Schemas.Under(extension, o.below.Fields, schema.Order)
	}
	line := o.below.Line(id)
	return line.Schemas.Under(extension, line.Fields, schema.Orderline)
}

// NoteSchema notes the schema of an extension's fields on an order, or on one of
// its lines. Such a line is written with the draft, without being changed.
func (o *Order) NoteSchema(extension string, id protocol.LineID, schema int) {
	if id == "" {
		o.Schemas = o.Schemas.With(extension, schema)
		return
	}
	line := o.Line(id)
	if schemas := line.Schemas.With(extension, schema); !slices.Equal(schemas, line.Schemas) {
		o.edit(line).Schemas = schemas
	}
}

func (s Schemas) write(w *protocol.Writer) {
	if len(s) == 0 {
		return
	}
	w.Key(rowSchemas)
	w.Open('{')
	for _, of := range s {
		w.TextKey(of.Extension)
		w.Int(int64(of.Schema))
	}
	w.Close('}')
}

// readSchemas reads what write wrote.
func readSchemas(v gjson.Result) (s Schemas) {
	v.Get(rowSchemas).ForEach(func(extension, schema gjson.Result) bool {
		s = s.With(extension.Str, int(schema.Int()))
		return true
	})
	return s
}
