package manifest

import (
	"fmt"
	"slices"

	"github.com/goccy/go-yaml/ast"
	"github.com/manytill/manytill/sdk/protocol"
)

// choice is one value of an enum: a text, a number or a switch.
type choice protocol.Value

// MustBe says what the value must be, for errors; see [plainyaml.MustBe].
func (choice) MustBe(n ast.Node) string {
	if _, is := n.(ast.ScalarNode); is {
		return ""
	}
	return "a text or a number"
}

// UnmarshalYAML reads any scalar.
func (c *choice) UnmarshalYAML(unmarshal func(any) error) error {
	v, err := scalarOf(unmarshal)
	*c = choice(v)
	return err
}

// bound is a number that a value is held against; "" is none.
type bound protocol.Value

// MustBe says what the value must be, for errors; see [plainyaml.MustBe].
func (bound) MustBe(n ast.Node) string {
	if n.Type() == ast.IntegerType || n.Type() == ast.FloatType {
		return ""
	}
	return "a number"
}

// UnmarshalYAML reads a number.
func (b *bound) UnmarshalYAML(unmarshal func(any) error) error {
	v, err := scalarOf(unmarshal)
	*b = bound(v)
	return err
}

// files are one path or a list of them.
type files []string

// MustBe says what the value must be, for errors; see [plainyaml.MustBe].
func (files) MustBe(n ast.Node) string {
	texts := []ast.Node{n}
	if list, is := n.(*ast.SequenceNode); is {
		texts = list.Values
	}
	for _, text := range texts {
		if _, is := text.(ast.ScalarNode); !is {
			return "a file, or a list of files"
		}
	}
	return ""
}

// UnmarshalYAML reads one path or a list.
func (f *files) UnmarshalYAML(unmarshal func(any) error) error {
	var one string
	if unmarshal(&one) == nil {
		*f = files{one}
		return nil
	}
	return unmarshal((*[]string)(f))
}

func scalarOf(unmarshal func(any) error) (protocol.Value, error) {
	var v any
	if err := unmarshal(&v); err != nil {
		return "", err
	}
	return protocol.ValueOf(v)
}

// enum are the values of an enum as the schema has them.
func (f Field) enum() (values []protocol.Value) {
	for _, c := range f.Enum {
		values = append(values, protocol.Value(c))
	}
	return values
}

// checkValues looks at what is said of the field's values: enum, min, max and
// pattern. It names the key that is wrong.
func (f Field) checkValues(name protocol.Field) (key string, problem error) {
	is := func(types ...protocol.Type) bool { return slices.Contains(types, f.Type) }
	isList := is(protocol.TypeStrings, protocol.TypeIDs, protocol.TypeArray)
	isNumber := is(protocol.TypeNumber, protocol.TypeInteger)
	for _, of := range []struct {
		key   string
		bound bound
	}{{"min", f.Min}, {"max", f.Max}} {
		size, isSet := protocol.Value(of.bound).Decimal()
		switch {
		case !isSet:
		case !isList && !isNumber && f.Type != protocol.TypeString:
			return of.key, fmt.Errorf("%s: %s is for numbers, texts (their characters) and lists (their entries), not for %s", name, of.key, f.Type)
		case !isNumber && (size.Float() < 0 || size.Fixed(0) != string(of.bound)):
			return of.key, fmt.Errorf("%s: %s counts characters or entries, so it must be a whole number from 0, was %s", name, of.key, of.bound)
		}
	}
	least, hasMin := protocol.Value(f.Min).Decimal()
	most, hasMax := protocol.Value(f.Max).Decimal()
	if hasMin && hasMax && least.Cmp(most) > 0 {
		return "max", fmt.Errorf("%s: max must not be below min, was %s and %s", name, f.Max, f.Min)
	}
	if f.Pattern != "" {
		if f.Type != protocol.TypeString {
			return "pattern", fmt.Errorf("%s: pattern is for the type string, not %s", name, f.Type)
		}
		if err := checkPattern(f.Pattern); err != nil {
			return "pattern", fmt.Errorf("%s: pattern %w", name, err)
		}
	}
	if f.Enum != nil {
		return "enum", f.checkEnum(name)
	}
	return "", nil
}

// checkEnum: every choice must be one that the field takes otherwise.
func (f Field) checkEnum(name protocol.Field) error {
	spec := f.Spec("")
	spec.Enum = nil
	switch f.Type {
	case protocol.TypeString, protocol.TypeNumber, protocol.TypeInteger, protocol.TypeID:
	case protocol.TypeStrings, protocol.TypeIDs: // of their entries
		spec.Type, spec.Min, spec.Max = protocol.Type(f.Type[:len(f.Type)-2]), "", ""
	default:
		return fmt.Errorf("%s: an enum is for the types string, number, integer, id, string[] and id[], not %s", name, f.Type)
	}
	if f.Merge == protocol.Counter {
		return fmt.Errorf("%s: a counter has no enum, as tills add to it: give it min and max", name)
	}
	if len(f.Enum) == 0 {
		return fmt.Errorf("%s: an enum names at least one value", name)
	}
	for i, c := range f.enum() {
		switch err := spec.Check(c); {
		case c.IsNull():
			return fmt.Errorf("%s: a choice can't be null, which is a field without a value: every field may be that", name)
		case err != nil:
			return fmt.Errorf("%s: the choice %s %w", name, string(c), err)
		case slices.Contains(f.enum()[:i], c):
			return fmt.Errorf("%s: the choice %s stands there twice", name, string(c))
		}
	}
	return nil
}
