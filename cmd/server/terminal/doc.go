// Package terminal is a point of sale in a terminal: one command a line, for
// people and, on a pipe, for scripts.
//
// It owns the commands, what they print, and what the cashier is told when
// another till changes an order. Sync is the job of sdk/client. Prices come
// from the server's catalogue. A copy of it is stored beside the queue, so that
// a till starts without its server.
//
// Its parts, each with a state of its own:
//
//   - terminal: the loop that takes lines and events in turn, and the commands
//   - screen: the order on the screen, the prompt, what is printed
//   - connection: what the cashier was last told of the server
//   - news: what the cashier was last told of each order
//   - refusals: what was refused and can be put on a new order
//   - catalogue: what is sold, the schema, the currency, the time zone
//   - console: a terminal with line editing, or a pipe
//
// Goroutines: one reads lines, the client's own hand over events, and [Run]
// takes both in turn. All parts are used by [Run]'s goroutine alone.
//
// Start reading with [Run]; the commands are in commands.go.
package terminal
