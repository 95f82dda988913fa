// Package storetest is the contract of package store as tests: every store
// passes [Run], and an adapter's own test is the thirty lines that open it.
//
// It owns the checks of every sentence that package store promises. It owns
// no check of one store's own doings (files, locks, speed): those lie beside
// that store. What a store can't do (a harness without Reopen, say) is
// skipped visibly.
//
// The tests start goroutines only where the promise is about them
// (concurrent.go) and end them before they return.
//
// Start reading with [Run], then kit.go: how a test writes a batch.
package storetest
