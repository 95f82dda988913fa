package sqlite

import (
	"os"

	"golang.org/x/sys/windows"
)

// tryLock takes the lock that the kernel drops when this process ends,
// however it ends. It is far behind the text, which others may read.
func tryLock(f *os.File) error {
	at := &windows.Overlapped{Offset: 1 << 20}
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
}
