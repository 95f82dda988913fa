package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"
)

// expect are the checks of one rule's test. A check that fails ends the rule.
type expect struct{ t *testing.T }

// has wants the members of a JSON text in got, and their values; see differs.
func (e expect) has(got any, want string, args ...any) {
	e.t.Helper()
	want = fmt.Sprintf(want, args...)
	if diff := differs(parse(e.t, []byte(want)), got, ""); diff != "" {
		e.t.Fatalf("%s\nwanted %s\nin     %s", diff, want, canon(got))
	}
}

// same wants two JSON values to be equal in canonical form.
func (e expect) same(want, got any, about string, args ...any) {
	e.t.Helper()
	if canon(want) != canon(got) {
		e.t.Fatalf("%s\nwant %s\ngot  %s", fmt.Sprintf(about, args...), canon(want), canon(got))
	}
}

// lacks wants members to be missing or null.
func (e expect) lacks(got any, members ...string) {
	e.t.Helper()
	for _, member := range members {
		if v := dig(got, member); v != nil {
			e.t.Fatalf("%s should not be there: %s\nin %s", member, canon(v), canon(got))
		}
	}
}

// that fails the rule unless a statement about the server holds.
func (e expect) that(holds bool, about string, args ...any) {
	e.t.Helper()
	if !holds {
		e.t.Fatalf(about, args...)
	}
}

// oneOf wants a string among several, where the protocol leaves a choice.
func (e expect) oneOf(got string, want ...string) {
	e.t.Helper()
	e.that(slices.Contains(want, got), "want one of %s, got %q", strings.Join(want, ", "), got)
}

// find is the first item of a list that has the wanted members.
func (e expect) find(items []any, want string, args ...any) object {
	e.t.Helper()
	want = fmt.Sprintf(want, args...)
	if item := lookup(items, parse(e.t, []byte(want))); item != nil {
		return item
	}
	e.t.Fatalf("nothing like %s\nin %s", want, canon(items))
	return nil
}

// isTime wants an RFC 3339 time in UTC.
func (e expect) isTime(v any) {
	e.t.Helper()
	s, _ := v.(string)
	at, err := time.Parse(time.RFC3339Nano, s)
	e.that(err == nil && strings.HasSuffix(s, "Z"), "want RFC 3339 in UTC, got %s", canon(v))
	e.that(time.Since(at).Abs() < time.Hour, "want a time of today, got %s", s)
}

// validCursor wants "at most 512 of A-Z a-z 0-9 - _ .".
func (e expect) validCursor(answer any) {
	e.t.Helper()
	cursor := text(answer, "cursor")
	e.that(cursor != "" && len(cursor) <= 512, "a cursor of %d characters", len(cursor))
	for _, c := range cursor {
		good := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.'
		e.that(good, "%q in cursor %q", c, cursor)
	}
}

// msInfo wants the ms_info of an order or a line, whole.
func (e expect) msInfo(fields any, created, changed string) {
	e.t.Helper()
	e.same(parse(e.t, []byte(sprintf(`{"created":%s,"changed":%s}`, created, changed))), dig(fields, "fields", "ms_info"), "ms_info")
}

func lookup(items []any, want any) object {
	for _, item := range items {
		if differs(want, item, "") == "" {
			o, _ := item.(object)
			return o
		}
	}
	return nil
}

// each collects one member of every item.
func each(items []any, path ...any) []any {
	out := make([]any, 0, len(items))
	for _, item := range items {
		out = append(out, dig(item, path...))
	}
	return out
}

type object = map[string]any

// parse reads a JSON text; numbers stay json.Number.
func parse(t testing.TB, text []byte) any {
	t.Helper()
	v, err := decode(text)
	if err != nil {
		t.Fatalf("not JSON: %v\n%.500s", err, text)
	}
	return v
}

func decode(text []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err = d.Decode(&v); err == nil && d.More() {
		err = fmt.Errorf("something follows the value at %d", d.InputOffset())
	}
	return v, err
}

// canon is a value's canonical JSON (RFC 8785). Numbers go through binary
// floats, as every client in a browser does; encoding/json writes them as
// ECMAScript does.
func canon(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // only for values that no JSON text gave
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		panic(err)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(tree)
	return strings.TrimSpace(b.String())
}

// dig follows keys and indexes; nil where there is nothing.
func dig(v any, path ...any) any {
	for _, step := range path {
		switch at := step.(type) {
		case string:
			o, _ := v.(object)
			v = o[at]
		case int:
			list, _ := v.([]any)
			if at >= len(list) {
				return nil
			}
			v = list[at]
		}
	}
	return v
}

// num is an integer in an answer, −1 where there is none.
func num(v any, path ...any) int64 {
	n, ok := dig(v, path...).(json.Number)
	if !ok {
		return -1
	}
	i, err := n.Int64()
	if err != nil {
		return -1
	}
	return i
}

func text(v any, path ...any) string {
	s, _ := dig(v, path...).(string)
	return s
}

func list(v any, path ...any) []any {
	items, _ := dig(v, path...).([]any)
	return items
}

func keys(v any, path ...any) []string {
	o, _ := dig(v, path...).(object)
	names := make([]string, 0, len(o))
	for name := range o {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// sprintf is short for tables of texts.
func sprintf(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// sorted are the strings of a list, where their order is open.
func sorted(items []any) []string {
	texts := make([]string, 0, len(items))
	for _, item := range items {
		s, _ := item.(string)
		texts = append(texts, s)
	}
	sort.Strings(texts)
	return texts
}

// anything in a wanted value stands for what is there and isn't null.
const anything = "<any>"

// differs says where got isn't as wanted: objects may have more members than
// wanted (unknown keys are ignored), lists may not be longer.
func differs(want, got any, path string) string {
	switch w := want.(type) {
	case object:
		g, ok := got.(object)
		if !ok {
			return fmt.Sprintf("%s: want an object, got %s", path, canon(got))
		}
		for key, value := range w {
			if diff := differs(value, g[key], path+"."+key); diff != "" {
				return diff
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return fmt.Sprintf("%s: want %s, got %s", path, canon(want), canon(got))
		}
		for i := range w {
			if diff := differs(w[i], g[i], fmt.Sprintf("%s[%d]", path, i)); diff != "" {
				return diff
			}
		}
		return ""
	}
	if want == any(anything) && got != nil {
		return ""
	}
	if canon(want) != canon(got) {
		return fmt.Sprintf("%s: want %s, got %s", path, canon(want), canon(got))
	}
	return ""
}
