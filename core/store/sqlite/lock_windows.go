package sqlite

import (
	"os"

	"golang.org/x/sys/windows"
)

// tryLock acquires a lock that the kernel releases when this process ends, even if
// it crashes. It locks a byte far after the text, which others must be able to read.
func tryLock(f *os.File) error {
	at := &windows.Overlapped{Offset: 1 << 20}
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
}
