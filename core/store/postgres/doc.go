// Package postgres is the store in a PostgreSQL database, which several nodes may
// use at the same time.
//
// It owns the schema manytill of that database. It doesn't read or change the
// bodies of rows, except for the ids of the orders that a change touched.
//
// Acknowledged means committed, with synchronous_commit on or as strict as the
// operator set it. A commit is one round trip (commit.go): its statements go in one
// pipeline, which PostgreSQL runs as one transaction, and the first of them moves the
// multi-session's row from the expected head to the next, or fails. So commits of one
// multi-session come one after another, from whichever node, and those of others
// share the database's flushes to disk. If the connection breaks before the answer,
// the outcome is looked up before anybody is told.
//
// A read is one statement, or a pipeline in one transaction that sees one state of
// the database (conn.go).
//
// History isn't partitioned: decision 25.
//
// It starts no goroutine beside the pools' own. It holds no lock.
//
// Start reading with [Open], then commit.go, then ledger.go.
package postgres
