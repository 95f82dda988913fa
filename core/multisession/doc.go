// Package multisession gives the mutations of one multi-session one order,
// runs the extensions' hooks over them, commits them and tells the others.
//
// It owns runs, order numbers, seqs, outcomes, tills, presence and who is
// named in ms_info. It owns no merge (core/order), no rows (core/store) and no
// connection (core/api).
//
// [Engine] is a step machine: Need says what a batch of requests needs from
// the store, Learn takes it, Decide decides, Accept makes the decision fact
// once it is on disk. It starts no goroutine and reads no clock, chance or
// disk, so that a test can run it under a seed. [Session] is the thin shell
// around one engine: a goroutine while there is work, and a batch of whatever
// queued up meanwhile. [Feed] is what its readers look at: a ring of encoded
// changes. [Subscription] is one reader, whatever its transport: what it wasn't
// told yet. [Hub] starts sessions on demand and lets idle ones go.
//
// Locks: an engine belongs to its session's goroutine. Feed and Presence have a
// lock each, held for moments and never while another is taken.
//
// Start reading with [Session.Submit], then [Engine.Decide], then
// [Subscription.Next].
package multisession
