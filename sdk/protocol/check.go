package protocol

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/manytill/manytill/sdk/decimal"
)

// Check says what is wrong with a value for a field; null always fits, and
// any value fits a field that was only found or whose type isn't known.
// check.ts of sdk/js is the same, and testdata/fields.json has the vectors.
func (s *FieldSpec) Check(v Value) error {
	_, err := s.Fit(v)
	return err
}

// Fit is a value as the field keeps it, a time in UTC; or what is wrong with it.
func (s *FieldSpec) Fit(v Value) (Value, error) {
	if v.IsNull() || s.Found {
		return v, nil
	}
	if s.Type == TypeTime {
		at, ok := Instant(v.String())
		if !ok || v.Kind() != KindString {
			return v, errors.New("must be a time like 2026-11-21T10:00:00Z")
		}
		return Text(at), nil
	}
	if err := s.checkValue(v); err != nil {
		return v, err
	}
	return v, s.checkSize(v)
}

// Set is what the field holds that holds now, when it is set to v; or what is
// wrong with that. Of the rule [Union] it is the whole list. What now has was
// let in before, and isn't checked again.
func (s *FieldSpec) Set(now, v Value) (Value, error) {
	if s.Merge != Union || v.IsNull() {
		return s.Fit(v)
	}
	adds, wish := v, false
	if w, ok := v.UnionWish(); ok {
		adds, wish = listValue(w.Add), true
	}
	if s.Found {
		return now.Union(v), nil
	}
	if err := s.checkValue(adds); err != nil {
		return now, err
	}
	if !wish && now.Kind() != KindArray {
		now = Null
	}
	all := now.Union(v)
	return all, s.checkSize(all)
}

func listValue(items []Value) Value {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = string(item)
	}
	return Value("[" + strings.Join(texts, ",") + "]")
}

// checkValue is of the value's type and what it says.
func (s *FieldSpec) checkValue(v Value) error {
	if fits, known := typed[s.Type]; known && !fits(v) {
		if s.Type == TypeInteger {
			return errors.New("must be a whole number")
		}
		return fmt.Errorf("must be of type %s", s.Type)
	}
	if len(s.Enum) > 0 {
		items, isList := listed(v)
		if slices.ContainsFunc(items, func(item Value) bool { return !slices.Contains(s.Enum, item) }) {
			if isList {
				return fmt.Errorf("may have only %s", choices(s.Enum))
			}
			return fmt.Errorf("must be one of %s", choices(s.Enum))
		}
	}
	if s.Pattern != "" && v.Kind() == KindString {
		if whole := compiled(s.Pattern); whole != nil && !whole.MatchString(v.String()) {
			return fmt.Errorf("must have the form %s", s.Pattern)
		}
	}
	return nil
}

// listed are the entries of a list, or the value alone.
func listed(v Value) (items []Value, isList bool) {
	if v.Kind() == KindArray && v.Decode(&items) == nil {
		return items, true
	}
	return []Value{v}, false
}

// choicesShown bounds what a message says of choices: results are kept.
const choicesShown = 20

func choices(enum []Value) string {
	var texts []string
	for _, v := range enum[:min(len(enum), choicesShown)] {
		texts = append(texts, v.String())
	}
	if len(enum) > choicesShown {
		texts = append(texts, "…")
	}
	return strings.Join(texts, ", ")
}

// checkSize holds a number's value, a text's characters or a list's entries
// against the bounds.
func (s *FieldSpec) checkSize(v Value) error {
	if s.Min == "" && s.Max == "" {
		return nil
	}
	var size decimal.Decimal
	verb, unit := "be", ""
	switch s.Type {
	case TypeNumber, TypeInteger:
		size, _ = v.Decimal()
	case TypeString:
		size, unit = decimalOf(utf8.RuneCountInString(v.String())), "character"
	case TypeStrings, TypeIDs, TypeArray:
		items, _ := listed(v)
		size, verb, unit = decimalOf(len(items)), "have", "entr"
	default:
		return nil
	}
	if least, ok := s.Min.Decimal(); ok && size.Cmp(least) < 0 {
		return fmt.Errorf("must %s at least %s%s", verb, s.Min, counted(unit, s.Min))
	}
	if most, ok := s.Max.Decimal(); ok && size.Cmp(most) > 0 {
		return fmt.Errorf("must %s at most %s%s", verb, s.Max, counted(unit, s.Max))
	}
	return nil
}

func decimalOf(n int) decimal.Decimal {
	d, _ := Int(n).Decimal()
	return d
}

// counted is the unit behind a count.
func counted(unit string, n Value) string {
	switch {
	case unit == "":
		return ""
	case unit == "entr" && n == "1":
		return " entry"
	case unit == "entr":
		return " entries"
	case n == "1":
		return " character long"
	}
	return " characters long"
}

// patterns are those that were compiled; nil is one that can't be.
var patterns sync.Map

// compiled matches a whole value; nil where the pattern can't be read, which is
// that of a later server.
func compiled(pattern string) *regexp.Regexp {
	if known, ok := patterns.Load(pattern); ok {
		return known.(*regexp.Regexp)
	}
	whole, _ := regexp.Compile(`^(?s:` + pattern + `)$`)
	patterns.Store(pattern, whole)
	return whole
}

var typed = map[Type]func(Value) bool{
	TypeString:  ofKind(KindString),
	TypeNumber:  ofKind(KindNumber),
	TypeInteger: func(v Value) bool { return v.Kind() == KindNumber && !strings.ContainsAny(string(v), ".e") },
	TypeTime:    ofKind(KindString), // and see Fit
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
		items, isList := listed(v)
		return isList && !slices.ContainsFunc(items, func(i Value) bool { return !item(i) })
	}
}
