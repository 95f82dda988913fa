// Package catalogue reads what tills sell, to whom, and who sells, from files
// that people export from spreadsheets: CSV with commas, semicolons or tabs, in
// UTF-8, UTF-16 or Windows-1252, or JSON.
//
// It never guesses what costs money. A price that can be read in two ways, an
// empty one, and an id that stands twice are errors, with file, line, column
// and what was expected. Ids, names and codes are texts as they stand.
//
// It has no goroutines and keeps nothing. Begin with [Read]; a table is made by
// csv.go or json.go, and becomes rows in rows.go.
package catalogue
