package typings

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/manytill/manytill/sdk/protocol"
)

// fieldTypes are those of fields, as hooks are handed them.
var fieldTypes = map[protocol.Type]string{
	protocol.TypeString: "string", protocol.TypeNumber: "number", protocol.TypeInteger: "number", protocol.TypeTime: "string",
	protocol.TypeBool: "boolean", protocol.TypeID: "number | string", protocol.TypeIDs: "(number | string)[]",
	protocol.TypeStrings: "string[]", protocol.TypeOrder: "string", protocol.TypeAny: "any", protocol.TypeArray: "any[]",
	protocol.TypeObject: "Record<string, any>",
}

// TypeOf is the TypeScript type of a field's value, without null. One that was found
// by running code may be false too, which is Odoo's word for none.
func TypeOf(spec protocol.FieldSpec) (string, error) {
	kind, known := fieldTypes[spec.Type]
	switch {
	case !known:
		return "", fmt.Errorf("there is no TypeScript type for %s", spec.Type)
	case spec.Found && spec.Type != protocol.TypeAny && spec.Type != protocol.TypeBool:
		return kind + " | false", nil
	case len(spec.Enum) == 0:
		return kind, nil
	}
	choices := make([]string, len(spec.Enum))
	for i, choice := range spec.Enum {
		choices[i] = string(choice)
	}
	union := strings.Join(choices, " | ")
	if strings.HasSuffix(kind, "[]") {
		return "(" + union + ")[]", nil
	}
	return union, nil
}

// WithFields is the file with fields of extensions: in the records, and on the
// models where the base class has no member of that name. Fields of the core are
// in it already.
func WithFields(base []byte, schema *protocol.Schema) ([]byte, error) {
	for _, of := range []struct {
		record, model string
		fields        map[protocol.Field]protocol.FieldSpec
	}{{"OrderJSON", "Order", schema.Order}, {"OrderlineJSON", "Orderline", schema.Orderline}} {
		for _, into := range []string{of.record, of.model} {
			var err error
			if base, err = insert(base, into, of.fields); err != nil {
				return nil, err
			}
		}
	}
	return base, nil
}

// insert writes fields before the last member of an interface, the one for all
// other names.
func insert(text []byte, into string, fields map[protocol.Field]protocol.FieldSpec) ([]byte, error) {
	begins := bytes.Index(text, []byte("\ninterface "+into+" {\n"))
	if begins < 0 {
		return nil, fmt.Errorf("there is no interface %s in the types", into)
	}
	before, rest := text[:begins], text[begins:]
	last := bytes.Index(rest, []byte("\n  ["))
	if last < 0 {
		return nil, fmt.Errorf("the interface %s has no member for other names", into)
	}
	var b bytes.Buffer
	for _, name := range protocol.SortedKeys(fields) {
		spec := fields[name]
		if spec.Owner == protocol.OwnerCore || hasMember(rest[:last], string(name)) {
			continue
		}
		kind, err := TypeOf(spec)
		if err != nil {
			return nil, fmt.Errorf("the field %s of %s: %w", name, spec.Owner, err)
		}
		if kind != "any" {
			kind += " | null"
		}
		fmt.Fprintf(&b, "\n  /** %s */\n  %s?: %s;", comment(spec), name, kind)
	}
	return bytes.Join([][]byte{before, rest[:last], b.Bytes(), rest[last:]}, nil), nil
}

func hasMember(text []byte, name string) bool {
	return regexp.MustCompile(`(?m)^  (readonly )?` + regexp.QuoteMeta(name) + `[?:(]`).Match(text)
}

// comment says whose field it is, how it merges, and what bounds it.
func comment(spec protocol.FieldSpec) string {
	parts := []string{"of " + spec.Owner}
	if spec.Derived {
		parts = append(parts, "derived: hooks alone write it")
	} else {
		parts = append(parts, "merge: "+string(spec.Merge))
	}
	if spec.Type == protocol.TypeInteger {
		parts = append(parts, "a whole number")
	}
	if spec.Type == protocol.TypeTime {
		parts = append(parts, "an instant in UTC")
	}
	if spec.Found {
		parts = append(parts, "found by running its code")
	}
	for _, bound := range []struct {
		name  string
		value protocol.Value
	}{{"min", spec.Min}, {"max", spec.Max}} {
		if bound.value != "" {
			parts = append(parts, bound.name+": "+string(bound.value))
		}
	}
	text := strings.Join(parts, "; ")
	if spec.Label != "" {
		text = spec.Label + " (" + text + ")"
	}
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "*/", "* /")
}
