package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/manytill/manytill/core/api"
	"github.com/manytill/manytill/sdk"
)

// catalogueConfig names the files of what tills sell, to whom, and who sells.
// Each is JSON (a list of objects) or CSV (the first row names the columns).
type catalogueConfig struct {
	Products  string `yaml:"products"`
	Customers string `yaml:"customers"`
	Cashiers  string `yaml:"cashiers"`
}

// readCatalogue reads the files once, at the start.
func readCatalogue(c *config) (api.Catalogue, error) {
	all := map[string][]map[string]any{}
	for name, path := range map[string]string{
		"products": c.Catalogue.Products, "customers": c.Catalogue.Customers, "cashiers": c.Catalogue.Cashiers,
	} {
		rows, err := readRows(c.path(path))
		if err != nil {
			return api.Catalogue{}, fmt.Errorf("catalogue.%s: %w", name, err)
		}
		all[name] = rows
	}
	body, err := json.Marshal(all)
	if err != nil {
		return api.Catalogue{}, err
	}
	sum := sha256.Sum256(body)
	return api.Catalogue{Body: body, ETag: `"` + hex.EncodeToString(sum[:8]) + `"`}, nil
}

func readRows(path string) ([]map[string]any, error) {
	if path == "" {
		return []map[string]any{}, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".json":
		var rows []map[string]any
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&rows); err != nil {
			return nil, fmt.Errorf("%s: must be a list of objects: %w", path, err)
		}
		return rows, nil
	case ".csv":
		return csvRows(path, text)
	}
	return nil, fmt.Errorf("%s: must end in .json or .csv", path)
}

func csvRows(path string, text []byte) ([]map[string]any, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))))
	names, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: the first row must name the columns: %w", path, err)
	}
	rows := []map[string]any{}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		row := map[string]any{}
		for i, cell := range record {
			row[strings.TrimSpace(names[i])] = cellValue(cell)
		}
		rows = append(rows, row)
	}
}

// cellValue is a number where the cell is one that loses nothing by it; a
// barcode with a leading zero stays a text.
func cellValue(cell string) any {
	cell = strings.TrimSpace(cell)
	d, err := sdk.ParseDecimal(cell)
	if err != nil || len(cell) > 15 {
		return cell
	}
	return sdk.Num(d)
}
