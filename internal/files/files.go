// Package files writes files that are there whole or not at all, whatever
// happens to the machine meanwhile. Every place of Manytill that replaces a
// file does it by this package.
//
// A file is written beside its place and synced, takes its name, and then the
// folder is synced: so the name is on disk before anything that relies on it.
// Start reading with [Write]. It owns no goroutine and no state, but for
// [Watch], which tests use.
package files

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// Write makes or replaces a file. What it replaces leaves it mode and owner, a
// link stays one; a new file gets the mode and, written by root, the folder's
// owner.
func Write(path string, text []byte, mode os.FileMode) error {
	path = resolve(path)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	part := path + ".new"
	f, err := Fresh(part, text, mode)
	if err != nil {
		return err
	}
	err = own(part, path)
	if err = errors.Join(err, f.Close()); err == nil {
		err = Rename(part, path)
	}
	if err != nil {
		_ = os.Remove(part)
	}
	return err
}

// Like gives a file the mode and owner of another; where there is none, its
// folder's owner if root asks.
func Like(path, other string) error {
	if info, err := os.Stat(other); err == nil {
		if err := os.Chmod(path, info.Mode().Perm()); err != nil {
			return err
		}
	}
	return own(path, other)
}

// resolve follows links, so that the file they mean is replaced and they stay.
func resolve(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// Fresh makes a file whose content is on disk when it returns, and leaves it
// open at its end. It replaces what is there in place, so it is for names that
// nobody reads yet.
func Fresh(path string, text []byte, mode os.FileMode) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" {
		err = f.Chmod(mode)
	}
	if err == nil {
		_, err = f.Write(text)
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		_ = f.Close()
		_ = os.Remove(path)
		return nil, err
	}
	tell(Step{Do: Wrote, Path: path})
	tell(Step{Do: Synced, Path: path})
	return f, nil
}

// Sync has the system write a file to disk that was written by other means.
func Sync(path string) error {
	tell(Step{Do: Wrote, Path: path})
	f, err := os.OpenFile(path, os.O_RDWR, 0) // Windows syncs only what may be written
	if err != nil {
		return err
	}
	if err = errors.Join(f.Sync(), f.Close()); err == nil {
		tell(Step{Do: Synced, Path: path})
	}
	return err
}

// MkdirAll makes a folder, and those above it that are missing. It returns when their
// names are on disk, without which a power cut takes all that was written into them.
func MkdirAll(path string, mode os.FileMode) error {
	path = filepath.Clean(path)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	above := filepath.Dir(path)
	if above != path {
		if err := MkdirAll(above, mode); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(path, mode); err != nil { // of this one alone
		return err
	}
	return SyncDir(above)
}

// Rename gives a synced file its name, over what has it, and returns when that
// is on disk.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	tell(Step{Do: Renamed, Path: from, To: to})
	return SyncDir(filepath.Dir(to))
}

// Remove takes files of one folder away, if they are there, and returns when
// that is on disk.
func Remove(paths ...string) error {
	dir := ""
	for _, path := range paths {
		err := os.Remove(path)
		switch {
		case errors.Is(err, os.ErrNotExist):
		case err != nil:
			return err
		default:
			tell(Step{Do: Removed, Path: path})
			dir = filepath.Dir(path)
		}
	}
	if dir == "" {
		return nil
	}
	return SyncDir(dir)
}

// SyncDir has the system write a folder's entries to disk. Where that can't be
// asked for (Windows, and file systems of a network or of user space) it does
// nothing: what is there is as safe as it can be.
func SyncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("sync a folder: %w", err)
	}
	err = syncFolder(d)
	for _, cant := range []error{syscall.EINVAL, errors.ErrUnsupported} {
		if errors.Is(err, cant) { // ENOTSUP, EOPNOTSUPP and ENOSYS are ErrUnsupported
			err = nil
		}
	}
	if err = errors.Join(err, d.Close()); err == nil {
		tell(Step{Do: SyncedFolder, Path: path})
	}
	return err
}

// syncFolder is for tests to replace.
var syncFolder = (*os.File).Sync
