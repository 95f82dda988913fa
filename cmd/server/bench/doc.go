// Package bench measures a real server from outside: its own process, real
// sockets on loopback, a database on disk with fsync on.
//
// It owns the load and the numbers. It owns no judgement: nothing here fails
// because something was slow. Every run is bounded in time and count.
//
// Start reading with [Run].
package bench
