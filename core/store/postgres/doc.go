// Package postgres is the store in a PostgreSQL database, which several nodes may
// use at the same time.
//
// It owns the schema manytill of that database. It doesn't read or change the
// bodies of rows, except for the ids of the orders that a change touched.
//
// Acknowledged means committed, with synchronous_commit on or as strict as the
// operator set it. Batches of several multi-sessions that wait at the same time are one
// statement, one transaction and one flush to disk (group.go); its UPDATE moves each
// multi-session's row from the expected head to the next, and rows are written of those
// where it did. What is rare, or doesn't fit, is committed alone: a pipeline of
// statements in one round trip, which PostgreSQL runs as one transaction (commit.go). So
// commits of one multi-session come one after another, from whichever node. If the
// connection breaks before the answer, the outcome is looked up before anybody is told.
//
// A read is one statement, or a pipeline in one transaction that sees one state of
// the database (conn.go).
//
// History isn't partitioned: decision 25.
//
// A goroutine runs for each group that is under way, three at most, one while POS are read
// and two while nodes follow each other (gather.go).
//
// Start reading with [Open], then commit.go, group.go and rows.go, then ledger.go.
package postgres
