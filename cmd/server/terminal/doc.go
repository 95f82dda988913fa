// Package terminal is a point of sale in a terminal, one command a line, for
// people and (on a pipe) for scripts.
//
// It owns the commands, what they print, and what is said when another till
// changes an order. It owns no sync: that is sdk/client. Nor does it own a
// price: those come from the server's catalogue, of which a copy lies beside
// the queue, so that a till starts without its server.
//
// Goroutines: one reads lines, the client's own hand over events, and [Run]
// takes both in turn, so that the desk is only touched there.
//
// Start reading with [Run]; the commands are in commands.go.
package terminal
