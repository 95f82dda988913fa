//go:build !linux && !darwin && !freebsd && !windows

package api

func diskOf(string) (size, free uint64, ok bool) { return 0, 0, false }
