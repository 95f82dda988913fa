// Package view computes what a till shows: the confirmed orders with the
// mutations of its queue replayed over them.
//
// It owns the confirmed orders ([Confirmed]) and how changes and snapshots
// alter them, the replay of ops by the merge rules of the schema, and the marks
// that say what is still pending. It doesn't own the queue, nor which of its
// mutations are replayed: sdk/client/internal/machine decides that.
//
// Nothing here starts a goroutine or holds a lock, and a [View] is used by one
// goroutine. Orders that were handed out are never changed: an order that
// changes is replaced by a copy that shares what stayed the same.
//
// Start reading with [View.Refresh]; the ops are in replay.go.
package view
