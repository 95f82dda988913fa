package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"testing"
)

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
