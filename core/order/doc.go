// Package order is the merge: what a mutation makes of orders.
//
// It owns the state of an order in memory ([Order], with the seq at which each
// field last changed), the reading of mutations ([Decode]), the ops and merge
// rules of the protocol ([Apply]), and the JSON of changes, orders and rows.
// It owns no I/O, clock, goroutine or log: what it says depends on its
// arguments alone. Nothing here is safe for use by several goroutines at once;
// core/multisession gives the mutations of one multi-session one order.
//
// Start reading with [Apply]: it decides one mutation over a [View] and
// returns drafts of the orders that it touched. Nothing it was handed changes;
// [Set] collects the drafts of a batch, and [Order.Absorb] makes them fact.
package order
