// Package storetest has the tests of the contract of package store. Every store
// passes [Run]; its own test only opens it.
//
// It tests every promise of package store. It doesn't test what is special to one
// store (files, locks, speed): those tests are beside that store. A test that needs
// what a store can't do (a harness without Reopen, for example) is skipped.
//
// The tests start goroutines only where the promise is about concurrency
// (concurrent.go), and wait for them before they return.
//
// Start reading with [Run], then kit.go: how a test writes a batch.
package storetest
