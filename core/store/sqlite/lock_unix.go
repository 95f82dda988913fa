//go:build !windows

package sqlite

import (
	"os"

	"golang.org/x/sys/unix"
)

// tryLock acquires a lock that the kernel releases when this process ends, even if
// it crashes.
func tryLock(f *os.File) error {
	return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
}
