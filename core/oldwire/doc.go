// Package oldwire speaks the wire of the older multi-session module for Odoo, so
// that its tills work against this server unchanged. For operators: docs/old-wire.md.
//
// It holds no truth. Each old till is a client of its multi-session like any other:
// what it sends becomes mutations, what changed becomes the messages that it
// expects. An old till sends whole orders, each with the revision that it stands on.
// So a [Bridge] keeps of each till and order what the till shows at each revision
// that it may name, and takes the difference to that for what its user did
// (docs/decisions/0024-old-wire.md). That, the till's page, its message numbers, the
// messages under way and the answers to repeated calls are kept in the store
// ([store.POSValues]) and survive a kill.
//
// Goroutines: one a request; [Bridge.Run] closes tills that are silent for long.
// Locks: one for each till, held while a call of it is decided, never while a poll
// waits; one for the list of tills, held for moments.
//
// Start reading with http.go, then update.go, then deliver.go.
package oldwire
