// Package protocol holds every shape that goes over the wire between a till, the
// server and an operator, once: ids and values, orders, changes, mutations and
// their ops, results, errors, the frames each way, the bodies of every call, the
// schema of fields. docs/protocol.md is the source of every rule that is quoted
// here.
//
// It owns the names, the JSON, the decoders, and the encoders of what is hot
// ([Writer]). It owns no behaviour: how mutations merge is core/order, how they
// are put in order is core/multisession, how a till queues them is sdk/client.
// The TypeScript types of the browser client and the schemas of the OpenAPI
// document are generated from this package's source (internal/shapes). It
// imports the standard library and sdk/decimal, starts no goroutine and holds
// no lock.
//
// Start reading with [Mutation] (what a till asks for), then [Change] (what the
// server made of it), then [Order] (the state that changes add up to); the
// frames are in frames.go, the bodies in calls.go and admin.go.
package protocol

//go:generate go run ./internal/generate
