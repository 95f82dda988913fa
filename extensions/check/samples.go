package check

import (
	"regexp/syntax"
	"strings"

	"github.com/manytill/manytill/sdk/protocol"
)

// samples are two values of a field that a till may set, another than the other;
// nil where none is known.
func samples(spec protocol.FieldSpec) []protocol.Value {
	var good []protocol.Value
	for _, v := range append(plain(spec), extremes(spec)...) {
		fits := spec.Check(v) == nil
		for _, other := range good {
			fits = fits && other != v
		}
		if fits {
			good = append(good, v)
		}
	}
	if len(good) < 2 {
		return nil
	}
	return good[:2]
}

// plain are values as people type them.
func plain(spec protocol.FieldSpec) (all []protocol.Value) {
	for _, c := range spec.Enum {
		all = append(all, c)
		if isList(spec.Type) {
			all = append(all, "["+c+"]")
		}
	}
	switch spec.Type {
	case protocol.TypeString, protocol.TypeAny, protocol.TypeID, protocol.TypeOrder:
		if text, ok := matching(spec.Pattern, 0); spec.Pattern != "" && ok {
			all = append(all, protocol.Text(text))
			other, _ := matching(spec.Pattern, 1)
			all = append(all, protocol.Text(other))
		}
		all = append(all, `"first"`, `"second"`, `"a"`, `"b"`, protocol.Text(strings.Repeat("long ", 10)), protocol.Text(strings.Repeat("more ", 10)))
	case protocol.TypeNumber:
		all = append(all, "2.5", "7.25", "1", "2")
	case protocol.TypeInteger:
		all = append(all, "2", "7", "1", "0")
	case protocol.TypeBool:
		all = append(all, "true", "false")
	case protocol.TypeTime:
		all = append(all, `"2026-03-01T10:00:00Z"`, `"2026-03-01T11:30:00Z"`)
	case protocol.TypeStrings:
		all = append(all, `["first"]`, `["first","second"]`, `["a","b","c"]`, `["d","e","f","g"]`)
	case protocol.TypeIDs:
		all = append(all, `[5]`, `[5,9]`, `[1,2,3]`, `[4,5,6,7]`)
	case protocol.TypeArray:
		all = append(all, `[1]`, `[1,"two"]`, `[1,2,3]`, `[4,5,6,7]`)
	case protocol.TypeObject:
		all = append(all, `{"a":1}`, `{"a":1,"b":"two"}`)
	}
	for _, bound := range []protocol.Value{spec.Min, spec.Max} {
		if bound != "" && (spec.Type == protocol.TypeNumber || spec.Type == protocol.TypeInteger) {
			all = append(all, bound)
		}
	}
	return all
}

func isList(kind protocol.Type) bool {
	return kind == protocol.TypeStrings || kind == protocol.TypeIDs
}

// extremes are values that tills may set and hardly anybody thinks of.
func extremes(spec protocol.FieldSpec) []protocol.Value {
	switch spec.Type {
	case protocol.TypeString, protocol.TypeAny:
		return []protocol.Value{`""`, `"é\u0000\u202e🍰"`, protocol.Text(strings.Repeat("x", 2000)), protocol.Text(strings.Repeat("🍰", 200))}
	case protocol.TypeNumber:
		return []protocol.Value{"0", "-3", "0.000000001", "1000000000000000", "0.1", "123456789.123456"}
	case protocol.TypeInteger:
		return []protocol.Value{"0", "-3", "1000000000000000"}
	case protocol.TypeID:
		return []protocol.Value{"5", `"a-7"`, "9007199254740991"}
	case protocol.TypeStrings:
		return []protocol.Value{`[]`, `["","é"]`}
	case protocol.TypeIDs:
		return []protocol.Value{`[]`, `[1,"a"]`}
	case protocol.TypeArray:
		return []protocol.Value{`[]`, `[null,[[1]],{"a":[]}]`}
	case protocol.TypeObject:
		return []protocol.Value{`{}`, `{"":{"a":[null]}}`}
	}
	return nil
}

// matching is a text that a pattern matches, the n-th that comes to mind.
func matching(pattern string, n int) (string, bool) {
	of, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", false
	}
	var b strings.Builder
	write(&b, of, n)
	return b.String(), true
}

func write(b *strings.Builder, of *syntax.Regexp, n int) {
	repeated := func(least, most int) {
		for range min(max(least, n), max(most, least)) {
			write(b, of.Sub[0], n)
		}
	}
	const many = 3
	switch of.Op {
	case syntax.OpLiteral:
		b.WriteString(string(of.Rune))
	case syntax.OpCharClass:
		if len(of.Rune) > 0 {
			b.WriteRune(min(of.Rune[0]+rune(n), of.Rune[1]))
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteString("a")
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range of.Sub {
			write(b, sub, n)
		}
	case syntax.OpAlternate:
		write(b, of.Sub[n%len(of.Sub)], n)
	case syntax.OpStar:
		repeated(0, many)
	case syntax.OpPlus:
		repeated(1, many)
	case syntax.OpQuest:
		repeated(0, 1)
	case syntax.OpRepeat:
		most := of.Max
		if most < 0 {
			most = of.Min + many
		}
		repeated(of.Min, most)
	}
}
