// Package migrate moves a shop from SQLite to PostgreSQL, with its identity: tills keep
// their cursors.
//
// It owns the table migration of the new database, which says how far it is and goes
// when all is done and verified; a node refuses a database that has it. Rows are copied
// by key, in pieces; each piece and how far it is are one transaction, so that an
// interrupted migration goes on where it was. The old database stays as it is. It must
// not be written to meanwhile: its lock sees to that.
//
// Start reading with [Run], then tables.go.
package migrate
