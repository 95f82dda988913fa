// Package check looks at an extension before a shop does: it loads it as the
// server would, runs its hooks on made-up records, reads its text, and reports
// what it found.
//
// It owns the findings that need more than loading: how hooks behave (run twice,
// without their fields, at another time, in another order), what a text says
// about a vendor's mistakes, and what several extensions do to each other. It
// owns neither what loading finds (extensions/javascript, extensions/manifest:
// their notes are taken as they are), nor the table of codes (extensions/notes),
// nor how a report is printed (cmd/server), nor what the sources of a Go program
// say (internal/gosource).
//
// Whoever calls [Run] waits for it; no goroutine outlives it, and it holds no
// lock.
//
// Start reading with [Run]; then checkJavaScript, or checkGo and the probes of a
// program in go_probes.go.
package check

//go:generate go run generate.go
