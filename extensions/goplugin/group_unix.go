//go:build unix

package goplugin

import (
	"os"
	"syscall"
)

// killGroup kills a process and those that it started.
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

// lock takes a file for this process until its end; it doesn't wait.
func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

func ownedByUs(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Getuid()
}
