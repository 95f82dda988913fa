// Package plainyaml reads YAML that people write: strictly, and with errors in
// their words. It names line and column, what a key must be, and the key that
// was probably meant.
//
// A Go struct says what a file may hold: its yaml tags are the keys, and an also
// tag names words that people write instead. No goroutines, no state. Start
// reading with [Decode].
package plainyaml

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Error is what is wrong at one place of a text, from 1.
type Error struct {
	Line, Column int
	Message      string
}

func (e *Error) Error() string { return fmt.Sprintf("[%d:%d] %s", e.Line, e.Column, e.Message) }

// MustBe is implemented by types that read themselves: what a value that they
// can't take must be, and "" for one that they can.
type MustBe interface{ MustBe(ast.Node) string }

// Text is a file without the mark that some editors put before it.
func Text(raw []byte) []byte { return bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")) }

// Decode reads one document into a pointer to a struct. What it finds wrong is
// an [*Error].
func Decode(raw []byte, into any) (err error) {
	if bytes.HasPrefix(raw, []byte("\xff\xfe")) || bytes.HasPrefix(raw, []byte("\xfe\xff")) {
		return &Error{1, 1, "this file is UTF-16; save it as UTF-8"}
	}
	raw = Text(raw)
	if valid := bytes.ToValidUTF8(raw, nil); len(valid) < len(raw) {
		same := 0
		for same < len(valid) && valid[same] == raw[same] {
			same++
		}
		return after(raw[:same], "this file isn't UTF-8; save it as UTF-8")
	}
	// The library panics over some tags (!tag); none is of use here.
	defer func() {
		if recover() != nil {
			before, _, _ := bytes.Cut(raw, []byte("!"))
			err = after(before, "this is no YAML that can be read; a value that begins with ! must stand in quotes")
		}
	}()
	file, err := parser.ParseBytes(raw, 0)
	if err != nil {
		return located(err)
	}
	if bad := check(file, reflect.TypeOf(into).Elem()); bad != nil {
		return bad
	}
	if err := yaml.UnmarshalWithOptions(raw, into, yaml.Strict()); err != nil {
		return located(err)
	}
	return nil
}

// after is an error at what follows a text.
func after(text []byte, message string) *Error {
	return &Error{1 + bytes.Count(text, []byte("\n")), len(text) - bytes.LastIndexByte(text, '\n'), message}
}

func located(err error) error {
	var at yaml.Error
	if !errors.As(err, &at) || at.GetToken() == nil {
		return &Error{1, 1, err.Error()}
	}
	p := at.GetToken().Position
	return &Error{p.Line, p.Column, at.GetMessage()}
}

func check(file *ast.File, t reflect.Type) *Error {
	found := false
	for _, doc := range file.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.NullType || doc.Body.Type() == ast.CommentType {
			continue
		}
		if found {
			return wrong(doc.Body, "a second document begins here (after ---); put all into one")
		}
		found = true
		if bad := value(doc.Body, t, ""); bad != nil {
			return bad
		}
	}
	return nil
}

func wrong(n ast.Node, format string, args ...any) *Error {
	at := n.GetToken().Position
	switch n := n.(type) {
	case *ast.MappingNode:
		if len(n.Values) > 0 && !n.IsFlowStyle {
			at = n.Values[0].Key.GetToken().Position
		}
	case *ast.MappingValueNode:
		at = n.Key.GetToken().Position
	}
	return &Error{at.Line, at.Column, fmt.Sprintf(format, args...)}
}

var (
	duration = reflect.TypeFor[time.Duration]()
	mustBe   = reflect.TypeFor[MustBe]()
	variable = regexp.MustCompile(`\$\{[A-Za-z_]\w*\}`)
)

// value checks what stands under the key that path names.
func value(n ast.Node, t reflect.Type, path string) *Error {
	switch v := n.(type) {
	case *ast.AnchorNode:
		return value(v.Value, t, path)
	case *ast.AliasNode, *ast.NullNode, *ast.TagNode:
		return nil // the library knows what stands for it
	}
	if reflect.PointerTo(t).Implements(mustBe) {
		if words := reflect.New(t).Interface().(MustBe).MustBe(n); words != "" {
			return wrong(n, "%s must be %s, not %s", path, words, given(n))
		}
		return nil
	}
	if t == duration {
		if _, err := time.ParseDuration(n.GetToken().Value); err != nil || !scalar(n) {
			return wrong(n, "%s must be a time with its unit, like 50ms or 2s, not %s", path, given(n))
		}
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		return value(n, t.Elem(), path)
	case reflect.Struct:
		return object(n, t, path)
	case reflect.Map:
		return entries(n, t, path)
	case reflect.Slice:
		return list(n, t, path)
	}
	return plain(n, t, path)
}

// plain checks a text, a number or a switch.
func plain(n ast.Node, t reflect.Type, path string) *Error {
	switch t.Kind() {
	case reflect.Bool:
		if n.Type() != ast.BoolType {
			return wrong(n, "%s must be true or false, not %s", path, given(n))
		}
	case reflect.Int, reflect.Int64, reflect.Uint64:
		if n.Type() != ast.IntegerType {
			return wrong(n, "%s must be a whole number, not %s", path, given(n))
		}
	case reflect.Float64:
		if n.Type() != ast.IntegerType && n.Type() != ast.FloatType {
			return wrong(n, "%s must be a number, not %s", path, given(n))
		}
	case reflect.String:
		if !scalar(n) {
			return wrong(n, "%s must be one text, not %s", path, given(n))
		}
		if name := variable.FindString(n.GetToken().Value); name != "" {
			return wrong(n, "%s: %s isn't replaced in this file; write the value itself", path, name)
		}
	}
	return nil
}

func scalar(n ast.Node) bool {
	_, is := n.(ast.ScalarNode)
	return is
}

// given is a value as a person would point at it.
func given(n ast.Node) string {
	switch n.(type) {
	case *ast.SequenceNode:
		return "a list"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys of its own"
	}
	if n.Type() == ast.StringType && n.GetToken().Value != strings.TrimSpace(n.GetToken().Origin) {
		return "a text in quotes"
	}
	return n.GetToken().Value
}

// unshown is given without a text, where that may be a secret: somebody wrote it beside
// the name of what it belongs to.
func unshown(n ast.Node) string {
	if scalar(n) {
		return "one value"
	}
	return given(n)
}

func list(n ast.Node, t reflect.Type, path string) *Error {
	s, is := n.(*ast.SequenceNode)
	if !is {
		return wrong(n, "%s must be a list, like [a, b], not %s", path, given(n))
	}
	for i, item := range s.Values {
		if bad := value(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i)); bad != nil {
			return bad
		}
	}
	return nil
}

// pairs are the keys of an object and their values.
func pairs(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func entries(n ast.Node, t reflect.Type, path string) *Error {
	all, is := pairs(n)
	if !is {
		return wrong(n, "%s must have keys of its own, not %s", path, unshown(n))
	}
	for _, v := range all {
		if v.Key.Type() == ast.MergeKeyType {
			continue
		}
		if bad := value(v.Value, t.Elem(), join(path, v.Key.GetToken().Value)); bad != nil {
			return bad
		}
	}
	return nil
}

func object(n ast.Node, t reflect.Type, path string) *Error {
	all, is := pairs(n)
	keys := keysOf(t)
	if !is {
		if path == "" {
			return wrong(n, "expected keys and values, like  %s: …, not %s", keys[0].name, given(n))
		}
		return wrong(n, "%s must have keys of its own (%s), not %s", path, names(keys), unshown(n))
	}
	for _, v := range all {
		if v.Key.Type() == ast.MergeKeyType {
			continue
		}
		name := v.Key.GetToken().Value
		k, known := find(keys, name)
		if !known {
			return wrong(v, "unknown field %q%s", name, meant(keys, name, path))
		}
		if bad := value(v.Value, k.kind, join(path, name)); bad != nil {
			return bad
		}
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
