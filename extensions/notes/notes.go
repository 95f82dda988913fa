package notes

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/manytill/manytill/sdk/protocol"
)

// Code names one kind of note, for ever: a short word of a-z and -.
type Code string

// Severity says what a note means for a shop.
type Severity string

// The severities: an error does harm in a shop, a warning most likely does, a
// note is good to know.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "note"
)

// Place is where in a vendor's files, from 1; a zero line or column isn't known.
type Place struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// String is file:line:column, as far as it is known.
func (p Place) String() string {
	switch {
	case p.File == "" || p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// ParsePlace reads what [Place.String] wrote: the place of a value that came
// from another process.
func ParsePlace(text string) (p Place) {
	numbers := []int{}
	for len(numbers) < 2 {
		i := strings.LastIndexByte(text, ':')
		n, err := strconv.Atoi(text[i+1:])
		if i < 0 || err != nil || n < 1 {
			break
		}
		text, numbers = text[:i], append([]int{n}, numbers...)
	}
	p.File = text
	if len(numbers) > 0 {
		p.Line = numbers[0]
	}
	if len(numbers) > 1 {
		p.Column = numbers[1]
	}
	return p
}

// Note is one thing to say of an extension.
type Note struct {
	Code Code `json:"code"`
	Place
	// Model, Field and Hook are what it is about, where it is about one.
	Model protocol.Model `json:"model,omitempty"`
	Field protocol.Field `json:"field,omitempty"`
	Hook  string         `json:"hook,omitempty"`
	// Message says what is so, Fix what to do about it.
	Message string `json:"message"`
	Fix     string `json:"fix,omitempty"`
}

// String is the note as one line of words.
func (n Note) String() string {
	var parts []string
	for _, part := range []string{n.Place.String(), n.Message, n.Fix} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ": ")
}

// Severity is the code's.
func (n Note) Severity() Severity { return Of(n.Code).Severity }

// Words are notes as lines of words.
func Words(all []Note) []string {
	words := make([]string, len(all))
	for i, n := range all {
		words[i] = n.String()
	}
	return words
}

// Compact leaves out what is said twice: of notes of the same code and model, one
// that has no line says nothing beside one that has, if it is about the same field
// or about none.
func Compact(all []Note) (kept []Note) {
	for i, n := range all {
		said := slices.ContainsFunc(kept, func(k Note) bool {
			return k.Code == n.Code && k.Model == n.Model && k.Field == n.Field && k.Place == n.Place && (n.Field != "" || n.Line > 0 || k.Message == n.Message)
		})
		better := func(k Note) bool {
			return k.Code == n.Code && k.Model == n.Model && (k.Field == n.Field || n.Field == "" || k.Field == "") && k.Line > 0
		}
		if said || (n.Line == 0 && n.Model != "" && slices.ContainsFunc(append(slices.Clone(all[:i]), all[i+1:]...), better)) {
			continue
		}
		kept = append(kept, n)
	}
	return kept
}

// Failure is a note because of which an extension can't be used.
type Failure struct {
	Note
	Err error // what it came of; nil for nothing else
}

func (f *Failure) Error() string { return f.String() }
func (f *Failure) Unwrap() error { return f.Err }

// Failures are all in an error's tree, the outermost of each branch.
func Failures(err error) (all []Note) {
	if f, is := err.(*Failure); is {
		return []Note{f.Note}
	}
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			all = append(all, Failures(inner)...)
		}
	case interface{ Unwrap() error }:
		if inner := errors.Unwrap(err); inner != nil {
			return Failures(inner)
		}
	}
	return all
}
