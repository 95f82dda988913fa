// Package conformance is the black-box suite of the sync protocol: what
// docs/protocol.md says, asked of a running server over HTTP and WebSockets.
//
// It owns the rules and the player of the golden files in testdata/protocol. A
// rule is one sentence of the protocol: a subtest with that sentence as its
// name. It owns no server: a harness hands one over, see [Server] and [Run]. It
// imports nothing of ours, so that a mistake in our own types can't hide
// itself: JSON goes out as text and comes back as map[string]any with
// json.Number.
//
// Every rule gets a [twoTills], a multi-session of its own with two open tills,
// so rules run in parallel on one shared server. Rules that need a
// configuration or a restart get a server of their own. The rules that wait
// for half a minute start first and are checked last (slow.go).
//
// What a rule works with:
//
//   - [expect]: the checks (expect.go, with the JSON helpers)
//   - [api]: calls to the server, [answer]: what came back (api.go)
//   - [admin], [twoTills]: the fixture, and the texts of ops (fixture.go)
//   - [till]: one client of one POS (till.go)
//   - [socket], [feed]: a WebSocket and an event stream (streams.go)
//
// Flags: -update rewrites the golden files with what the server answers,
// -patient adds rules that wait for minutes, -sockets sets how many half-open
// connections are tried.
//
// Start reading with run.go, then fixture.go, then any topic.
package conformance
