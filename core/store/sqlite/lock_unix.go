//go:build !windows

package sqlite

import (
	"os"

	"golang.org/x/sys/unix"
)

// tryLock takes the lock that the kernel drops when this process ends,
// however it ends.
func tryLock(f *os.File) error {
	return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
}
