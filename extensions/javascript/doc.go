// Package javascript runs extensions that are written in JavaScript or
// TypeScript, in the idioms that vendors of points of sale know.
//
// It owns the reading of vendors' files, the runtimes that they run in (goja,
// without eval, files or network), the finding of fields without a manifest,
// and what browsers are given. The classes that vendors extend are
// sdk/js/models, built into models.js. It owns no rule of the chain: that is
// package extensions.
//
// A runtime is of one goroutine at a time and of one extension for ever; the
// host keeps a few and throws one away on any doubt: an error, a stopped call,
// a changed built-in; then a goroutine loads the next one. A call starts a
// goroutine only to watch the heap where it takes long. No lock is held while a hook runs.
//
// Start reading with [Load], then host.Run, then runtime.run.
package javascript

//go:generate go run generate.go
