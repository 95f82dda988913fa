//go:build !linux

package sqlite_test

import "testing"

func smallDisk(t *testing.T, _ int) string {
	t.Skip("SKIPPED: mounting a small file system is only tried on Linux")
	return ""
}
