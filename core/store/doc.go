// Package store is the contract between the engine and what keeps its data,
// in words ([Store]) and as a suite of tests (storetest).
//
// It owns rows: orders, lines, payments, the log of changes, the outcome of
// every mutation, multi-sessions, POS and token hashes. It owns no merge: the
// bodies of rows are made and read by core/order, and a store only moves them.
// An implementation promises that what it acknowledged is on disk, that a
// batch is written whole or not at all, and that readers see whole batches.
//
// Start reading with [Ledger.Commit].
package store
