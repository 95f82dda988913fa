// Package sdk is what a vendor's extension imports: the hooks' model of orders
// and orderlines, the record that they are handed, and the protocol's words for
// what is in it.
//
// It owns what a vendor writes against, and no more: sdk/plugin serves it,
// sdk/sdktest runs it in tests, and how hooks are run is the server's
// (internal/hooks/runner). The wire is sdk/protocol's, exact decimals are
// sdk/decimal's. It starts no goroutine and holds no lock.
//
// Start reading with [OrderHooks], then [Record].
package sdk
