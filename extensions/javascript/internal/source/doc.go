// Package source reads a vendor's files: it finds them, turns newer JavaScript,
// ES modules and TypeScript into what goja runs, compiles them once for all
// runtimes, and says where a position stands in the vendor's file.
//
// It owns no runtime: what it compiles is run by internal/vm. It starts no
// goroutine and holds no lock.
//
// Start reading with [Compile].
package source
