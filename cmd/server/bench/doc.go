// Package bench measures a real server: a process of its own, sockets on loopback,
// a database on disk with fsync.
//
// It makes the load and prints the numbers; a slow result isn't an error. Every run
// is limited in time and size.
//
// Start reading with [Run].
package bench
