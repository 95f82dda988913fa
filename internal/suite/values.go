package suite

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/manytill/manytill/sdk/protocol"
)

// field is one of the extension's.
type field struct {
	model protocol.Model
	name  protocol.Field
	spec  protocol.FieldSpec
	// good are values that a till may set, none of them empty; took are those of them
	// that were shown as they were set, lost those that were not, nor refused.
	good, took, lost []protocol.Value
	// refused are the words of a refusal, where there was one; fails those of a hook
	// that failed on one, and on which.
	refused, fails string
	failsOn        protocol.Value
}

// guessed: no manifest says what the field holds, so that a value that isn't of its
// kind is no fault of the hooks'.
func (f *field) guessed() bool { return f.spec.Found }

func (f *field) String() string {
	if f.model == protocol.ModelOrder {
		return "order field " + string(f.name)
	}
	return "line field " + string(f.name)
}

// best is a value to try with; "" if there is none.
func (f *field) best() protocol.Value {
	if len(f.took) > 0 {
		return f.took[0]
	}
	if len(f.lost) > 0 && !f.guessed() {
		return f.lost[0]
	}
	return ""
}

// goodValues are values that fit a field and aren't empty: three, or of many kinds
// where its kind isn't known.
func goodValues(spec *protocol.FieldSpec) (good []protocol.Value) {
	all, most := slices.Concat(spec.Enum, inLists(spec), proposed(spec), bounds(spec), matching(spec)), 3
	if spec.Found {
		all, most = slices.Concat(all, kinds), len(all)+len(kinds)
	}
	for _, v := range all {
		fit, err := spec.Fit(v)
		if err == nil && !empty(fit) && !slices.Contains(good, fit) {
			good = append(good, fit)
		}
		if len(good) == most {
			break
		}
	}
	return good
}

// kinds are values that fields of unknown kinds are made of.
var kinds = []protocol.Value{
	"true", `"2026-11-21 10:00:00"`, `"2026-11-21T10:00:00.000Z"`, `["a","b"]`, `[7,8]`, `{"a":1}`, `{"id":7,"name":"Ab"}`, `[{"id":7,"name":"Ab","qty":1}]`,
	`[[6,false,[7]]]`, `[[0,0,{"id":7,"name":"Ab"}]]`, `"{\"a\":1}"`,
}

// inLists are lists of the values of an enum.
func inLists(spec *protocol.FieldSpec) (all []protocol.Value) {
	for _, v := range spec.Enum {
		all = append(all, "["+v+"]")
	}
	return all
}

func proposed(spec *protocol.FieldSpec) []protocol.Value {
	texts := []protocol.Value{`"Ab"`, `"c d"`, `"E7"`, `"7"`}
	numbers := []protocol.Value{"1", "2", "3"}
	switch spec.Type {
	case protocol.TypeString:
		return texts
	case protocol.TypeNumber, protocol.TypeInteger:
		return numbers
	case protocol.TypeBool:
		return []protocol.Value{"true"}
	case protocol.TypeTime:
		return []protocol.Value{`"2026-11-21T10:00:00Z"`, `"2026-12-24T18:30:00Z"`}
	case protocol.TypeID:
		return []protocol.Value{"7", `"C8"`, "9"}
	case protocol.TypeIDs:
		return []protocol.Value{"[7]", `["C8"]`, "[9]"}
	case protocol.TypeStrings:
		return []protocol.Value{`["a"]`, `["b"]`, `["c"]`}
	case protocol.TypeArray:
		return []protocol.Value{`[1]`, `["b"]`, `[{"a":1}]`}
	case protocol.TypeObject:
		return []protocol.Value{`{"a":1}`, `{"b":"c"}`, `{"d":[1]}`}
	}
	return slices.Concat(texts, numbers)
}

// bounds are values at the ends of what is allowed.
func bounds(spec *protocol.FieldSpec) (all []protocol.Value) {
	for _, bound := range []protocol.Value{spec.Min, spec.Max} {
		n, is := bound.Decimal()
		if !is {
			continue
		}
		count := max(0, min(int(n.Float()), 1000))
		many := make([]string, count)
		for i := range many {
			many[i] = fmt.Sprintf("%q", fmt.Sprint("v", i))
		}
		all = append(all, bound, protocol.Text(strings.Repeat("x", count)), protocol.Value("["+strings.Join(many, ",")+"]"))
	}
	return all
}

// matching are texts that a pattern matches, as far as it can be told from its parts.
func matching(spec *protocol.FieldSpec) (all []protocol.Value) {
	if spec.Pattern == "" {
		return nil
	}
	parsed, err := syntax.Parse(spec.Pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	for choice := range 3 {
		all = append(all, protocol.Text(match(parsed.Simplify(), choice)))
	}
	return all
}

// match is a text for an expression; choice is which of several ways.
func match(e *syntax.Regexp, choice int) string {
	switch e.Op {
	case syntax.OpLiteral:
		return string(e.Rune)
	case syntax.OpCharClass:
		if i := 2 * (choice % max(1, len(e.Rune)/2)); i < len(e.Rune) {
			return string(min(e.Rune[i]+rune(choice), e.Rune[i+1]))
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return string(rune('a' + choice))
	case syntax.OpCapture, syntax.OpPlus:
		return match(e.Sub[0], choice)
	case syntax.OpAlternate:
		return match(e.Sub[choice%len(e.Sub)], choice)
	case syntax.OpConcat:
		var b strings.Builder
		for _, sub := range e.Sub {
			b.WriteString(match(sub, choice))
		}
		return b.String()
	case syntax.OpStar, syntax.OpQuest:
		if choice > 0 {
			return match(e.Sub[0], choice)
		}
	}
	return ""
}

// empty reports whether a value is what a field has that nobody set.
func empty(v protocol.Value) bool {
	return v.IsNull() || slices.Contains([]protocol.Value{"0", "false", `""`, "[]", "{}"}, v)
}

// odd are values that nobody meant, with what they are.
func (f *field) odd() []oddValue {
	all := []oddValue{
		{"null", protocol.Null},
		{"a text", `"not what was meant"`},
		{"a number", "-12.5"},
		{"a list", `[1,"two",null]`},
		{"an object", `{"a":{"b":[true]}}`},
		{"a boolean", "true"},
		{"an empty text", `""`},
		{"0", "0"},
		{"the largest number", "999999999999999"},
		{"a text of 60,000 characters", protocol.Text(strings.Repeat("long ", 12_000))},
		{"a text in many scripts", unusual},
		{"a list of 5,000", protocol.Value("[" + strings.Repeat(`"an entry",`, 4_999) + `"an entry"]`)},
	}
	return all
}

type oddValue struct {
	what  string
	value protocol.Value
}

// unusual is a text that code breaks which takes it for bytes, or for UTF-16; plainTwin is
// like it, without what is unusual.
const unusual protocol.Value = `"Zoë 👩‍👩‍👧 مرحبا 日本語 'q' <b>"`

const plainTwin protocol.Value = `"Zoe and three more, Salam, Nihongo 'q' <b>"`
