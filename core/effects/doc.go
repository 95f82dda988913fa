// Package effects does what extensions want done after a commit, at least once,
// and has its outcome taken by the order that asked for it.
//
// It owns the schedule: what is due, the order within a lane, how many at once,
// the pauses, when to give up, and the lease by which one node does it. It doesn't
// know how an effect is done ([Doer]) nor what becomes of an outcome ([Taker]).
// What is stored is the store's ([store.Outbox]); a restart goes on from there.
//
// [Worker.Run] is one goroutine that owns the schedule, and one more for each
// effect that is being done, at most [AtOnce] for an extension. The only lock
// guards what [Worker.Wake] leaves for it.
//
// Start reading with schedule in schedule.go, then [Worker.Run].
package effects
