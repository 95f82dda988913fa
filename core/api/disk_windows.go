package api

import "golang.org/x/sys/windows"

// diskOf is the size of a folder's disk and what is free there for this user,
// in bytes.
func diskOf(dir string) (size, free uint64, ok bool) {
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil || windows.GetDiskFreeSpaceEx(path, &free, &size, nil) != nil {
		return 0, 0, false
	}
	return size, free, true
}
