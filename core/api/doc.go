// Package api is the sync API of the protocol over HTTP: push, pull, streams,
// sockets and the admin calls.
//
// It owns requests, connections and their errors. It owns no decision: a push
// goes to the session of its multi-session (core/multisession), who may call is
// core/directory's.
//
// The calls are served by handlers, which [New] makes: one for sync, for
// sockets, for orders, for the inbox and so on, each with the few things that it
// uses. What they share are an observer (log, metrics, words of errors), a gate
// (who may call), an intake (bodies and frames within limits) and the
// connections that stay.
//
// Goroutines: one a request, as net/http gives them; a WebSocket keeps one
// that reads, and has a second one only while there is something to write; one
// for all connections' heartbeats. A connection holds a position and a dirty
// bit, no queue of changes: a slow reader costs one integer.
//
// Start reading with [New] and routes.go, then sync.go, then conn.go.
package api
