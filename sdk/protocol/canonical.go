package protocol

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol/jsonw"
)

// writeTree writes what encoding/json decoded (with UseNumber) in the form of
// RFC 8785: no white space, keys by UTF-16 code units, shortest escapes.
func writeTree(b *strings.Builder, tree any) error {
	switch v := tree.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case string:
		b.Write(jsonw.AppendString(nil, v))
	case json.Number:
		d, err := decimal.Parse(string(v))
		if err != nil {
			return err
		}
		b.WriteString(d.String())
	case []any:
		return writeArray(b, v)
	case map[string]any:
		return writeObject(b, v)
	default:
		return fmt.Errorf("no JSON value: %T", tree)
	}
	return nil
}

func writeArray(b *strings.Builder, items []any) error {
	b.WriteByte('[')
	for i, item := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := writeTree(b, item); err != nil {
			return err
		}
	}
	b.WriteByte(']')
	return nil
}

func writeObject(b *strings.Builder, object map[string]any) error {
	b.WriteByte('{')
	for i, key := range SortedKeys(object) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(jsonw.AppendString(nil, key))
		b.WriteByte(':')
		if err := writeTree(b, object[key]); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

// SortedKeys are the keys of a JSON object in canonical order (RFC 8785,
// section 3.2.3: by UTF-16 code units).
func SortedKeys[K ~string, V any](object map[K]V) []K {
	keys := make([]K, 0, len(object))
	for key := range object {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b K) int { return compareUTF16(string(a), string(b)) })
	return keys
}

// compareUTF16 differs from comparing bytes only where a character outside
// the basic plane meets one above the surrogates.
func compareUTF16(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(a) && !utf8.RuneStart(a[n]) {
		n--
	}
	if n == len(a) || n == len(b) || (a[n] < utf8.RuneSelf && b[n] < utf8.RuneSelf) {
		return strings.Compare(a[n:], b[n:])
	}
	return slices.Compare(utf16.Encode([]rune(a[n:])), utf16.Encode([]rune(b[n:])))
}

// AppendString appends s as a canonical JSON string.
func AppendString[S ~string](b []byte, s S) []byte { return jsonw.AppendString(b, string(s)) }
