package catalogue

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/manytill/manytill/sdk/protocol"
)

// Kind is which list a file holds.
type Kind string

// The lists of a catalogue.
const (
	Products  Kind = "products"
	Customers Kind = "customers"
	Cashiers  Kind = "cashiers"
)

// Kinds are all of them.
var Kinds = []Kind{Products, Customers, Cashiers}

// Row is one product, customer or cashier as tills get it: "id" and "name" are
// texts, "price" is a number, other values are unchanged.
type Row map[string]any

// Table is a file that was read.
type Table struct {
	File   string
	Kind   Kind
	Format string    // what it is: "CSV with semicolons, Windows-1252"
	Read   []Reading // columns that are read under another name
	Rows   []Row
	// Notes are for the operator's log: what was assumed.
	Notes []string
}

// Read reads one file. Its errors name file, line and column; several are
// joined.
func Read(kind Kind, file string, money protocol.Currency) (*Table, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return Parse(kind, file, raw, money)
}

// Parse reads the content of a file. Its name is for errors, and its ending says
// whether it is CSV or JSON.
func Parse(kind Kind, file string, raw []byte, money protocol.Currency) (*Table, error) {
	text, encoding, err := decode(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var s *source
	switch ext := strings.ToLower(filepath.Ext(file)); ext {
	case ".json":
		s, err = readJSON(text)
	case ".csv", ".tsv", ".txt":
		s, err = readCSV(kind, text)
	default:
		return nil, fmt.Errorf("%s: must end in .csv, .tsv or .json; a sheet is saved as “CSV UTF-8”", file)
	}
	if err != nil {
		return nil, in(file, err)
	}
	roles, err := assign(kind, s)
	if err != nil {
		return nil, in(file, err)
	}
	r := &reader{kind: kind, money: money, source: s, roles: roles}
	t := &Table{File: file, Kind: kind, Format: s.format + ", " + encoding, Rows: r.rows()}
	if err := r.wrong.err(); err != nil {
		return nil, in(file, err)
	}
	for _, as := range kind.roles() {
		if name := roles[as]; name != "" && string(r.key(as, name)) != name {
			t.Read = append(t.Read, Reading{Column: name, As: string(as)})
		}
	}
	t.Notes = notes(t, encoding, s)
	return t, nil
}

// shortened is a long number that a spreadsheet has rounded: 4.00638E+12.
var shortened = regexp.MustCompile(`^\d[.,]\d+[eE]\+\d+$`)

func notes(t *Table, encoding string, s *source) (all []string) {
	if encoding == windows1252Name {
		all = append(all, "it isn't UTF-8, so it was read as Windows-1252; check that letters like ä and é are right with: manytill catalogue check "+t.File)
	}
	for _, read := range t.Read {
		all = append(all, fmt.Sprintf("column %q is read as %s", read.Column, read.As))
	}
	for _, r := range s.records {
		for _, name := range s.columns {
			if c := r.cells[name]; c.value == nil && shortened.MatchString(c.text) {
				return append(all, fmt.Sprintf("line %d, column %d: %s looks like a code that a spreadsheet has rounded; give that column the format Text, type the code again and save", c.line, c.column, c.text))
			}
		}
	}
	return all
}

// in adds the file to errors with a place.
func in(file string, err error) error {
	var place *Error
	switch joined, many := err.(interface{ Unwrap() []error }); { //nolint:errorlint // joined by problems
	case many:
		var all []error
		for _, one := range joined.Unwrap() {
			all = append(all, in(file, one))
		}
		return errors.Join(all...)
	case errors.As(err, &place):
		place.File = file
		return place
	}
	return err
}

// JSON is the body of /v1/catalogue.
func JSON(tables ...*Table) ([]byte, error) {
	body := map[Kind][]Row{}
	for _, kind := range Kinds {
		body[kind] = []Row{}
	}
	for _, t := range tables {
		body[t.Kind] = t.Rows
	}
	return json.Marshal(body)
}

// KindOf guesses from a file's name which list it has; products by default.
func KindOf(file string) Kind {
	name := strings.ToLower(filepath.Base(file))
	for kind, signs := range map[Kind][]string{
		Customers: {"customer", "client", "kunde", "cliente", "partner", "klant"},
		Cashiers:  {"cashier", "employee", "staff", "kassierer", "mitarbeiter", "caissier", "cajero"},
	} {
		if slices.ContainsFunc(signs, func(s string) bool { return strings.Contains(name, s) }) {
			return kind
		}
	}
	return Products
}
