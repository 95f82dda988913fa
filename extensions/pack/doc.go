// Package pack makes one file of an extension (.mtx), signs it, and takes it apart
// again.
//
// It owns the file's form. A pack is a gzipped tar: first an index (mtx.json), then
// the files that it names, sorted, with fixed times and modes, so that the same folder
// gives the same bytes on any machine. A signature is one line behind it, which the
// sum of the pack doesn't cover. It owns the lock file, too, which names what packs had
// in them. It owns neither what a good extension is
// (extensions/check) nor where an operator keeps it (cmd/server).
//
// No goroutines and no locks. Nothing of a pack is taken for good before its sums
// are held against its index; nothing is written outside the folder that is named.
//
// Start reading with [Make], then [Open].
package pack
