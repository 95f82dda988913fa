//go:build !linux

package harden

import "time"

// ThreadTime is known on Linux.
func ThreadTime() (had time.Duration, known bool) { return 0, false }
