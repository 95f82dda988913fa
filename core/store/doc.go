// Package store is the contract between the engine and its database: interfaces
// with their promises ([Store]), and a suite of tests for them (storetest).
//
// It owns rows: orders, lines, payments, the log of changes, the outcome of
// every mutation, effects, multi-sessions, POS and token hashes. It doesn't merge:
// core/order encodes and decodes the bodies of rows, which a store doesn't read.
// An implementation promises that acknowledged writes are on disk, that a batch is
// written completely or not at all, and that readers see complete batches.
//
// Start reading with [Ledger.Commit].
package store
