// Package directory manages multi-sessions, POS, their tokens and their tills,
// and says who a caller is.
//
// It owns the rules of the admin calls and of opening and closing tills, but no
// orders. A till of an active multi-session is opened and closed by the
// multi-session's engine, which counts the runs.
//
// Writes for one POS or multi-session are serialized by a lock for each, so that
// no POS moves while its till opens, and a blocked multi-session blocks no other.
// Reads use a cache, which the writes invalidate; no other process writes. The
// package starts no goroutine.
//
// Start reading with [Directory.Authenticate].
package directory
