// Package jsonw writes JSON piece by piece, for what is too hot for
// encoding/json or is put together from pieces that are encoded already.
//
// It owns commas, keys and strings. It owns no shape: which members an object
// has is package protocol's (and core/order's, for the rows of the store). It
// starts no goroutine and holds no lock. Start reading with [Writer].
package jsonw

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Writer appends JSON to a buffer. It places a comma before a key or an item
// unless it is the first of its object or list, which shows from the byte
// before. For one goroutine; the zero Writer is ready.
type Writer struct {
	b     []byte
	start int
}

// New appends to b, which may be nil. What stands in b is no part of the JSON.
func New(b []byte) Writer { return Writer{b, len(b)} }

// Bytes is all that was written, with what New was given before it.
func (w *Writer) Bytes() []byte { return w.b }

// Len is the length of Bytes.
func (w *Writer) Len() int { return len(w.b) }

// A slice that is appended to where it stands is cheap: only its length is
// written. So no method gives the buffer away and takes it back, unless it must.

// Open begins an object or a list: '{' or '['.
func (w *Writer) Open(bracket byte) {
	w.comma()
	w.b = append(w.b, bracket)
}

// Close ends an object or a list: '}' or ']'.
func (w *Writer) Close(bracket byte) { w.b = append(w.b, bracket) }

// Begin opens an object or a list under a key, to be ended by [Writer.End].
func (w *Writer) Begin(key string, bracket byte) (from int) {
	from = len(w.b)
	w.Key(key)
	w.b = append(w.b, bracket)
	return from
}

// End closes what [Writer.Begin] opened, with '}' or ']'. Of what stayed empty
// nothing is left, key and comma neither.
func (w *Writer) End(from int, bracket byte) {
	switch w.b[len(w.b)-1] {
	case '{', '[':
		w.b = w.b[:from]
	default:
		w.b = append(w.b, bracket)
	}
}

// Key begins a member. Keys are the protocol's names and ids, which need no
// escapes; any other text goes through [Writer.TextKey].
func (w *Writer) Key(key string) {
	w.comma()
	w.b = append(w.b, '"')
	w.b = append(w.b, key...)
	w.b = append(w.b, '"', ':')
}

// TextKey begins a member whose key may be any text.
func (w *Writer) TextKey(key string) {
	w.Text(key)
	w.b = append(w.b, ':')
}

// comma puts one between two members or two items.
func (w *Writer) comma() {
	if n := len(w.b); n > w.start {
		if c := w.b[n-1]; c != '{' && c != '[' && c != ':' && c != ',' {
			w.b = append(w.b, ',')
		}
	}
}

// Raw writes a value that is JSON already, or several with commas between;
// nothing where there is none.
func (w *Writer) Raw(json []byte) {
	if len(json) > 0 {
		w.comma()
		w.b = append(w.b, json...)
	}
}

// RawString is Raw of a string.
func (w *Writer) RawString(json string) {
	if json != "" {
		w.comma()
		w.b = append(w.b, json...)
	}
}

// Members writes the members of an object that is JSON already into the object
// that is open.
func (w *Writer) Members(object []byte) {
	if inside := bytes.TrimSpace(object); len(inside) > 2 {
		w.Raw(bytes.TrimSpace(inside[1 : len(inside)-1]))
	}
}

// Text writes any text as a string.
func (w *Writer) Text(text string) {
	if !isPlain(text) {
		w.comma()
		w.b = AppendString(w.b, text)
		return
	}
	w.Plain(text)
}

// isPlain reports whether a text needs no escapes: printable ASCII.
func isPlain(text string) bool {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < 0x20 || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// Plain writes a text that needs no escapes as a string: an id, a cursor.
func (w *Writer) Plain(text string) {
	w.comma()
	w.b = append(w.b, '"')
	w.b = append(w.b, text...)
	w.b = append(w.b, '"')
}

// Int writes a whole number.
func (w *Writer) Int(n int64) {
	w.comma()
	if 0 <= n && n < 10 {
		w.b = append(w.b, '0'+byte(n))
		return
	}
	w.b = strconv.AppendInt(w.b, n, 10)
}

// Bool writes true or false.
func (w *Writer) Bool(v bool) {
	w.comma()
	w.b = strconv.AppendBool(w.b, v)
}

// Time writes a time in UTC, in a layout of package time.
func (w *Writer) Time(at time.Time, layout string) {
	w.comma()
	w.b = append(w.b, '"')
	w.b = at.UTC().AppendFormat(w.b, layout)
	w.b = append(w.b, '"')
}

// AppendString appends a text as a JSON string with the shortest escapes, as
// RFC 8785 asks. Each byte that isn't UTF-8 becomes U+FFFD, as encoding/json reads it.
func AppendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	if !utf8.ValidString(s) {
		s = string([]rune(s))
	}
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		if k := strings.IndexByte("\"\\\b\t\n\f\r", c); k >= 0 {
			b = append(b, '\\', `"\btnfr`[k])
			continue
		}
		b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}
