// Package workers runs short work in goroutines that are used again: a goroutine
// starts with a small stack, and to grow it for each piece of work costs more than
// the work.
//
// It owns the goroutines that wait for work. There is no limit to those that work.
//
// Start reading with [Go].
package workers

import "sync/atomic"

// mostIdle is how many goroutines wait for work, with stacks of some 16 KiB: as many
// as work at once where hundreds of multi-sessions are busy.
const mostIdle = 512

var (
	work = make(chan func())
	idle atomic.Int32
)

// Go runs do in a goroutine, at once.
func Go(do func()) {
	select {
	case work <- do:
	default:
		go run(do)
	}
}

func run(do func()) {
	for {
		do()
		if idle.Add(1) > mostIdle {
			idle.Add(-1)
			return
		}
		do = <-work
		idle.Add(-1)
	}
}
