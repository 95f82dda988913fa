//go:build !linux

package javascript

import "time"

// threadTime is known on Linux.
func threadTime() (had time.Duration, known bool) { return 0, false }
