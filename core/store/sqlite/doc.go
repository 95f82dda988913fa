// Package sqlite is the store in one SQLite file that an operator can read
// with any tool.
//
// It owns the file, its -wal and -shm, and PATH.lock, which keeps a second
// server away. It owns no merge: bodies of rows go in and out as they are.
//
// Acknowledged means on disk: write-ahead log, synchronous=FULL. One goroutine
// writes (writer.go). It takes all that waits into one transaction and one
// fsync; while that runs, the next group gathers. If one of a group fails,
// the group is rolled back and done again one by one. What the writer knows by
// heart (keys.go) is only true between commits, so every rollback empties it.
//
// Readers take a connection of a small pool (pool.go) and read in a
// transaction of their own: whole batches, never waiting for the writer.
//
// Locks: the queue's mutex is held for moments; nothing is called under it.
//
// Start reading with [Open], then writer.go, then commit.go.
package sqlite
