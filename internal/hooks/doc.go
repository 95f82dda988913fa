// Package hooks is what the engine hands to the chain of extensions between the
// core's merge and the commit: waves of mutations, and the records that they
// changed. core and extensions meet in these types and import each other never.
//
// It owns the shapes alone. It starts no goroutine and holds no lock. Start
// reading with [Wave].
package hooks
