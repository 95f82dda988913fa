package cases

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/manytill/manytill/internal/plainyaml"
	"github.com/manytill/manytill/internal/suite/shop"
	"github.com/manytill/manytill/sdk/protocol"
)

// Case is one file.
type Case struct {
	// File is its path, and Text what stands in it.
	File string
	Text []byte
	file
}

type file struct {
	Name     string         `yaml:"name" also:"title description"`
	Settings map[string]any `yaml:"settings" also:"config"`
	Given    given          `yaml:"given"`
	When     []step         `yaml:"when" also:"steps"`
	Then     *then          `yaml:"then" also:"expect expected"`
}

// given is the order o1 as it is stored.
type given struct {
	Order map[string]any   `yaml:"order"`
	Lines []map[string]any `yaml:"lines"`
}

// step is one thing that a till does, or that happens.
type step struct {
	Till string `yaml:"till" also:"pos"`
	// In is the order: o1 where it isn't said.
	In   string `yaml:"in" also:"order on"`
	Line string `yaml:"line"`
	User string `yaml:"user" also:"cashier"`
	At   clock  `yaml:"at" also:"time clock"`

	Create map[string]any `yaml:"create"`
	Set    map[string]any `yaml:"set"`
	Inc    map[string]any `yaml:"inc"`
	Add    map[string]any `yaml:"add"`
	Remove bool           `yaml:"remove"`
	Move   string         `yaml:"move" also:"to"`
	Pay    *payment       `yaml:"pay"`
	Close  string         `yaml:"close"`

	Offline bool    `yaml:"offline"`
	Online  bool    `yaml:"online"`
	Restart bool    `yaml:"restart"`
	Effect  *effect `yaml:"effect"`
}

// effect is one that is wanted, or (with a result) its outcome.
type effect struct {
	In     string `yaml:"in" also:"order"`
	Name   string `yaml:"name"`
	Key    string `yaml:"key"`
	Data   any    `yaml:"data"`
	Result any    `yaml:"result"`
}

// then is what every till shows in the end, and what came of the taps.
type then struct {
	Order     map[string]any   `yaml:"order"`
	State     string           `yaml:"state"`
	Lines     []map[string]any `yaml:"lines"`
	LineCount *int             `yaml:"line_count"`
	Gone      []string         `yaml:"gone"`
	Review    []string         `yaml:"review"`
	Orders    map[string]order `yaml:"orders"`

	Rejected []rejected `yaml:"rejected" also:"vetoed refused"`
	Ignored  []string   `yaml:"ignored"`
	Effects  []effect   `yaml:"effects"`
}

// order is another than o1, with the keys of then.
type order struct {
	Order     map[string]any   `yaml:"order"`
	State     string           `yaml:"state"`
	Lines     []map[string]any `yaml:"lines"`
	LineCount *int             `yaml:"line_count"`
	Gone      []string         `yaml:"gone"`
	Review    []string         `yaml:"review"`
}

type rejected struct {
	Till      string `yaml:"till"`
	Code      string `yaml:"code"`
	Message   string `yaml:"message"`
	Extension string `yaml:"extension"`
	Field     string `yaml:"field"`
}

// payment is an amount, or all of a payment.
type payment struct {
	ID      string
	Method  string
	Amount  any
	Offline bool
}

// MustBe says what the value must be, for errors; see [plainyaml.MustBe].
func (payment) MustBe(n ast.Node) string {
	const words = "an amount, or {id: …, method: …, amount: …, offline: true}"
	if _, plain := n.(ast.ScalarNode); plain {
		if n.Type() == ast.IntegerType || n.Type() == ast.FloatType {
			return ""
		}
		return words
	}
	values := []*ast.MappingValueNode{}
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = append(values, n)
	}
	amount := false
	for _, v := range values {
		key := v.Key.GetToken().Value
		if !slices.Contains([]string{"id", "method", "amount", "offline"}, key) {
			return words
		}
		amount = amount || key == "amount"
	}
	if !amount {
		return words
	}
	return ""
}

// UnmarshalYAML reads an amount or a payment.
func (p *payment) UnmarshalYAML(unmarshal func(any) error) error {
	var all struct {
		ID      string `yaml:"id"`
		Method  string `yaml:"method"`
		Amount  any    `yaml:"amount"`
		Offline bool   `yaml:"offline"`
	}
	if unmarshal(&all) == nil {
		*p = payment(all)
		return nil
	}
	return unmarshal(&p.Amount)
}

// clock is a time, or an hour of the day on which the shop opens.
type clock struct{ time.Time }

// MustBe says what the value must be, for errors; see [plainyaml.MustBe].
func (clock) MustBe(n ast.Node) string {
	if _, err := timeOf(n.GetToken().Value); err != nil {
		return "a time, like 2026-11-30T17:30:00Z, or an hour of the day, like 17:30"
	}
	return ""
}

// UnmarshalYAML reads a time.
func (c *clock) UnmarshalYAML(unmarshal func(any) error) error {
	var text string
	err := unmarshal(&text)
	if err == nil {
		c.Time, err = timeOf(text)
	}
	return err
}

func timeOf(text string) (time.Time, error) {
	if hour, err := time.ParseInLocation("15:04", text, time.Local); err == nil {
		day := shop.Opened.In(time.Local)
		return time.Date(day.Year(), day.Month(), day.Day(), hour.Hour(), hour.Minute(), 0, 0, time.Local), nil
	}
	return time.Parse(time.RFC3339Nano, text)
}

// Folder is where a vendor's cases are, in the extension's folder.
const Folder = "testdata"

// Files are the cases of an extension's folder, by name.
func Files(dir string) ([]string, error) {
	var all []string
	for _, ending := range []string{"*.yaml", "*.yml"} {
		found, err := filepath.Glob(filepath.Join(dir, Folder, ending))
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.Sort(all)
	return all, nil
}

// Read reads a case. An error begins with file, line and column.
func Read(path string) (*Case, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, text)
}

// Parse reads the text of a case.
func Parse(path string, text []byte) (*Case, error) {
	c := &Case{File: path, Text: plainyaml.Text(text)}
	err := plainyaml.Decode(c.Text, &c.file)
	var at *plainyaml.Error
	if errors.As(err, &at) {
		return nil, fmt.Errorf("%s:%d:%d: %s", path, at.Line, at.Column, at.Message)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if c.Name == "" {
		c.Name = filepath.Base(path)
	}
	return c, c.check()
}

// silent reports whether it expects nothing.
func (c *Case) silent() bool { return c.Then == nil || reflect.ValueOf(*c.Then).IsZero() }

// wrong is an error at a place of the file.
func (c *Case) wrong(path []any, format string, args ...any) error {
	return fmt.Errorf("%s: %s", c.place(path...), fmt.Sprintf(format, args...))
}

func (c *Case) place(path ...any) string {
	line, column := plainyaml.Place(c.Text, path...)
	return fmt.Sprintf("%s:%d:%d", c.File, line, column)
}

// valueOf is what stands in a file, as the protocol has it.
func valueOf(v any) (protocol.Value, error) { return protocol.ValueOf(v) }

// fieldsOf is a map of them, without what is no field.
func fieldsOf(all map[string]any, but ...string) (protocol.Fields, error) {
	fields := protocol.Fields{}
	for _, name := range protocol.SortedKeys(all) {
		if slices.Contains(but, name) {
			continue
		}
		v, err := valueOf(all[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		fields[protocol.Field(name)] = v
	}
	return fields, nil
}
