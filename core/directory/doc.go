// Package directory keeps who may call: multi-sessions, POS, their tokens and
// tills.
//
// It owns the rules of the admin calls and of opening and closing tills. It owns
// no order. A till of an active multi-session is opened and closed by the
// multi-session's engine, which counts the runs.
//
// Writes for one POS or multi-session are serialized, so that no POS moves while
// its till opens. A stuck multi-session blocks no other. Reads use a cache, which
// the writes keep up to date; this process is the only one that writes. The
// package starts no goroutine.
//
// Start reading with [Directory.Authenticate].
package directory
