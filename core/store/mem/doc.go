// Package mem is a store in memory, for tests and simulations. It is the simplest
// implementation of the contract.
//
// It owns the rows, and the faults that a test injects ([Store.FailNext],
// [Store.SetReadOnly], [Store.Clone], [Store.Restored]). It uses no files (except
// for Backup), no clock and no random numbers: the same calls give the same rows.
//
// It starts no goroutine. One mutex guards everything, and is held for the
// length of a call. Rows are copied when they are written and read. Stored bodies
// never change, so clones share them.
//
// Start reading with [Store.Commit].
package mem
