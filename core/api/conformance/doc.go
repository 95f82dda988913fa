// Package conformance is the black-box suite of the sync protocol: what
// docs/protocol.md says, asked of a running server over HTTP and WebSockets.
//
// It owns the rules (one file a topic, a subtest a rule, named after what it
// pins) and the player of the golden files in testdata/protocol. It owns no
// server: a harness hands one over, see [Server] and [Run]. It imports nothing
// of ours, so that a mistake in our own words can't hide itself: JSON goes out
// as text and comes back as map[string]any with json.Number.
//
// Every rule gets a [floor], a multi-session of its own with two open tills,
// so rules run in parallel on one shared server; those that need a
// configuration or a restart start a server of their own. What needs half a
// minute of waiting is begun first and looked at last (slow.go).
//
// Flags: -update rewrites the golden files from what the server says, -patient
// adds rules that wait for minutes, -sockets sets how many half-open
// connections are tried.
//
// Start reading with run.go, then floor.go, then any topic.
package conformance
