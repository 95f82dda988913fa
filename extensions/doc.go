// Package extensions turns the operator's configuration into a running chain
// of extensions: who owns which field, in what order they run, what they may
// spend, and what happens when one fails.
//
// It owns the [Chain] and the rules of docs/guide; it owns no language:
// extensions/javascript and extensions/goplugin are [Host]s, each the runner
// of one extension. It imports sdk/protocol and internal/hooks, and never core;
// core/multisession declares the interface that a Chain fulfils.
//
// Goroutines: a wave runs in its caller's. Locks: a Chain is immutable once
// built but for its counters; several multi-sessions call it at once.
//
// Start reading with [Host], then [Chain.Run].
package extensions
