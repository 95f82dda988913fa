package catalogue

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// Error is an error at one place of a file.
type Error struct {
	File         string
	Line, Column int // from 1; the column in characters
	Message      string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// problems collects errors, so that an operator sees all of them at once.
type problems struct {
	all  []error
	more int
}

const mostProblems = 10

func (p *problems) add(line, column int, format string, args ...any) {
	if len(p.all) == mostProblems {
		p.more++
		return
	}
	p.all = append(p.all, &Error{Line: line, Column: column, Message: fmt.Sprintf(format, args...)})
}

func (p *problems) err() error {
	all := p.all
	if p.more > 0 {
		all = append(slices.Clone(all), fmt.Errorf("and %d more", p.more))
	}
	return errors.Join(all...)
}

// reader makes the rows of a source.
type reader struct {
	kind   Kind
	money  protocol.Currency
	source *source
	roles  map[role]string
	wrong  problems
}

func (r *reader) rows() []Row {
	prices := r.prices()
	ids := map[string]record{}
	rows := make([]Row, 0, len(r.source.records))
	for i, rec := range r.source.records {
		row := Row{}
		for name, c := range rec.cells {
			if v := otherValue(c); v != nil {
				row[name] = v
			}
		}
		for as, name := range r.roles {
			if as == rolePrice {
				continue
			}
			if _, there := rec.cells[name]; there && r.renames(as, name) {
				delete(row, name)
			}
		}
		for as, name := range r.roles {
			if v := textValue(rec.cells[name]); as != rolePrice && as != roleID && v != nil {
				row[string(r.key(as, name))] = v
			}
		}
		if id, ok := r.id(rec, ids); ok {
			row[string(roleID)] = id
		}
		r.name(rec)
		if column := r.roles[rolePrice]; column != "" {
			if column != string(rolePrice) {
				delete(row, column)
			}
			row[string(rolePrice)] = prices[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// renames reports whether tills get a column only under the name of its role. A code
// or barcode that is the id keeps its own name, too.
func (r *reader) renames(as role, name string) bool {
	return string(r.key(as, name)) != name && (as != roleID || !slices.Contains(aliases[roleCode], plain(name)) && !slices.Contains(aliases[roleBarcode], plain(name)))
}

// key is the name under which tills get a column. A column of codes keeps its name
// if tills know it.
func (r *reader) key(as role, name string) role {
	if (as == roleCode || as == roleBarcode) && tillKnows(name) {
		return role(name)
	}
	return as
}

// id is a row's id: a text, or a whole number of JSON. It reports what is wrong with
// it.
func (r *reader) id(rec record, ids map[string]record) (any, bool) {
	c := rec.cell(r.roles[roleID])
	switch was, twice := ids[c.text]; {
	case c.text == "":
		r.wrong.add(c.line, c.column, "the id is empty; each row needs one of its own")
		return nil, false
	case twice:
		r.wrong.add(c.line, c.column, "the id %q is in line %d already (%q); each row needs one of its own", shorten(c.text), was.line, shorten(was.cells[r.roles[roleName]].text))
		return nil, false
	case utf8.RuneCountInString(c.text) > longestID:
		r.wrong.add(c.line, c.column, "the id has %d characters; expected at most %d", utf8.RuneCountInString(c.text), longestID)
		return nil, false
	}
	ids[c.text] = rec
	if raw, isJSON := c.value.(jsontext.Value); isJSON {
		if raw.Kind() != '0' {
			r.wrong.add(c.line, c.column, "the id must be a text or a number, not %s", shorten(c.text))
			return nil, false
		}
		if exactNumber.MatchString(c.text) {
			return raw, true
		}
	}
	return c.text, true
}

const longestID = 200

// exactNumber is a number that every client reads and writes unchanged.
var exactNumber = regexp.MustCompile(`^(0|[1-9]\d{0,14})$`)

func (r *reader) name(rec record) {
	c := rec.cell(r.roles[roleName])
	if c.text == "" {
		r.wrong.add(c.line, c.column, "the name is empty; expected what people call it")
	}
}

// prices reads the column of prices. Clear prices decide how unclear ones are read.
func (r *reader) prices() []protocol.Value {
	name, needed := r.roles[rolePrice]
	if !needed {
		return nil
	}
	parsed := make([]price, len(r.source.records))
	fine := make([]bool, len(parsed))
	for i, rec := range r.source.records {
		c := rec.cell(name)
		if c.text == "" {
			r.wrong.add(c.line, c.column, "the price is empty; expected one like 2.50, or 0 for what costs nothing")
			continue
		}
		if raw, isJSON := c.value.(jsontext.Value); isJSON {
			fine[i] = r.number(raw, c, &parsed[i])
			continue
		}
		p, err := parsePrice(c.text, r.money.Code)
		if err != nil {
			r.wrong.add(c.line, c.column, "the price is %q; %s", shorten(c.text), err)
			continue
		}
		parsed[i], fine[i] = p, true
	}
	return r.decide(name, parsed, fine)
}

func (r *reader) decide(name string, parsed []price, fine []bool) []protocol.Value {
	clear, values := columnOf(parsed), make([]protocol.Value, len(parsed))
	for i, p := range parsed {
		if !fine[i] {
			continue
		}
		d, err := clear.decide(p, r.money.Decimals)
		if err != nil {
			c := r.source.records[i].cells[name]
			r.wrong.add(c.line, c.column, "the price is %q; %s", shorten(c.text), err)
			continue
		}
		values[i] = protocol.Num(d)
	}
	return values
}

// number reads a JSON number, which is always clear.
func (r *reader) number(raw jsontext.Value, c cell, into *price) bool {
	d, err := decimal.Parse(string(raw))
	if raw.Kind() != '0' || err != nil {
		r.wrong.add(c.line, c.column, "the price is %s; expected a number like 2.50", shorten(c.text))
		return false
	}
	text := d.Fixed(9) // no number of the protocol has more
	text, into.negative = strings.CutPrefix(text, "-")
	into.whole, into.part, _ = strings.Cut(text, ".")
	return true
}

// otherValue is the value of a column without a role, unchanged; nil is none.
func otherValue(c cell) any {
	if c.text == "" {
		return nil
	}
	if c.value != nil {
		return c.value
	}
	return c.text
}

// textValue is a name, a code or a category: a text, even if JSON has a number.
func textValue(c cell) any {
	if raw, isJSON := c.value.(jsontext.Value); isJSON && raw.Kind() != '0' {
		return c.value
	}
	if c.text == "" {
		return nil
	}
	return c.text
}

func shorten(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}
