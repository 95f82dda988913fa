package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol/jsonw"
)

// Value is one JSON value in canonical form (RFC 8785, numbers as [Decimal]),
// so that two equal values are equal strings. The zero value is no value; use
// [Null] for a cleared field.
type Value string

// Null is the JSON null: a field that was cleared.
const Null Value = "null"

// MaxDepth is how deep a JSON value may nest (protocol, "Data").
const MaxDepth = 100

// ErrDepth is returned for JSON nested deeper than [MaxDepth].
var ErrDepth = errors.New("JSON nested deeper than 100")

// ParseValue reads any JSON text into its canonical form. Numbers are rounded
// to 15 digits; one of another size is [ErrDecimalSize].
func ParseValue(raw []byte) (Value, error) {
	raw = bytes.Trim(raw, " \t\r\n") // no other space is JSON's
	if len(raw) == 0 {
		return "", errors.New("no JSON value")
	}
	switch c := raw[0]; {
	case c == '-' || ('0' <= c && c <= '9'):
		d, err := decimal.Parse(string(raw))
		if err != nil {
			return "", err
		}
		return Value(d.String()), nil
	case string(raw) == "null", string(raw) == "true", string(raw) == "false":
		return Value(raw), nil
	case c == '"' && plainString(raw):
		return Value(raw), nil
	}
	return parseTree(raw)
}

// ValueOf is the canonical form of anything that encoding/json can write.
func ValueOf(v any) (Value, error) {
	switch v := v.(type) {
	case Value:
		return v, nil
	case decimal.Decimal:
		return Value(v.String()), nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("value: %w", err)
	}
	return ParseValue(raw)
}

// Text is s as a JSON string.
func Text(s string) Value { return Value(jsonw.AppendString(nil, s)) }

// Num is d as a JSON number.
func Num(d decimal.Decimal) Value { return Value(d.String()) }

// Int is n as a JSON number.
func Int(n int) Value { return Value(fmt.Sprint(n)) }

// IsNull reports whether the value is null or none.
func (v Value) IsNull() bool { return v == "" || v == Null }

// Decimal is the number that v holds, and whether it holds one.
func (v Value) Decimal() (decimal.Decimal, bool) {
	if v.Kind() != KindNumber {
		return decimal.Decimal{}, false
	}
	d, err := decimal.Parse(string(v))
	return d, err == nil
}

// String is the text of a JSON string, and the JSON text of anything else.
func (v Value) String() string {
	if v.Kind() != KindString {
		return string(v)
	}
	var s string
	if err := json.Unmarshal([]byte(v), &s); err != nil {
		return string(v)
	}
	return s
}

// Decode reads v into a Go value, as encoding/json does.
func (v Value) Decode(into any) error {
	if v == "" {
		return nil
	}
	return json.Unmarshal([]byte(v), into)
}

// MarshalJSON writes the value as it stands.
func (v Value) MarshalJSON() ([]byte, error) {
	if v == "" {
		return []byte(Null), nil
	}
	return []byte(v), nil
}

// UnmarshalJSON reads any JSON value into canonical form.
func (v *Value) UnmarshalJSON(raw []byte) (err error) {
	*v, err = ParseValue(raw)
	return err
}

// Kind is the JSON type of a value.
type Kind string

// The kinds of JSON values.
const (
	KindNone   Kind = ""
	KindNull   Kind = "null"
	KindBool   Kind = "boolean"
	KindNumber Kind = "number"
	KindString Kind = "string"
	KindArray  Kind = "array"
	KindObject Kind = "object"
)

// Kind is the JSON type of v.
func (v Value) Kind() Kind {
	if v == "" {
		return KindNone
	}
	switch v[0] {
	case 'n':
		return KindNull
	case 't', 'f':
		return KindBool
	case '"':
		return KindString
	case '[':
		return KindArray
	case '{':
		return KindObject
	}
	return KindNumber
}

// plainString reports whether raw is a complete JSON string that is canonical
// as it stands: ASCII without escapes.
func plainString(raw []byte) bool {
	if len(raw) < 2 || raw[len(raw)-1] != '"' {
		return false
	}
	for _, c := range raw[1 : len(raw)-1] {
		if c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

func parseTree(raw []byte) (Value, error) {
	if TooDeep(raw) {
		return "", ErrDepth
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return "", fmt.Errorf("not JSON: %w", err)
	}
	if dec.InputOffset() != int64(len(raw)) {
		return "", errors.New("not JSON: something follows the value")
	}
	var b strings.Builder
	b.Grow(len(raw))
	if err := writeTree(&b, tree); err != nil {
		return "", err
	}
	return Value(b.String()), nil
}

// TooDeep reports whether JSON text nests deeper than [MaxDepth].
func TooDeep(raw []byte) bool {
	depth, inString := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '[' || c == '{':
			if depth++; depth > MaxDepth {
				return true
			}
		case c == ']' || c == '}':
			depth--
		}
	}
	return false
}
