package catalogue

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// jsonReader reads tokens and knows their places.
type jsonReader struct {
	text string
	d    *jsontext.Decoder
	// The line, and its first byte, at the byte seen.
	seen, line, start int
}

// readJSON parses a list of objects.
func readJSON(text string) (*source, error) {
	p := &jsonReader{text: text, d: jsontext.NewDecoder(strings.NewReader(text)), line: 1}
	s := &source{format: "JSON"}
	if kind := p.d.PeekKind(); kind != '[' {
		return nil, p.wrong("must be a list of objects, like [{\"id\": \"11\", \"name\": \"Tea\", \"price\": 2.50}]")
	}
	if _, err := p.d.ReadToken(); err != nil {
		return nil, p.explain(err)
	}
	columns := map[string]bool{}
	for p.d.PeekKind() != ']' {
		r, err := p.object()
		if err != nil {
			return nil, err
		}
		for _, name := range sortedNames(r.cells) {
			if !columns[name] {
				columns[name] = true
				s.columns = append(s.columns, name)
			}
		}
		s.records = append(s.records, r)
	}
	if _, err := p.d.ReadToken(); err != nil {
		return nil, p.explain(err)
	}
	if _, err := p.d.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, p.wrong("something follows after the end of the list; expected the end of the file")
	}
	return s, nil
}

func (p *jsonReader) object() (record, error) {
	if kind := p.d.PeekKind(); kind == 0 {
		_, err := p.d.ReadToken()
		return record{}, p.explain(err)
	} else if kind != '{' {
		return record{}, p.wrong("must be an object, like {\"id\": \"11\", \"name\": \"Tea\", \"price\": 2.50}")
	}
	r := record{cells: map[string]cell{}}
	r.line, r.column = p.place(p.next())
	r.missing = cell{line: r.line, column: r.column}
	if _, err := p.d.ReadToken(); err != nil {
		return r, p.explain(err)
	}
	for p.d.PeekKind() != '}' {
		name, err := p.d.ReadToken()
		if err != nil {
			return r, p.explain(err)
		}
		key := name.String()
		p.d.PeekKind()
		at := p.next()
		raw, err := p.d.ReadValue()
		if err != nil {
			return r, p.explain(err)
		}
		c := cell{}
		c.line, c.column = p.place(at)
		if c.text, c.value, err = jsonCell(raw.Clone()); err != nil {
			return r, &Error{Line: c.line, Column: c.column, Message: err.Error()}
		}
		r.cells[key] = c
	}
	_, err := p.d.ReadToken()
	return r, p.explain(err)
}

// jsonCell returns a value's text, "" for null, and the value.
func jsonCell(raw jsontext.Value) (text string, value any, err error) {
	switch raw.Kind() {
	case 'n':
		return "", nil, nil
	case '"':
		err = json.Unmarshal(raw, &text)
		text = strings.TrimSpace(text)
		return text, text, err
	}
	return string(raw), raw, nil
}

// next is the place of the next token, after PeekKind.
func (p *jsonReader) next() int {
	at := int(p.d.InputOffset())
	for at < len(p.text) && strings.IndexByte(" \t\r\n,:", p.text[at]) >= 0 {
		at++
	}
	return at
}

// place is the line and column of a byte. It is fast for increasing ones.
func (p *jsonReader) place(at int) (line, column int) {
	at = min(at, len(p.text))
	if at < p.seen {
		p.seen, p.line, p.start = 0, 1, 0
	}
	for ; p.seen < at; p.seen++ {
		if p.text[p.seen] == '\n' {
			p.line, p.start = p.line+1, p.seen+1
		}
	}
	return p.line, 1 + utf8.RuneCountInString(p.text[p.start:at])
}

func (p *jsonReader) wrong(message string) error {
	line, column := p.place(p.next())
	return &Error{Line: line, Column: column, Message: message}
}

func (p *jsonReader) explain(err error) error {
	var bad *jsontext.SyntacticError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &bad):
		line, column := p.place(int(bad.ByteOffset))
		if errors.Is(bad.Err, jsontext.ErrDuplicateName) {
			return &Error{Line: line, Column: column, Message: fmt.Sprintf("the key %q is twice in one object", bad.JSONPointer.LastToken())}
		}
		if errors.Is(bad.Err, io.ErrUnexpectedEOF) {
			return &Error{Line: line, Column: column, Message: "the file is incomplete; expected ] at its end"}
		}
		return &Error{Line: line, Column: column, Message: "not JSON: " + bad.Err.Error()}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		line, column := p.place(len(p.text))
		return &Error{Line: line, Column: column, Message: "the file is incomplete; expected ] at its end"}
	}
	return err
}

func sortedNames(cells map[string]cell) []string {
	names := make([]string, 0, len(cells))
	for name := range cells {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
