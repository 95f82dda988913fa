// Package vm is the runtime of one extension: goja with the vendor's files
// loaded into the classes of sdk/js/models (models.js), and hooks run on one
// record after the other.
//
// It owns what JavaScript sees of a record, what is taken of an export, and how
// an exception is told with the vendor's file and line. Which records are run,
// in which of several runtimes and how long each is kept, is extensions/javascript's;
// what code can't do at all is internal/harden's.
//
// A [Runtime] is for one goroutine. A [Console] is shared by an extension's.
//
// Start reading with [New], then [Runtime.Run].
package vm
