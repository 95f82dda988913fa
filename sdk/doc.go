// Package sdk is what a vendor's extension imports: the hooks' model of orders
// and orderlines, the record that they are handed, and the protocol's words for
// what is in it.
//
// It owns how a vendor's structs are filled, run and read in their process. The
// wire is sdk/protocol's, exact decimals are sdk/decimal's; the order and the
// budget of hooks is the server's (extensions). It starts no goroutine and holds
// no lock.
//
// Start reading with [OrderHooks], then [Record]; sdk/plugin serves them.
package sdk
