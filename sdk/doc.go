// Package sdk holds the words of Manytill: what goes over the wire between a
// till and the server, and what an extension is handed.
//
// It owns the names, the JSON shapes, the exact decimals, the field schema and
// the error type. It owns no behaviour: how mutations merge is core/order, how
// they are put in order is core/multisession, and how a till queues them is
// sdk/client. It imports the standard library and the decimal package alone,
// starts no goroutine and holds no lock.
//
// Start reading with [Mutation] (what a till asks for), then [Change] (what
// the server made of it), then [Order] (the state that changes add up to).
// docs/protocol.md is the source of every rule that is quoted here.
package sdk
