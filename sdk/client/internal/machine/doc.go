// Package machine is the client without its surroundings: what a till does
// with taps, frames, answers, broken links and the passing of time, as a step
// function.
//
// It owns every rule of docs/protocol.md, "What a client must do": which mutations are
// pushed, when one is settled, what a reset does to the queue, when to connect
// and over what. It reads no clock, no chance, no network and no disk: time
// comes with each step, randomness and ids are injected, and whatever is to be
// done is an [Effect]. So a server with many clients can be run in one
// goroutine under a seed.
//
// A driver calls [Machine.Step] with inputs and carries out the effects in
// their order; when a [Store] effect is on disk it says so with [Stored], and
// until then the taps in it are neither shown nor pushed. It calls Step again
// when something arrives, and at the time of the last [Timer].
//
// A Machine is made of parts, each with a state of its own, in a file of its
// name:
//
//	disk      what is kept, and how much of it is stored
//	report    what the program is told: orders, status, presence
//	outcomes  what becomes of mutations
//	outbox    the queue on its way to the server
//	inbox     what comes of the server's orders (merge.go decides, and is pure)
//	calls     requests whose answer is awaited
//	pacing    how long to wait before something is tried again
//	dial      the WebSocket (carrier.go), and when to open what
//	link      pulls and pushes over what is open, and whether it is dead
//	recovery  what a reset leads to
//	dialogue  what the server says, and which parts that concerns
//
// A part knows those above it in this list and none below: what concerns a
// part below is returned as a value, and [Machine] hands it on. Parts that take
// the same event differently at different times have phases (phases.go). The
// TypeScript client has the same parts, files and phases.
//
// A Machine is used by one goroutine at a time; it starts none and holds no
// lock.
//
// Start reading with [Machine.Step], then plan.go (a tap into the queue),
// outbox.go (out of it), merge.go (what came) and recovery.go (resets).
package machine
