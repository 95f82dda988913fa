// Package sqlite is the store in one SQLite file that an operator can read
// with any tool.
//
// It owns the file, its -wal and -shm, and PATH.lock, which keeps a second
// server away. It owns no merge: bodies of rows go in and out as they are.
//
// Acknowledged means on disk: write-ahead log, synchronous=FULL. One goroutine
// writes (writer.go). It puts everything that waits into one transaction and
// one fsync. While that runs, the next group gathers. If one job of a group
// fails, the group is rolled back and its jobs are done one by one. The writer
// caches the keys of rows (keys in commit.go). The cache includes what the
// transaction under way wrote, so every rollback empties it.
//
// Readers take a connection of a small pool (conn.go) and read in a transaction
// of their own. They see whole batches and never wait for the writer.
//
// Locks: the mutex of the writer's queue is held briefly, and nothing is called
// while it is held.
//
// Start reading with [Open], then writer.go, then commit.go.
package sqlite
