// Package httpeffect does effects of JavaScript extensions: the HTTPS call that a
// manifest describes, to hosts that the operator allows.
//
// It owns what may be called and what an answer means. A redirect isn't followed,
// no proxy of the environment is used, and an address is checked when it is
// dialled, so that no name can lead into the shop's own network. When it is called,
// and how often, is core/effects' to say.
//
// A [Caller] is safe for concurrent use. It starts no goroutine but those of
// net/http, and holds no lock.
//
// Start reading with [Caller.Do], then [Allow.check].
package httpeffect
