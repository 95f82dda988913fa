// Package reference writes docs/guide/reference.md, what vendors look up: hooks,
// keys of a manifest, keys of a record, fields of the core, limits. All of it is
// read from the code that holds it: from the schema of manifests, from constants, and
// from the comments in sdk.
//
// It owns the page's form and no fact. The server doesn't use it: go generate does, and
// the test that finds a stale page.
//
// No goroutines, no state. Start reading with Page.
package reference

//go:generate go run ./write
