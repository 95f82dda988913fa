package files

import "os"

// SyncFolder replaces what syncs a folder until back is called.
func SyncFolder(f func(*os.File) error) (back func()) {
	was := syncFolder
	syncFolder = f
	return func() { syncFolder = was }
}
