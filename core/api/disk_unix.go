//go:build linux || darwin || freebsd

package api

import "golang.org/x/sys/unix"

// diskOf is the size of a folder's disk and what is free there for this user,
// in bytes.
func diskOf(dir string) (size, free uint64, ok bool) {
	var s unix.Statfs_t
	if unix.Statfs(dir, &s) != nil {
		return 0, 0, false
	}
	block := uint64(s.Bsize)
	return s.Blocks * block, uint64(s.Bavail) * block, true
}
