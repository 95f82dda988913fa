// Package syntax looks at JavaScript without running it: whether a parser can
// read a text without its stack overflowing ([Check], which doesn't parse), and
// which names a syntax tree uses and declares.
//
// It starts no goroutine and holds no lock.
//
// Start reading with [Check], then [FreeNames].
package syntax
