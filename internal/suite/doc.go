// Package suite tries an extension, of whatever kind, on the server's own engine: it
// makes taps of the extension's schema, plays them in many orders, with restarts,
// kills and odd input between, and then plays the vendor's own cases.
//
// It owns the checks and the words of their verdicts. Tills and server are package
// shop's, cases are package cases'. It starts the extension as the server does
// (extensions/hosts); a Go extension's program is built first.
//
// A goroutine kills a process in the middle of a call; no lock is held.
//
// Start reading with [Run], then the list of checks there.
package suite
