// Package scaffold makes the folder of a new extension: one that works as it
// is, with a field on the order and one on its lines, cases to test it by, and
// the next commands.
//
// It owns the files of such a folder (files, as templates) and the types that
// TypeScript and editors read (manytill.d.ts, generated from sdk/js/models and
// from the protocol's schema). What a name may be is extensions/manifest's; what
// the folder's code may do is docs/guide.
//
// No goroutines and no locks. A folder is there whole or not at all.
//
// Start reading with [Make].
//
//go:generate go run generate.go
package scaffold
