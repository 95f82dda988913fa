// Package harden keeps JavaScript in its place: it takes away what code could
// use to leave it ([Harden]), bounds what native functions may be asked for,
// stops a call whose time is up or whose memory runs away ([Watch]), and knows
// when a call has changed a built-in ([Fingerprint]).
//
// It knows nothing of hooks and records. A watch has a goroutine of its own
// while a call takes long; its mutex guards whether it ended.
//
// Start reading with [Harden], then [Watch].
package harden
