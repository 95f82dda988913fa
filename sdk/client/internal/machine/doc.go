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
// when something arrives, and at [Machine.Wake] at the latest.
//
// A Machine is used by one goroutine at a time; it starts none and holds no
// lock.
//
// Start reading with [Machine.Step], then tap.go (into the queue), push.go
// (out of it), receive.go (what came) and recover.go (resets).
package machine
