// Package sqlite is the store in one SQLite file that an operator can read
// with any tool.
//
// It owns the file, its -wal and -shm, and PATH.lock, which prevents that a second
// server uses the database. It doesn't read or change the bodies of rows.
//
// Acknowledged means on disk: write-ahead log, synchronous=FULL. One goroutine
// writes (writer.go). It puts all waiting jobs into one transaction with one
// fsync; jobs that arrive meanwhile are the next group. If one job of a group
// fails, the group is rolled back and its jobs are run one by one. The writer
// caches the keys of rows (keys in commit.go). The cache includes what the
// transaction under way wrote, so every rollback empties it.
//
// Changes of orders that exist are written to the journal first (journal.go): one
// row for a group. Their rows are moved into the tables later. There each is chained to
// the one before it (chain.go), and counted in digests of orders (whole.go), which
// history.go compares.
//
// Readers take a connection of a small pool (conn.go) and read in a transaction
// of their own. They see complete batches. Those of orders, changes and outcomes wait
// until the journal is moved; otherwise they don't wait for the writer.
//
// Locks: the mutex of the writer's queue is held briefly, and nothing is called
// while it is held.
//
// Start reading with [Open], then writer.go, then commit.go, then journal.go.
package sqlite
