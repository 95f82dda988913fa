// Package shadow runs a new version of an extension over a shop's history, and
// says which records would have become others.
//
// It owns how the records before and after each stored change are made of the log
// ([Rebuild]), and what counts as a difference. It owns neither where changes come
// from (Source: a copy of the database, or a server's admin API) nor how hooks run
// (extensions.Trial).
//
// Goroutines: [Run] has one that reads the history, some that decode a page of it,
// and one for each processor that runs hooks; all have ended when it returns.
//
// Start reading with [Run], then [Rebuild].
package shadow
