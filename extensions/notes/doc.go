// Package notes is what there is to say of an extension: each note has a code,
// a place in the vendor's files, words and what to do about it. The server says
// them in its log, in `extension list` and on the admin page; `extension check`
// says the same ones.
//
// It owns the shape of a note and the table of all codes ([Table]), of which
// docs/extension-check.md is made. It finds nothing itself: who looks at an
// extension makes the notes.
//
// No goroutines and no locks.
//
// Start reading with [Note], then [Table].
package notes
