package sqlite_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
	driver "modernc.org/sqlite"
)

// smallDisk mounts a file system of a few bytes, where that is permitted.
func smallDisk(t *testing.T, size int) string {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		t.Skipf("SKIPPED: mounting a small file system isn't permitted here (run as root): %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return dir
}

// TestFlush: a commit doesn't flush the file's times.
func TestFlush(t *testing.T) {
	open(t, filepath.Join(t.TempDir(), "x.db"))
	require.True(t, driver.FdatasyncEnabled())
}
