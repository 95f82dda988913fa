// Package wire is what a till and the server say to each other, as Go values:
// the frames of the WebSocket and the bodies of push and pull (docs/protocol.md,
// "Push", "Pull" and "Socket").
//
// It owns their JSON. It owns no connection and no rule about what to do with
// what came: that is sdk/client/internal/machine. It starts no goroutine, holds no lock.
//
// Start reading with [Decode] and [Encode].
package wire
