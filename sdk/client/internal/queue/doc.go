// Package queue is what a client keeps on disk: who it is, the mutations that
// it was asked for, and what it last knew of the server.
//
// It owns the [State], the [Record]s that change it, and the contract of a
// [Store] (with [Mem], for tests). A state is the sum of its records, so what
// a restart finds is what was there, by construction. It owns no rule about
// what to record (sdk/client/internal/machine) and no file (sdk/client/internal/journal).
//
// Nothing here starts a goroutine; [Mem] alone has a lock.
//
// Start reading with [Record].
package queue
