package protocol

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// Check says what is wrong with a value for a field; null always fits, and
// any value fits a field that was only found.
func (s *FieldSpec) Check(v Value) error {
	if v == Null || s.Found {
		return nil
	}
	fits, known := typed[s.Type]
	if !known || !fits(v) {
		return fmt.Errorf("must be of type %s", s.Type)
	}
	if s.Max > 0 && utf8.RuneCountInString(v.String()) > s.Max {
		return fmt.Errorf("must be at most %d characters long", s.Max)
	}
	return nil
}

// ValidType reports whether fields can be of that type.
func ValidType(t Type) bool {
	_, known := typed[t]
	return known
}

var typed = map[Type]func(Value) bool{
	TypeString:  ofKind(KindString),
	TypeNumber:  ofKind(KindNumber),
	TypeBool:    ofKind(KindBool),
	TypeObject:  ofKind(KindObject),
	TypeArray:   ofKind(KindArray),
	TypeID:      isID,
	TypeIDs:     listOf(isID),
	TypeStrings: listOf(ofKind(KindString)),
	TypeOrder:   func(v Value) bool { return v.Kind() == KindString && ValidID(v.String()) },
	TypeAny:     func(Value) bool { return true },
}

func ofKind(kind Kind) func(Value) bool {
	return func(v Value) bool { return v.Kind() == kind }
}

func isID(v Value) bool { return v.Kind() == KindNumber || v.Kind() == KindString }

func listOf(item func(Value) bool) func(Value) bool {
	return func(v Value) bool {
		var items []Value
		if v.Kind() != KindArray || v.Decode(&items) != nil {
			return false
		}
		return !slices.ContainsFunc(items, func(i Value) bool { return !item(i) })
	}
}
