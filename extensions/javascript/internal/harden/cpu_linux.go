package harden

import (
	"time"

	"golang.org/x/sys/unix"
)

// ThreadTime is the CPU time that the calling thread has had.
func ThreadTime() (had time.Duration, known bool) {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t) != nil {
		return 0, false
	}
	return time.Duration(t.Nano()), true
}
