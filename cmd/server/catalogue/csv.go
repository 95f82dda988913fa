package catalogue

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// cell is one value of a file and its place. Line and column count from 1; the
// column counts characters.
type cell struct {
	text         string
	line, column int
	value        any // the value in JSON; nil in CSV
}

// record is one row of a file, by the names of its columns.
type record struct {
	line, column int
	cells        map[string]cell
	missing      cell // the place for errors about cells that it doesn't have
}

// cell is the one of that name, or an empty one with the place for errors.
func (r record) cell(name string) cell {
	if c, there := r.cells[name]; there {
		return c
	}
	return r.missing
}

// source is a parsed file, before its columns have a meaning.
type source struct {
	format  string // "CSV with semicolons, Windows-1252"
	columns []string
	header  map[string]cell // in CSV: the cell that names each column
	records []record
}

var delimiters = []struct {
	comma rune
	name  string
}{{',', "commas"}, {';', "semicolons"}, {'\t', "tabs"}, {'|', "bars"}}

// readCSV parses a text whose first row names the columns.
func readCSV(kind Kind, text string) (*source, error) {
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n") // old Macs
	}
	skipped := 0
	comma := rune(0)
	// Excel names the delimiter in a first line of its own.
	if first, rest, ok := strings.Cut(text, "\n"); ok && strings.HasPrefix(strings.ToLower(first), "sep=") {
		comma, _ = utf8.DecodeRuneInString(first[len("sep="):])
		text, skipped = rest, 1
	}
	if comma == 0 || comma == '\r' || comma == utf8.RuneError {
		comma = delimiter(kind, text)
	}
	p := &csvReader{r: csv.NewReader(strings.NewReader(text)), lines: strings.Split(text, "\n"), skipped: skipped}
	p.r.Comma, p.r.FieldsPerRecord, p.r.TrimLeadingSpace = comma, -1, comma != '\t'
	return p.all(comma)
}

// delimiter is the one with which the first row has the most known names, and then
// the most columns.
func delimiter(kind Kind, text string) rune {
	best, most := ',', -1
	for _, d := range delimiters {
		r := csv.NewReader(strings.NewReader(text))
		r.Comma, r.FieldsPerRecord, r.LazyQuotes = d.comma, -1, true
		names, err := r.Read()
		if err != nil {
			continue
		}
		const name = 1000
		score := len(names)
		for _, n := range names {
			if known(kind, n) {
				score += name
			}
		}
		if score > most {
			best, most = d.comma, score
		}
	}
	return best
}

type csvReader struct {
	r       *csv.Reader
	lines   []string
	skipped int  // lines before the first that r reads
	end     cell // the place after the last row that was read
}

func (p *csvReader) all(comma rune) (*source, error) {
	s := &source{format: "CSV with " + nameOf(comma), header: map[string]cell{}}
	names, err := p.next()
	if errors.Is(err, io.EOF) {
		return nil, &Error{Line: 1, Column: 1, Message: "the file is empty; the first row must name the columns"}
	}
	if err != nil {
		return nil, err
	}
	for i := range names {
		name := &names[i]
		name.text = strings.TrimSpace(name.text)
		if twin, twice := s.header[name.text]; twice && name.text != "" {
			return nil, &Error{Line: name.line, Column: name.column, Message: fmt.Sprintf("the column %q is named twice (first in column %d); give each a name of its own", name.text, twin.column)}
		}
		if name.text != "" {
			s.columns = append(s.columns, name.text)
			s.header[name.text] = *name
		}
	}
	var wrong problems
	for {
		cells, err := p.next()
		if errors.Is(err, io.EOF) {
			return s, wrong.err()
		}
		if err != nil {
			return nil, errors.Join(wrong.err(), err)
		}
		r := record{line: cells[0].line, column: cells[0].column, cells: map[string]cell{}, missing: p.end}
		for i, c := range cells {
			switch {
			case i < len(names) && names[i].text != "":
				r.cells[names[i].text] = c
			case c.text != "":
				wrong.add(c.line, c.column, "%q is in a column that the first row doesn't name (the row has %d cells, the first row names %d); put a text that contains the delimiter in quotes",
					shorten(c.text), len(cells), len(names))
			}
		}
		s.records = append(s.records, r)
	}
}

// next is the next row that isn't empty.
func (p *csvReader) next() ([]cell, error) {
	for {
		fields, err := p.r.Read()
		if err != nil {
			return nil, p.explain(err)
		}
		cells, empty := make([]cell, len(fields)), true
		for i, f := range fields {
			line, column := p.r.FieldPos(i)
			cells[i] = cell{text: cellText(f), line: line + p.skipped, column: p.character(line, column)}
			empty = empty && cells[i].text == ""
		}
		last := cells[len(cells)-1].line - p.skipped + strings.Count(fields[len(fields)-1], "\n")
		p.end = cell{line: last + p.skipped, column: p.character(last, math.MaxInt)}
		if !empty {
			return cells, nil
		}
	}
}

// cellText is the text that a spreadsheet shows in the cell. It shows ="0042" as
// 0042.
func cellText(f string) string {
	f = strings.TrimSpace(f)
	if inner, ok := strings.CutPrefix(f, `="`); ok && strings.HasSuffix(inner, `"`) {
		return strings.TrimSuffix(inner, `"`)
	}
	return f
}

// character converts a column from bytes to characters.
func (p *csvReader) character(line, column int) int {
	if line < 1 || line > len(p.lines) {
		return column
	}
	text := strings.TrimSuffix(p.lines[line-1], "\r")
	return 1 + utf8.RuneCountInString(text[:min(column-1, len(text))])
}

func (p *csvReader) explain(err error) error {
	var bad *csv.ParseError
	if !errors.As(err, &bad) {
		return err
	}
	e := &Error{Line: bad.Line + p.skipped, Column: p.character(bad.Line, bad.Column), Message: bad.Err.Error()}
	switch {
	case errors.Is(bad.Err, csv.ErrQuote) && bad.Line != bad.StartLine:
		e.Line, e.Column = bad.StartLine+p.skipped, 1
		e.Message = `a quote (") that opens in this row is never closed; write a quote inside a text twice: "12"" pizza"`
	case errors.Is(bad.Err, csv.ErrQuote), errors.Is(bad.Err, csv.ErrBareQuote):
		e.Message = `a quote (") is alone; put a text that contains a quote in quotes, and write its own quotes twice: "12"" pizza"`
	}
	return e
}

func nameOf(comma rune) string {
	for _, d := range delimiters {
		if d.comma == comma {
			return d.name
		}
	}
	return fmt.Sprintf("%q", comma)
}
