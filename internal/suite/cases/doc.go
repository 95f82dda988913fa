// Package cases reads a vendor's cases and plays them: given an order, when a till
// does something, then the others show it. docs/extension-test.md describes the format.
//
// It owns the format, what a case compares, and how the file of a case is written
// anew. The tills and the server are package shop's.
//
// No goroutines and no locks.
//
// Start reading with [Read], then [Case.Play].
package cases
