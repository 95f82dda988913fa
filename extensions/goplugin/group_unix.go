//go:build unix

package goplugin

import (
	"os"
	"syscall"
)

// errSystem says why there can be no plugins on this system.
var errSystem error

// killGroup kills a process and those that it started.
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

// lock takes a file for this process until its end; it doesn't wait.
func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// private reports that a folder is ours and nobody else's.
func private(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && info.IsDir() && int(stat.Uid) == os.Getuid() && info.Mode().Perm()&0o077 == 0
}

// socketPair are the two ends of a stream, of which what is started inherits
// only what it is given.
func socketPair() (ours, theirs *os.File, err error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	ends, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, nil, err
	}
	for _, end := range ends {
		syscall.CloseOnExec(end)
	}
	return os.NewFile(uintptr(ends[0]), "stream"), os.NewFile(uintptr(ends[1]), "stream"), nil
}
