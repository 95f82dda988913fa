package conformance

import (
	"fmt"
	"slices"
	"strings"
)

// has wants the members of a JSON text in got, and their values; see differs.
func (f *floor) has(got any, want string, args ...any) {
	f.t.Helper()
	want = fmt.Sprintf(want, args...)
	if diff := differs(parse(f.t, []byte(want)), got, ""); diff != "" {
		f.t.Fatalf("%s\nwanted %s\nin     %s", diff, want, canon(got))
	}
}

// same wants two JSON values to be equal in canonical form.
func (f *floor) same(want, got any, about string, args ...any) {
	f.t.Helper()
	if canon(want) != canon(got) {
		f.t.Fatalf("%s\nwant %s\ngot  %s", fmt.Sprintf(about, args...), canon(want), canon(got))
	}
}

// lacks wants members to be missing or null.
func (f *floor) lacks(got any, members ...string) {
	f.t.Helper()
	for _, member := range members {
		if v := dig(got, member); v != nil {
			f.t.Fatalf("%s should not be there: %s\nin %s", member, canon(v), canon(got))
		}
	}
}

// that fails the rule unless a statement about the server holds.
func (f *floor) that(holds bool, about string, args ...any) {
	f.t.Helper()
	if !holds {
		f.t.Fatalf(about, args...)
	}
}

// oneOf wants a string among several, where the protocol leaves a choice.
func (f *floor) oneOf(got string, want ...string) {
	f.t.Helper()
	f.that(slices.Contains(want, got), "want one of %s, got %q", strings.Join(want, ", "), got)
}

// find is the first item of a list that has the wanted members.
func (f *floor) find(items []any, want string, args ...any) object {
	f.t.Helper()
	want = fmt.Sprintf(want, args...)
	if item := lookup(items, parse(f.t, []byte(want))); item != nil {
		return item
	}
	f.t.Fatalf("nothing like %s\nin %s", want, canon(items))
	return nil
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
