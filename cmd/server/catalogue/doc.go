// Package catalogue reads products, customers and cashiers from files that people
// export from spreadsheets: CSV with commas, semicolons or tabs, in
// UTF-8, UTF-16 or Windows-1252, or JSON.
//
// It never guesses a price. A price that can be read in two ways, an empty price
// and a duplicate id are errors, with file, line, column and what was expected.
// Ids, names and codes are unchanged texts.
//
// It has no goroutines and no state. Start reading with [Read]; a table is made by
// csv.go or json.go, and becomes rows in rows.go.
package catalogue
