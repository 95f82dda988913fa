// Package mem is the store that forgets: everything in maps, for tests and
// simulations. It is the contract in its plainest form.
//
// It owns the rows and the faults that a test asks for ([Store.FailNext],
// [Store.SetReadOnly], [Store.Clone], [Store.Restored]). It owns no file
// (but for Backup), no clock and no chance: the same calls give the same rows.
//
// It starts no goroutine. One mutex guards everything, and is held for the
// length of a call. Rows are copied on their way in and out; bodies that lie
// in the store are never written again, so clones share them.
//
// Start reading with [Store.Commit].
package mem
