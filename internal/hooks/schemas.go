package hooks

import "github.com/manytill/manytill/sdk/protocol"

// Schemas says which schema the fields of extensions are of: a number that a vendor
// raises where fields of one version aren't those of the next. nil: every one is 1.
// It doesn't change.
type Schemas struct {
	// Enabled is the schema of each extension that is.
	Enabled map[string]int
	// Fields are the schemas under which fields were declared last, of those that
	// are of another than 1.
	Fields map[protocol.Model]map[protocol.Field]int
}

// Now is the schema of an extension; 0: it isn't enabled.
func (s *Schemas) Now(extension string) int {
	if s == nil {
		return 0
	}
	return s.Enabled[extension]
}

// Of is the schema that a field is of. A field that the next schema drops stays
// of the one before: so its name tells what a till that is behind means.
func (s *Schemas) Of(model protocol.Model, f protocol.Field) int {
	if s == nil {
		return 1
	}
	return max(1, s.Fields[model][f])
}

// Aged is how a record tells under which schema its fields were written.
type Aged interface {
	// Under is the schema of an extension's fields on the record; 0: it has none.
	Under(extension string) int
	// LinesUnder, of an order, are the least and the greatest of its lines that are
	// there.
	LinesUnder(extension string) (least, most int)
	// Migrate gives the extension's fields that differ their values (null clears),
	// and notes the schema that they are of now.
	Migrate(extension string, fields protocol.Fields, to int)
}
