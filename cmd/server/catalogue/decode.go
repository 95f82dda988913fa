package catalogue

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// The names of encodings.
const (
	utf8Name        = "UTF-8"
	windows1252Name = "Windows-1252"
)

// decode returns the text of a file and the name of its encoding. A byte order mark
// decides; without one it is UTF-8 if that is valid, otherwise Windows-1252.
func decode(raw []byte) (text, name string, err error) {
	switch {
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")):
		return "", "", errors.New("this is a workbook or an archive, not a text; save the sheet as “CSV UTF-8” and name that file")
	case bytes.HasPrefix(raw, []byte("\xd0\xcf\x11\xe0")):
		return "", "", errors.New("this is an old Excel workbook, not a text; save the sheet as “CSV UTF-8” and name that file")
	case bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")):
		raw = raw[3:]
	case bytes.HasPrefix(raw, []byte("\xff\xfe")):
		return decodeUTF16(raw[2:], unicode.LittleEndian)
	case bytes.HasPrefix(raw, []byte("\xfe\xff")):
		return decodeUTF16(raw[2:], unicode.BigEndian)
	}
	if order, is := looksUTF16(raw); is {
		return decodeUTF16(raw, order)
	}
	if at := bytes.IndexByte(raw, 0); at >= 0 {
		return "", "", fmt.Errorf("byte %d is 0, so this isn't text; save the sheet as “CSV UTF-8”", at+1)
	}
	if utf8.Valid(raw) {
		return string(raw), utf8Name, nil
	}
	for i, b := range raw {
		if b == 0x81 || b == 0x8d || b == 0x8f || b == 0x90 || b == 0x9d {
			return "", "", fmt.Errorf("line %d is neither UTF-8 nor UTF-16 nor Windows-1252 (byte %#x); save the sheet as “CSV UTF-8”",
				1+bytes.Count(raw[:i], []byte("\n")), b)
		}
	}
	return decodeBy(charmap.Windows1252, raw, windows1252Name)
}

func decodeUTF16(raw []byte, order unicode.Endianness) (text, name string, err error) {
	if len(raw)%2 != 0 {
		return "", "", errors.New("this UTF-16 text ends in the middle of a character; save the sheet again")
	}
	return decodeBy(unicode.UTF16(order, unicode.IgnoreBOM), raw, "UTF-16")
}

func decodeBy(e encoding.Encoding, raw []byte, name string) (string, string, error) {
	text, err := e.NewDecoder().Bytes(raw)
	return string(text), name, err
}

// looksUTF16 reports whether at least a third of the bytes at even or at odd places
// are 0, as in UTF-16 with Latin letters.
func looksUTF16(raw []byte) (unicode.Endianness, bool) {
	head := raw[:min(len(raw), 4096)&^1]
	var even, odd int
	for i := 0; i < len(head); i += 2 {
		if head[i] == 0 {
			even++
		}
		if head[i+1] == 0 {
			odd++
		}
	}
	const share = 3 // one of three
	switch {
	case odd > 0 && even == 0 && odd*share >= len(head)/2:
		return unicode.LittleEndian, true
	case even > 0 && odd == 0 && even*share >= len(head)/2:
		return unicode.BigEndian, true
	}
	return unicode.LittleEndian, false
}
