// Package javascript runs extensions that are written in JavaScript or
// TypeScript, in the idioms that vendors of points of sale know.
//
// It owns the host: which runtimes wait for a call, how long each is kept, and
// what browsers are given. It owns no rule of the chain: that is package
// extensions. The rest is in packages of its own, each of which imports only
// those before it:
//
//   - internal/syntax: is a text safe to parse, and which names are in it;
//   - internal/source: the reading and compiling of vendors' files;
//   - internal/harden: what code can't do, and how a call is stopped;
//   - internal/vm: one runtime, in goja, with the classes that vendors extend
//     (sdk/js/models, built into models.js), and hooks run on a record;
//   - internal/probe: the finding of fields.
//
// A runtime is of one goroutine at a time and of one extension for ever; the
// host keeps a few and throws one away on any doubt: an error, a stopped call,
// a changed built-in; then a goroutine loads the next one. A call starts a
// goroutine only to watch the heap where it takes long. No lock is held while a
// hook runs.
//
// Start reading with [Load], then host.Run, then vm.Runtime.Run.
package javascript

//go:generate go run generate.go
