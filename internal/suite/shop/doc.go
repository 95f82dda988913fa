// Package shop is a shop in memory: the server's own engine and chain, with the
// extensions that are tried, and tills that tap. What a till shows it learns as any
// till does, from changes.
//
// It owns the tills' taps and queues, the shop's clock, and what is compared. The
// merge, the hook chain and what is stored are the server's (core/multisession,
// extensions), which run here as they are.
//
// A [Shop] decides in its caller's goroutine and is for one at a time. Its methods
// return no error: the first one stays, and [Shop.Err] gives it.
//
// Start reading with [Open], then [Till.Tap].
package shop
