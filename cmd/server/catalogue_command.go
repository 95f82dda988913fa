package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/manytill/manytill/cmd/server/catalogue"
	"github.com/manytill/manytill/sdk"
)

type catalogueCommand struct {
	Check catalogueCheck `cmd:"" help:"Show what a server would read of a catalogue's file, as a table."`
}

type catalogueCheck struct {
	File   string `arg:"" type:"existingfile" help:"The file: .csv, .tsv or .json."`
	As     string `enum:",products,customers,cashiers" default:"" help:"What it holds: products, customers or cashiers. Without it the file's name tells; else products." placeholder:"LIST"`
	Config string `type:"existingfile" help:"The server's configuration, for its currency." placeholder:"FILE"`
	JSON   bool   `name:"json" help:"Print the rows as tills get them."`
}

// Run reads the file as serve does.
func (c *catalogueCheck) Run(s streams) error {
	cfg := defaultConfig()
	if c.Config != "" {
		read, err := readConfig(c.Config)
		if err != nil {
			return err
		}
		cfg = read
	}
	kind := catalogue.Kind(c.As)
	if kind == "" {
		kind = catalogue.KindOf(c.File)
	}
	t, err := catalogue.Read(kind, c.File, cfg.money())
	if err != nil {
		if kind == catalogue.Products && c.As == "" {
			err = errors.Join(err, errors.New("(it was read as products; --as customers or --as cashiers reads it as one of those)"))
		}
		return err
	}
	if c.JSON {
		return printJSON(s.out, t.Rows)
	}
	if err := table(s.out, tableOf(t, cfg.money())); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "\n%d %s; %s.\n", len(t.Rows), kind, t.Format)
	for _, note := range t.Notes {
		fmt.Fprintf(s.out, "Note: %s.\n", note)
	}
	return nil
}

// tableOf has the columns of tills first, and all others after them.
func tableOf(t *catalogue.Table, money sdk.Currency) [][]string {
	others := map[string]bool{}
	for _, row := range t.Rows {
		for name := range row {
			others[name] = true
		}
	}
	var columns []string
	for _, name := range []string{"id", "name", "price", "category"} {
		if others[name] {
			columns = append(columns, name)
			delete(others, name)
		}
	}
	columns = append(columns, slices.Sorted(maps.Keys(others))...)
	rows := [][]string{columns}
	for _, row := range t.Rows {
		cells := make([]string, len(columns))
		for i, name := range columns {
			cells[i] = strings.Join(strings.Fields(cellOf(row[name], money)), " ")
		}
		rows = append(rows, cells)
	}
	return rows
}

// cellOf is a value for people.
func cellOf(v any, money sdk.Currency) string {
	switch v := v.(type) {
	case nil:
		return ""
	case sdk.Value: // a price
		d, _ := v.Decimal()
		return money.FormatPrice(d)
	}
	return fmt.Sprint(v)
}
