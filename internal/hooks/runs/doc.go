// Package runs is the record of one run of an extension's hooks over one order or
// orderline: all that the hooks saw, what they gave, and what came of it. It is
// what a trace shows, what is kept of a failure as a file, and what replay and
// shadow run again. The operator's settings and tokens are no part of it.
//
// It owns the shape, its JSON, how a record is copied before it changes, and the
// differences that people read. It owns neither when a run is noted (extensions)
// nor where it is kept (extensions/kept).
//
// It starts no goroutine and holds no lock. Start reading with [Run], then
// [Run.JSON] and [Read].
package runs
