package plainyaml

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// key is one that a struct takes.
type key struct {
	name string
	also []string // what people write instead
	kind reflect.Type
}

func keysOf(t reflect.Type) (keys []key) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if f.IsExported() && name != "" && name != "-" {
			keys = append(keys, key{name, strings.Fields(f.Tag.Get("also")), f.Type})
		}
	}
	return keys
}

func find(keys []key, name string) (key, bool) {
	if i := slices.IndexFunc(keys, func(k key) bool { return k.name == name }); i >= 0 {
		return keys[i], true
	}
	return key{}, false
}

func names(keys []key) string {
	all := make([]string, len(keys))
	for i, k := range keys {
		all[i] = k.name
	}
	return strings.Join(all, ", ")
}

// meant is the key that a wrong one stands for, or all that there are.
func meant(keys []key, name, path string) string {
	plain := strings.ToLower(strings.NewReplacer("-", "_", " ", "_").Replace(name))
	best, least := "", 1+max(1, len(plain)/3)
	for _, k := range keys {
		if d := distance(plain, k.name); d < least {
			best, least = k.name, d
		}
		if slices.Contains(k.also, plain) {
			best, least = k.name, 0
		}
	}
	if best != "" {
		return fmt.Sprintf("; did you mean %q?", join(path, best))
	}
	for _, k := range keys {
		inner := k.kind
		if inner.Kind() != reflect.Struct {
			continue
		}
		if below, found := find(keysOf(inner), plain); found {
			return fmt.Sprintf("; did you mean %q, below %q?", below.name, join(path, k.name))
		}
	}
	return "; there are " + names(keys)
}

// distance counts the letters to add, drop, change or swap with their
// neighbour (Damerau and Levenshtein, in the restricted form).
func distance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
