// Package probe finds out which fields an extension has, and what its hooks make
// of them: it runs them on made-up records and reads their text.
//
// It owns the markers, what follows from those that come back, and the notes
// for the operator. It claims nothing that a manifest doesn't name where there
// is one. It starts no goroutine and holds no lock.
//
// Start reading with [Describe].
package probe
