package files

import (
	"os"
	"sync/atomic"
)

// What was done to the disk.
const (
	Wrote        = "write" // the whole content, not on disk yet
	Synced       = "sync"
	Renamed      = "rename"
	Removed      = "remove"
	SyncedFolder = "sync folder"
)

// Step is one thing done to the disk.
type Step struct {
	Do, Path, To string
	Text         []byte // of what was written
}

var watcher atomic.Pointer[func(Step)]

// Watch has each step told, in order, until stop is called. It is for tests
// that rebuild what a crash may leave; one at a time.
func Watch(f func(Step)) (stop func()) {
	watcher.Store(&f)
	return func() { watcher.Store(nil) }
}

func tell(s Step) {
	f := watcher.Load()
	if f == nil {
		return
	}
	if s.Do == Wrote {
		s.Text, _ = os.ReadFile(s.Path)
	}
	(*f)(s)
}
